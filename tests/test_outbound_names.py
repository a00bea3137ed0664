"""Names whose servers are slow keep nobody waiting but those who chose them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Sequence
from threading import Event

import pytest

import api.outbound_names
from api.outbound import AddressRefused, CallFailed, Outbound
from api.outbound_names import MAX_NAMES, NameLookups, NameNotFound


class SlowNames:
    """Names under `slow.example` are answered when `release` is set, all others at once."""

    def __init__(self) -> None:
        self.release = Event()
        self.asked: list[str] = []

    def __call__(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        if host.endswith("slow.example"):
            self.release.wait(30)
        if host.startswith("none"):
            raise socket.gaierror(host)
        return ["203.0.113.1"]


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowNames]:
    monkeypatch.setattr(api.outbound_names, "LOOKUP_SECONDS", 0.2)
    names = SlowNames()
    yield names
    names.release.set()


async def test_slow_names_hold_up_neither_others_nor_the_process(slow: SlowNames) -> None:
    names = NameLookups(slow)
    waiting = [names.resolve(f"{number}.slow.example", 443) for number in range(MAX_NAMES - 1)]
    outcomes = asyncio.gather(*waiting, return_exceptions=True)
    await asyncio.sleep(0)
    assert await names.resolve("quick.example", 443) == ["203.0.113.1"]
    # The loop's own threads, which files and others wait for, are free.
    assert await asyncio.to_thread(len, "abc") == 3
    assert {type(one) for one in await outcomes} == {NameNotFound}
    # Given up, they still take a thread each, until the system has answered.
    last = asyncio.gather(names.resolve("last.slow.example", 443), return_exceptions=True)
    await asyncio.sleep(0)
    with pytest.raises(NameNotFound) as refused:
        await names.resolve("quick.example", 443)
    assert (refused.value.args, refused.value.__cause__) == ((), None)
    assert len(slow.asked) <= MAX_NAMES + 1
    slow.release.set()
    await last
    names.close()


async def test_a_name_is_asked_once_for_all_who_wait_for_it(slow: SlowNames) -> None:
    names = NameLookups(slow)
    waiting = asyncio.gather(*(names.resolve("one.slow.example", port) for port in range(50)))
    await asyncio.sleep(0)
    slow.release.set()
    assert await waiting == [["203.0.113.1"]] * 50
    assert slow.asked == ["one.slow.example"]
    await names.resolve("one.slow.example", 443)
    assert len(slow.asked) == 2, "and anew for the next one"
    with pytest.raises(NameNotFound) as refused:
        await names.resolve("none.example", 443)
    assert (refused.value.args, refused.value.__cause__) == ((), None)
    names.close()


async def test_what_is_looked_up_while_the_process_ends_troubles_nobody(slow: SlowNames) -> None:
    names = NameLookups(slow)
    waiting = asyncio.create_task(names.resolve("one.slow.example", 443))
    await asyncio.sleep(0)
    names.close()
    with pytest.raises(NameNotFound):
        await waiting
    slow.release.set()


@pytest.mark.parametrize(
    "host",
    ["a..b", ".a", f"{'a' * 64}.example", "a." * 130 + "b"],
    ids=["gap", "dot", "label", "all"],
)
async def test_what_can_be_no_name_is_refused_and_fails_nothing_else(host: str) -> None:
    calls = Outbound(loopback_allowed=False)
    assert not calls.accepts(f"https://{host}/")
    with pytest.raises((AddressRefused, CallFailed)):
        await calls.post(f"https://{host}/", {}, b"")
    assert calls.accepts("https://a.example./")
    await calls.close()
