"""`POST /verify/frames/{challengeId}`: what a camera saw goes to the provider of real persons.

The same step as `submitRealPersonProof`, with frames in place of a text: who may, what is counted,
written and told is decided there (`resolvers.login.real_person`). Frames are in memory until the
answer, in no file and in no log. The token comes in a header that no browser sends by itself, so
that no other site can have somebody's browser prove anything; other origins get no answer to read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.challenges import refused_request
from api.exchange import exchange_of
from api.graphql_context import ask_of
from api.refusals import JSON
from api.runtime import Runtime
from api.turns import Turns
from api.verify.bodies import MAX_BODY_BYTES, frames_of, paced_body
from auth.permissions import Denial, Permission, denial_for
from resolvers.login.begun import begun_flow
from resolvers.login.outcomes import LoginRefusalCode, ProofAccepted, Refused
from resolvers.login.real_name import retry_after_seconds
from resolvers.login.real_person import refused_unread, submit_real_person_proof
from resolvers.policy.named import Named
from schema.failures import RequestError, RequestErrorCode
from schema.login_texts import ADVICE_TEXTS, REFUSAL_TEXTS, SANDBOX_NOTICE

PREFIX: Final = "/verify/frames/"
FRAME_BODIES: Final[Mapping[str, int]] = {PREFIX: MAX_BODY_BYTES}
MEDIA_TYPE: Final = "application/json"
SERVED_AT_ONCE: Final = 6
"""Each may hold a body and what was read out of it, some 30 MB at most."""
PROVED: Final = "REAL_PERSON_PROVED"

_MAX_ID: Final = 40
_C = LoginRefusalCode
_STATUS: Final[Mapping[LoginRefusalCode, int]] = {
    _C.NOT_LIVE: 422,
    _C.NOT_THE_HOLDER: 422,
    _C.POOR_QUALITY: 422,
    _C.TOO_MANY_ATTEMPTS: 429,
    _C.PROVIDER_UNAVAILABLE: 503,
}
_OTHERWISE: Final = 409
"""The flow or the challenge is not where this step begins."""


def frame_routes(runtime_of: Callable[[], Runtime]) -> list[Route]:
    return [Route(f"{PREFIX}{{challenge_id}}", FramesEndpoint(runtime_of), methods=["POST"])]


class FramesEndpoint:
    """An ASGI application."""

    def __init__(self, runtime_of: Callable[[], Runtime]) -> None:
        self._runtime_of = runtime_of
        self._turns = Turns("frames", SERVED_AT_ONCE, at_once_per_caller=1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except RequestError as error:
            if error.code is RequestErrorCode.BODY_TOO_SLOW:
                response = refused_request(request, error, {"Connection": "close"})
                await response(scope, receive, send)
                return
            response = refused_request(request, error)
        # Whoever is answered while still sending sees a broken connection in place of it.
        if not getattr(request.state, "is_read", False):
            async for _ in request.stream():
                pass
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != MEDIA_TYPE:
            raise RequestError(RequestErrorCode.UNSUPPORTED_MEDIA_TYPE, f"Send {MEDIA_TYPE}.")
        runtime = self._runtime_of()
        gateway = runtime.gateway
        ask = await ask_of(runtime, request, gateway.now())
        denial = denial_for(ask.principal, (Permission.LOGIN_ADVANCE,), gateway.now())
        if denial is not None:
            sentence = "Send the flow token of a login whose real name is proved."
            raise RequestError(_code_of(denial), sentence)
        # Of whoever has begun several logins of one holder, too.
        begun = await begun_flow(gateway, ask)
        async with self._turns.of(ask.principal, begun.holder_id if begun else None):
            refused = refused_unread(gateway, begun.reference if begun else None)
            if refused is not None:
                return _told(request, refused)
            # Megabytes of base64 take tenths of a second: not on the event loop.
            proof = await gateway.heavy_work.run(frames_of, await paced_body(request))
            challenge_id = str(request.path_params["challenge_id"])[:_MAX_ID]
            outcome = await submit_real_person_proof(gateway, ask, challenge_id, proof)
        return _told(request, outcome)


def _code_of(denial: Denial) -> RequestErrorCode:
    return RequestErrorCode(denial.value)


def _told(request: Request, outcome: ProofAccepted | Refused) -> Response:
    if isinstance(outcome, ProofAccepted):
        return _json({"result": PROVED}, 200)
    exchange_of(request.scope).note_code(outcome.code.value)
    seconds = retry_after_seconds(outcome.retry_after)
    message = _message(outcome)
    told = {
        "code": outcome.code,
        "advice": outcome.advice,
        "message": {"en": message.en, "zh": message.zh},
        "retryAfterSeconds": seconds,
    }
    headers = {} if seconds is None else {"Retry-After": str(seconds)}
    return _json(told, _STATUS.get(outcome.code, _OTHERWISE), headers)


def _message(refused: Refused) -> Named:
    said = REFUSAL_TEXTS[refused.code]
    if refused.advice is not None:
        said = ADVICE_TEXTS[refused.advice]
    if not refused.by_sandbox:
        return said
    return Named(f"{said.en} {SANDBOX_NOTICE.en}", f"{said.zh}{SANDBOX_NOTICE.zh}")


def _json(
    told: Mapping[str, Any], status: int, headers: Mapping[str, str] | None = None
) -> Response:
    kept = {"Cache-Control": "no-store", **(headers or {})}
    return Response(json.dumps(told, ensure_ascii=False), status, kept, JSON)
