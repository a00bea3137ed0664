"""Get a token as the portal of a demo employer and ask the graph with it.

.venv/bin/python docs/examples/employer_token.py [BASE_URL] [EMPLOYER] [--dpop]

With --dpop the token is bound to a key that this process makes (RFC 9449).
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
QUERY = "{ __typename }"


def answer_of(request: str | urllib.request.Request) -> Any:
    """The JSON that is answered; ends with one line when there is none or it tells an error."""
    address = request if isinstance(request, str) else request.full_url
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - ours
            return json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"{address} answers with HTTP {error.code}: {_told(error)}")
    except OSError:
        sys.exit(f"no gateway answers at {address}: start it with 'make run'")
    except (HTTPException, ValueError):
        sys.exit(f"what answers at {address} is no gateway: give its BASE_URL")


def _told(error: urllib.error.HTTPError) -> str:
    """What the token endpoint says is wrong."""
    try:
        return str(json.load(error)["error_description"])
    except (ValueError, KeyError, TypeError):
        return "is it the gateway?"


def assertion_of(employer: dict[str, Any], issuer: str) -> str:
    """A JWT that proves the client for one request and lives a minute (RFC 7523)."""
    now = int(time.time())
    claims = {
        "iss": employer["clientId"],
        "sub": employer["clientId"],
        "aud": issuer,
        "iat": now,
        "exp": now + 60,
        "jti": secrets.token_urlsafe(16),
    }
    key = jwt.PyJWK(employer["privateJwk"])
    headers = {"kid": employer["privateJwk"]["kid"]}
    return jwt.encode(claims, key, key.algorithm_name, headers=headers)


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def proof_of(key: Ed25519PrivateKey, address: str, access_token: str | None = None) -> str:
    """That we hold `key`, for one POST to `address` (RFC 9449, section 4.2)."""
    public = base64url(key.public_key().public_bytes_raw())
    headers = {"typ": "dpop+jwt", "jwk": {"kty": "OKP", "crv": "Ed25519", "x": public}}
    claims: dict[str, Any] = {
        "htm": "POST",
        "htu": address,
        "iat": int(time.time()),
        "jti": secrets.token_urlsafe(16),
    }
    if access_token is not None:
        claims["ath"] = base64url(hashlib.sha256(access_token.encode()).digest())
    return jwt.encode(claims, key, "EdDSA", headers)


def token_of(
    base_url: str, employer: dict[str, Any], issuer: str, key: Ed25519PrivateKey | None
) -> dict[str, Any]:
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion_of(employer, issuer),
    }
    body = urllib.parse.urlencode(form).encode()
    # Behind another port or proxy than the issuer says, a local gateway is still the one meant.
    request = urllib.request.Request(f"{base_url}/oauth/token", body)  # noqa: S310 - ours
    if key is not None:
        request.add_header("DPoP", proof_of(key, f"{issuer.rstrip('/')}/oauth/token"))
    token: dict[str, Any] = answer_of(request)
    return token


def ask(base_url: str, token: dict[str, Any], issuer: str, key: Ed25519PrivateKey | None) -> Any:
    request = urllib.request.Request(  # noqa: S310 - ours
        f"{base_url}/graphql", json.dumps({"query": QUERY}).encode()
    )
    access_token = token["access_token"]
    request.add_header("Content-Type", "application/json")
    request.add_header("Authorization", f"{token['token_type']} {access_token}")
    if key is not None:
        request.add_header("DPoP", proof_of(key, f"{issuer}/graphql", access_token))
    return answer_of(request)


def demo_employers() -> list[dict[str, Any]]:
    onecard = Path(sys.executable).with_name("onecard")
    if not onecard.exists():
        sys.exit(f"{sys.executable} has no onecard beside it: use .venv/bin/python of the clone")
    told = subprocess.run([onecard, "demo", "--json"], check=True, capture_output=True)  # noqa: S603
    employers: list[dict[str, Any]] = json.loads(told.stdout)["employers"]
    return employers


def main() -> None:
    parser = argparse.ArgumentParser(description="Get a token as a demo employer's portal.")
    default = "http://127.0.0.1:8000"
    parser.add_argument("base_url", metavar="BASE_URL", nargs="?", default=default, help=default)
    told = "its place in 'employers' of 'onecard demo --json', 0 unless given"
    parser.add_argument("employer", metavar="EMPLOYER", nargs="?", default=0, type=int, help=told)
    parser.add_argument("--dpop", action="store_true", help="bind the token to a key")
    given = parser.parse_args()
    if not given.base_url.startswith(("http://", "https://")):
        parser.error("BASE_URL must begin with http:// or https://")
    employers = demo_employers()
    if not 0 <= given.employer < len(employers):
        parser.error(f"EMPLOYER must be 0 to {len(employers) - 1}: see 'onecard demo --json'")
    employer = employers[given.employer]
    base_url = given.base_url.rstrip("/")
    metadata = answer_of(f"{base_url}/.well-known/oauth-authorization-server")
    issuer = metadata["issuer"].rstrip("/")
    key = Ed25519PrivateKey.generate() if given.dpop else None
    token = token_of(base_url, employer, metadata["issuer"], key)
    print(f"{employer['label']}: {token['token_type']} for {token['expires_in']} seconds")
    print(f"scope: {token['scope']}")
    print(json.dumps(ask(base_url, token, issuer, key)))


if __name__ == "__main__":
    main()
