"""`GET /verify/flow`: which login the page is about, so that a holder who was only sent the address
of somebody else's login can see that it is not theirs."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.challenges import refused_request
from api.graphql_context import ask_of
from api.refusals import JSON
from api.runtime import Runtime
from auth.permissions import Permission, denial_for
from resolvers.login.begun import begun_flow
from schema.failures import RequestError, RequestErrorCode

BEGUN_PATH = "/verify/flow"


def begun_routes(runtime_of: Callable[[], Runtime]) -> list[Route]:
    async def begun(request: Request) -> Response:
        try:
            return await _answer(runtime_of(), request)
        except RequestError as error:
            return refused_request(request, error)

    return [Route(BEGUN_PATH, begun, methods=["GET"])]


async def _answer(runtime: Runtime, request: Request) -> Response:
    now = runtime.gateway.now()
    ask = await ask_of(runtime, request, now)
    denial = denial_for(ask.principal, (Permission.LOGIN_ADVANCE,), now)
    if denial is not None:
        sentence = "Send the flow token of a login whose real name is proved."
        raise RequestError(RequestErrorCode(denial.value), sentence)
    found = await begun_flow(runtime.gateway, ask)
    if found is None:
        raise RequestError(RequestErrorCode.NOT_FOUND, "There is no such login any more.")
    told = {
        "kind": found.kind,
        "startedAt": found.started_at.astimezone(UTC).isoformat(),
        "device": found.device,
    }
    headers = {"Cache-Control": "no-store"}
    return Response(json.dumps(told, ensure_ascii=False), 200, headers, JSON)
