"""Log in as a demo holder and print the card, with nothing but the standard library.

    .venv/bin/python docs/examples/log_in.py [BASE_URL] [HOLDER]

BASE_URL is http://127.0.0.1:8000 unless given; HOLDER is the number of a demo identity, 0 first.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
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
        self._token: str | None = None

    def execute(self, query: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": {"input": given} if given else {}})
        request = urllib.request.Request(self._address, body.encode())  # noqa: S310 - ours
        request.add_header("Content-Type", "application/json")
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - ours
            told = json.load(answer)
        if "errors" in told:
            sys.exit(f"refused: {told['errors'][0]['message']}")
        data: dict[str, Any] = told["data"]
        return data

    def step(self, mutation: str, fields: str, given: dict[str, Any] | None = None) -> Any:
        """One mutation of the login; its flow or access token is used from then on."""
        kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
        head = f"mutation($input: {kind}) {{ {mutation}(input: $input)" if given else ""
        head = head or f"mutation {{ {mutation}"
        refused = "... on LoginRefused { code message }"
        answer = self.execute(f"{head} {{ __typename {fields} {refused} }} }}", given)[mutation]
        if answer["__typename"] == "LoginRefused":
            sys.exit(f"{mutation}: {answer['code']}: {answer['message']}")
        self._token = answer.get("accessToken") or answer.get("flowToken") or self._token
        print(f"{mutation:24} {answer['__typename']}")
        return answer

    def log_in(self, holder: dict[str, Any]) -> None:
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
        notice = self.execute("{ biometricConsentNotice { version } }")["biometricConsentNotice"]
        fields = "... on BiometricConsentGiven { version }"
        self.step("giveBiometricConsent", fields, {"version": notice["version"]})
        challenge = self.step(
            "startRealPersonCheck", "... on RealPersonChallenge { challengeId sandboxNotice }"
        )
        given = {"challengeId": challenge["challengeId"], "proof": "live-person"}
        self.step("submitRealPersonProof", "... on RealPersonProved { provider }", given)
        self.step("completeLogin", "... on LoginCompleted { accessToken refreshToken }")


def main() -> None:
    base_url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    onecard = Path(sys.executable).with_name("onecard")
    told = subprocess.run([onecard, "demo", "--json"], check=True, capture_output=True)  # noqa: S603
    holder = json.loads(told.stdout)["holders"][number]
    print(f"{holder['label']}: {holder['name']}")
    gateway = Gateway(base_url)
    gateway.log_in(holder)
    print(json.dumps(gateway.execute(CARD)["me"], ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
