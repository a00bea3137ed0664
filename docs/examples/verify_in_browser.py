"""Prove a demo holder's name, let the rest be done on the page /verify, and print the card.

.venv/bin/python docs/examples/verify_in_browser.py [BASE_URL] [HOLDER]

Open the address that it prints. The gateway must be reached by https, or on this machine, or the
browser gives the page no camera.
"""

from __future__ import annotations

import json
import sys
import time

from log_in import CARD, Gateway, demo_holders

COMPLETE = """mutation { completeLogin { __typename ... on LoginCompleted { accessToken }
  ... on LoginRefused { code message } } }"""
WAIT_SECONDS = 600
"""As long as a login lives."""


def verification_address(base_url: str, gateway: Gateway) -> str:
    """What follows # is for the page alone: no browser sends it."""
    return f"{base_url}/verify#flow={gateway.token}"


def completed(gateway: Gateway) -> str:
    """The access token, once the page has done its part. A real app is told by the page."""
    for _ in range(WAIT_SECONDS // 2):
        answer = gateway.execute(COMPLETE)["completeLogin"]
        if answer["__typename"] == "LoginCompleted":
            return str(answer["accessToken"])
        if answer["code"] != "STEP_OUT_OF_ORDER":
            sys.exit(f"completeLogin: {answer['code']}: {answer['message']}")
        time.sleep(2)
    sys.exit("nobody was verified within ten minutes")


def main() -> None:
    base_url = (sys.argv[1:2] or ["http://127.0.0.1:8000"])[0].rstrip("/")
    holder = demo_holders()[int((sys.argv[2:3] or ["0"])[0])]
    print(f"{holder['label']}: {holder['name']}")
    gateway = Gateway(base_url)
    gateway.prove_name(holder)
    print(f"open: {verification_address(base_url, gateway)}", flush=True)
    gateway.token = completed(gateway)
    print(json.dumps(gateway.execute(CARD)["me"], ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
