"""Log in as a demo officer, go on working, and log out, with nothing but the standard library.

.venv/bin/python docs/examples/officer_login.py [BASE_URL] [LOGIN_NAME]
"""

from __future__ import annotations

import argparse
import base64
import hmac
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

LOGIN = """mutation($input: OfficerLoginInput!) { officerLogin(input: $input) { __typename
  ... on OfficerLoggedIn { accessToken accessTokenExpiresAt sessionEndsAt authority duties }
  ... on OfficerLoginRefused { code message retryAfterSeconds } } }"""
RENEW = """mutation { renewOfficerSession { __typename
  ... on OfficerSessionRenewed { accessToken accessTokenExpiresAt sessionEndsAt }
  ... on OfficerLoginRefused { code message } } }"""
LOGOUT = "mutation { officerLogout { wasLive } }"


def code_now(totp_secret: str) -> str:
    """What an authenticator app shows: TOTP (RFC 6238), six digits, steps of 30 seconds."""
    secret = base64.b32decode(totp_secret + "=" * (-len(totp_secret) % 8))
    step = int(time.time()) // 30
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def execute(
    base_url: str, query: str, given: dict[str, Any] | None = None, token: str | None = None
) -> Any:
    """The one payload of a mutation."""
    body = json.dumps({"query": query, "variables": {"input": given} if given else {}})
    request = urllib.request.Request(f"{base_url}/graphql", body.encode())  # noqa: S310 - ours
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - ours
            told = json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"{base_url} answers with HTTP {error.code}: is it the gateway?")
    except OSError:
        sys.exit(f"no gateway answers at {base_url}: start it with 'make run'")
    except (HTTPException, ValueError):
        told = None
    if not isinstance(told, dict):
        sys.exit(f"what answers at {base_url} is no gateway: give its BASE_URL")
    if "errors" in told:
        sys.exit(f"refused: {told['errors'][0]['message']}")
    [payload] = told["data"].values()
    if payload.get("__typename") == "OfficerLoginRefused":
        sys.exit(f"{payload['code']}: {payload['message']}")
    return payload


def demo_officers() -> dict[str, dict[str, Any]]:
    onecard = Path(sys.executable).with_name("onecard")
    if not onecard.exists():
        sys.exit(f"{sys.executable} has no onecard beside it: use .venv/bin/python of the clone")
    told = subprocess.run([onecard, "demo", "--json"], check=True, capture_output=True)  # noqa: S603
    return {one["loginName"]: one for one in json.loads(told.stdout)["officers"]}


def main() -> None:
    parser = argparse.ArgumentParser(description="Log in as a demo officer.")
    default = "http://127.0.0.1:8000"
    parser.add_argument("base_url", metavar="BASE_URL", nargs="?", default=default, help=default)
    first = "guangzhou-check"
    parser.add_argument("login_name", metavar="LOGIN_NAME", nargs="?", default=first, help=first)
    given = parser.parse_args()
    if not given.base_url.startswith(("http://", "https://")):
        parser.error("BASE_URL must begin with http:// or https://")
    officers = demo_officers()
    if given.login_name not in officers:
        parser.error(f"LOGIN_NAME must be one of {', '.join(officers)}")
    officer, base_url = officers[given.login_name], given.base_url.rstrip("/")
    both = {
        "loginName": officer["loginName"],
        "password": officer["password"],
        "code": code_now(officer["totpSecret"]),
    }
    session = execute(base_url, LOGIN, both)
    print(f"{officer['label']}: {', '.join(session['duties'])} for {session['authority']}")
    renewed = execute(base_url, RENEW, token=session["accessToken"])
    print(f"goes on until {renewed['sessionEndsAt']} if renewed every few minutes")
    ended = execute(base_url, LOGOUT, token=renewed["accessToken"])
    print(f"logged out: {ended['wasLive']}")


if __name__ == "__main__":
    main()
