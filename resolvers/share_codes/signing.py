"""A proof of a check is signed, after it is written down that this key is needed for it."""

from __future__ import annotations

from collections.abc import Mapping

from resolvers.gateway import Gateway


async def signed_proof(gateway: Gateway, claims: Mapping[str, object]) -> str:
    signer = gateway.proof_signer
    await gateway.proof_keys.mark(signer.key_version, gateway.now())
    return signer.sign(claims)
