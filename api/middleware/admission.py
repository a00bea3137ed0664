"""Works on a few requests at a time; the others wait for their turn, in the order they came.

One process has one event loop and few threads of the driver. With hundreds of requests begun at
once its loop turns so slowly that new connections wait for seconds (libuv accepts one in each
turn), and the revocation feed's read waits behind their commands until the feed is blind and all
are answered 503. What waits here costs neither.
"""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send

SERVED_AT_ONCE = 16
"""Enough to keep the driver's threads busy (5 for each CPU). 200 readers on two CPUs were served
540 times a second with 0.5 % UNAVAILABLE and some waiting for 5 s; so limited, as often, none
refused, the slowest after 1 s."""


class Admission:
    """Around the routes that reach the database for a client. Waiting counts against the
    request's deadline, and the server's bound on connections bounds how many wait."""

    def __init__(self, app: ASGIApp, *, served_at_once: int = SERVED_AT_ONCE) -> None:
        self._app = app
        self._turns = asyncio.Semaphore(served_at_once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._turns:
            await self._app(scope, receive, send)
