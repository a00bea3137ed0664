"""The private calendar of a holder's last days."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from auth.permissions import Permission
from resolvers.calendars.feeds import create_feed, revoke_feed
from resolvers.refusals import Refused
from schema.change_types import KEY, ChangeRefused, change_refused, command_of
from schema.context import Info
from schema.field import field_for, guarded
from schema.row import Row

calendar_field = field_for(Permission.CALENDAR_READ)
managed_field = field_for(Permission.CALENDAR_MANAGE)


@strawberry.type(description="A private address from which a calendar is read.")
class CalendarFeed:
    row: strawberry.Private[Row]

    @calendar_field("Random, stable id.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @calendar_field("When the address was made.", reads=("created_at",))
    def created_at(self) -> datetime:
        at: datetime = self.row["created_at"]
        return at

    @calendar_field("The day in Shanghai on which it was last read.", reads=("last_read_on",))
    def last_read_on(self) -> date | None:
        day: str | None = self.row.get("last_read_on")
        return None if day is None else date.fromisoformat(day)


@strawberry.input(description="A change of the holder's calendar address.")
class CalendarFeedInput:
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.type(description="The calendar can be read at a new address; a former one has ended.")
class CalendarFeedCreated:
    id: strawberry.ID = managed_field("Of the feed.")
    url: str | None = managed_field(
        "The address, this once: whoever has it reads the calendar, and nobody can tell it again. "
        "Null where the request was repeated."
    )


@strawberry.type(description="The address opens nothing any more.")
class CalendarFeedRevoked:
    id: strawberry.ID = managed_field("Of the feed that was.")


CreateCalendarFeedPayload = Annotated[
    CalendarFeedCreated | ChangeRefused,
    strawberry.union("CreateCalendarFeedPayload", description="How it ended."),
]
RevokeCalendarFeedPayload = Annotated[
    CalendarFeedRevoked | ChangeRefused,
    strawberry.union("RevokeCalendarFeedPayload", description="How it ended."),
]


@strawberry.type
class CalendarMutation:
    @guarded(
        Permission.CALENDAR_MANAGE,
        description="Make a private calendar address of all last days; docs/calendar.md.",
    )
    async def create_calendar_feed(
        self, info: Info, input: CalendarFeedInput
    ) -> CreateCalendarFeedPayload:
        command = command_of(info, "createCalendarFeed", input)
        outcome = await create_feed(info.context.gateway, info.context.ask, command)
        if isinstance(outcome, Refused):
            return change_refused(info, outcome)
        return CalendarFeedCreated(id=strawberry.ID(outcome.feed_id), url=outcome.url)

    @guarded(Permission.CALENDAR_MANAGE, description="End the calendar address at once.")
    async def revoke_calendar_feed(
        self, info: Info, input: CalendarFeedInput
    ) -> RevokeCalendarFeedPayload:
        command = command_of(info, "revokeCalendarFeed", input)
        outcome = await revoke_feed(info.context.gateway, info.context.ask, command)
        if isinstance(outcome, Refused):
            return change_refused(info, outcome)
        return CalendarFeedRevoked(id=strawberry.ID(outcome.object_id))
