"""`POST /verify/callback/{engine}`: a remote engine says what it found.

The body is the JWS of the result and nothing else (docs/remote-verification.md). Every call gets
the same answer, whatever came of it: there is nothing to be learned here about flows, checks or
keys.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.middleware.admission import Admission
from auth.verification import MAX_EVIDENCE_LENGTH
from resolvers.gateway import Gateway
from resolvers.login.arrived_results import take_result

PATH: Final = "/verify/callback/{engine}"
SERVED_AT_ONCE: Final = 8


class CallbackEndpoint:
    """An ASGI application for one route that takes POST alone."""

    def __init__(self, gateway_of: Callable[[], Gateway]) -> None:
        self._gateway_of = gateway_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        if 0 < len(body) <= MAX_EVIDENCE_LENGTH and body.isascii():
            engine = request.path_params["engine"]
            await take_result(self._gateway_of(), engine, body.decode("ascii").strip())
        await Response(status_code=202, headers={"Cache-Control": "no-store"})(scope, receive, send)


def callback_routes(gateway_of: Callable[[], Gateway]) -> list[Route]:
    endpoint = Admission(CallbackEndpoint(gateway_of), served_at_once=SERVED_AT_ONCE)
    return [Route(PATH, endpoint, methods=["POST"])]
