"""Ends a request that takes too long, down to the command that the database is busy with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.exchange import exchange_of
from api.refusals import refusal
from schema.failures import RequestErrorCode

REQUEST_SECONDS = 10.0
DATABASE_SHARE = 0.9
"""The database gives up first, so that the answer can still say which field it was."""

DatabaseDeadline = Callable[[float], AbstractContextManager[object]]


class Deadline:
    """`database_deadline` bounds all commands within it to a number of seconds, server side too
    (`pymongo.timeout`); the edge does not know the driver. Under the paths in `longer` a request
    has more seconds, as where a large body comes first."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        seconds: float = REQUEST_SECONDS,
        database_deadline: DatabaseDeadline = nullcontext,
        longer: Mapping[str, float] | None = None,
    ) -> None:
        self._app = app
        self._seconds = seconds
        self._longer = dict(longer or {})
        self._longer_prefixes = tuple(self._longer)
        self._database_deadline = database_deadline

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seconds = self._seconds
        if scope["path"].startswith(self._longer_prefixes):
            seconds = self._longer_seconds(scope["path"])
        has_begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal has_begun
            if not has_begun:
                has_begun = True
                sending_seconds = exchange_of(scope).sending_seconds
                if sending_seconds is not None:
                    deadline.reschedule(asyncio.get_running_loop().time() + sending_seconds)
            await send(message)

        deadline = asyncio.timeout(seconds)
        try:
            async with deadline:
                with self._database_deadline(seconds * DATABASE_SHARE):
                    await self._app(scope, receive, send_and_note)
        except TimeoutError:
            if not deadline.expired() or has_begun:
                raise
            exchange_of(scope).note_code(RequestErrorCode.TIMEOUT.value)
            await refusal(RequestErrorCode.TIMEOUT)(scope, receive, send)
            return
        stream = exchange_of(scope).stream
        if stream is not None:
            await stream(scope, receive, send)

    def _longer_seconds(self, path: str) -> float:
        return next(many for prefix, many in self._longer.items() if path.startswith(prefix))
