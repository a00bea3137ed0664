"""Get a token as the portal of a demo employer and ask the graph with it.

.venv/bin/python docs/examples/employer_token.py [BASE_URL] [EMPLOYER]
"""

from __future__ import annotations

import argparse
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


def token_of(base_url: str, employer: dict[str, Any]) -> dict[str, Any]:
    metadata = answer_of(f"{base_url}/.well-known/oauth-authorization-server")
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion_of(employer, metadata["issuer"]),
    }
    body = urllib.parse.urlencode(form).encode()
    # Behind another port or proxy than the issuer says, a local gateway is still the one meant.
    token: dict[str, Any] = answer_of(
        urllib.request.Request(f"{base_url}/oauth/token", body)  # noqa: S310 - ours
    )
    return token


def ask(base_url: str, access_token: str) -> Any:
    request = urllib.request.Request(  # noqa: S310 - ours
        f"{base_url}/graphql", json.dumps({"query": QUERY}).encode()
    )
    request.add_header("Content-Type", "application/json")
    request.add_header("Authorization", f"Bearer {access_token}")
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
    given = parser.parse_args()
    if not given.base_url.startswith(("http://", "https://")):
        parser.error("BASE_URL must begin with http:// or https://")
    employers = demo_employers()
    if not 0 <= given.employer < len(employers):
        parser.error(f"EMPLOYER must be 0 to {len(employers) - 1}: see 'onecard demo --json'")
    employer = employers[given.employer]
    base_url = given.base_url.rstrip("/")
    token = token_of(base_url, employer)
    print(f"{employer['label']}: a token for {token['expires_in']} seconds")
    print(f"scope: {token['scope']}")
    print(json.dumps(ask(base_url, token["access_token"])))


if __name__ == "__main__":
    main()
