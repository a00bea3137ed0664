"""Which permits a filter means: against the rules that tell a status and the days left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.mongo import Database
from resolvers.rules.permit_status import days_left, ends_at, permit_status, starts_at
from resolvers.rules.roster import (
    MAX_DAYS_AHEAD,
    MAX_DAYS_NAMED,
    RosterFilter,
    employments_match,
    permits_match,
    status_match,
)
from resolvers.vocabulary import PermitCategory, PermitState, PermitStatus

DAY = date(2026, 11, 27)
NOW = datetime.combine(DAY, time(9, 30), UTC)

days = st.integers(-400, 400).map(lambda number: DAY + timedelta(days=number))
permits = st.tuples(
    st.sampled_from(PermitState), days, st.integers(0, 800), st.sampled_from(PermitCategory)
)
Permit = tuple[PermitState, date, int, PermitCategory]


def stored(permit: Permit) -> dict[str, Any]:
    state, first, span, category = permit
    return {
        "state": str(state),
        "valid_from": starts_at(first),
        "valid_until": ends_at(first + timedelta(days=span)),
        "category": str(category),
    }


def holds(match: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
    """What MongoDB makes of the few operators that are used; it is asked itself below."""
    compared: Mapping[str, Callable[[Any, Any], bool]] = {
        "$lte": lambda value, to: value <= to,
        "$gt": lambda value, to: value > to,
        "$in": lambda value, to: value in to,
    }
    for path, wanted in match.items():
        if path == "$and":
            if not all(holds(one, document) for one in wanted):
                return False
        elif isinstance(wanted, Mapping):
            if not all(compared[name](_at(document, path), to) for name, to in wanted.items()):
                return False
        elif _at(document, path) != wanted:
            return False
    return True


def _at(document: Mapping[str, Any], path: str) -> Any:
    value: Any = document
    for part in path.split("."):
        value = value[part]
    return value


@given(permits)
def test_a_permit_is_found_by_its_status_and_by_no_other(permit: Permit) -> None:
    document = stored(permit)
    found = [status for status in PermitStatus if holds(status_match(status, NOW), document)]
    span = document["valid_from"], document["valid_until"]
    assert found == [permit_status(permit[0], *span, NOW)]


@given(permits, st.integers(1, MAX_DAYS_AHEAD))
def test_what_expires_within_some_days_is_active_and_has_no_more_of_them_left(
    permit: Permit, within: int
) -> None:
    document = stored(permit)
    span = document["valid_from"], document["valid_until"]
    active = permit_status(permit[0], *span, NOW) is PermitStatus.ACTIVE
    left = days_left(document["valid_until"], NOW)
    wanted = RosterFilter(expiring_within=within)
    match = permits_match(wanted, NOW, ())
    assert holds(match, {"shown": document}) == (active and 0 <= left <= within)


@pytest.mark.parametrize("within", [1, 30, MAX_DAYS_NAMED, MAX_DAYS_NAMED + 1, MAX_DAYS_AHEAD])
async def test_mongodb_finds_the_same(database: Database, within: int) -> None:
    spans = [(-1, 0), (0, 1), (-100, within), (-100, within + 1), (1, 2), (-300, -1), (-300, 366)]
    made: list[dict[str, Any]] = [
        {
            "shown": stored(
                (state, DAY + timedelta(days=first), last - first, PermitCategory(category)),
            ),
            "_id": f"{state} {number} {category}",
        }
        for state in PermitState
        for number, (first, last) in enumerate(spans)
        for category in PermitCategory
    ]
    # A collection of no declaration, for a moment: what is asked is MongoDB's reading of a filter.
    scratch = database["rosters"]
    await scratch.insert_many(made)
    filters = [
        RosterFilter(expiring_within=within),
        *[RosterFilter(status=status, category=PermitCategory.B) for status in PermitStatus],
    ]
    try:
        for wanted in filters:
            match = permits_match(wanted, NOW, ())
            found = {one["_id"] async for one in scratch.find(match)}
            assert found == {one["_id"] for one in made if holds(match, one)}, wanted
    finally:
        await scratch.drop()


def test_employees_are_narrowed_by_their_newest_permit_and_by_their_end() -> None:
    wanted = RosterFilter(cities=("440300", "440100", "440300"), is_current=False)
    assert employments_match(wanted, NOW, ([b"a", b"b"], [b"c"])) == {
        "$and": [
            {"permit.city": {"$in": ["440100", "440300"]}},
            {"name_prefixes": {"$in": [b"a", b"b"]}},
            {"name_prefixes": {"$in": [b"c"]}},
            {"ends_at": {"$lte": NOW}},
        ]
    }
    assert employments_match(RosterFilter(), NOW, ()) == {}
