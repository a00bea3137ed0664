"""What a list of permits reads: its page, from an index that holds what is shown."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from tests.companies import make_company
from tests.examined import examined
from tests.serving import Serving

LIST = """query($filter: PermitFilter, $sort: PermitSort! = NEWEST) { employer {
  permits(first: 9, filter: $filter, sort: $sort) {
    edges { node { id status city { code } } } } } }"""
PEOPLE = 300
PAGE = 10
"""A row more than asked for."""
LISTS: tuple[Mapping[str, Any], ...] = (
    *({"sort": by} for by in ("NEWEST", "OLDEST", "LAST_DAY_SOONEST", "ISSUED_NEWEST")),
    {"filter": {"status": "CANCELLED"}},
    {"filter": {"cities": ["440100"]}},
    {"filter": {"name": "kalan"}},
    {"filter": {"expiringWithin": 60}, "sort": "LAST_DAY_SOONEST"},
)


async def test_a_page_of_permits_reads_no_more_than_the_page(serving: Serving) -> None:
    company = await make_company(serving, PEOPLE)
    read = []
    for variables in LISTS:
        ask = partial(company.app.execute, LIST, dict(variables))
        read.append((await examined(serving.database, "employers", ask))[0])
    assert max(read) <= 1 + 2 * PAGE, read  # the employer, and the employment of each
