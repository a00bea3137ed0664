"""Live: the holder's notices as they come."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Annotated, Any

import strawberry

from auth.mongo import Document
from auth.permissions import Permission
from resolvers.live.ending import StreamEnded
from resolvers.live.hub import HubDown
from resolvers.notices.following import OpenStream, TooFarBehind, follow_notices
from resolvers.selection import Cursor
from resolvers.store import notices
from schema.connection import decoded
from schema.context import Info, RequestContext
from schema.failures import UNEXPECTED_MESSAGES, RequestError, RequestErrorCode
from schema.field import guarded
from schema.notice import Notice, notice_field
from schema.row import Row
from schema.selection import CONNECTION_ORDER

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""Before every notice; what an empty `after` stands for."""
_LIST = CONNECTION_ORDER["notices"]


@strawberry.type(description="A notice that came, and where the holder's inbox stands with it.")
class NoticeArrival:
    document: strawberry.Private[dict[str, Any]]

    @notice_field("The notice.")
    def notice(self) -> Notice:
        return Notice(row=Row(notices.NAME, self.document))

    @notice_field("Its place: give the last one seen as `after`, and nothing is missed.")
    def cursor(self) -> str:
        return Cursor(_LIST.mark, self.document["at"], self.document["_id"]).encode()

    @notice_field("How many notices are unread, this one among them unless it was read meanwhile.")
    async def unread_count(self, info: Info) -> int:
        return await info.context.gateway.unread_counts.of(self.document["holder_id"])


@strawberry.type(description="Live. Over WebSocket or server-sent events; see docs/live.md.")
class Subscription:
    @guarded(
        Permission.NOTICE_READ,
        description=(
            "The holder's notices: those that came after a place, in order, then each as it comes."
        ),
        is_subscription=True,
    )
    async def notice_arrived(
        self,
        info: Info,
        after: Annotated[
            str | None,
            strawberry.argument(
                description=(
                    "The `cursor` of the last notice seen, here or in the inbox; empty for the"
                    " place before the first one. Without it: from now on."
                )
            ),
        ] = None,
    ) -> AsyncGenerator[NoticeArrival, None]:
        context = info.context
        stream = context.stream
        if stream is None:
            raise TypeError("a subscription is executed for a stream")
        try:
            found = await follow_notices(context.gateway, context.ask, stream, _place(after))
        except HubDown:
            code = RequestErrorCode.UNAVAILABLE
            raise RequestError(code, UNEXPECTED_MESSAGES[code], retry_after_seconds=1) from None
        if isinstance(found, TooFarBehind):
            raise RequestError(
                RequestErrorCode.TOO_FAR_BEHIND,
                f"More than {found.most} notices came since `after`: page through the inbox.",
            )
        stream.begin()
        return _arrivals(context, stream, found)


def _place(after: str | None) -> datetime | None:
    if after is None:
        return None
    return decoded(after, _LIST).at if after else BEGINNING


async def _arrivals(
    context: RequestContext, stream: OpenStream, found: AsyncGenerator[Document, None]
) -> AsyncGenerator[NoticeArrival, None]:
    """Each is executed like a request of its own moment."""
    try:
        async with aclosing(found):
            async for document in found:
                context.now = context.gateway.now()
                context.vaults.clear()
                yield NoticeArrival(document=document)
    except StreamEnded as ended:
        stream.end(ended.end)
