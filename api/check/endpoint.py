"""The routes of `/check`: a field for the address, and what each kind of code leads to.

A token leads by its `typ` to its owner, who verifies it: `_OWNERS`. A share code has no token and a
route of its own. GET never uses anything up, so a link may be previewed and a page loaded again;
only POST does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.check.cards import card
from api.check.form import read_form
from api.check.frame import Frame, not_ours, start
from api.check.letters import letter
from api.check.serving import Answer, Owner, ServedPage, page, style
from api.check.share_codes import PROOF_PATH, proof, share_code
from api.middleware.admission import Admission
from auth.card_codes import CARD_CODE_TYPE
from auth.letter_tokens import LETTER_TYPE
from auth.signed_json import claimed_type
from resolvers.gateway import Gateway
from resolvers.rules.check_addresses import CHECK_PATH, MAX_ADDRESS_LENGTH, token_in

SERVED_AT_ONCE: Final = 4
"""Beside the sixteen of the graph: a crowd at the check page must not slow the holders down."""
STYLE_PATH: Final = f"{CHECK_PATH}/style.css"
SHARE_CODE_PATH: Final = f"{CHECK_PATH}/code"
ADDRESS_FIELD: Final = "address"
_STYLE_SECONDS: Final = 31_536_000
_TOKEN: Final = re.compile(r"[A-Za-z0-9_.-]{1,400}")
_OWNERS: Final[Mapping[str, Owner]] = {LETTER_TYPE: letter, CARD_CODE_TYPE: card}


def check_routes(gateway_of: Callable[[], Gateway], issuer: str) -> list[Route]:
    address = f"{issuer.rstrip('/')}{CHECK_PATH}"

    def owned(owner: Owner) -> Answer:
        return lambda request, frame: owner(gateway_of(), request, frame)

    def admitted(answer: Answer) -> Admission:
        return Admission(ServedPage(answer, address), served_at_once=SERVED_AT_ONCE)

    return [
        Route(CHECK_PATH, admitted(_start)),
        Route(STYLE_PATH, _style, methods=["GET"]),
        Route(SHARE_CODE_PATH, admitted(owned(share_code))),
        Route(f"{CHECK_PATH}/{PROOF_PATH}", admitted(owned(proof))),
        Route(f"{CHECK_PATH}/{{token}}", admitted(owned(_token))),
    ]


async def _start(request: Request, frame: Frame) -> Response:
    """Where no token is given: it may be typed."""
    if request.method != "POST":
        return page(start(frame, is_wrong=False), 200)
    form = await read_form(request, [ADDRESS_FIELD], MAX_ADDRESS_LENGTH)
    token = token_in(form[ADDRESS_FIELD])
    if token is None or not _TOKEN.fullmatch(token):
        return page(start(frame, is_wrong=True), 400)
    return Response(status_code=303, headers={"Location": frame.link(token)})


async def _token(gateway: Gateway, request: Request, frame: Frame) -> Response:
    """By what the token says that it is; whether it is one of ours is for the owner to find out."""
    owner = _OWNERS.get(claimed_type(frame.token) or "")
    if owner is None:
        return page(not_ours(frame), 404)
    return await owner(gateway, request, frame)


async def _style(_request: Request) -> Response:
    headers = {"Cache-Control": f"public, max-age={_STYLE_SECONDS}, immutable"}
    return Response(style()[0], headers=headers, media_type="text/css; charset=utf-8")
