"""Asking a server as fast as it answers, over a fixed number of connections that stay open.

A small client of our own: it reads no more of an answer than where it ends and whether it is one.
It takes some 20 µs for each, which stands in the results so that nobody mistakes it for the server.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from api.failure import Refusal

_HEAD_END = b"\r\n\r\n"
_CHUNKS_END = b"0\r\n\r\n"
_FAILED = b'"errors":'
MAX_TOLD = 400


class WrongAnswer(Refusal):
    """A server answered with another status than 200, or with errors: nothing is printed then."""


@dataclass
class Sample:
    """One run: answers, the seconds that it took, how long each took, and bytes of all bodies."""

    answers: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    bytes: int = 0

    def latency(self, share: float) -> float:
        """The latency that so many of the answers stayed within, in seconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


class _Stream:
    """Requests in turn, shared by all connections; ends at its end or when the time is over."""

    def __init__(self, requests: Sequence[bytes], until: float | None) -> None:
        self._requests = requests
        self._until = until
        self._next = 0

    def take(self) -> bytes | None:
        over = self._next >= len(self._requests) if self._until is None else self._is_late()
        if over:
            return None
        request = self._requests[self._next % len(self._requests)]
        self._next += 1
        return request

    def _is_late(self) -> bool:
        return self._until is not None and time.perf_counter() >= self._until


class _Connection(asyncio.Protocol):
    def __init__(self, stream: _Stream, sample: Sample, ended: asyncio.Future[None]) -> None:
        self._stream = stream
        self._sample = sample
        self._ended = ended
        self._buffer = bytearray()
        self._began = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are those of asyncio in all but name.
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        found = body_of(self._buffer)
        if found is None:
            return
        if not self._buffer.startswith(b"HTTP/1.1 200") or _FAILED in found:
            status = bytes(self._buffer[:40]).partition(b"\r\n")[0]
            told = (status + b": " + found[:MAX_TOLD]).decode(errors="replace")
            self._end(WrongAnswer(f"a server failed under load: {told}"))
            return
        self._sample.latencies.append(time.perf_counter() - self._began)
        self._sample.answers += 1
        self._sample.bytes += len(found)
        self._buffer.clear()
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or WrongAnswer("the server closed the connection"))

    def _ask(self) -> None:
        request = self._stream.take()
        if request is None or self._transport is None:
            self._end(None)
            return
        self._began = time.perf_counter()
        self._transport.write(request)

    def _end(self, error: Exception | None) -> None:
        if self._ended.done():
            return
        if error is None:
            self._ended.set_result(None)
        else:
            self._ended.set_exception(error)
        if self._transport is not None:
            self._transport.close()


def body_of(buffer: bytearray) -> bytes | None:
    """The body, once all of it is there; None before that."""
    head_end = buffer.find(_HEAD_END)
    if head_end < 0:
        return None
    head = bytes(buffer[:head_end]).lower()
    start = head_end + len(_HEAD_END)
    place = head.find(b"content-length:")
    if place >= 0:
        end = head.find(b"\r\n", place)
        length = int(head[place + 15 : end if end >= 0 else None])
        return bytes(buffer[start:]) if len(buffer) - start >= length else None
    if b"transfer-encoding: chunked" in head:
        return bytes(buffer[start:]) if buffer.endswith(_CHUNKS_END) else None
    raise WrongAnswer("an answer without its length")


async def load(
    port: int, requests: Sequence[bytes], *, connections: int, seconds: float | None
) -> Sample:
    """Ask the server on 127.0.0.1 with these requests: over and over for so many seconds, or each
    once. Raises `WrongAnswer` at the first answer that is none."""
    loop = asyncio.get_running_loop()
    sample = Sample()
    began = time.perf_counter()
    stream = _Stream(requests, None if seconds is None else began + seconds)
    ended: list[asyncio.Future[None]] = []
    for _ in range(min(connections, len(requests)) if seconds is None else connections):
        future: asyncio.Future[None] = loop.create_future()
        await loop.create_connection(
            partial(_Connection, stream, sample, future), "127.0.0.1", port
        )
        ended.append(future)
    await asyncio.gather(*ended)
    sample.seconds = time.perf_counter() - began
    return sample


def request_of(port: int, token: str | None, body: bytes, address: str | None = None) -> bytes:
    """One POST to /graphql, as a client of any of these servers would send it; through a proxy that
    names another `address`."""
    bearer = "" if token is None else f"Authorization: Bearer {token}\r\n"
    forwarded = "" if address is None else f"X-Forwarded-For: {address}\r\n"
    return (
        f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{bearer}{forwarded}"
        "Accept: application/json\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body
