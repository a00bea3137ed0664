"""Play a holder's device and a counter: log in as a demo holder, register a key, have the permit
issued as a credential, show a part of it, and check that by files alone. Needs PyJWT and
cryptography.

.venv/bin/python docs/examples/show_offline.py [BASE_URL] [HOLDER]
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import sys
import time
import urllib.request
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from jwt.algorithms import ECAlgorithm
from log_in import Gateway, demo_holders
from verify_credential import decoded, verified

NONCE = "{ deviceKeyNonce { nonce audience sessionId } }"
REGISTER = """mutation($input: RegisterDeviceKeyInput!) { registerDeviceKey(input: $input) {
  ... on DeviceKeyRegistered { deviceKey { id } } ... on ChangeRefused { code message } } }"""
ISSUE = """mutation($input: IssuePermitCredentialInput!) { issuePermitCredential(input: $input) {
  ... on PermitCredentialIssued { text expiresAt } ... on ChangeRefused { code message } } }"""
SHOWN = ("permit_category", "employer_name", "valid_until", "age_over_18")
WHO = "https://counter.example"


def changed(gateway: Gateway, mutation: str, name: str, given: dict[str, Any]) -> dict[str, Any]:
    answer = gateway.execute(mutation, {**given, "idempotencyKey": secrets.token_hex(16)})[name]
    if "code" in answer:
        sys.exit(f"{name}: {answer['code']}: {answer['message']}")
    told: dict[str, Any] = answer
    return told


def issued(gateway: Gateway, key: Any) -> str:
    """The credential, for a key that never leaves the device."""
    asked = gateway.execute(NONCE)["deviceKeyNonce"]
    claims = {
        "aud": asked["audience"],
        "nonce": asked["nonce"],
        "sid": asked["sessionId"],
        "iat": int(time.time()),
    }
    proof = jwt.encode(claims, key, "ES256", {"typ": "device-key-proof+jwt"})
    members = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    public = {name: members[name] for name in ("kty", "crv", "x", "y")}
    given = {"publicKey": public, "proof": proof}
    registered = changed(gateway, REGISTER, "registerDeviceKey", given)
    wanted = {"deviceKeyId": registered["deviceKey"]["id"]}
    text: str = changed(gateway, ISSUE, "issuePermitCredential", wanted)["text"]
    return text


def shown(credential: str, key: Any, nonce: str) -> str:
    """With what is in `SHOWN` and nothing else, and a proof that the key is here."""
    signed, *disclosures, _ = credential.split("~")
    kept = [one for one in disclosures if json.loads(decoded(one))[1] in SHOWN]
    text = "~".join([signed, *kept, ""])
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
    claims = {"aud": WHO, "nonce": nonce, "iat": int(time.time()), "sd_hash": digest.decode()}
    return text + jwt.encode(claims, key, "ES256", {"typ": "kb+jwt"})


def fetched(address: str) -> str:
    with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - the gateway
        text: str = answer.read().decode()
    return text


def main() -> None:
    base_url = (sys.argv[1:2] or ["http://127.0.0.1:8000"])[0].rstrip("/")
    if not base_url.startswith(("http://", "https://")):
        sys.exit("BASE_URL must begin with http:// or https://")
    gateway, key = Gateway(base_url), generate_private_key(SECP256R1())
    gateway.log_in(demo_holders()[int((sys.argv[2:3] or ["0"])[0])])
    credential = issued(gateway, key)
    claims = json.loads(decoded(credential.split("~")[0].split(".")[1]))
    # What the counter fetched beforehand; where the gateway was reached, not its public address.
    published = json.loads(fetched(f"{base_url}/.well-known/jwks.json"))
    keys = {one["kid"]: one for one in published["keys"]}
    listed = fetched(base_url + urlsplit(claims["status"]["status_list"]["uri"]).path)
    nonce = secrets.token_urlsafe(16)
    presentation = shown(credential, key, nonce)
    seen = verified(presentation, keys, listed, claims["iss"], WHO, nonce, time.time())
    print(json.dumps({name: seen[name] for name in SHOWN}, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
