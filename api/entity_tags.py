"""Whether a caller has already what it asks for."""

from __future__ import annotations

from starlette.requests import Request


def is_known(request: Request, tag: str) -> bool:
    """RFC 9110, 13.1.2, by the weak comparison."""
    given = ",".join(request.headers.getlist("if-none-match"))
    known = {one.strip().removeprefix("W/") for one in given.split(",")}
    return "*" in known or tag in known
