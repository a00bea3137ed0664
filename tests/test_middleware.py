"""What surrounds every request, through real HTTP messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import httpx
import pymongo
import pytest
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import PyMongoError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from api.exchange import Exchange, attach
from api.middleware.deadline import Deadline
from api.middleware.request_size import RequestSize
from tests.http_stand_in import (
    SECRET,
    client_of_app,
    codes_of,
    post,
    recorded_lines,
    stand_in_app,
)

CANARY = "Canary_Lindqvist_7731"


async def test_a_request_has_an_id_of_ours_in_answer_and_log_and_never_the_clients() -> None:
    with recorded_lines() as lines:
        async with client_of_app(stand_in_app()) as client:
            answer = await client.post(
                "/graphql",
                json={"query": "{ row { number } }"},
                headers={"x-request-id": CANARY, "traceparent": CANARY},
            )
    assert answer.headers["x-request-id"] == "req_1"
    assert lines.of("request")[0]["request_id"] == "req_1"
    assert not any(CANARY in text for text in (str(answer.headers), *lines.texts))


async def test_the_log_of_a_request_holds_nothing_that_the_client_wrote() -> None:
    with recorded_lines() as lines:
        async with client_of_app(stand_in_app(), peer="203.0.113.99") as client:
            await client.get(f"/{CANARY}?{CANARY}={CANARY}", headers={"user-agent": CANARY})
            await client.get(f"/crash/{CANARY}", headers={"cookie": CANARY, CANARY: CANARY})
            await client.request(CANARY.upper(), "/graphql", headers={"accept": CANARY})
            await post(client, f"mutation {CANARY} {{ {CANARY}: change }}")
    unmatched, crashed, odd, changed = lines.of("request")
    assert (unmatched["route"], unmatched["status"]) == ("unmatched", 404)
    assert (crashed["route"], crashed["status"]) == ("/crash/{what}", 500)
    assert (odd["method"], odd["codes"]) == ("OTHER", ["NOT_ACCEPTABLE"])
    assert set(changed) == {
        "time",
        "level",
        "logger",
        "event",
        "request_id",
        "method",
        "route",
        "status",
        "ms",
        "operation",
        "codes",
    }
    assert (changed["operation"], changed["codes"]) == ("mutation", [])
    for text in lines.texts:
        assert CANARY.lower() not in text.lower()
        assert "203.0.113.99" not in text


async def test_a_crash_is_answered_in_json_with_an_id_and_logged_without_its_words() -> None:
    with recorded_lines() as lines:
        async with client_of_app(stand_in_app()) as client:
            answer = await client.get("/crash/here")
    (line,) = lines.of("unexpected failure")
    (error,) = answer.json()["errors"]
    assert answer.status_code == 500
    assert error["extensions"] == {"errorId": line["error_id"], "code": "INTERNAL"}
    assert (line["error_type"], line["path"]) == ("builtins.RuntimeError", "/crash/{what}")
    assert not any(SECRET in text for text in (answer.text, *lines.texts))


async def test_an_address_that_does_not_exist_is_not_repeated() -> None:
    async with client_of_app(stand_in_app()) as client:
        answer = await client.get(f"/{CANARY}")
    assert (answer.status_code, codes_of(answer)) == (404, ["NOT_FOUND"])
    assert CANARY not in answer.text


async def test_every_answer_carries_security_headers_and_a_route_may_set_its_own() -> None:
    async def page(_request: Request) -> Response:
        return Response("", headers={"content-security-policy": "default-src 'self'"})

    async with client_of_app(stand_in_app(routes=[Route("/page", page)])) as client:
        plain, own = await client.get("/nowhere"), await client.get("/page")
    assert plain.headers["content-security-policy"].startswith("default-src 'none'")
    assert own.headers["content-security-policy"] == "default-src 'self'"
    for answer in (plain, own):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "strict-transport-security" not in answer.headers


async def test_browsers_are_held_to_https_where_it_is_served() -> None:
    async with client_of_app(stand_in_app(https_only=True)) as client:
        answer = await client.get("/nowhere")
    assert answer.headers["strict-transport-security"].startswith("max-age=")


async def in_parts(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "streamed"])
async def test_a_body_over_64_kib_is_refused_declared_or_streamed(declared: bool) -> None:
    body = b'{"query":"{__typename}","x":"' + b"x" * 65_536 + b'"}'
    async with client_of_app(stand_in_app()) as client:
        answer = await client.post(
            "/graphql",
            content=body if declared else in_parts(body[:40_000], body[40_000:]),
            headers={"content-type": "application/json"},
        )
    assert (answer.status_code, codes_of(answer)) == (413, ["BODY_TOO_LARGE"])
    assert answer.headers["connection"] == "close"


async def test_a_body_of_just_64_kib_is_read() -> None:
    start, end = b'{"query":"{__typename}","x":"', b'"}'
    body = start + b"x" * (65_536 - len(start) - len(end)) + end
    async with client_of_app(stand_in_app()) as client:
        answer = await client.post(
            "/graphql", content=body, headers={"content-type": "application/json"}
        )
    assert answer.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("length", ["-1", "1e9", "9" * 5_000, "\xb2"])
async def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    messages = await answered_by(RequestSize(untouched), headers=[("content-length", length)])
    assert messages[0]["status"] == 413


async def test_an_address_over_8_kib_is_refused() -> None:
    async with client_of_app(stand_in_app()) as client:
        answer = await client.get("/graphql?query=" + "x" * 8_192)
    assert (answer.status_code, codes_of(answer)) == (414, ["URL_TOO_LONG"])


async def untouched(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise AssertionError("the application was reached")


async def answered_by(
    app: Any, *, headers: list[tuple[str, str]] | None = None, receive: Receive | None = None
) -> list[Message]:
    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    async def never() -> Message:
        await asyncio.sleep(3_600)
        raise AssertionError

    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers or []],
    }
    attach(scope, Exchange("req_1"))
    await app(scope, receive or never, keep)
    return sent


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    messages = await answered_by(RequestSize(untouched, body_lifetime_seconds=0.02))
    assert messages[0]["status"] == 408
    assert b"BODY_TOO_SLOW" in messages[1]["body"]


async def test_a_client_that_leaves_while_sending_reaches_nothing() -> None:
    async def left() -> Message:
        return {"type": "http.disconnect"}

    assert await answered_by(RequestSize(untouched), receive=left) == []


async def test_a_request_that_takes_too_long_is_ended_with_a_code() -> None:
    with recorded_lines() as lines:
        async with client_of_app(stand_in_app(request_seconds=0.05)) as client:
            answer = await post(client, "{ slow(seconds: 30) }")
    assert (answer.status_code, codes_of(answer)) == (504, ["TIMEOUT"])
    (line,) = lines.of("request")
    assert (line["status"], line["codes"]) == (504, ["TIMEOUT"])


async def test_what_runs_out_of_time_after_the_answer_has_begun_is_cut_off() -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b"begun"
        await asyncio.sleep(30)

    async def page(_request: Request) -> Response:
        return StreamingResponse(endless())

    app = stand_in_app(request_seconds=0.05, routes=[Route("/endless", page)])
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.example") as client:
        with pytest.raises(TimeoutError):
            await client.get("/endless")


async def test_the_database_is_given_less_time_than_the_request() -> None:
    given: list[float] = []

    @contextmanager
    def database_deadline(seconds: float) -> Iterator[None]:
        given.append(seconds)
        yield

    async def served(_scope: Scope, _receive: Receive, send: Send) -> None:
        await JSONResponse({})(_scope, _receive, send)

    app = Deadline(served, seconds=8.0, database_deadline=database_deadline)
    await answered_by(app)
    assert given == [pytest.approx(7.2)]


async def test_the_deadline_reaches_a_command_of_the_driver() -> None:
    # Nobody listens there: without a deadline the driver would look for a server for a minute.
    database: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
        "mongodb://127.0.0.1:9/", serverSelectionTimeoutMS=60_000
    )
    found: list[bool] = []

    def a_moment(_seconds: float) -> AbstractContextManager[None]:
        return pymongo.timeout(0.1)

    async def query(_scope: Scope, _receive: Receive, _send: Send) -> None:
        try:
            await database.test.command("ping")
        except PyMongoError as error:
            found.append(error.timeout)

    try:
        async with asyncio.timeout(20):
            await answered_by(Deadline(query, seconds=15, database_deadline=a_moment))
    finally:
        database.close()
    assert found == [True]


async def test_the_middleware_leaves_start_and_stop_of_the_application_alone() -> None:
    began: list[str] = []

    async def application(scope: Scope, _receive: Receive, _send: Send) -> None:
        began.append(scope["type"])

    wrapped: Any = application
    for entry in reversed(stand_in_app().user_middleware):
        wrapped = entry.cls(wrapped, *entry.args, **entry.kwargs)
    await wrapped({"type": "lifespan"}, None, None)
    assert began == ["lifespan"]
