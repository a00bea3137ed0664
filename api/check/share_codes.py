"""A holder's share code at the check page: typed with the birth date, never part of an address."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from api.check.frame import Frame, not_ours
from api.check.serving import page
from resolvers.gateway import Gateway


async def share_code(_gateway: Gateway, _request: Request, frame: Frame) -> Response:
    return page(not_ours(frame), 404)
