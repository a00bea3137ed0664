"""The holder's sessions: one for each device that is logged in."""

from datetime import datetime
from typing import Annotated

import strawberry

from auth.permissions import Permission
from auth.session_documents import Session as StoredSession
from auth.sessions import EndOutcome, SessionPosition
from resolvers.own_sessions import end_session, list_sessions, log_out, log_out_everywhere
from resolvers.policy.places import Named
from resolvers.selection import Cursor
from schema.connection import DEFAULT_PAGE, After, First, PageInfo, decoded
from schema.context import Info
from schema.field import field_for, guarded

NOT_FOUND = Named("You have no such session.", "没有该会话。")

session_field = field_for(Permission.SESSION_READ)
ended_field = field_for(Permission.SESSION_END)


@strawberry.type(description="A device that is logged in.")
class Session:
    stored: strawberry.Private[StoredSession]

    @session_field("Random, stable id; give it to `endSession`.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.stored.session_id)

    @session_field("The device's name, as it gave it at login.")
    def device_name(self) -> str:
        return self.stored.device["name"]

    @session_field("The device's platform, as it gave it at login.")
    def device_platform(self) -> str:
        return self.stored.device["platform"]

    @session_field("When it logged in.")
    def created_at(self) -> datetime:
        return self.stored.created_at

    @session_field("When it last got new tokens.")
    def last_used_at(self) -> datetime:
        return self.stored.last_used_at

    @session_field("When it last proved a real person.")
    def authenticated_at(self) -> datetime:
        return self.stored.authenticated_at

    @session_field("When it ends by itself.")
    def expires_at(self) -> datetime:
        return self.stored.idle_expires_at

    @session_field("Whether it is the session that asks.")
    def is_current(self, info: Info) -> bool:
        return self.stored.session_id == info.context.ask.principal.session_id


@strawberry.type(description="A session and its place in the list.")
class SessionEdge:
    cursor: str = session_field("To be given as `after`.")
    node: Session = session_field("The session.")


@strawberry.type(description="A page of live sessions, newest first.")
class SessionConnection:
    edges: list[SessionEdge] = session_field("The sessions of this page.")
    page_info: PageInfo = session_field("Where the page stands in the list.")


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
class SessionQuery:
    @guarded(Permission.SESSION_READ, description="The devices that are logged in, newest first.")
    async def sessions(
        self, info: Info, first: First = DEFAULT_PAGE, after: After = None
    ) -> SessionConnection:
        position = None
        if after is not None:
            cursor = decoded(after)
            position = SessionPosition(cursor.at, cursor.document_id)
        page = await list_sessions(info.context.gateway, info.context.ask, first, position)
        edges = [
            SessionEdge(cursor=_cursor(one), node=Session(stored=one)) for one in page.sessions
        ]
        end_cursor = edges[-1].cursor if edges else None
        page_info = PageInfo(has_next_page=page.more_follow, end_cursor=end_cursor)
        return SessionConnection(edges=edges, page_info=page_info)


def _cursor(session: StoredSession) -> str:
    return Cursor(session.created_at, session.session_id).encode()


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
