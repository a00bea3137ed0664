"""A holder's device: a key of its own, registered with the gateway, that shows credentials."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from api.clock import utc_now
from api.ids import new_id
from tests.access_callers import logged_in
from tests.app_client import AppClient
from tests.factories import Person
from tests.serving import Serving

NONCE = "{ deviceKeyNonce { nonce audience sessionId expiresAt } }"
REGISTER = """mutation($input: RegisterDeviceKeyInput!) { registerDeviceKey(input: $input) {
  ... on DeviceKeyRegistered {
    deviceKey { id algorithm thumbprint registeredAt sessionId isOfThisSession } }
  ... on ChangeRefused { code message } } }"""
REMOVE = """mutation($input: RemoveDeviceKeyInput!) { removeDeviceKey(input: $input) {
  ... on DeviceKeyRemoved { id } ... on ChangeRefused { code message } } }"""
ISSUE = """mutation($input: IssuePermitCredentialInput!) { issuePermitCredential(input: $input) {
  ... on PermitCredentialIssued { id permitId issuedAt expiresAt text }
  ... on ChangeRefused { code message } } }"""
LIST = "{ me { deviceKeys { id isOfThisSession } } }"

PrivateKey = EllipticCurvePrivateKey | Ed25519PrivateKey


def new_p256() -> PrivateKey:
    return generate_private_key(SECP256R1())


def public_members(key: PrivateKey) -> dict[str, str]:
    members: dict[str, Any]
    if isinstance(key, Ed25519PrivateKey):
        members = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        members = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {name: members[name] for name in ("kty", "crv", "x", "y") if name in members}


def decoded(segment: str) -> dict[str, Any]:
    data = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    read: dict[str, Any] = json.loads(data)
    return read


@dataclass
class Device:
    """`app` is its session."""

    app: AppClient
    key: PrivateKey = field(default_factory=new_p256)
    key_id: str = ""

    @property
    def algorithm(self) -> str:
        return "EdDSA" if isinstance(self.key, Ed25519PrivateKey) else "ES256"

    def sign(self, kind: str, claims: Mapping[str, object]) -> str:
        return jwt.encode(dict(claims), self.key, self.algorithm, {"typ": kind})

    async def proof_claims(self) -> dict[str, Any]:
        asked = (await self.app.execute(NONCE))["deviceKeyNonce"]
        return {
            "aud": asked["audience"],
            "nonce": asked["nonce"],
            "sid": asked["sessionId"],
            "iat": int(utc_now().timestamp()),
        }

    def given(self, proof: str) -> dict[str, Any]:
        return {
            "idempotencyKey": new_id("key"),
            "publicKey": public_members(self.key),
            "proof": proof,
        }

    async def register(self) -> dict[str, Any]:
        """The payload."""
        proof = self.sign("device-key-proof+jwt", await self.proof_claims())
        payload = await self.app.step(REGISTER, self.given(proof))
        self.key_id = payload.get("deviceKey", {}).get("id", "")
        return payload

    async def issue(self) -> dict[str, Any]:
        """The payload."""
        given = {"idempotencyKey": new_id("key"), "deviceKeyId": self.key_id}
        return await self.app.step(ISSUE, given)

    async def credential(self) -> str:
        text: str = (await self.issue())["text"]
        return text

    def presented(
        self,
        credential: str,
        shown: Iterable[str],
        audience: str,
        nonce: str,
        alter: Callable[[dict[str, Any]], None] = lambda _: None,
    ) -> str:
        """With the disclosures of the claims in `shown` only, and a proof of possession."""
        signed, *disclosures, _ = credential.split("~")
        names = set(shown)
        kept = [one for one in disclosures if disclosure(one)[1] in names]
        text = "~".join([signed, *kept, ""])
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
        claims = {
            "aud": audience,
            "nonce": nonce,
            "iat": int(utc_now().timestamp()),
            "sd_hash": digest.rstrip(b"=").decode(),
        }
        alter(claims)
        return text + self.sign("kb+jwt", claims)


def disclosure(text: str) -> list[Any]:
    read: list[Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return read


async def registered_device(
    serving: Serving, person: Person, key: PrivateKey | None = None
) -> Device:
    device = Device(await logged_in(serving, person), key or new_p256())
    await device.register()
    assert device.key_id
    return device


def reference_of(credential: str) -> tuple[str, int]:
    """Path of the status list, and the place in it."""
    claims = decoded(credential.split("~")[0].split(".")[1])
    stated = claims["status"]["status_list"]
    return "/status-lists/" + stated["uri"].rpartition("/")[2], stated["idx"]
