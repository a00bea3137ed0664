"""Under what attempts at share codes are counted."""

from __future__ import annotations

from auth.throttle import ThrottlePolicy
from resolvers.gateway import Ask, Gateway
from resolvers.policy.throttling import SHARE_CODE_ADDRESS, SHARE_CODE_CLIENT, counted_address


def attempts_key(gateway: Gateway, code: str) -> bytes:
    """Of one code, whether or not there is such a one. Kept with the code, so that its holder sees
    whether it is locked; after a rotation of the digest keys its count begins anew."""
    return gateway.digester.blind("share-code-attempts", code).value


def caller_key(gateway: Gateway, ask: Ask) -> tuple[bytes, ThrottlePolicy]:
    """A portal is known by its client, whoever else by the network address."""
    if ask.principal.client_id is not None:
        client = gateway.digester.blind("share-code-client", ask.principal.client_id)
        return client.value, SHARE_CODE_CLIENT
    address = gateway.digester.blind("share-code-address", counted_address(ask.address))
    return address.value, SHARE_CODE_ADDRESS
