"""Calls to addresses that somebody else has chosen reach public servers by https, or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

import api.outbound
from api.outbound import MAX_ANSWER_BYTES, AddressRefused, CallFailed, CallTimedOut, Outbound
from tests.tls_server import HOST, answering, client_context, server_context


class Names:
    """A name service that gives these answers, one for each question; the last one again."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


@asynccontextmanager
async def outbound(
    names: Names | None = None, *, loopback_allowed: bool = True
) -> AsyncIterator[Outbound]:
    calls = Outbound(
        loopback_allowed=loopback_allowed,
        ssl_context=client_context(),
        resolve=(names or Names(["127.0.0.1"])).resolve,
    )
    try:
        yield calls
    finally:
        await calls.close()


async def test_a_call_reaches_the_judged_address_under_the_name_of_the_url() -> None:
    names = Names(["127.0.0.1"])
    async with answering(server_context()) as server, outbound(names) as calls:
        answer = await calls.post(f"https://{HOST}:{server.port}/a?b=1", {"TTL": "5"}, b"hello")
    [received] = server.received
    assert answer.status == 201
    assert (received.method, received.path, received.body) == ("POST", "/a?b=1", b"hello")
    assert received.headers["host"] == f"{HOST}:{server.port}"
    assert received.headers["ttl"] == "5"
    assert names.asked == [HOST]


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:127.0.0.1"], []],
    ids=str,
)
async def test_a_name_that_leads_to_an_address_of_ours_is_refused_in_production(
    addresses: list[str],
) -> None:
    async with (
        answering(server_context()) as server,
        outbound(Names(addresses), loopback_allowed=False) as calls,
    ):
        with pytest.raises(AddressRefused):
            await calls.post(f"https://{HOST}:{server.port}/", {}, b"")
    assert server.received == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "0", "127.1"]
)
async def test_a_spelling_of_loopback_is_refused_as_the_system_resolves_it(host: str) -> None:
    calls = Outbound(loopback_allowed=False, ssl_context=client_context())
    async with answering(server_context()) as server:
        with pytest.raises((AddressRefused, CallFailed)):
            await calls.post(f"https://{host}:{server.port}/", {}, b"")
    assert server.received == []
    await calls.close()


async def test_a_name_is_judged_anew_at_each_connection() -> None:
    """What resolved to a public address when it was registered may lead elsewhere by now."""
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    async with answering(server_context()) as server, outbound(names) as calls:
        url = f"https://{HOST}:{server.port}/"
        assert (await calls.post(url, {}, b"")).status == 201
        with pytest.raises(AddressRefused):
            await calls.post(url, {}, b"")
    assert len(server.received) == 1


async def test_plain_http_is_refused_in_production() -> None:
    async with answering() as server, outbound(loopback_allowed=False) as calls:
        with pytest.raises(AddressRefused):
            await calls.post(f"http://{HOST}:{server.port}/", {}, b"")
    assert server.received == []


async def test_a_certificate_for_another_name_is_no_connection() -> None:
    async with answering(server_context("other.example")) as server, outbound() as calls:
        with pytest.raises(CallFailed):
            await calls.post(f"https://{HOST}:{server.port}/", {}, b"")
    assert server.received == []


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    async with answering() as inside, answering(server_context(), statuses=[307]) as server:
        server.headers["Location"] = f"http://127.0.0.1:{inside.port}/"
        async with outbound() as calls:
            answer = await calls.post(f"https://{HOST}:{server.port}/", {}, b"")
    assert answer.status == 307
    assert inside.received == []


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with answering() as proxy, answering(server_context()) as server, outbound() as calls:
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert (await calls.post(f"https://{HOST}:{server.port}/", {}, b"")).status == 201
    assert proxy.received == []


async def test_an_endless_answer_is_cut_off() -> None:
    async with answering(server_context(), body=b"x" * 3_000_000) as server, outbound() as calls:
        answer = await calls.post(f"https://{HOST}:{server.port}/", {}, b"")
    assert len(answer.body) == MAX_ANSWER_BYTES


async def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.outbound, "CALL_SECONDS", 0.2)
    async with answering(server_context(), is_silent=True) as server, outbound() as calls:
        with pytest.raises(CallFailed) as failed:
            await calls.post(f"https://{HOST}:{server.port}/", {}, b"")
    assert failed.value.args == ()


async def test_calls_at_once_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.outbound, "MAX_AT_ONCE", 2)
    monkeypatch.setattr(api.outbound, "CALL_SECONDS", 0.3)
    async with answering(server_context(), is_silent=True) as server, outbound() as calls:
        url = f"https://{HOST}:{server.port}/"
        waiting = [asyncio.create_task(calls.post(url, {}, b"")) for _ in range(5)]
        first = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        assert len(server.received) == 2
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert first[0]
    assert [type(one) for one in outcomes] == [CallTimedOut] * 5
