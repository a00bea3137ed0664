"""The mutations of the inbox."""

from collections.abc import Coroutine
from typing import Annotated, Any

import strawberry

from auth.permissions import Permission
from resolvers.changes import Command, Done
from resolvers.gateway import Ask, Gateway
from resolvers.notices.preferring import set_preferences
from resolvers.notices.reading import archive, mark_all_read, mark_read, unarchive
from resolvers.refusals import Refused
from schema.change_types import KEY, ChangeRefused, change_refused, command_of
from schema.context import Info
from schema.field import field_for, guarded
from schema.notice import Notice, unread_of
from schema.notice_preferences import (
    NoticePreferences,
    SetNoticePreferencesInput,
    asked_by,
    preferences_of,
)
from schema.own_read import read_own
from schema.row import Row

MAX_ID_LENGTH = 40
_field = field_for(Permission.NOTICE_MANAGE)


@strawberry.input(description="A step of a notice.")
class NoticeStepInput:
    idempotency_key: str = strawberry.field(description=KEY)
    notice_id: strawberry.ID = strawberry.field(description="Which notice.")


@strawberry.input(description="All notices up to one.")
class MarkAllNoticesReadInput:
    idempotency_key: str = strawberry.field(description=KEY)
    up_to_notice_id: strawberry.ID = strawberry.field(
        description="The newest that was shown; what came after it stays unread."
    )


@strawberry.type(description="The notice is as asked for.")
class NoticeChanged:
    row: strawberry.Private[Row]

    @_field("The notice as it is now; null where it has ceased to hold since.", edge="notice")
    def notice(self, info: Info) -> Notice | None:
        rows = self.row.related(info)
        return Notice(row=Row("notices", rows[0])) if rows else None

    @_field("How many are unread now.", rule_edges=("inbox",))
    def unread_count(self) -> int:
        return unread_of(self.row)


@strawberry.type(description="All up to that notice are read.")
class NoticesRead:
    row: strawberry.Private[Row]

    @_field("How many are unread now: those that came after it.", rule_edges=("inbox",))
    def unread_count(self) -> int:
        return unread_of(self.row)


@strawberry.type(description="The preferences stand.")
class NoticePreferencesChanged:
    row: strawberry.Private[Row]

    @_field("As they are now.", edge="inbox")
    def preferences(self, info: Info) -> NoticePreferences:
        return preferences_of(info, self.row)


NoticeChangePayload = Annotated[
    NoticeChanged | ChangeRefused,
    strawberry.union("NoticeChangePayload", description="How it ended."),
]
NoticesReadPayload = Annotated[
    NoticesRead | ChangeRefused,
    strawberry.union("NoticesReadPayload", description="How it ended."),
]
NoticePreferencesPayload = Annotated[
    NoticePreferencesChanged | ChangeRefused,
    strawberry.union("NoticePreferencesPayload", description="How it ended."),
]


@strawberry.type
class NoticeMutation:
    @guarded(Permission.NOTICE_MANAGE, description="Mark a notice as read.")
    async def mark_notice_read(self, info: Info, input: NoticeStepInput) -> NoticeChangePayload:
        return await _ended(info, mark_read(*_step(info, "markNoticeRead", input)))

    @guarded(
        Permission.NOTICE_MANAGE,
        description=(
            "Mark as read what the holder has seen: all notices up to one, itself included. One "
            "that arrives meanwhile stays unread."
        ),
    )
    async def mark_all_notices_read(
        self, info: Info, input: MarkAllNoticesReadInput
    ) -> NoticesReadPayload:
        context, command = info.context, command_of(info, "markAllNoticesRead", input)
        up_to = str(input.up_to_notice_id)[:MAX_ID_LENGTH]
        outcome = await mark_all_read(context.gateway, context.ask, command, up_to)
        if isinstance(outcome, Refused):
            return change_refused(info, outcome)
        return NoticesRead(row=await read_own(info, "NoticesRead"))

    @guarded(Permission.NOTICE_MANAGE, description="Put a notice into the archive; it is read.")
    async def archive_notice(self, info: Info, input: NoticeStepInput) -> NoticeChangePayload:
        return await _ended(info, archive(*_step(info, "archiveNotice", input)))

    @guarded(Permission.NOTICE_MANAGE, description="Take a notice out of the archive.")
    async def unarchive_notice(self, info: Info, input: NoticeStepInput) -> NoticeChangePayload:
        return await _ended(info, unarchive(*_step(info, "unarchiveNotice", input)))

    @guarded(
        Permission.NOTICE_MANAGE,
        description="Say which notices go out by which channel, and when none do.",
    )
    async def set_notice_preferences(
        self, info: Info, input: SetNoticePreferencesInput
    ) -> NoticePreferencesPayload:
        context, command = info.context, command_of(info, "setNoticePreferences", input)
        outcome = await set_preferences(context.gateway, context.ask, command, asked_by(input))
        if isinstance(outcome, Refused):
            return change_refused(info, outcome)
        return NoticePreferencesChanged(row=await read_own(info, "NoticePreferencesChanged"))


def _step(info: Info, name: str, given: NoticeStepInput) -> tuple[Gateway, Ask, Command, str]:
    """What every step of a notice is called with."""
    notice_id = str(given.notice_id)[:MAX_ID_LENGTH]
    return info.context.gateway, info.context.ask, command_of(info, name, given), notice_id


async def _ended(
    info: Info, change: Coroutine[Any, Any, Done | Refused]
) -> NoticeChanged | ChangeRefused:
    outcome = await change
    if isinstance(outcome, Refused):
        return change_refused(info, outcome)
    return NoticeChanged(row=await read_own(info, "NoticeChanged", {"_id": outcome.object_id}))
