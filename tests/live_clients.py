"""Clients of live notices as an app would be, over both transports."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from api.ids import new_id
from resolvers.gateway import Gateway
from resolvers.notices.posting import NewNotice, post
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.store.notices import encode_notice
from tests.serving import Serving

PATIENCE_SECONDS = 20.0
ARRIVED = "noticeArrived(after: $after) { cursor unreadCount notice { id about { id } } }"
SUBSCRIPTION = f"subscription ($after: String) {{ {ARRIVED} }}"
PROTOCOL = Subprotocol("graphql-transport-ws")


class Dropped(Exception):
    """The connection ended without a word."""


@dataclass
class Event:
    name: str
    data: Any


@dataclass
class EventClient:
    """One server-sent stream. `comments` counts what keeps it open."""

    response: httpx.Response
    comments: int = 0
    _lines: AsyncIterator[str] | None = None

    async def next(self) -> Event:
        """Raises Dropped."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._next()

    async def arrival(self) -> Mapping[str, Any]:
        event = await self.next()
        assert event.name == "next", event
        assert "errors" not in event.data, event
        arrived: Mapping[str, Any] = event.data["data"]["noticeArrived"]
        return arrived

    async def ended(self) -> str:
        """The code of the last words, after which there is nothing."""
        event = await self.next()
        while "errors" not in event.data:
            event = await self.next()
        code: str = event.data["errors"][0]["extensions"]["code"]
        assert (await self.next()).name == "complete"
        return code

    async def _next(self) -> Event:
        if self._lines is None:
            self._lines = self.response.aiter_lines()
        name, data = "", ""
        try:
            async for line in self._lines:
                if line.startswith(":"):
                    self.comments += 1
                elif line.startswith("event:"):
                    name = line[6:].strip()
                elif line.startswith("data:"):
                    data = line[5:].strip()
                elif name:
                    return Event(name, json.loads(data) if data else None)
        except httpx.TransportError:
            raise Dropped from None
        raise Dropped


@asynccontextmanager
async def event_stream(
    serving: Serving, token: str | None, after: str | None = None, query: str = SUBSCRIPTION
) -> AsyncIterator[EventClient]:
    headers = {"Accept": "text/event-stream"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    body = {"query": query, "variables": {"after": after} if after is not None else {}}
    async with serving.http.stream("POST", "/graphql", json=body, headers=headers) as response:
        yield EventClient(response)


@dataclass
class SocketClient:
    socket: ClientConnection
    received: list[dict[str, Any]] = field(default_factory=list)

    async def say(self, message: Mapping[str, Any] | str | bytes) -> None:
        text = message if isinstance(message, str | bytes) else json.dumps(message)
        await self.socket.send(text)

    async def next(self) -> dict[str, Any]:
        """Raises ConnectionClosed."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            message: dict[str, Any] = json.loads(await self.socket.recv())
        self.received.append(message)
        return message

    async def initialise(self, token: str | None) -> dict[str, Any]:
        payload = {} if token is None else {"Authorization": f"Bearer {token}"}
        await self.say({"type": "connection_init", "payload": payload})
        return await self.next()

    async def subscribe(
        self, after: str | None = None, operation_id: str = "1", query: str = SUBSCRIPTION
    ) -> None:
        variables = {} if after is None else {"after": after}
        payload = {"query": query, "variables": variables}
        await self.say({"type": "subscribe", "id": operation_id, "payload": payload})

    async def arrival(self) -> Mapping[str, Any]:
        message = await self.next()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        arrived: Mapping[str, Any] = message["payload"]["data"]["noticeArrived"]
        return arrived

    async def ended(self) -> int:
        """The close code, after whatever still comes."""
        try:
            while True:
                await self.next()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd is not None else 1006


@asynccontextmanager
async def web_socket(
    base_url: str, token: str | None = None, *, initialise: bool = True, **options: Any
) -> AsyncIterator[SocketClient]:
    url = base_url.replace("http://", "ws://") + "/graphql"
    given = {"subprotocols": [PROTOCOL], "compression": None} | options
    async with connect(url, proxy=None, **given) as socket:
        client = SocketClient(socket)
        if initialise:
            assert await client.initialise(token) == {"type": "connection_ack"}
        yield client


async def tell(gateway: Gateway, holder_id: str, *names: str) -> None:
    """One notice for each name, which is told as what it is about."""
    notices = [
        NewNotice(holder_id, NoticeKind.PERMIT_ISSUED, f"pmt_{name}", f"{holder_id}/{name}")
        for name in names
    ]
    for start in range(0, len(notices), 500):
        await post(gateway, notices[start : start + 500], gateway.now())


async def tell_directly(serving: Serving, holder_id: str, name: str) -> None:
    """One notice, straight into the database."""
    document = encode_notice(
        new_id("ntc"),
        holder_id,
        NoticeKind.PERMIT_ISSUED,
        f"pmt_{name}",
        new_id("tst"),
        due_on=None,
        threshold_days=None,
        at=serving.clock(),
    )
    await serving.database["notices"].insert_one(document)


def name_of(arrived: Mapping[str, Any]) -> str:
    name: str = arrived["notice"]["about"]["id"]
    return name.removeprefix("pmt_")
