"""Log in as a demo holder and save a certificate of the newest work permit, with nothing but the
standard library.

.venv/bin/python docs/examples/download_letter.py [BASE_URL] [HOLDER] [--to FILE]
"""

from __future__ import annotations

import argparse
import hashlib
import secrets
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from log_in import Gateway, demo_holders

NEWEST = "{ me { permits(first: 1) { edges { node { id } } } } }"
REQUEST = """mutation($input: RequestLetterInput!) { requestLetter(input: $input) {
  ... on LetterIssued { letter { kindLabel fileNumber sha256 url } }
  ... on ChangeRefused { code message } } }"""


def newest_permit(gateway: Gateway) -> str:
    edges = gateway.execute(NEWEST)["me"]["permits"]["edges"]
    if not edges:
        sys.exit("this holder has no work permit: choose another one")
    permit_id: str = edges[0]["node"]["id"]
    return permit_id


def ask(gateway: Gateway, kind: str, about_id: str) -> dict[str, Any]:
    given = {"kind": kind, "aboutId": about_id, "idempotencyKey": secrets.token_hex(16)}
    answer = gateway.execute(REQUEST, given)["requestLetter"]
    if "letter" not in answer:
        sys.exit(f"requestLetter: {answer['code']}: {answer['message']}")
    letter: dict[str, Any] = answer["letter"]
    return letter


def download(base_url: str, gateway: Gateway, letter: dict[str, Any]) -> bytes:
    """The address is worth nothing without the access token of the session that asked for it."""
    parts = urlsplit(letter["url"])
    # Where the gateway was reached, which behind no proxy is not its public address.
    request = urllib.request.Request(f"{base_url}{parts.path}?{parts.query}")  # noqa: S310 - ours
    request.add_header("Authorization", f"Bearer {gateway.token}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - ours
            content: bytes = answer.read()
    except urllib.error.HTTPError as error:
        sys.exit(f"the letter is answered with HTTP {error.code}")
    if hashlib.sha256(content).hexdigest() != letter["sha256"]:
        sys.exit("the file is not the one that was issued")
    return content


def main() -> None:
    parser = argparse.ArgumentParser(description="Save a certificate of a demo holder's permit.")
    default = "http://127.0.0.1:8000"
    parser.add_argument("base_url", metavar="BASE_URL", nargs="?", default=default, help=default)
    told = "its number in 'onecard demo', 0 unless given"
    parser.add_argument("holder", metavar="HOLDER", nargs="?", default=0, type=int, help=told)
    parser.add_argument("--to", metavar="FILE", type=Path, help="letter-<file number>.pdf")
    given = parser.parse_args()
    if not given.base_url.startswith(("http://", "https://")):
        parser.error("BASE_URL must begin with http:// or https://")
    holders = demo_holders()
    if not 0 <= given.holder < len(holders):
        parser.error(f"HOLDER must be 0 to {len(holders) - 1}: see 'onecard demo'")
    base_url = given.base_url.rstrip("/")
    gateway = Gateway(base_url)
    gateway.log_in(holders[given.holder])
    letter = ask(gateway, "PERMIT_CERTIFICATE", newest_permit(gateway))
    target = given.to or Path(f"letter-{letter['fileNumber']}.pdf")
    target.write_bytes(download(base_url, gateway, letter))
    print(f"{letter['kindLabel']}, {letter['fileNumber']}: {target}")


if __name__ == "__main__":
    main()
