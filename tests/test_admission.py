"""How many requests are worked on at once."""

from __future__ import annotations

import asyncio
from typing import cast

import httpx
import pytest
from starlette.requests import Request
from starlette.types import Receive, Scope, Send
from strawberry.types import ExecutionResult

from api.app import build_app
from api.graphql_ask import GraphQLAsk
from api.metrics import Metrics
from api.middleware.admission import SERVED_AT_ONCE, Admission
from api.settings import Settings
from schema.context import RequestContext


async def unused_receive() -> dict[str, str]:
    raise AssertionError


async def unused_send(_message: object) -> None:
    raise AssertionError


class Gate:
    """Holds whoever comes until it is opened."""

    def __init__(self) -> None:
        self.came: list[int] = []
        self.opened = asyncio.Event()

    async def pass_through(self, number: int) -> None:
        self.came.append(number)
        await self.opened.wait()


async def settled() -> None:
    for _ in range(100):
        await asyncio.sleep(0)


async def test_those_who_are_not_let_in_yet_come_in_the_order_in_which_they_asked() -> None:
    gate = Gate()

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        await gate.pass_through(scope["number"])

    admission = Admission(app, served_at_once=2)
    asked = [
        asyncio.create_task(admission({"number": number}, unused_receive, unused_send))
        for number in range(5)
    ]
    await settled()
    assert gate.came == [0, 1]
    gate.opened.set()
    await asyncio.gather(*asked)
    assert gate.came == [0, 1, 2, 3, 4]


async def test_who_gives_up_or_fails_takes_no_place_with_him() -> None:
    gate = Gate()

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        await gate.pass_through(scope["number"])
        raise ConnectionError

    admission = Admission(app, served_at_once=1)
    inside, waiting, last = (
        asyncio.create_task(admission({"number": number}, unused_receive, unused_send))
        for number in range(3)
    )
    await settled()
    waiting.cancel()
    gate.opened.set()
    ended = await asyncio.gather(inside, waiting, last, return_exceptions=True)
    assert [type(one) for one in ended] == [
        ConnectionError,
        asyncio.CancelledError,
        ConnectionError,
    ]
    assert gate.came == [0, 2]


async def test_graphql_is_admitted_a_few_at_a_time_and_probes_always(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate()

    async def execute(
        _ask: GraphQLAsk, _request: Request, _context: RequestContext
    ) -> ExecutionResult:
        await gate.pass_through(len(gate.came))
        return ExecutionResult(data={}, errors=None)

    async def nobody(_request: Request, _document: str) -> RequestContext:
        return cast("RequestContext", None)

    monkeypatch.setattr("api.app.schema_executor", lambda *_given: execute)
    monkeypatch.setattr("api.app.context_maker", lambda *_given: nobody)

    async def no_runtime() -> None:
        raise AssertionError

    app = build_app(settings, no_runtime, Metrics())  # type: ignore[arg-type]
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
        body = {"query": "{ __typename }"}
        asked = [
            asyncio.create_task(client.post("/graphql", json=body))
            for _ in range(SERVED_AT_ONCE + 9)
        ]
        await settled()
        assert len(gate.came) == SERVED_AT_ONCE
        assert (await client.get("/health/live")).status_code == 200
        gate.opened.set()
        answers = await asyncio.gather(*asked)
    assert {one.status_code for one in answers} == {200}
    assert len(gate.came) == SERVED_AT_ONCE + 9
