"""Log in as a demo holder and print the card, with nothing but the standard library.

.venv/bin/python docs/examples/log_in.py [BASE_URL] [HOLDER]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

CARD = """{ me { fullName { masked }
  permits(first: 3) { edges { node { number { masked } category statusLabel daysLeft
    employer { name } } } }
  cards(first: 3) { edges { node { kindLabel statusLabel permit { number { masked } }
    nextActions { label } } } electronicAbsence { code message } } } }"""


class Gateway:
    """One device: remembers the token of the last step."""

    def __init__(self, base_url: str) -> None:
        self._address = f"{base_url}/graphql"
        self.token: str | None = None

    def execute(self, query: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": {"input": given} if given else {}})
        request = urllib.request.Request(self._address, body.encode())  # noqa: S310 - ours
        request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        told = self._answer(request)
        if "errors" in told:
            sys.exit(f"refused: {told['errors'][0]['message']}")
        data: dict[str, Any] = told["data"]
        return data

    def _answer(self, request: urllib.request.Request) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - ours
                told = json.load(answer)
        except urllib.error.HTTPError as error:
            sys.exit(f"{self._address} answers with HTTP {error.code}: is it the gateway?")
        except OSError:
            sys.exit(f"no gateway answers at {self._address}: start it with 'make run'")
        except (HTTPException, ValueError):
            told = None
        if not isinstance(told, dict):
            sys.exit(f"what answers at {self._address} is no gateway: give its BASE_URL")
        return told

    def step(self, mutation: str, fields: str, given: dict[str, Any] | None = None) -> Any:
        """One mutation of the login; its flow or access token is used from then on."""
        kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
        head = f"mutation($input: {kind}) {{ {mutation}(input: $input)" if given else ""
        head = head or f"mutation {{ {mutation}"
        refused = "... on LoginRefused { code message }"
        answer = self.execute(f"{head} {{ __typename {fields} {refused} }} }}", given)[mutation]
        if answer["__typename"] == "LoginRefused":
            sys.exit(f"{mutation}: {answer['code']}: {answer['message']}")
        self.token = answer.get("accessToken") or answer.get("flowToken") or self.token
        print(f"{mutation:24} {answer['__typename']}")
        return answer

    def prove_name(self, holder: dict[str, Any]) -> None:
        """Up to the real person: the next step is consent."""
        device = {"name": "Example script", "platform": "Python"}
        self.step("startLogin", "... on LoginStarted { flowToken }", {"device": device})
        identity = {"name": holder["name"], "identifier": holder["identifier"]}
        proved = self.step(
            "proveRealName", "... on RealNameProved { flowToken secondProofDue }", identity
        )
        if proved["secondProofDue"]:
            fields = "... on SecondProofCodeSent { sandboxCode }"
            sent = self.step("sendSecondProofCode", fields, holder["secondProof"])
            fields = "... on SecondProofConfirmed { flowToken }"
            self.step("confirmSecondProof", fields, {"code": sent["sandboxCode"]})

    def log_in(self, holder: dict[str, Any]) -> None:
        self.prove_name(holder)
        notice = self.execute("{ biometricConsentNotice { version } }")["biometricConsentNotice"]
        fields = "... on BiometricConsentGiven { version }"
        self.step("giveBiometricConsent", fields, {"version": notice["version"]})
        challenge = self.step(
            "startRealPersonCheck", "... on RealPersonChallenge { challengeId sandboxNotice }"
        )
        given = {"challengeId": challenge["challengeId"], "proof": "live-person"}
        self.step("submitRealPersonProof", "... on RealPersonProved { provider }", given)
        self.step("completeLogin", "... on LoginCompleted { accessToken refreshToken }")


def demo_holders() -> list[dict[str, Any]]:
    onecard = Path(sys.executable).with_name("onecard")
    if not onecard.exists():
        sys.exit(f"{sys.executable} has no onecard beside it: use .venv/bin/python of the clone")
    told = subprocess.run([onecard, "demo", "--json"], check=True, capture_output=True)  # noqa: S603
    holders: list[dict[str, Any]] = json.loads(told.stdout)["holders"]
    return holders


def main() -> None:
    parser = argparse.ArgumentParser(description="Log in as a demo holder and print the card.")
    default = "http://127.0.0.1:8000"
    parser.add_argument("base_url", metavar="BASE_URL", nargs="?", default=default, help=default)
    told = "its number in 'onecard demo', 0 unless given"
    parser.add_argument("holder", metavar="HOLDER", nargs="?", default=0, type=int, help=told)
    given = parser.parse_args()
    if not given.base_url.startswith(("http://", "https://")):
        parser.error("BASE_URL must begin with http:// or https://")
    holders = demo_holders()
    if not 0 <= given.holder < len(holders):
        parser.error(f"HOLDER must be 0 to {len(holders) - 1}: see 'onecard demo'")
    holder = holders[given.holder]
    print(f"{holder['label']}: {holder['name']}")
    gateway = Gateway(given.base_url.rstrip("/"))
    gateway.log_in(holder)
    print(json.dumps(gateway.execute(CARD)["me"], ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
