"""Working days follow the State Council's notices, moved weekends included."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.policy.calendar import calendar_of, published_calendar
from resolvers.rules.working_days import (
    MAX_SPAN_DAYS,
    MAX_WORKING_DAYS,
    WorkingDayCalendar,
    add_working_days,
    working_days_between,
)

CALENDAR = published_calendar()
UNPUBLISHED = max(CALENDAR.published) + 1
DAYS = st.dates(date(2004, 1, 1), date(2040, 12, 31))
COUNTS = st.integers(1, MAX_WORKING_DAYS)

NOTICES = {
    # festival: (first day off, last day off, weekends worked for it)
    "Spring Festival 2024": (date(2024, 2, 10), date(2024, 2, 17), [(2, 4), (2, 18)]),
    "National Day 2024": (date(2024, 10, 1), date(2024, 10, 7), [(9, 29), (10, 12)]),
    "Spring Festival 2025": (date(2025, 1, 28), date(2025, 2, 4), [(1, 26), (2, 8)]),
    "National Day 2025": (date(2025, 10, 1), date(2025, 10, 8), [(9, 28), (10, 11)]),
    "Spring Festival 2026": (date(2026, 2, 15), date(2026, 2, 23), [(2, 14), (2, 28)]),
    "National Day 2026": (date(2026, 10, 1), date(2026, 10, 7), [(9, 20), (10, 10)]),
}


@pytest.mark.parametrize("festival", NOTICES)
def test_a_festival_is_off_and_its_weekends_are_worked_as_the_notice_says(festival: str) -> None:
    first, last, worked = NOTICES[festival]
    off = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    assert not any(map(CALENDAR.is_working_day, off))
    assert all(CALENDAR.is_working_day(date(first.year, *day)) for day in worked)
    assert all(date(first.year, *day).weekday() >= 5 for day in worked)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        # Spring Festival 2025: Fri 24 Jan; 26 (Sun, worked), 27; 5, 6, 7, 8 (Sat, worked), 10-13.
        (date(2025, 1, 24), date(2025, 2, 13)),
        # From a day off inside the festival: 5-8, 10-14, 17 February.
        (date(2025, 1, 30), date(2025, 2, 17)),
        # National Day 2025: 28 (Sun, worked), 29, 30; 9, 10, 11 (Sat, worked), 13-16.
        (date(2025, 9, 26), date(2025, 10, 16)),
        # Spring Festival 2024: 4 (Sun, worked), 5-9; 18 (Sun, worked), 19-21. 9 February was left
        # a working day by the notice.
        (date(2024, 2, 2), date(2024, 2, 21)),
        # National Day 2024: 29 (Sun, worked), 30; 8-11, 12 (Sat, worked), 14-16.
        (date(2024, 9, 28), date(2024, 10, 16)),
        # National Day 2026 and its weekend worked ten days before: 20 (Sun), 21-24; 28-30; 8, 9.
        (date(2026, 9, 18), date(2026, 10, 9)),
        # No festival near: two plain weeks, over 29 February.
        (date(2024, 2, 23), date(2024, 3, 8)),
    ],
)
def test_ten_working_days_are_counted_across_festivals_and_moved_weekends(
    start: date, due: date
) -> None:
    counted = add_working_days(CALENDAR, start, 10)
    assert (counted.day, counted.provisional) == (due, False)
    assert counted.calendar_version == CALENDAR.version


def test_the_installed_calendar_knows_2004_to_2026_at_least() -> None:
    assert set(range(2004, 2027)) <= CALENDAR.published
    assert not CALENDAR.is_published(2003)
    assert not CALENDAR.is_published(UNPUBLISHED)


def test_a_year_not_published_yet_counts_plain_weekends_and_is_provisional() -> None:
    start = date(UNPUBLISHED, 9, 24)
    counted = add_working_days(CALENDAR, start, 10)
    week_days = [start + timedelta(days=step) for step in range(1, 15)]
    plain = [day for day in week_days if day.weekday() < 5]
    assert (counted.day, counted.provisional) == (plain[9], True)
    between = working_days_between(CALENDAR, start, counted.day)
    assert (between.days, between.provisional) == (10, True)


def test_a_count_that_runs_into_a_year_not_published_is_provisional_as_a_whole() -> None:
    december = date(UNPUBLISHED - 1, 12, 14)
    assert not add_working_days(CALENDAR, december, 5).provisional
    assert add_working_days(CALENDAR, december, 30).provisional


def test_the_last_week_of_december_waits_for_the_notice_of_the_next_year() -> None:
    last = UNPUBLISHED - 1
    assert CALENDAR.is_settled(date(last, 12, 24))
    assert not CALENDAR.is_settled(date(last, 12, 25))
    assert CALENDAR.is_settled(date(last - 1, 12, 31))


def test_what_was_provisional_comes_out_otherwise_once_the_notice_arrives() -> None:
    before = calendar_of(frozenset({date(2025, 10, 1)}), frozenset())
    after = calendar_of(
        frozenset({date(2025, 10, 1), date(2026, 10, 1), date(2026, 10, 2)}),
        frozenset({date(2026, 10, 10)}),
    )
    start = date(2026, 9, 30)
    first, second = (add_working_days(calendar, start, 7) for calendar in (before, after))
    assert (first.day, first.provisional) == (date(2026, 10, 9), True)
    assert (second.day, second.provisional) == (date(2026, 10, 12), False)
    assert first.calendar_version != second.calendar_version


def test_a_year_is_published_by_its_national_day_and_not_by_a_new_year_in_another_list() -> None:
    off = frozenset({date(2025, 10, 1), date(2026, 1, 1)})
    calendar = calendar_of(off, frozenset({date(2026, 1, 4)}))
    assert calendar.published == {2025}
    assert calendar.is_working_day(date(2026, 1, 1))
    assert not calendar.is_working_day(date(2026, 1, 4))
    with pytest.raises(ValueError, match="no published year"):
        calendar_of(frozenset({date(2026, 1, 1)}), frozenset())


def test_a_version_names_the_content_of_a_calendar_and_its_last_year() -> None:
    off = frozenset({date(2025, 10, 1), date(2025, 10, 4)})
    one = calendar_of(off, frozenset())
    assert one.version.startswith("CN-2025-")
    # A Saturday that is off in a list of days off is a plain Saturday.
    assert one.version == calendar_of(off - {date(2025, 10, 4)}, frozenset()).version
    assert one.version != calendar_of(off | {date(2025, 10, 2)}, frozenset()).version
    assert one.version != calendar_of(off, frozenset({date(2025, 10, 11)})).version


@pytest.mark.parametrize("days", [-1, 0, MAX_WORKING_DAYS + 1])
def test_only_a_countable_number_of_working_days_is_counted(days: int) -> None:
    with pytest.raises(ValueError, match="working days must be"):
        add_working_days(CALENDAR, date(2026, 1, 1), days)


def test_counting_ends_where_a_calendar_has_no_working_days() -> None:
    every_day = (date(2026, 1, 1) + timedelta(days=step) for step in range(MAX_SPAN_DAYS + 2))
    idle = WorkingDayCalendar("idle", frozenset({2026}), frozenset(every_day), frozenset())
    with pytest.raises(ValueError, match="too few working days"):
        add_working_days(idle, date(2026, 1, 1), 1)
    with pytest.raises(ValueError, match="at most"):
        working_days_between(idle, date(2000, 1, 1), date(2026, 1, 1))


@given(DAYS, COUNTS)
def test_a_due_day_is_a_working_day_and_the_count_back_agrees(start: date, days: int) -> None:
    due = add_working_days(CALENDAR, start, days)
    assert start < due.day
    assert CALENDAR.is_working_day(due.day)
    between = working_days_between(CALENDAR, start, due.day)
    assert (between.days, between.provisional) == (days, due.provisional)


@given(DAYS, COUNTS, st.integers(0, 30))
def test_who_begins_later_is_due_no_earlier_and_one_day_more_is_due_later(
    start: date, days: int, later: int
) -> None:
    due = add_working_days(CALENDAR, start, days).day
    assert due <= add_working_days(CALENDAR, start + timedelta(days=later), days).day
    if days < MAX_WORKING_DAYS:
        assert due < add_working_days(CALENDAR, start, days + 1).day


@given(DAYS, st.integers(0, 200), st.integers(0, 200))
def test_counts_of_stretches_add_up(start: date, first: int, second: int) -> None:
    middle, end = start + timedelta(days=first), start + timedelta(days=first + second)
    whole = working_days_between(CALENDAR, start, end).days
    parts = (
        working_days_between(CALENDAR, start, middle),
        working_days_between(CALENDAR, middle, end),
    )
    assert whole == sum(part.days for part in parts)
    assert working_days_between(CALENDAR, end, start).days == (0 if end > start else whole)
