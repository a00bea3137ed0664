"""What every Python peer does as the gateway does: settings, database, and who asks.

The same check of the same token, with the same memory of checked ones and the same feed of sessions
that have ended: what is compared is how a graph is answered, not who guards it.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import BaseRoute

from api.authentication import TokenFault
from api.embedded import end_with_parent
from api.ids import new_id
from api.runtime import Runtime, open_runtime
from api.settings import load_settings
from auth.principal import Principal, PrincipalKind
from resolvers.gateway import Ask

TRIES: Final = 20
WAIT_SECONDS: Final = 0.1


class NotKnown(Exception):
    """The token does not hold."""


@dataclass
class Gate:
    """Filled when the server starts."""

    runtime: Runtime | None = field(default=None)

    @property
    def open(self) -> Runtime:
        if self.runtime is None:
            raise RuntimeError("the server has not started")
        return self.runtime

    async def ask(self, request: Request, *, anonymous: bool = False) -> Ask:
        """Who asks; raises NotKnown. `anonymous` where nobody need be known."""
        now = self.open.gateway.now()
        authorization = request.headers.get("authorization")
        principal = await self.open.authenticator.principal(authorization, now)
        for _ in range(TRIES):
            if principal is not TokenFault.UNDECIDED:
                break
            # A peer that keeps its own event loop from running may wait where we would refuse.
            await asyncio.sleep(WAIT_SECONDS)
            principal = await self.open.authenticator.principal(authorization, now)
        if not isinstance(principal, Principal):
            raise NotKnown
        if principal.kind is PrincipalKind.ANONYMOUS and not anonymous:
            raise NotKnown
        address = request.headers.get("x-forwarded-for", "127.0.0.1")
        return Ask(principal, address, new_id("req"))


@asynccontextmanager
async def opened(gate: Gate) -> AsyncIterator[Any]:
    settings = load_settings()
    if settings.mongodb_uri is None:
        raise RuntimeError("a peer is started by the benchmark")
    async with open_runtime(settings, settings.mongodb_uri.get_secret_value()) as runtime:
        gate.runtime = runtime
        # As the gateway does: what stays is not looked through for garbage.
        gc.collect()
        gc.freeze()
        yield


def serve(routes_of: Callable[[Gate], list[BaseRoute]]) -> None:
    """Serve until ended, as uvicorn's documentation has it for production, in one process."""
    end_with_parent()
    gate = Gate()
    app = Starlette(routes=routes_of(gate), lifespan=lambda _app: opened(gate))
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(os.environ["BENCH_PORT"]),
        log_level="warning",
        access_log=False,
        loop="uvloop",
        http="httptools",
    )
