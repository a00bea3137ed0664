"""`/calendar/{token}.ics`: a holder's last days, for whoever has the address (docs/calendar.md).

The token is in the path, since calendar programs can send nothing else: the access log writes the
route and never the path, and so must a proxy in front of us.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.entity_tags import is_known
from api.exchange import exchange_of
from api.graphql_context import UNKNOWN_ADDRESS
from api.refusals import refusal
from auth.principal import ANONYMOUS
from resolvers.calendars.feeds import PATH, Calendar, TooOften, read_calendar
from resolvers.gateway import Ask, Gateway
from schema.failures import RequestErrorCode

CALENDAR_ROUTE: Final = f"{PATH}/{{token}}.ics"
CACHE_SECONDS: Final = 3_600


class CalendarEndpoint:
    """An ASGI application for one route that takes GET and HEAD."""

    def __init__(self, gateway_of: Callable[[], Gateway]) -> None:
        self._gateway_of = gateway_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        exchange = exchange_of(request.scope)
        ask = Ask(ANONYMOUS, exchange.client or UNKNOWN_ADDRESS, exchange.request_id)
        token: str = request.path_params["token"]
        calendar = await read_calendar(self._gateway_of(), ask, token)
        if isinstance(calendar, TooOften):
            exchange.note_code(RequestErrorCode.RATE_LIMITED.value)
            seconds = str(math.ceil(calendar.retry_after.total_seconds()))
            return refusal(
                RequestErrorCode.RATE_LIMITED,
                "Too many requests: wait.",
                headers={"Retry-After": seconds},
            )
        if calendar is None:
            exchange.note_code(RequestErrorCode.NOT_FOUND.value)
            return refusal(RequestErrorCode.NOT_FOUND, "There is nothing at this address.")
        body = await asyncio.to_thread(_written, calendar)
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"Cache-Control": f"private, max-age={CACHE_SECONDS}", "ETag": tag}
        if is_known(request, tag):
            return Response(status_code=304, headers=headers)
        headers |= {
            "Content-Disposition": 'inline; filename="onecard.ics"',
            "X-Robots-Tag": "noindex",
        }
        return Response(body, 200, headers, "text/calendar; charset=utf-8")


def _written(calendar: Calendar) -> bytes:
    """Off the event loop, and imported by the first who asks: the library takes a quarter of a
    second, which no start of the gateway has to wait for."""
    from api.calendar_file import calendar_file

    return calendar_file(calendar)
