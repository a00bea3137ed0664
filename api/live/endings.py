"""How a stream's end is told: a close code over WebSocket, an error code in server-sent events."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from resolvers.live.ending import StreamEnd


class CloseCode(IntEnum):
    """44xx are the protocol's own, 46xx ours, the others RFC 6455's and its registry's."""

    NORMAL = 1000
    SERVICE_RESTART = 1012
    TRY_AGAIN_LATER = 1013
    BAD_MESSAGE = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    INIT_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    TOO_MANY_INITS = 4429
    RESUME = 4600
    TOKEN_OVER = 4601
    TOO_MANY_STREAMS = 4602


CLOSE_CODES: Final[Mapping[StreamEnd, CloseCode]] = {
    StreamEnd.RESUME: CloseCode.RESUME,
    StreamEnd.GOING_AWAY: CloseCode.SERVICE_RESTART,
    StreamEnd.TOKEN_OVER: CloseCode.TOKEN_OVER,
    StreamEnd.SESSION_ENDED: CloseCode.UNAUTHORIZED,
}
MESSAGES: Final[Mapping[StreamEnd, str]] = {
    StreamEnd.RESUME: "Open again with the last cursor seen as `after`.",
    StreamEnd.GOING_AWAY: "This process stops: open again with the last cursor seen as `after`.",
    StreamEnd.TOKEN_OVER: "The access token is over: refresh, then open again with `after`.",
    StreamEnd.SESSION_ENDED: "The session has ended: log in.",
}
