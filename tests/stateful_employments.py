"""Who sponsors whom, told anew from the permits alone: a sweep over every instant at which one of
them begins, is over or runs out. Nothing here asks the rule that the gateway obeys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from auth.mongo import Document
from resolvers.rules.employment import SHOWN_FIELDS

_Told = tuple[str, datetime, datetime, frozenset[str]]
_REPEATED = ("name_key_version", "name_prefixes")


def check_employments(permits: Mapping[str, Document], employments: Mapping[str, Document]) -> None:
    """Of all holders: each stretch has its one employment, with its permits and their digests."""
    held: defaultdict[str, list[Document]] = defaultdict(list)
    for permit in permits.values():
        held[permit["holder_id"]].append(permit)
    stored: defaultdict[str, list[Document]] = defaultdict(list)
    for employment in employments.values():
        stored[employment["holder_id"]].append(employment)
    assert held.keys() == stored.keys()
    for holder_id, own in held.items():
        _check_digests(own, employments)
        told = {(*_span(one), _permit_ids(one, own)) for one in stored[holder_id]}
        assert told == set(_swept(own)), holder_id
        assert len(told) == len(stored[holder_id])
        for one in own:
            _check_shown(one, employments[one["employment_id"]])
        for one in stored[holder_id]:
            _check_newest(one, permits)


def _span(employment: Document) -> tuple[str, datetime, datetime]:
    return employment["employer_id"], employment["started_at"], employment["ends_at"]


def _permit_ids(employment: Document, permits: Iterable[Document]) -> frozenset[str]:
    return frozenset(one["_id"] for one in permits if one["employment_id"] == employment["_id"])


def _check_digests(permits: Iterable[Document], employments: Mapping[str, Document]) -> None:
    for permit in permits:
        employment = employments[permit["employment_id"]]
        assert all(permit[name] == employment[name] for name in _REPEATED)
        assert employment["name_prefixes"]


def _check_shown(permit: Document, employment: Document) -> None:
    """As the permit is, but for what happened to it after the end."""
    over_at, shown = _over_at(permit), permit["shown"]
    changed_at = max(one["at"] for one in permit["history"])
    if changed_at <= employment["ends_at"]:
        assert shown == {name: permit[name] for name in SHOWN_FIELDS} | {
            "listed_from": shown["listed_from"]
        }
    if over_at is not None and over_at > employment["ends_at"]:
        assert shown["state"] not in ("CANCELLED", "SUPERSEDED")


def _check_newest(employment: Document, permits: Mapping[str, Document]) -> None:
    snapshot = employment["permit"]
    newest = permits[snapshot["id"]]
    own = [one for one in permits.values() if one["employment_id"] == employment["_id"]]
    assert newest["issued_at"] == max(one["issued_at"] for one in own)
    for name in ("state", "category", "city", "valid_from", "valid_until"):
        assert snapshot[name] == newest["shown"][name]
    assert (employment["name"] is None) == (employment["name_parts"] is None)


def _over_at(permit: Document) -> datetime | None:
    told = [one["at"] for one in permit["history"] if one["event"] in ("SUPERSEDED", "CANCELLED")]
    return told[0] if told else None


def _swept(permits: Iterable[Document]) -> Iterator[_Told]:
    """All that happens at one instant happens at once."""
    own = list(permits)
    over = {one["_id"]: _over_at(one) for one in own}
    instants = {one[name] for one in own for name in ("issued_at", "valid_until")}
    instants |= {at for at in over.values() if at is not None}
    since: dict[str, tuple[datetime, set[str]]] = {}
    for now in sorted(instants):
        standing: defaultdict[str, set[str]] = defaultdict(set)
        for one in own:
            at = over[one["_id"]]
            if one["issued_at"] <= now < one["valid_until"] and (at is None or now < at):
                standing[one["employer_id"]].add(one["_id"])
        assert len(standing) <= 1, "two employers sponsor one person at once"
        for employer in [one for one in since if one not in standing]:
            began, ids = since.pop(employer)
            yield employer, began, now, frozenset(ids)
        for employer, ids in standing.items():
            began, before = since.get(employer, (now, set()))
            since[employer] = (began, before | ids)
    assert not since
