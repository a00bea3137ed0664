"""When whoever finds the queue of faces full is told to come back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from api.face.coming_back import LEAST, MOST, ComingBack

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def test_each_is_told_a_time_after_those_of_the_others() -> None:
    coming = ComingBack(timedelta(seconds=2))
    waits = [coming.wait_of(str(number), NOW).total_seconds() for number in range(5)]
    assert waits == [5, 7, 9, 11, 13]


def test_who_asks_again_before_his_time_keeps_it_and_puts_nobody_off() -> None:
    coming = ComingBack(timedelta(seconds=2))
    assert coming.wait_of("first", NOW) == LEAST
    for later in range(5):
        wait = coming.wait_of("first", NOW + timedelta(seconds=later))
        assert wait == LEAST - timedelta(seconds=later)
    assert coming.wait_of("second", NOW) == timedelta(seconds=7)
    assert coming.wait_of("first", NOW + LEAST) == LEAST, "who came in time stands behind again"


def test_nobody_is_told_more_than_the_page_waits_and_no_more_are_remembered() -> None:
    coming = ComingBack(timedelta(seconds=1))
    waits = [coming.wait_of(str(number), NOW) for number in range(1_000)]
    assert max(waits) == MOST
    assert len(coming._times) == len(set(waits)) == 26
    assert coming.wait_of("later", NOW + MOST) == LEAST
    assert len(coming._times) == 1


def test_a_clock_that_is_put_back_keeps_nobody_waiting() -> None:
    coming = ComingBack(timedelta(seconds=2))
    assert coming.wait_of("first", NOW) == LEAST
    before = NOW - timedelta(hours=1)
    assert coming.wait_of("first", before) == LEAST
    assert coming.wait_of("second", before) == timedelta(seconds=7)
