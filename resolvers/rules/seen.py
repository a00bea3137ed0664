"""What an employer's read shows of a person, by the names of the audit trail. Pure.

A name stands for what is read together: how far an application is takes a dozen fields of the
document. A mask is no value but shows something of it, so it has a name of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from resolvers.rules.roster import RosterFilter, TaskFilter

MASKED: Final = ".masked"
"""Ends the name of what was shown masked."""
_SEALED: Final = ".sealed"

_REQUEST: Final = "applications.request"
_PROGRESS: Final = "applications.progress"
_PAPERS: Final = "applications.papers"
_LETTER: Final = "letters.letter"
_TASK: Final = "tasks.task"

_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "employments": {},
    "permits": {"state": "permits.status"},
    "holders": {},
    "applications": {
        **dict.fromkeys(("procedure", "category", "city", "facts"), _REQUEST),
        **dict.fromkeys(
            (
                *("state", "steps", "promise", "gaps", "authority", "filed_by", "filed_at"),
                *("confirmed_at", "originals_seen_at", "returned_at", "lapses_at", "is_late"),
                *("created_at", "updated_at", "is_registered", "checkers", "reviewer"),
            ),
            _PROGRESS,
        ),
    },
    "papers": dict.fromkeys(("kind", "media_type", "bytes", "stored_at"), _PAPERS),
    "letters": dict.fromkeys(
        (
            *("kind", "about_id", "file_number", "authority", "issued_at", "valid_until"),
            *("bytes", "sha256"),
        ),
        _LETTER,
    ),
    "tasks": dict.fromkeys(("kind", "permit_id", "due_at", "state", "opened_at", "done_at"), _TASK),
}
"""Collections that are about a person, and where the name is not `collection.path`."""
_SILENT: Final = frozenset({"holder_id", "revision", "number_digest"})
"""What no field of the graph shows of the person."""
_OF_RELATION: Final[Mapping[tuple[str, str], str]] = {
    ("permits", "employer"): "permits.employer",
    ("permits", "running_contest"): "permits.under_review",
}
"""What is shown by that a record leads somewhere."""


def is_about_a_person(collection: str) -> bool:
    return collection in _NAMES


def seen_names(collection: str, paths: Iterable[str], relations: Iterable[str]) -> frozenset[str]:
    """Of one document, of which these paths are read and these relations followed."""
    names = _NAMES[collection]
    told = {
        names.get(path, f"{collection}.{path}")
        for path in paths
        # What is opened in full is said by the field that shows it; `shown` are copies.
        if path not in _SILENT and not path.endswith(_SEALED) and not path.startswith("shown.")
    }
    followed = {(collection, relation) for relation in relations}
    return frozenset(told | {_OF_RELATION[one] for one in followed & _OF_RELATION.keys()})


def filtered_names(wanted: RosterFilter | TaskFilter | None) -> Iterator[str]:
    """What a filter tells of whoever passes it."""
    if isinstance(wanted, TaskFilter):
        yield _TASK
    if not isinstance(wanted, RosterFilter):
        return
    for given, name in (
        (wanted.status, "permits.status"),
        (wanted.expiring_within, "permits.valid_until"),
        (wanted.category, "permits.category"),
        (wanted.cities, "permits.city"),
        (wanted.name, "holders.full_name"),
        (wanted.is_current, "employments.ends_at"),
    ):
        if given is not None and given != ():
            yield name
