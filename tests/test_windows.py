"""Filing windows at their edges, by the day it is in Asia/Shanghai."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.policy.calendar import published_calendar
from resolvers.policy.procedures import policy_for
from resolvers.rules.permit_status import days_left, ends_at, shanghai_day, starts_at
from resolvers.rules.windows import (
    FilingOutcome,
    FilingWindow,
    WindowAnchor,
    filing_window,
    is_plausible,
)
from resolvers.vocabulary import ProcedureKind

OPEN, LATE, TOO_EARLY, TOO_LATE = FilingOutcome
CALENDAR = published_calendar()
WINDOWS = policy_for("440100", date(2025, 1, 1)).windows
PRINTED = date(2025, 6, 30)
UNPUBLISHED = max(CALENDAR.published) + 1


def window_of(procedure: ProcedureKind, anchor: date) -> FilingWindow:
    return filing_window(WINDOWS[procedure], anchor, CALENDAR)


@pytest.mark.parametrize(
    ("left", "outcome"),
    [
        (400, TOO_EARLY),
        (91, TOO_EARLY),
        (90, OPEN),
        (60, OPEN),
        (30, OPEN),
        (29, TOO_LATE),
        (0, TOO_LATE),
        (-1, TOO_LATE),
    ],
)
def test_an_extension_is_filed_90_to_30_days_before_expiry(
    left: int, outcome: FilingOutcome
) -> None:
    noon = starts_at(PRINTED - timedelta(days=left)) + timedelta(hours=12)
    assert days_left(ends_at(PRINTED), noon) == left
    assert window_of(ProcedureKind.EXTENSION, PRINTED).outcome_at(noon) is outcome


def test_the_window_of_an_extension_can_be_shown_beforehand() -> None:
    window = window_of(ProcedureKind.EXTENSION, PRINTED)
    assert (window.opens_on, window.closes_on) == (date(2025, 4, 1), date(2025, 5, 31))
    assert (window.provisional, window.calendar_version) == (False, None)


def test_an_extension_is_counted_through_29_february_of_a_leap_year() -> None:
    leap, common = (window_of(ProcedureKind.EXTENSION, date(y, 5, 1)) for y in (2028, 2027))
    assert leap.opens_on == date(2028, 2, 1)
    assert common.opens_on == date(2027, 1, 31)
    ending = window_of(ProcedureKind.EXTENSION, date(2028, 3, 30))
    assert ending.closes_on == date(2028, 2, 29)


def test_midnight_in_shanghai_opens_and_closes_a_window_while_it_is_16_hours_in_utc() -> None:
    window = window_of(ProcedureKind.EXTENSION, PRINTED)
    moment = timedelta(microseconds=1)
    opens = datetime(2025, 3, 31, 16, tzinfo=UTC)
    assert window.outcome_at(opens - moment) is TOO_EARLY
    assert window.outcome_at(opens) is OPEN
    closes = datetime(2025, 5, 31, 16, tzinfo=UTC)
    assert window.outcome_at(closes - moment) is OPEN
    assert window.outcome_at(closes) is TOO_LATE


@pytest.mark.parametrize("procedure", [ProcedureKind.CHANGE, ProcedureKind.CANCELLATION])
def test_a_change_or_an_end_of_work_is_filed_within_ten_working_days_and_late_is_marked(
    procedure: ProcedureKind,
) -> None:
    # Friday before the Spring Festival of 2025, with a worked Sunday before and Saturday after it.
    window = window_of(procedure, date(2025, 1, 24))
    assert (window.opens_on, window.closes_on) == (date(2025, 1, 24), date(2025, 2, 13))
    assert (window.provisional, window.calendar_version) == (False, CALENDAR.version)
    assert window.outcome_on(date(2025, 1, 23)) is TOO_EARLY
    assert window.outcome_on(date(2025, 1, 24)) is OPEN
    assert window.outcome_on(date(2025, 2, 13)) is OPEN
    assert window.outcome_on(date(2025, 2, 14)) is LATE
    assert window.outcome_on(date(2030, 2, 14)) is LATE


def test_ten_working_days_over_national_day_end_where_the_moved_weekends_put_them() -> None:
    window = window_of(ProcedureKind.CHANGE, date(2025, 9, 26))
    assert window.closes_on == date(2025, 10, 16)
    assert window.outcome_at(datetime(2025, 10, 16, 15, 59, 59, tzinfo=UTC)) is OPEN
    assert window.outcome_at(datetime(2025, 10, 16, 16, tzinfo=UTC)) is LATE


def test_a_change_in_a_year_not_published_yet_has_a_provisional_window_and_is_taken() -> None:
    changed_on = date(UNPUBLISHED, 3, 1)
    window = window_of(ProcedureKind.CHANGE, changed_on)
    assert window.provisional
    assert window.outcome_on(changed_on) is OPEN


def test_a_permit_from_abroad_is_filed_before_entry_and_within_china_within_the_stay() -> None:
    entry = date(2025, 8, 20)
    abroad = window_of(ProcedureKind.NEW_FROM_ABROAD, entry)
    assert abroad.opens_on is None
    assert abroad.outcome_on(entry - timedelta(days=1)) is OPEN
    assert abroad.outcome_on(entry) is TOO_LATE
    within = window_of(ProcedureKind.NEW_IN_CHINA, entry)
    assert within.outcome_on(entry) is OPEN
    assert within.outcome_on(entry + timedelta(days=1)) is TOO_LATE


def test_originals_are_checked_from_entry_for_30_days_and_later_marked_late() -> None:
    entry = date(2025, 8, 20)
    window = window_of(ProcedureKind.ORIGINALS_CHECK, entry)
    assert window.outcome_on(entry - timedelta(days=1)) is TOO_EARLY
    assert window.outcome_on(entry) is OPEN
    assert window.outcome_on(date(2025, 9, 19)) is OPEN
    assert window.outcome_on(date(2025, 9, 20)) is LATE


def test_an_electronic_permit_is_issued_at_any_time_while_the_plastic_one_is_valid() -> None:
    window = window_of(ProcedureKind.ELECTRONIC_PERMIT, PRINTED)
    assert window.outcome_at(ends_at(PRINTED) - timedelta(microseconds=1)) is OPEN
    assert window.outcome_at(ends_at(PRINTED)) is TOO_LATE
    assert window.outcome_on(date(2024, 12, 1)) is OPEN


def test_every_procedure_has_a_window_and_every_anchor_is_used() -> None:
    assert set(WINDOWS) == set(ProcedureKind)
    assert {rule.anchor for rule in WINDOWS.values()} == set(WindowAnchor)


def test_a_day_of_another_age_is_a_slip_of_the_pen() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert is_plausible(date(2006, 1, 1), now)
    assert is_plausible(date(2046, 12, 31), now)
    assert not is_plausible(date(2005, 12, 31), now)
    assert not is_plausible(date(2047, 1, 1), now)
    assert not is_plausible(date.max, now)
    assert not is_plausible(date.min, now)


@given(
    st.datetimes(datetime(2010, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001
    st.integers(-12 * 60, 14 * 60),
)
def test_an_instant_falls_on_one_day_however_its_clock_is_written(
    written: datetime, offset: int
) -> None:
    instant = written.replace(tzinfo=UTC)
    elsewhere = instant.astimezone(timezone(timedelta(minutes=offset)))
    assert shanghai_day(elsewhere) == shanghai_day(instant)
    assert starts_at(shanghai_day(instant)) <= instant < ends_at(shanghai_day(instant))


@given(
    st.sampled_from(ProcedureKind),
    st.dates(date(2010, 1, 1), date(2040, 1, 1)),
    st.integers(-400, 400),
)
def test_a_window_is_open_from_its_first_to_its_last_day_and_on_no_other(
    procedure: ProcedureKind, anchor: date, away: int
) -> None:
    window = window_of(procedure, anchor)
    day = anchor + timedelta(days=away)
    inside = (window.opens_on or date.min) <= day <= window.closes_on
    assert (window.outcome_on(day) is OPEN) == inside
    assert window.outcome_on(window.closes_on) is OPEN
