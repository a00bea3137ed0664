"""The holder's sessions: one for each device that is logged in."""

from datetime import datetime
from typing import Annotated

import strawberry

from auth.permissions import Permission
from auth.sessions import EndOutcome
from resolvers.own_sessions import end_session, log_out, log_out_everywhere
from resolvers.policy.named import Named
from schema.connection import ListedRow, Listing, PageInfo
from schema.context import Info
from schema.field import field_for, guarded
from schema.row import Row

NOT_FOUND = Named("You have no such session.", "没有该会话。")

session_field = field_for(Permission.SESSION_READ)
ended_field = field_for(Permission.SESSION_END)


@strawberry.type(description="A device that is logged in.")
class Session:
    row: strawberry.Private[Row]

    @session_field("Random, stable id; give it to `endSession`.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @session_field("The device's model, as it gave it at login.", reads=("device",))
    def device_name(self) -> str:
        name: str = self.row["device"]["name"]
        return name

    @session_field("The device's system, as it gave it at login.", reads=("device",))
    def device_platform(self) -> str:
        platform: str = self.row["device"]["platform"]
        return platform

    @session_field("When it logged in.", reads=("created_at",))
    def created_at(self) -> datetime:
        at: datetime = self.row["created_at"]
        return at

    @session_field("When it last got new tokens.", reads=("last_used_at",))
    def last_used_at(self) -> datetime:
        at: datetime = self.row["last_used_at"]
        return at

    @session_field("When it last proved a real person.", reads=("authenticated_at",))
    def authenticated_at(self) -> datetime:
        at: datetime = self.row["authenticated_at"]
        return at

    @session_field("When it ends by itself.", reads=("idle_expires_at",))
    def expires_at(self) -> datetime:
        at: datetime = self.row["idle_expires_at"]
        return at

    @session_field("Whether it is the session that asks.")
    def is_current(self, info: Info) -> bool:
        return bool(self.row["_id"] == info.context.ask.principal.session_id)


@strawberry.type(description="A session and its place in the list.")
class SessionEdge:
    listed: strawberry.Private[ListedRow]

    @session_field("To be given as `after`.")
    def cursor(self) -> str:
        return self.listed.cursor

    @session_field("The session.")
    def node(self, info: Info) -> Session:
        return Session(row=self.listed.node(info))


@strawberry.type(description="A page of live sessions, newest first.")
class SessionConnection:
    listing: strawberry.Private[Listing]

    @session_field("The sessions of this page.")
    def edges(self, info: Info) -> list[SessionEdge]:
        return [SessionEdge(listed=listed) for listed in self.listing.listed(info)]

    @session_field("Where the page stands in the list.")
    def page_info(self) -> PageInfo:
        return self.listing.page_info()


@strawberry.type(description="Sessions were ended; their access tokens stop within one second.")
class SessionsEnded:
    count: int = ended_field("How many were ended by this call.")


@strawberry.type(description="The holder has no such session.")
class SessionNotFound:
    message: str = ended_field("In words, in the language of the request.")


EndSessionPayload = Annotated[
    SessionsEnded | SessionNotFound,
    strawberry.union("EndSessionPayload", description="How it ended."),
]


@strawberry.type
class SessionMutation:
    @guarded(Permission.SESSION_END, description="End the session that asks.")
    async def logout(self, info: Info) -> SessionsEnded:
        await log_out(info.context.gateway, info.context.ask)
        return SessionsEnded(count=1)

    @guarded(Permission.SESSION_END, description="End every session of the holder, this one too.")
    async def logout_everywhere(self, info: Info) -> SessionsEnded:
        return SessionsEnded(count=await log_out_everywhere(info.context.gateway, info.context.ask))

    @guarded(Permission.SESSION_END, description="End one of the holder's sessions.")
    async def end_session(
        self,
        info: Info,
        session_id: Annotated[strawberry.ID, strawberry.argument(description="From `sessions`.")],
    ) -> EndSessionPayload:
        context = info.context
        match await end_session(context.gateway, context.ask, str(session_id)[:40]):
            case EndOutcome.ENDED:
                return SessionsEnded(count=1)
            case EndOutcome.ENDED_BEFORE:
                return SessionsEnded(count=0)
            case EndOutcome.NOT_FOUND:
                message = context.text(NOT_FOUND, "SESSION_NOT_FOUND")
                return SessionNotFound(message=message)
