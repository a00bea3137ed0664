"""Calls to addresses that somebody else has chosen: a phone's push service, an employer's server.

Whoever chooses an address must not reach what only we can reach. So: https, and public addresses
only, checked where the connection is made. The name is resolved once (`api.outbound_names`), every
address that it has is judged, and the connection goes to one of these very addresses, while
certificate and Host remain those of the name: a name that resolves otherwise the next time gains
nothing. No redirect is followed, no proxy of the environment used, no cookie kept; answers, times
and the number of calls at once are bounded. `loopback_allowed` is for development and tests.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpcore

from api.outbound_addresses import is_callable
from api.outbound_names import NameLookups

CALL_SECONDS: Final = 8.0
CONNECT_SECONDS: Final = 4.0
MAX_ANSWER_BYTES: Final = 16_384
"""Of the body; what is longer is cut off and the connection given up."""
MAX_AT_ONCE: Final = 16
MAX_URL_LENGTH: Final = 1_000
MAX_ADDRESSES_TRIED: Final = 3
MAX_NAME_LENGTH: Final = 253
MAX_LABEL: Final = 63

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
SocketOptions = Iterable[httpcore.SOCKET_OPTION]


class AddressRefused(Exception):
    """The URL, or an address that its name has, is none that we call. Carries nothing of it."""


class CallFailed(Exception):
    """No answer: it could not be reached, broke off or took too long. Carries nothing of it."""


class CallTimedOut(CallFailed):
    """It took too long."""


@dataclass(frozen=True)
class Answer:
    """`headers` by lower-case name, the last of several."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def is_acceptable_url(url: str, *, loopback_allowed: bool) -> bool:
    """By its shape alone, as it is registered; where it leads is found out at each call."""
    if len(url) > MAX_URL_LENGTH or not url.isascii() or not url.isprintable():
        return False
    if set(url) & set(' <>"\\^`{|}#'):
        return False
    try:
        parts = urlsplit(url)
        has_host = _is_host(parts.hostname or "") and parts.port != 0
    except ValueError:  # brackets or a port that are none
        return False
    allowed = ("https", "http") if loopback_allowed else ("https",)
    return parts.scheme in allowed and has_host and "@" not in parts.netloc


def _is_host(name: str) -> bool:
    """No more than what the system can be asked for: a dot at the end is part of a whole name."""
    labels = name.removesuffix(".").split(".")
    return len(name) <= MAX_NAME_LENGTH and all(0 < len(one) <= MAX_LABEL for one in labels)


class Outbound:
    """One for each process; close it when the process ends."""

    def __init__(
        self,
        *,
        loopback_allowed: bool,
        ssl_context: ssl.SSLContext | None = None,
        resolve: Resolve | None = None,
        at_once: int | None = None,
    ) -> None:
        at_once = at_once or MAX_AT_ONCE
        self._loopback_allowed = loopback_allowed
        self._names = NameLookups()
        self._turns = asyncio.Semaphore(at_once)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl_context or httpcore.default_ssl_context(),
            max_connections=at_once,
            keepalive_expiry=15,
            network_backend=GuardedBackend(
                resolve or self._names.resolve, loopback_allowed=loopback_allowed
            ),
        )

    def accepts(self, url: str) -> bool:
        return is_acceptable_url(url, loopback_allowed=self._loopback_allowed)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Raises AddressRefused or CallFailed."""
        return await self._called("POST", url, headers, body)

    async def get(self, url: str) -> Answer:
        """Raises AddressRefused or CallFailed."""
        return await self._called("GET", url, {}, None)

    async def _called(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        if not self.accepts(url):
            raise AddressRefused
        try:
            async with self._turns, asyncio.timeout(CALL_SECONDS):
                return await self._answered(method, url, headers, body)
        except (TimeoutError, httpcore.TimeoutException):
            failure: CallFailed = CallTimedOut()
        except (OSError, *_FAILURES):
            failure = CallFailed()
        # Raised here, without the text that quotes the address.
        raise failure

    async def _answered(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        limits = {"connect": CONNECT_SECONDS, "read": CALL_SECONDS, "write": CALL_SECONDS}
        sent = [
            ("User-Agent", "OneCard-Gateway"),
            ("Accept-Encoding", "identity"),
            *headers.items(),
        ]
        async with self._pool.stream(
            method,
            url,
            headers=[(name.encode(), value.encode()) for name, value in sent],
            content=body,
            extensions={"timeout": limits},
        ) as response:
            taken = bytearray()
            async for chunk in response.aiter_stream():
                taken += chunk
                if len(taken) >= MAX_ANSWER_BYTES:
                    break
            told = {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in response.headers
            }
            return Answer(response.status, told, bytes(taken[:MAX_ANSWER_BYTES]))

    async def close(self) -> None:
        self._names.close()
        await self._pool.aclose()


_FAILURES: Final = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    httpcore.ConnectionNotAvailable,
)


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to judged addresses only; every connection of the pool is made here."""

    def __init__(self, resolve: Resolve, *, loopback_allowed: bool) -> None:
        self._resolve = resolve
        self._loopback_allowed = loopback_allowed
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the backend's own interface
        local_address: str | None = None,
        socket_options: SocketOptions | None = None,
    ) -> httpcore.AsyncNetworkStream:
        async with asyncio.timeout(timeout):
            addresses = await self._resolve(host, port)
        # One that is not public makes all of them suspicious: the next answer may have it first.
        if not addresses or not all(map(self._may_call, addresses)):
            raise AddressRefused
        failure: Exception = CallFailed()
        for address in addresses[:MAX_ADDRESSES_TRIED]:
            try:
                return await self._plain.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _may_call(self, address: str) -> bool:
        return is_callable(address, loopback_allowed=self._loopback_allowed)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
