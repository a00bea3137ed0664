"""Phones that follow their holder's notices through dropped connections, as docs/live.md says."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpx
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from api.ids import new_id
from api.settings import Settings
from auth.tokens import SubjectKind, TokenAuthority
from tests.live_clients import Dropped, event_stream, name_of, web_socket
from tests.serving import Serving

_LOST = (Dropped, ConnectionClosed, InvalidHandshake, OSError, httpx.TransportError, AssertionError)
Next = Callable[[], Awaitable[tuple[str, str]]]


@dataclass
class Phone:
    """`names` are the notices shown, in order; `opened` counts connections."""

    serving: Serving
    token: str
    is_web_socket: bool
    names: list[str] = field(default_factory=list)
    cursor: str = ""
    opened: int = 0
    drops: int = 0
    """How many connections it is still to lose."""
    dice: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311

    async def follow_until(self, count: int) -> None:
        while len(self.names) < count:
            with suppress(*_LOST):
                async with self.opened_once() as following:
                    self.opened += 1
                    await self._follow(following, count)
            await asyncio.sleep(self.dice.uniform(0, 0.05))

    async def _follow(self, following: Next, count: int) -> None:
        stays = self.dice.randint(0, 3) if self.drops else count
        while len(self.names) < count:
            if stays <= 0:
                self.drops -= 1
                return
            name, cursor = await following()
            self.names.append(name)
            self.cursor = cursor
            stays -= 1

    @asynccontextmanager
    async def opened_once(self) -> AsyncIterator[Next]:
        if self.is_web_socket:
            async with web_socket(self.serving.base_url, self.token, close_timeout=1) as client:
                await client.subscribe(self.cursor)

                async def next_one() -> tuple[str, str]:
                    arrived = await client.arrival()
                    return name_of(arrived), arrived["cursor"]

                yield next_one
                return
        async with event_stream(self.serving, self.token, self.cursor) as stream:

            async def next_event() -> tuple[str, str]:
                arrived = await stream.arrival()
                return name_of(arrived), arrived["cursor"]

            yield next_event


def token_for(serving: Serving, settings: Settings, holder_id: str) -> str:
    """An access token as a login gives it, without the login: the feed knows of no end of it."""
    now = serving.clock()
    authority = TokenAuthority(serving.key_set, issuer=settings.issuer, audience=settings.audience)
    return authority.mint_access(
        subject=holder_id,
        kind=SubjectKind.HOLDER,
        client_id="onecard-app",
        session_id=new_id("ses"),
        scope=(),
        acr="urn:onecard:acr:real-person",
        amr=("face",),
        authenticated_at=now,
        token_id=new_id("tst"),
        issued_at=now,
    )
