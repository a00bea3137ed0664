"""`/proofs/{id}`: a portal downloads the proof of a check by its signed, short-lived address.

Whoever may not have it is told one thing, whatever the reason. Without a portal the check page
hands it out (`api.check.share_codes`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final, assert_never

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.challenges import refused_request
from api.graphql_context import ask_of
from api.runtime import Runtime
from api.turns import Turns
from auth.proof_links import PROOFS_PATH, ProofClaim
from resolvers.policy.share_code_texts import FILE_NAME
from resolvers.share_codes.handing_out import NoProof, ProofFile, ProofForm, read_proof
from schema.failures import RequestError, RequestErrorCode

SERVED_AT_ONCE: Final = 16
SERVED_AT_ONCE_PER_CALLER: Final = 4
JWKS_PATH: Final = "/.well-known/jwks.json"
_MAX_ID: Final = 40
_MISSING: Final = "There is no proof for you at this address: check the share code anew."
_BUSY: Final = "Proofs cannot be made just now: try again in a few seconds."
_UNPRINTABLE: Final = "A character of it cannot be printed: keep the signed text instead."


def proof_routes(runtime_of: Callable[[], Runtime]) -> list[Route]:
    return [Route(f"{PROOFS_PATH}/{{id}}", ProofsEndpoint(runtime_of))]


class ProofsEndpoint:
    """An ASGI application."""

    def __init__(self, runtime_of: Callable[[], Runtime]) -> None:
        self._runtime_of = runtime_of
        self._turns = Turns("proofs", SERVED_AT_ONCE, SERVED_AT_ONCE_PER_CALLER)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except RequestError as error:
            headers = {"Allow": "GET"} if request.method != "GET" else {}
            response = refused_request(request, error, headers)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method != "GET":
            raise RequestError(
                RequestErrorCode.METHOD_NOT_ALLOWED, "This address does not take this method."
            )
        runtime = self._runtime_of()
        ask = await ask_of(runtime, request, runtime.gateway.now())
        if ask.principal.client_id is None:
            raise RequestError(RequestErrorCode.NOT_FOUND, _MISSING)
        claim = ProofClaim(*(_once(request, name) for name in ("until", "key", "proof")))
        form = ProofForm.JSON if _once(request, "form") == ProofForm.JSON else ProofForm.PDF
        proof_id = str(request.path_params["id"])[:_MAX_ID]
        async with self._turns.of(ask.principal):
            found = await read_proof(runtime.gateway, ask, proof_id, claim, form)
        match found:
            case ProofFile():
                return proof_file(found, runtime.settings.issuer)
            case NoProof.NOT_FOUND:
                raise RequestError(RequestErrorCode.NOT_FOUND, _MISSING)
            case NoProof.BUSY:
                raise RequestError(RequestErrorCode.UNAVAILABLE, _BUSY, retry_after_seconds=3)
            case NoProof.NOT_PRINTABLE:
                raise RequestError(RequestErrorCode.NOT_FOUND, _UNPRINTABLE)
            case _:
                assert_never(found)


def proof_file(proof: ProofFile, issuer: str) -> Response:
    """To keep; its name tells of nobody."""
    if proof.content is not None:
        return Response(proof.content, headers=_headers(proof, "pdf"), media_type="application/pdf")
    content = {
        "proof": proof.signed,
        "claims": proof.claims,
        "keys": f"{issuer.rstrip('/')}{JWKS_PATH}",
    }
    text = json.dumps(content, ensure_ascii=False, indent=2)
    return Response(text, headers=_headers(proof, "json"), media_type="application/json")


def _headers(proof: ProofFile, extension: str) -> dict[str, str]:
    name = f"{FILE_NAME}-{proof.proof_id}.{extension}"
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }


def _once(request: Request, name: str) -> str | None:
    given = request.query_params.getlist(name)
    return given[0] if len(given) == 1 else None
