"""Who is at the other end: the address that throttling and the audit trail count by.

A forwarding header is believed only as far as the proxies that wrote it are trusted, read from
right to left: the last address that no trusted proxy vouches for is the client.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.exchange import exchange_of

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MAX_HOPS = 20
_FOR = re.compile(r'(?:^|;)\s*for\s*=\s*"?([^";]*)"?', re.IGNORECASE)


class ForwardingHeader(StrEnum):
    """The one header that the trusted proxies write. The other one may be the client's own."""

    X_FORWARDED_FOR = "x-forwarded-for"
    FORWARDED = "forwarded"


class ClientAddress:
    def __init__(
        self,
        app: ASGIApp,
        *,
        trusted_proxies: Sequence[Network] = (),
        header: ForwardingHeader = ForwardingHeader.X_FORWARDED_FOR,
    ) -> None:
        self._app = app
        self._trusted_proxies = tuple(trusted_proxies)
        self._header = header

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            peer = scope.get("client")
            values = Headers(scope=scope).getlist(self._header.value)
            client = client_of(
                peer[0] if peer else None, values, self._header, self._trusted_proxies
            )
            exchange_of(scope).client = None if client is None else str(client)
        await self._app(scope, receive, send)


def trusted_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """`10.0.0.0/8`, `::1`, ... Raises ValueError, whose text must not reach a log."""
    return tuple(ip_network(text.strip(), strict=False) for text in texts)


def client_of(
    peer: str | None,
    values: Sequence[str],
    header: ForwardingHeader,
    trusted_proxies: Sequence[Network],
) -> Address | None:
    """`values` are the lines of the header in their order. None when the peer has no address.

    What can't be read ends the walk: the proxy that passed it on then counts as the client.
    """
    client = _address(peer or "")
    if client is None:
        return None
    hops = [hop for value in values for hop in value.split(",")]
    for hop in reversed(hops[-MAX_HOPS:]):
        if not _is_trusted(client, trusted_proxies):
            return client
        address = _address(_for_of(hop) if header is ForwardingHeader.FORWARDED else hop)
        if address is None:
            return client
        client = address
    return client


def _is_trusted(address: Address, trusted_proxies: Sequence[Network]) -> bool:
    return any(
        address.version == network.version and address in network for network in trusted_proxies
    )


def _for_of(element: str) -> str:
    """RFC 7239: `for="[2001:db8::1]:4711";proto=https`."""
    found = _FOR.search(element)
    return found[1] if found is not None else ""


def _address(text: str) -> Address | None:
    """`192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
