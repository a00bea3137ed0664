"""Whether and when a holder is disturbed, by the holder's own wish."""

from __future__ import annotations

from datetime import datetime

import pytest

from resolvers.rules.notice_kinds import NoticeKind
from resolvers.rules.notice_preferences import (
    GROUPS,
    BadQuietHours,
    Disturbance,
    NoticeChannel,
    NoticeGroup,
    NoticePreferences,
    QuietHours,
    may_disturb,
)
from tests.access_callers import logged_in
from tests.flows import everything_stored
from tests.inboxes import PREFERENCES, change_notices, put_notices, stored_unread
from tests.serving import Serving

KIND, PUSH = NoticeKind.CARD_CHANGED, NoticeChannel.PUSH


def shanghai(clock: str, day: int = 10) -> datetime:
    return datetime.fromisoformat(f"2026-12-{day:02}T{clock}+08:00")


@pytest.mark.parametrize(
    ("at", "goes_out"),
    [
        (shanghai("21:59:59.999"), shanghai("21:59:59.999")),
        (shanghai("22:00"), shanghai("07:30", 11)),
        (shanghai("23:59:59.999"), shanghai("07:30", 11)),
        (shanghai("00:00", 11), shanghai("07:30", 11)),
        (shanghai("07:29:59.999", 11), shanghai("07:30", 11)),
        (shanghai("07:30", 11), shanghai("07:30", 11)),
        (shanghai("12:00"), shanghai("12:00")),
    ],
)
def test_quiet_hours_across_midnight_end_on_the_next_morning(
    at: datetime, goes_out: datetime
) -> None:
    preferences = NoticePreferences(quiet=QuietHours.of("22:00", "07:30"))
    assert may_disturb(preferences, KIND, PUSH, at) == goes_out


@pytest.mark.parametrize(
    ("at", "goes_out"),
    [
        (shanghai("11:59:59.999"), shanghai("11:59:59.999")),
        (shanghai("12:00"), shanghai("14:00")),
        (shanghai("13:59:59.999"), shanghai("14:00")),
        (shanghai("14:00"), shanghai("14:00")),
        (shanghai("00:00"), shanghai("00:00")),
    ],
)
def test_quiet_hours_within_a_day_end_on_that_day(at: datetime, goes_out: datetime) -> None:
    preferences = NoticePreferences(quiet=QuietHours.of("12:00", "14:00"))
    assert may_disturb(preferences, KIND, PUSH, at) == goes_out


@pytest.mark.parametrize("ends", ["00:00", "00:01"])
def test_quiet_hours_may_end_at_midnight_or_just_behind_it(ends: str) -> None:
    preferences = NoticePreferences(quiet=QuietHours.of("22:00", ends))
    assert may_disturb(preferences, KIND, PUSH, shanghai("23:00")) == shanghai(ends, 11)
    assert may_disturb(preferences, KIND, PUSH, shanghai("00:01", 11)) == shanghai("00:01", 11)


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        *[("22:00", "22:00"), ("24:00", "07:00"), ("22:60", "07:00"), ("2200", "0700")],
        *[("22:00", ""), ("22:00:00", "07:00"), ("22:00\n", "07:00"), ("２２:00", "07:00")],
    ],
)
def test_quiet_hours_are_two_different_times_of_a_day(begins: str, ends: str) -> None:
    with pytest.raises(BadQuietHours):
        QuietHours.of(begins, ends)


def test_what_is_turned_off_never_goes_out_and_the_rest_does() -> None:
    preferences = NoticePreferences(
        off=frozenset({(NoticeGroup.CARDS, NoticeChannel.PUSH)}),
        quiet=QuietHours.of("22:00", "07:30"),
    )
    at = shanghai("12:00")
    assert may_disturb(preferences, KIND, PUSH, at) is Disturbance.TURNED_OFF
    assert may_disturb(preferences, KIND, NoticeChannel.EMAIL, at) == at
    assert may_disturb(preferences, NoticeKind.PERMIT_ISSUED, PUSH, at) == at


def test_every_kind_belongs_to_a_group_and_every_group_has_a_kind() -> None:
    assert set(GROUPS) == set(NoticeKind)
    assert set(GROUPS.values()) == set(NoticeGroup)


SHOW = f"{{ me {{ noticePreferences {{ {PREFERENCES} }} }} }}"


async def test_preferences_are_set_as_a_whole_and_shown_so(serving: Serving) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    shown = (await app.execute(SHOW))["me"]["noticePreferences"]
    assert (shown["revision"], shown["quietHours"]) == (0, None)
    assert [one["group"] for one in shown["groups"]] == [str(group) for group in NoticeGroup]
    assert all(one["push"] and one["email"] for one in shown["groups"])
    quiet = {"begins": "22:00", "ends": "07:30"}
    wanted = [{"group": "CARDS", "push": False}, {"group": "RECORDS", "email": False}]
    changed = await change_notices(
        app, "setNoticePreferences", revision=0, groups=wanted, quietHours=quiet
    )
    preferences = changed["preferences"]
    assert (await app.execute(SHOW))["me"]["noticePreferences"] == preferences
    assert (preferences["revision"], preferences["quietHours"]) == (1, quiet)
    off = [one for one in preferences["groups"] if not (one["push"] and one["email"])]
    assert off == [
        {"group": "CARDS", "push": False, "email": True},
        {"group": "RECORDS", "push": True, "email": False},
    ]
    # Whoever was never told anything has an inbox now, and is told as others are.
    await put_notices(serving, person, person.permit_ids[0], days_left=[3])
    assert await stored_unread(serving, person) == (1, 1)
    reset = await change_notices(app, "setNoticePreferences", revision=1)
    assert reset["preferences"] == shown | {"revision": 2}


async def test_preferences_that_are_stale_or_senseless_are_refused(serving: Serving) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    await change_notices(app, "setNoticePreferences", revision=0)
    before = await everything_stored(serving.database, "audit")
    same = {"begins": "22:00", "ends": "22:00"}
    for given, code in (
        ({"revision": 0}, "STALE_REVISION"),
        ({"revision": 1, "quietHours": same}, "BAD_QUIET_HOURS"),
    ):
        refused = await change_notices(app, "setNoticePreferences", **given)
        assert refused["code"] == code
    assert await everything_stored(serving.database, "audit") == before
