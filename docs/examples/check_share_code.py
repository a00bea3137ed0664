"""As the portal of a demo employer, check the demo's share code, verify the proof with the
published keys alone, and save it.

.venv/bin/python docs/examples/check_share_code.py [BASE_URL] [--code CODE --born YYYY-MM-DD]
    [--to FILE]
"""

from __future__ import annotations

import argparse
import json
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import jwt
from employer_token import answer_of, demo_employers, token_of
from log_in import Gateway

REDEEM = """mutation($input: RedeemShareCodeInput!) { redeemShareCode(input: $input) {
  ... on ShareCodeRedeemed { purposeLabel followUpOn proof
    record { identity { fullName } permit { statusLabel validUntil employer { name } } } }
  ... on ChangeRefused { code message } } }"""


def demo_share_code() -> dict[str, Any]:
    onecard = Path(sys.executable).with_name("onecard")
    told = subprocess.run([onecard, "demo", "--json"], check=True, capture_output=True)  # noqa: S603
    code: dict[str, Any] = json.loads(told.stdout)["shareCodes"][0]
    return code


def verified(base_url: str, proof: str) -> dict[str, Any]:
    """What the proof says; ends where it is not signed by one of the published keys."""
    header = jwt.get_unverified_header(proof)
    keys = answer_of(f"{base_url}/.well-known/jwks.json")["keys"]
    found = [jwt.PyJWK(one) for one in keys if one["kid"] == header["kid"]]
    if header["typ"] != "onecard-check+jwt" or not found:
        sys.exit("this is no proof of a check by that gateway")
    try:
        return jwt.decode(proof, found[0], ["EdDSA"])
    except jwt.InvalidTokenError as error:
        sys.exit(f"the proof does not hold: {error}")


def redeemed(base_url: str, code: str, born: str) -> dict[str, Any]:
    employer = demo_employers()[0]
    issuer = answer_of(f"{base_url}/.well-known/oauth-authorization-server")["issuer"]
    portal = Gateway(base_url)
    portal.token = token_of(base_url, employer, issuer, None)["access_token"]
    given = {"idempotencyKey": secrets.token_hex(16), "code": code, "birthDate": born}
    answer: dict[str, Any] = portal.execute(REDEEM, given)["redeemShareCode"]
    if "proof" not in answer:
        sys.exit(f"redeemShareCode: {answer['code']}: {answer['message']}")
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description="Check a share code and keep the proof.")
    default = "http://127.0.0.1:8000"
    parser.add_argument("base_url", metavar="BASE_URL", nargs="?", default=default, help=default)
    parser.add_argument("--code", help="that of the demo unless given")
    parser.add_argument("--born", metavar="YYYY-MM-DD", help="the birth date that goes with it")
    parser.add_argument("--to", metavar="FILE", type=Path, default=Path("check-record.jwt"))
    given = parser.parse_args()
    if (given.code is None) != (given.born is None):
        parser.error("--code and --born go together")
    base_url = given.base_url.rstrip("/")
    known = demo_share_code() if given.code is None else {}
    answer = redeemed(base_url, given.code or known["code"], given.born or known["birthDate"])
    claims = verified(base_url, answer["proof"])
    given.to.write_text(answer["proof"], encoding="ascii")
    print(json.dumps(answer["record"], ensure_ascii=False, indent=2))
    print(f"checked at {claims['checked_at']} by {claims['checked_by']['name']['en']}")
    print(f"for: {answer['purposeLabel']}; check again by: {claims['follow_up_on']}")
    print(f"the signature holds; kept in {given.to}")


if __name__ == "__main__":
    main()
