"""What a calendar says of a last day, English and Chinese. No name and no number: calendars are
shown on locked screens, shared with colleagues and stored by others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from resolvers.policy.named import Named
from resolvers.rules.calendar_entries import EntryKind

CALENDAR_NAME: Final = Named("Work permit and card: last days", "工作许可与社保卡：到期日")
DESCRIPTION: Final = Named(
    "Open the app to see what to do and by when.", "请打开应用查看应办事项及期限。"
)

SUMMARIES: Final[Mapping[EntryKind, Named]] = {
    EntryKind.PERMIT: Named("Work permit: last valid day", "工作许可：最后有效日"),
    EntryKind.RESIDENCE_PERMIT: Named("Residence permit: last valid day", "居留许可：最后有效日"),
    EntryKind.PASSPORT: Named("Passport: last valid day", "护照：最后有效日"),
    EntryKind.PERMANENT_RESIDENT_ID: Named(
        "Permanent resident ID: last valid day", "永久居留身份证：最后有效日"
    ),
    EntryKind.APPLY_RESIDENCE_PERMIT: Named(
        "Last day to apply for the residence permit", "申请居留许可的最后一天"
    ),
    EntryKind.SETTLE_RESIDENCE_PERMIT: Named(
        "Last day to settle the residence permit", "办理居留许可后续手续的最后一天"
    ),
    EntryKind.OTHER_TASK: Named("Last day of a task", "待办事项的最后一天"),
}

ALARM_TODAY: Final = Named("today", "就在今天")
ALARM_TOMORROW: Final = Named("tomorrow", "明天")
ALARM_IN_DAYS: Final = Named("in {days} days", "还有{days}天")
ALARM_AT: Final = timedelta(hours=9)
"""After the midnight with which a day begins, by the clock of the phone."""


def alarm_text(days: int) -> Named:
    if days == 0:
        return ALARM_TODAY
    if days == 1:
        return ALARM_TOMORROW
    return Named(ALARM_IN_DAYS.en.format(days=days), ALARM_IN_DAYS.zh.format(days=days))
