"""Send records to the gateway as the authority whose key it is, and print the report.

.venv/bin/python docs/examples/send_feed.py PRIVATE_JWK AUTHORITY FILE [BASE_URL]
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

import jwt


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
    try:
        return str(json.load(error)["errors"][0]["message"])
    except (ValueError, LookupError, TypeError):
        return "is it the gateway?"


def signature_of(private_jwk: dict[str, Any], audience: str, body: bytes) -> str:
    """A detached JWS over the body as it is (RFC 7797), good for five minutes and once."""
    key = jwt.PyJWK(private_jwk)
    header = {
        "typ": "",  # left out
        "kid": private_jwk["kid"],
        "b64": False,
        "aud": audience,
        "iat": int(time.time()),
        "jti": secrets.token_urlsafe(16),
    }
    return jwt.PyJWS().encode(body, key, key.algorithm_name, header)


def send(base_url: str, authority: str, private_jwk: dict[str, Any], body: bytes) -> Any:
    metadata = answer_of(f"{base_url}/.well-known/oauth-authorization-server")
    # Behind another port or proxy than the issuer says, a local gateway is still the one meant.
    audience = f"{metadata['issuer'].rstrip('/')}/feeds/{authority}"
    request = urllib.request.Request(f"{base_url}/feeds/{authority}", body)  # noqa: S310 - ours
    request.add_header("Content-Type", "application/x-ndjson")
    request.add_header("Onecard-Signature", signature_of(private_jwk, audience, body))
    return answer_of(request)


def main() -> None:
    parser = argparse.ArgumentParser(description="Send records as an authority.")
    parser.add_argument("private_jwk", metavar="PRIVATE_JWK", type=Path)
    parser.add_argument("authority", metavar="AUTHORITY")
    parser.add_argument("file", metavar="FILE", type=Path, help="NDJSON, one record on each line")
    default = "http://127.0.0.1:8000"
    parser.add_argument("base_url", metavar="BASE_URL", nargs="?", default=default, help=default)
    given = parser.parse_args()
    if not given.base_url.startswith(("http://", "https://")):
        parser.error("BASE_URL must begin with http:// or https://")
    try:
        private_jwk, body = json.loads(given.private_jwk.read_bytes()), given.file.read_bytes()
    except (OSError, ValueError) as error:
        sys.exit(f"a file cannot be read: {error}")
    report = send(given.base_url.rstrip("/"), given.authority, private_jwk, body)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
