"""How long a permit is granted: never past request, cap, contract or passport."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.policy.procedures import policy_for
from resolvers.rules.permit_status import ends_at, first_day, printed_day, starts_at
from resolvers.rules.validity import (
    GrantedValidity,
    ValidityBound,
    ValidityOver,
    granted_validity,
    last_day_of_years,
)
from resolvers.vocabulary import PermitCategory

CAPS = policy_for("440300", date(2026, 1, 1)).validity_cap_years
FIRST = date(2026, 3, 5)
FAR = date(2045, 12, 31)
DAYS = st.dates(date(2015, 1, 1), date(2045, 12, 31))


@pytest.mark.parametrize(
    ("category", "last"),
    [
        (PermitCategory.A, date(2031, 3, 4)),
        (PermitCategory.B, date(2028, 3, 4)),
        (PermitCategory.C, date(2027, 3, 4)),
    ],
)
def test_a_permit_lasts_at_most_five_two_or_one_calendar_years(
    category: PermitCategory, last: date
) -> None:
    granted = granted_validity(
        cap_years=CAPS[category],
        first_day=FIRST,
        requested_until=FAR,
        contract_until=FAR,
        passport_until=FAR,
    )
    assert granted == GrantedValidity(FIRST, last, ValidityBound.CATEGORY_CAP)


@pytest.mark.parametrize("bound", [b for b in ValidityBound if b != ValidityBound.CATEGORY_CAP])
def test_the_earliest_bound_decides_and_is_named(bound: ValidityBound) -> None:
    earliest = date(2026, 9, 30)
    granted = granted_validity(
        cap_years=2,
        first_day=FIRST,
        requested_until=earliest if bound is ValidityBound.REQUESTED else FAR,
        contract_until=earliest if bound is ValidityBound.CONTRACT else FAR,
        passport_until=earliest if bound is ValidityBound.PASSPORT else FAR,
    )
    assert granted == GrantedValidity(FIRST, earliest, bound)


def test_who_asked_for_no_more_than_a_bound_allows_got_what_was_asked_for() -> None:
    same = date(2028, 3, 4)
    granted = granted_validity(
        cap_years=2,
        first_day=FIRST,
        requested_until=same,
        contract_until=same,
        passport_until=same,
    )
    assert granted == GrantedValidity(FIRST, same, ValidityBound.REQUESTED)


def test_a_passport_that_ends_before_the_first_day_leaves_nothing_to_grant() -> None:
    over = granted_validity(
        cap_years=2,
        first_day=FIRST,
        requested_until=FAR,
        contract_until=FAR,
        passport_until=FIRST - timedelta(days=1),
    )
    assert over == ValidityOver(ValidityBound.PASSPORT, FIRST - timedelta(days=1))
    one_day = granted_validity(
        cap_years=2,
        first_day=FIRST,
        requested_until=FAR,
        contract_until=FAR,
        passport_until=FIRST,
    )
    assert one_day == GrantedValidity(FIRST, FIRST, ValidityBound.PASSPORT)


@pytest.mark.parametrize(
    ("first", "years", "last"),
    [
        (date(2024, 2, 29), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 28)),
        (date(2024, 2, 29), 5, date(2029, 2, 28)),
        (date(2024, 2, 28), 1, date(2025, 2, 27)),
        (date(2027, 3, 1), 1, date(2028, 2, 29)),
        (date(2027, 3, 1), 2, date(2029, 2, 28)),
        (date(2025, 1, 1), 2, date(2026, 12, 31)),
    ],
)
def test_years_are_calendar_years_over_leap_days(first: date, years: int, last: date) -> None:
    assert last_day_of_years(first, years) == last


def test_a_cap_is_at_least_one_year() -> None:
    with pytest.raises(ValueError, match="at least one year"):
        last_day_of_years(FIRST, 0)


def test_a_permit_begins_and_ends_at_midnight_in_shanghai() -> None:
    assert starts_at(date(2026, 3, 1)) == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert ends_at(date(2028, 2, 28)) == datetime(2028, 2, 28, 16, tzinfo=UTC)
    assert ends_at(date(2028, 2, 28)) == starts_at(date(2028, 2, 29))
    assert starts_at(date(2026, 3, 1)).tzinfo is UTC


@given(DAYS)
def test_days_and_instants_turn_into_each_other(day: date) -> None:
    assert first_day(starts_at(day)) == day
    assert printed_day(ends_at(day)) == day


@given(DAYS, DAYS, DAYS, DAYS, st.sampled_from(PermitCategory))
def test_nothing_is_granted_past_any_bound(
    first: date, requested: date, contract: date, passport: date, category: PermitCategory
) -> None:
    cap = last_day_of_years(first, CAPS[category])
    granted = granted_validity(
        cap_years=CAPS[category],
        first_day=first,
        requested_until=requested,
        contract_until=contract,
        passport_until=passport,
    )
    assert granted.last_day == min(requested, contract, passport, cap)
    assert isinstance(granted, GrantedValidity) == (granted.last_day >= first)


@given(DAYS, st.integers(1, 5))
def test_a_further_year_makes_a_cap_longer_by_a_year(first: date, years: int) -> None:
    longer = last_day_of_years(first, years + 1) - last_day_of_years(first, years)
    assert longer.days in (365, 366)
