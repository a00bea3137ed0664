"""Which reminder fits a day, and what is left of those that were missed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.policy.reminders import POLICIES, ReminderPolicy, held_since, reminder_policy_on
from resolvers.rules.notice_kinds import REMINDERS, NoticeKind
from resolvers.rules.permit_status import ends_at, printed_day, shanghai_day
from resolvers.rules.reminders import EXPIRED, DayHours, first_day_still_sent, nearest_threshold

[POLICY] = POLICIES
PERMIT = POLICY.thresholds[NoticeKind.PERMIT_EXPIRING]
LATE = POLICY.max_days_late
LAST = date(2028, 2, 29)
THRESHOLDS = st.sets(st.integers(EXPIRED, 120), min_size=1)


@pytest.mark.parametrize(
    ("left", "fits"),
    [
        (91, None),
        (90, 90),
        (61, 90),
        (60, 60),
        (8, 14),
        (7, 7),
        (2, 7),
        (1, 1),
        (0, 0),
        (-1, EXPIRED),
        (-7, EXPIRED),
        (-8, None),
    ],
)
def test_the_threshold_passed_last_fits_and_behind_the_end_one_for_a_week(
    left: int, fits: int | None
) -> None:
    assert nearest_threshold(PERMIT, left, LATE) == fits


def test_without_a_threshold_behind_the_end_nothing_is_told_there() -> None:
    assert nearest_threshold((14, 0), -1, LATE) is None
    assert first_day_still_sent((14, 0), 0, LAST, LATE) == LAST


def told_by_lanes(
    thresholds: set[int], last_day: date, days: list[date], first: date
) -> list[tuple[date, int]]:
    """(day, threshold) of what is told of one record when a worker runs on `days` alone: each
    threshold goes through the days that it has not done, as the job does."""
    next_days: dict[int, date] = {}
    told = []
    for today in days:
        for threshold in thresholds:
            fits = first_day_still_sent(thresholds, threshold, today, LATE)
            day = max(next_days.get(threshold, first), fits)
            due = last_day - timedelta(days=threshold)
            if day <= due <= today:
                told.append((today, threshold))
            next_days[threshold] = today + timedelta(days=1)
    return told


@given(THRESHOLDS, st.sets(st.integers(-140, 20), max_size=60))
def test_over_any_outages_each_threshold_is_told_once_at_most_and_always_the_nearest(
    thresholds: set[int], running: set[int]
) -> None:
    days = sorted(LAST + timedelta(days=offset) for offset in running)
    told = told_by_lanes(thresholds, LAST, days, LAST - timedelta(days=400))
    assert len({threshold for _, threshold in told}) == len(told)
    assert len({day for day, _ in told}) == len(told), "never two on one day"
    fitting = [(day, nearest_threshold(thresholds, (LAST - day).days, LATE)) for day in days]
    seen: set[int | None] = {None}
    expected = []
    for day, threshold in fitting:
        if threshold not in seen:
            expected.append((day, threshold))
        seen.add(threshold)
    assert told == expected


@given(THRESHOLDS, st.data())
def test_exactly_the_days_whose_reminder_still_fits_are_gone_through(
    thresholds: set[int], data: st.DataObject
) -> None:
    threshold = data.draw(st.sampled_from(sorted(thresholds)))
    first = first_day_still_sent(thresholds, threshold, LAST, LATE)
    for late in range(130):
        day = LAST - timedelta(days=late)
        left = (day + timedelta(days=threshold) - LAST).days
        fits = nearest_threshold(thresholds, left, LATE) == threshold
        assert fits is (day >= first)


@pytest.mark.parametrize(
    ("utc", "holds"),
    [
        (time(1, 0, 59), False),
        (time(1, 1), True),
        (time(11, 58, 59), True),
        (time(11, 59), False),
        (time(16, 0), False),
    ],
)
def test_the_hours_are_those_of_shanghai_wherever_the_server_runs(utc: time, holds: bool) -> None:
    assert POLICY.hours.hold_at(datetime.combine(LAST, utc, UTC)) is holds


def test_a_clock_that_is_30_seconds_wrong_stays_within_the_hours() -> None:
    nine = datetime.combine(LAST, time(1), UTC)
    hours = DayHours(time(9), time(20), margin=timedelta(minutes=1))
    for seconds in range(-120, 120):
        right = nine + timedelta(seconds=seconds)
        for wrong in (-30, 30):
            if hours.hold_at(right + timedelta(seconds=wrong)):
                assert right > nine


def test_midnight_in_shanghai_turns_the_day_while_the_server_has_afternoon() -> None:
    last_day = date(2028, 2, 29)
    before = datetime(2028, 2, 28, 15, 59, 59, tzinfo=UTC)
    assert (last_day - shanghai_day(before)).days == 1
    assert (last_day - shanghai_day(before + timedelta(seconds=1))).days == 0
    assert ends_at(last_day) == datetime(2028, 2, 29, 16, tzinfo=UTC)
    assert printed_day(ends_at(last_day)) == last_day


def test_every_kind_of_reminder_has_thresholds() -> None:
    for policy in POLICIES:
        assert set(policy.thresholds) == REMINDERS
        for thresholds in policy.thresholds.values():
            assert list(thresholds) == sorted(set(thresholds), reverse=True)
            assert min(thresholds) >= EXPIRED


def test_a_new_threshold_holds_from_its_version_on_and_a_kept_one_from_the_first() -> None:
    kind, since = NoticeKind.TASK_DUE, date(2027, 5, 1)
    later = ReminderPolicy(
        "reminders/later", since, {**POLICY.thresholds, kind: (21, 14)}, LATE, POLICY.hours
    )
    versions = (later, POLICY)
    before, after = since - timedelta(days=1), since + timedelta(days=400)
    assert reminder_policy_on(before, versions) is POLICY
    assert reminder_policy_on(since, versions) is later
    assert reminder_policy_on(date(2000, 1, 1), (POLICY, later)) is POLICY
    assert held_since(kind, 14, after, versions) == POLICY.valid_from
    assert held_since(kind, 21, after, versions) == since
    assert held_since(kind, 14, before, versions) == POLICY.valid_from
