"""Whose address counts, with and without proxies."""

from __future__ import annotations

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.exchange import exchange_of
from api.middleware.client_address import ForwardingHeader, client_of, trusted_networks
from tests.http_stand_in import client_of_app, stand_in_app

CANARY = "Canary_Lindqvist_7731"
TRUSTED = trusted_networks(["10.0.0.0/8", "::1", "2001:db8:1::/48"])
XFF, FORWARDED = ForwardingHeader.X_FORWARDED_FOR, ForwardingHeader.FORWARDED


@pytest.mark.parametrize(
    ("peer", "values", "header", "client"),
    [
        ("192.0.2.1", [], XFF, "192.0.2.1"),
        ("192.0.2.1", ["198.51.100.9"], XFF, "192.0.2.1"),
        ("10.0.0.1", ["198.51.100.9"], XFF, "198.51.100.9"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.9"], XFF, "198.51.100.9"),
        ("10.0.0.1", ["1.1.1.1", "198.51.100.9"], XFF, "198.51.100.9"),
        ("10.0.0.1", ["198.51.100.9, 10.9.9.9"], XFF, "198.51.100.9"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], XFF, "10.0.0.3"),
        ("10.0.0.1", [], XFF, "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.9:5050"], XFF, "198.51.100.9"),
        ("10.0.0.1", ["[2001:db8::9]:5050"], XFF, "2001:db8::9"),
        ("10.0.0.1", ["2001:db8::9"], XFF, "2001:db8::9"),
        ("10.0.0.1", ["::ffff:198.51.100.9"], XFF, "198.51.100.9"),
        ("::ffff:10.0.0.1", ["198.51.100.9"], XFF, "198.51.100.9"),
        ("::1", ["198.51.100.9"], XFF, "198.51.100.9"),
        ("2001:db8:1::5", ["fe80::1%eth0"], XFF, "fe80::1"),
        ("10.0.0.1", ["198.51.100.9, unknown"], XFF, "10.0.0.1"),
        ("10.0.0.1", [f"198.51.100.9, {CANARY}, 10.0.0.2"], XFF, "10.0.0.2"),
        ("10.0.0.1", [""], XFF, "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.9," + "10.0.0.2," * 5_000 + "10.0.0.2"], XFF, "10.0.0.2"),
        ("10.0.0.1", ["for=198.51.100.9"], FORWARDED, "198.51.100.9"),
        ("10.0.0.1", ['for="[2001:db8::9]:5050";proto=https'], FORWARDED, "2001:db8::9"),
        ("10.0.0.1", ["proto=https;For=198.51.100.9, for=10.0.0.7"], FORWARDED, "198.51.100.9"),
        ("10.0.0.1", ["for=198.51.100.9, for=_hidden"], FORWARDED, "10.0.0.1"),
        ("10.0.0.1", ["by=198.51.100.9"], FORWARDED, "10.0.0.1"),
        (None, ["198.51.100.9"], XFF, None),
        ("testclient", ["198.51.100.9"], XFF, None),
    ],
)
def test_forwarding_headers_are_believed_as_far_as_their_writers_are_trusted(
    peer: str | None, values: list[str], header: ForwardingHeader, client: str | None
) -> None:
    found = client_of(peer, values, header, TRUSTED)
    assert (None if found is None else str(found)) == client


async def test_the_address_of_the_client_is_known_to_the_application() -> None:
    async def whoami(request: Request) -> Response:
        return JSONResponse(exchange_of(request.scope).client)

    app = stand_in_app(trusted_proxies=["127.0.0.0/8"], routes=[Route("/whoami", whoami)])
    forwarded = {"x-forwarded-for": "198.51.100.9"}
    async with client_of_app(app, peer="127.0.0.1") as proxy:
        behind = await proxy.get("/whoami", headers=forwarded)
    async with client_of_app(app, peer="203.0.113.5") as stranger:
        pretended = await stranger.get("/whoami", headers=forwarded)
    assert (behind.json(), pretended.json()) == ("198.51.100.9", "203.0.113.5")
