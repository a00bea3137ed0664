"""Whether a holder may be disturbed with a notice, and when. Pure.

The inbox has every notice at once; this is about what goes out to a device or by e-mail. A day and
its quiet hours are those of Asia/Shanghai.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import Enum, StrEnum, auto

from resolvers.rules.notice_kinds import REMINDERS, NoticeKind
from resolvers.rules.permit_status import SHANGHAI


class NoticeGroup(StrEnum):
    """Kinds of notices that are turned on and off together."""

    LAST_DAYS = "LAST_DAYS"
    APPLICATIONS = "APPLICATIONS"
    PERMITS = "PERMITS"
    CARDS = "CARDS"
    RECORDS = "RECORDS"
    TASKS = "TASKS"
    LETTERS = "LETTERS"
    SHARING = "SHARING"


class NoticeChannel(StrEnum):
    """How a holder is reached outside the app."""

    PUSH = "PUSH"
    EMAIL = "EMAIL"


_K, _G = NoticeKind, NoticeGroup

GROUPS: Mapping[NoticeKind, NoticeGroup] = {
    **dict.fromkeys(REMINDERS, _G.LAST_DAYS),
    _K.APPLICATION_TO_CONFIRM: _G.APPLICATIONS,
    _K.APPLICATION_SUBMITTED: _G.APPLICATIONS,
    _K.APPLICATION_RETURNED: _G.APPLICATIONS,
    _K.APPLICATION_ACCEPTED: _G.APPLICATIONS,
    _K.APPLICATION_APPROVED: _G.APPLICATIONS,
    _K.APPLICATION_REJECTED: _G.APPLICATIONS,
    _K.APPLICATION_WITHDRAWN: _G.APPLICATIONS,
    _K.APPLICATION_LAPSED: _G.APPLICATIONS,
    _K.PERMIT_ISSUED: _G.PERMITS,
    _K.PERMIT_CANCELLED: _G.PERMITS,
    _K.CARD_ISSUED: _G.CARDS,
    _K.CARD_CHANGED: _G.CARDS,
    _K.CARD_ORDER_CHANGED: _G.CARDS,
    _K.DEVICE_KEY_REGISTERED: _G.CARDS,
    _K.RECORD_UPDATED: _G.RECORDS,
    _K.CONTEST_TAKEN: _G.RECORDS,
    _K.CONTEST_DECIDED: _G.RECORDS,
    _K.TASK_OPENED: _G.TASKS,
    _K.LETTER_ISSUED: _G.LETTERS,
    _K.GRANT_ASKED: _G.SHARING,
}


class BadQuietHours(ValueError):
    """No two different times of a day. Carries nothing of them."""


@dataclass(frozen=True)
class QuietHours:
    """From `begins` on, up to and without `ends`, which may be on the next day."""

    begins: time
    ends: time

    @classmethod
    def of(cls, begins: str, ends: str) -> QuietHours:
        """From two times such as `22:30`. Raises BadQuietHours."""
        if not (_TIME.fullmatch(begins) and _TIME.fullmatch(ends)) or begins == ends:
            raise BadQuietHours
        return cls(time.fromisoformat(begins), time.fromisoformat(ends))

    def end_after(self, at: datetime) -> datetime | None:
        """When they end, if `at` is within them."""
        local = at.astimezone(SHANGHAI)
        now = local.time()
        crosses = self.ends < self.begins
        within = (
            (now >= self.begins or now < self.ends) if crosses else self.begins <= now < self.ends
        )
        if not within:
            return None
        day = local.date() + timedelta(days=1 if now >= self.ends else 0)
        return datetime.combine(day, self.ends, SHANGHAI).astimezone(UTC)


_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True)
class NoticePreferences:
    """What is in `off` goes out by no such channel. `revision` is 0 until they are set."""

    off: frozenset[tuple[NoticeGroup, NoticeChannel]] = frozenset()
    quiet: QuietHours | None = None
    revision: int = 0


class Disturbance(Enum):
    """Why a notice goes out never."""

    TURNED_OFF = auto()


def may_disturb(
    preferences: NoticePreferences, kind: NoticeKind, channel: NoticeChannel, at: datetime
) -> datetime | Disturbance:
    """The first instant, `at` or later, at which it may go out by the channel; or that it never
    may."""
    if (GROUPS[kind], channel) in preferences.off:
        return Disturbance.TURNED_OFF
    if preferences.quiet is None:
        return at
    return preferences.quiet.end_after(at) or at
