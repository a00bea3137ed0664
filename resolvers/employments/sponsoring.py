"""Permits that come all at once, with the employments that they make: demo data, seeds, tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from auth.digests import Digester
from auth.mongo import Document
from resolvers.employments.name_digests import NameDigests, prefix_digests
from resolvers.employments.planning import planned_writes
from resolvers.rules.identifiers import canonical
from resolvers.rules.names import RegisteredName
from resolvers.rules.names.prefixes import prefixes_of
from resolvers.store import employments, permits
from resolvers.vocabulary import IdentifierKind

_NOTHING_SHOWN_YET = datetime.min.replace(tzinfo=UTC)


def sponsored_documents(
    stored: Sequence[Document],
    name: RegisteredName,
    number: str | None,
    digester: Digester,
    ids: Iterator[str],
) -> Iterator[tuple[str, Document]]:
    """Collection and document: all permits of one new holder, which are changed, and their
    employments, with ids from `ids`. `number` is the work permit number as it is typed."""
    plain = None if number is None else canonical(IdentifierKind.WORK_PERMIT, number)
    prefixes = prefixes_of(name)

    def digests_for(employer_id: str) -> NameDigests:
        return prefix_digests(digester, employer_id, prefixes, plain)

    writes = planned_writes(stored, (), digests_for, lambda: next(ids), _NOTHING_SHOWN_YET)
    by_id = {permit["_id"]: permit for permit in stored}
    for permit_id, fields in writes.permits.items():
        by_id[permit_id].update(fields)
    for permit in stored:
        yield permits.NAME, permit
    for employment in writes.inserts:
        yield employments.NAME, employment
