"""Check a permit that somebody shows offline: an SD-JWT VC with its proof of possession, by files
that were fetched beforehand. Nothing is asked of anybody. Needs PyJWT and cryptography.

verify_credential.py PRESENTATION JWKS STATUS_LIST --issuer URL --audience WHO --nonce WHAT

Prints what was shown, as JSON. Exit code 1 with one line: it does not count, and why.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
import time
import zlib
from pathlib import Path
from typing import Any

import jwt

LEEWAY = 30
"""Seconds by which the clocks of two machines may differ."""
PROOF_SECONDS = 300
"""How old a proof of possession may be."""
MAX_LIST_BYTES = 1 << 22
DEVICE_ALGORITHMS = {("EC", "P-256"): "ES256", ("OKP", "Ed25519"): "EdDSA"}


class Refused(Exception):
    """It does not count; the text says why."""


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def signed(token: str, kind: str, keys: dict[str, Any]) -> dict[str, Any]:
    """What stands in a JWT of the issuer: right type, known key, its one algorithm."""
    header = jwt.get_unverified_header(token)
    if header.get("typ") != kind:
        raise Refused(f"it is no {kind}")
    key = keys.get(header.get("kid", ""))
    if key is None:
        raise Refused("it is signed with a key that the issuer does not publish")
    return claims_of(token, key, key["alg"])


def claims_of(token: str, key: dict[str, Any], algorithm: str) -> dict[str, Any]:
    """Times are checked below, where it is said which of them must be there."""
    off = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False}
    loaded = jwt.PyJWK.from_dict(key, algorithm)
    claims: dict[str, Any] = jwt.decode(token, loaded, [algorithm], options=off)  # type: ignore[arg-type]
    return claims


def disclosed(claims: dict[str, Any], disclosures: list[str]) -> dict[str, Any]:
    """The claims that the holder chose to show, each told by a digest that is signed."""
    if claims.pop("_sd_alg", "sha-256") != "sha-256":
        raise Refused("its digests are of another kind than SHA-256")
    digests = set(claims.pop("_sd", []))
    for text in disclosures:
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
        name = digest.rstrip(b"=").decode()
        if name not in digests:
            raise Refused("it shows something that the issuer did not sign, or twice")
        digests.remove(name)
        _salt, claim, value = json.loads(decoded(text))
        if claim in claims or claim in ("_sd", "..."):
            raise Refused("it shows a claim twice")
        claims[claim] = value
    return claims


def check_possession(
    claims: dict[str, Any], shown: str, proof: str, audience: str, nonce: str, now: float
) -> None:
    """The key binding JWT: signed by the device, for us, now, over what is shown."""
    if not proof:
        raise Refused("it has no proof of possession")
    key = claims["cnf"]["jwk"]
    algorithm = DEVICE_ALGORITHMS.get((key.get("kty"), key.get("crv")), "")
    header = jwt.get_unverified_header(proof)
    if header.get("typ") != "kb+jwt" or header.get("alg") != algorithm:
        raise Refused("its proof of possession is of another kind")
    said = claims_of(proof, key, algorithm)
    if said.get("aud") != audience or said.get("nonce") != nonce:
        raise Refused("its proof of possession is for somebody else, or for another time")
    if not now - PROOF_SECONDS <= said.get("iat", 0) <= now + LEEWAY:
        raise Refused("its proof of possession is too old, or of the future")
    digest = base64.urlsafe_b64encode(hashlib.sha256(shown.encode()).digest()).rstrip(b"=")
    if said.get("sd_hash") != digest.decode():
        raise Refused("its proof of possession is over something else")


def check_status(claims: dict[str, Any], listed: dict[str, Any] | None, now: float) -> None:
    """An unknown or late status counts as not valid."""
    reference = claims.get("status", {}).get("status_list")
    if not isinstance(reference, dict):
        raise Refused("it has no status")
    if listed is None or listed.get("sub") != reference.get("uri"):
        raise Refused("its status is unknown: fetch the list that it names")
    issued_at, ends = listed.get("iat", 0), listed.get("exp", 0)
    if now >= ends or now >= issued_at + listed.get("ttl", 0) or issued_at > now + LEEWAY:
        raise Refused("its status is late: fetch the list again")
    bits, place = listed["status_list"]["bits"], reference.get("idx")
    unpacker = zlib.decompressobj()
    data = unpacker.decompress(decoded(listed["status_list"]["lst"]), MAX_LIST_BYTES)
    if bits not in (1, 2, 4, 8) or not isinstance(place, int):
        raise Refused("its status is unknown")
    if not 0 <= place < len(data) * 8 // bits:
        raise Refused("its status is unknown: its place is outside of the list")
    value = data[place * bits // 8] >> (place * bits % 8) & ((1 << bits) - 1)
    if value != 0:
        raise Refused("it is suspended" if value == 2 else "it is revoked")


def verified(
    presentation: str,
    keys: dict[str, Any],
    status_list: str | None,
    issuer: str,
    audience: str,
    nonce: str,
    now: float,
) -> dict[str, Any]:
    """What is shown, or `Refused`."""
    credential, *disclosures, proof = presentation.strip().split("~")
    claims = signed(credential, "dc+sd-jwt", keys)
    if claims.get("iss") != issuer:
        raise Refused("it is of another issuer")
    if claims.get("vct") != f"{issuer.rstrip('/')}/credentials/work-permit":
        raise Refused("it is no work permit")
    if now >= claims.get("exp", 0):
        raise Refused("it has expired")
    shown = "~".join([credential, *disclosures, ""])
    check_possession(claims, shown, proof, audience, nonce, now)
    listed = None if status_list is None else signed(status_list.strip(), "statuslist+jwt", keys)
    check_status(claims, listed, now)
    return disclosed(claims, disclosures)


def main() -> None:
    parser = argparse.ArgumentParser(description="Check a permit that somebody shows offline.")
    parser.add_argument("presentation", metavar="PRESENTATION", type=Path)
    parser.add_argument("jwks", metavar="JWKS", type=Path, help="the answer of jwks.json")
    parser.add_argument("status_list", metavar="STATUS_LIST", type=Path, nargs="?")
    parser.add_argument("--issuer", required=True, help="the gateway's own address")
    parser.add_argument("--audience", required=True, help="who you told the device that you are")
    parser.add_argument("--nonce", required=True, help="what you gave the device to sign")
    given = parser.parse_args()
    keys = {key["kid"]: key for key in json.loads(given.jwks.read_text())["keys"]}
    listed = None if given.status_list is None else given.status_list.read_text()
    asked = (given.issuer, given.audience, given.nonce, time.time())
    try:
        claims = verified(given.presentation.read_text(), keys, listed, *asked)
    except Refused as refused:
        sys.exit(f"Not valid: {refused}.")
    except (jwt.PyJWTError, ValueError, KeyError, TypeError, AttributeError, zlib.error):
        sys.exit("Not valid: it is not well-formed, or was changed.")
    print(json.dumps(claims, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
