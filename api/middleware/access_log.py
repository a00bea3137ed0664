"""One line for each request. No path, query string, operation name or address: those may be
anybody's data."""

from __future__ import annotations

import logging
from collections.abc import Collection

from api.exchange import Exchange
from api.logs import ACCESS_LOGGER, tell_plainly

logger = logging.getLogger(ACCESS_LOGGER)


class AccessLog:
    """`quiet_routes` are asked every second by probes; they are told only when they fail."""

    def __init__(self, *, quiet_routes: Collection[str] = ()) -> None:
        self._quiet_routes = frozenset(quiet_routes)

    def note(self, exchange: Exchange, method: str, route: str, seconds: float) -> None:
        status = exchange.status
        if route in self._quiet_routes and status is not None and status < 400:
            return
        tell_plainly(
            logger,
            "request",
            {
                "method": method,
                "route": route,
                "status": status,
                "ms": round(seconds * 1_000, 1),
                "operation": exchange.operation,
                "codes": exchange.codes,
            },
        )
