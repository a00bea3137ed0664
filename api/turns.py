"""How many requests are served at once, in all and for each caller, where each may hold a file in
memory: nobody who sends or takes slowly keeps the others waiting."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from auth.principal import Principal
from schema.failures import RequestError, RequestErrorCode


class Turns:
    """`what` is named in the refusal."""

    def __init__(self, what: str, at_once: int, at_once_per_caller: int) -> None:
        self._what = what
        self._turns = asyncio.Semaphore(at_once)
        self._per_caller = at_once_per_caller
        self._under_way: Counter[tuple[str, str | None]] = Counter()

    @asynccontextmanager
    async def of(self, principal: Principal, person: str | None = None) -> AsyncIterator[None]:
        """Raises RequestError for a caller who has too many under way; others wait. `person` is
        whom the caller stands for, where the principal does not say."""
        caller = (str(principal.kind), person or principal.subject or principal.flow_id)
        if self._under_way[caller] >= self._per_caller:
            raise RequestError(
                RequestErrorCode.RATE_LIMITED,
                f"Send at most {self._per_caller} requests for {self._what} at a time.",
                retry_after_seconds=1,
            )
        self._under_way[caller] += 1
        try:
            async with self._turns:
                yield
        finally:
            self._under_way[caller] -= 1
            if not self._under_way[caller]:
                del self._under_way[caller]
