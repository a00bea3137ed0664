"""What the edge knows of one request: made by the outermost middleware, filled on the way."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.routing import Route
from starlette.types import ASGIApp, Scope

UNMATCHED = "unmatched"
METHODS = frozenset(
    {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"}
)
MAX_CODES = 10
_KEY = "onecard.exchange"


@dataclass(slots=True)
class Exchange:
    """`client` is the address of who asks, behind trusted proxies too; None when it isn't known.

    `status` is that of the answer, once it has begun.
    `operation` is query, mutation, subscription or none. `codes` are those of the errors told.
    `sending_seconds` is set by a route whose answer is large: how long the client may take for it.
    `stream` is left behind by a route whose answer goes on: it is called when the deadline of the
    request and its place among those admitted are given back.
    """

    request_id: str
    client: str | None = None
    status: int | None = None
    operation: str = "none"
    codes: list[str] = field(default_factory=list)
    sending_seconds: float | None = None
    stream: ASGIApp | None = None

    def note_code(self, code: str) -> None:
        if code not in self.codes and len(self.codes) < MAX_CODES:
            self.codes.append(code)


def attach(scope: Scope, exchange: Exchange) -> None:
    scope[_KEY] = exchange


def exchange_of(scope: Scope) -> Exchange:
    """Raises KeyError outside of `Surroundings`, which is a fault of the wiring."""
    exchange: Exchange = scope[_KEY]
    return exchange


def route_of(scope: Scope) -> str:
    """The template of the route (`/letters/{id}`), never the path; known after routing."""
    route = scope.get("route")
    return route.path if isinstance(route, Route) else UNMATCHED


def method_of(scope: Scope) -> str:
    """The method if it is one of HTTP's own: anything may be sent."""
    method: str = scope.get("method", "OTHER")
    return method if method in METHODS else "OTHER"
