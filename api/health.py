"""Probes. Alive: this process answers. Ready: what it needs answers too."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Check = Callable[[], Awaitable[None]]
"""Raises when what it looks at is not well."""

CHECK_SECONDS = 2.0
REMEMBERED_SECONDS = 1.0

logger = logging.getLogger("onecard.health")


class Readiness:
    """Runs the checks together, each at most two seconds, all at most once a second however often
    it is asked."""

    def __init__(
        self, checks: Mapping[str, Check], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._checks = dict(checks)
        self._clock = clock
        self._lock = asyncio.Lock()
        self._failed: list[str] = []
        self._checked_at: float | None = None

    async def failed(self) -> list[str]:
        """The names of the checks that failed."""
        async with self._lock:
            now = self._clock()
            if self._checked_at is None or now - self._checked_at >= REMEMBERED_SECONDS:
                results = await asyncio.gather(*map(self._passes, self._checks))
                self._failed = [
                    name for name, passed in zip(self._checks, results, strict=True) if not passed
                ]
                self._checked_at = now
            return list(self._failed)

    async def _passes(self, name: str) -> bool:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await self._checks[name]()
        except Exception:
            logger.warning("check failed", extra={"state": name}, exc_info=True)
            return False
        return True


def health_routes(readiness: Readiness) -> list[Route]:
    """`/health/live` and `/health/ready`; the latter is 503 with the names of what failed."""

    async def live(_request: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def ready(_request: Request) -> Response:
        failed = await readiness.failed()
        if failed:
            return JSONResponse({"status": "failed", "failed": failed}, status_code=503)
        return JSONResponse({"status": "ready"})

    return [Route("/health/live", live), Route("/health/ready", ready)]
