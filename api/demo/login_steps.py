"""Logging in over HTTP, step by step, for scripts.

Each step is one POST to /graphql with `query` and `variables`. `<x.y>` stands for field y of the
chosen entry of `holders` (x is `holder`) or of the answer to an earlier step, `<flowToken>` for the
newest flow token that a step has answered.
"""

from __future__ import annotations

from typing import Any

_REFUSED = "... on LoginRefused { code message retryAfterSeconds }"


def _mutation(name: str, input_type: str | None, selection: str) -> str:
    declared, passed = (f"($input: {input_type}!)", "(input: $input)") if input_type else ("", "")
    return f"mutation{declared} {{ {name}{passed} {{ __typename {selection} {_REFUSED} }} }}"


_STEPS: list[dict[str, Any]] = [
    {
        "step": "startLogin",
        "bearer": None,
        "query": _mutation("startLogin", "StartLoginInput", "... on LoginStarted { flowToken }"),
        "variables": {"input": {"device": {"name": "Demo script", "platform": "script"}}},
    },
    {
        "step": "proveRealName",
        "bearer": "<flowToken>",
        "query": _mutation(
            "proveRealName",
            "ProveRealNameInput",
            "... on RealNameProved { flowToken secondProofDue }",
        ),
        "variables": {"input": {"name": "<holder.name>", "identifier": "<holder.identifier>"}},
    },
    {
        "step": "sendSecondProofCode",
        "when": "<proveRealName.secondProofDue>",
        "bearer": "<flowToken>",
        "query": _mutation(
            "sendSecondProofCode",
            "SendSecondProofCodeInput",
            "... on SecondProofCodeSent { sandboxCode sandboxNotice }",
        ),
        "variables": {"input": "<holder.secondProof>"},
    },
    {
        "step": "confirmSecondProof",
        "when": "<proveRealName.secondProofDue>",
        "bearer": "<flowToken>",
        "query": _mutation(
            "confirmSecondProof",
            "ConfirmSecondProofInput",
            "... on SecondProofConfirmed { flowToken }",
        ),
        "variables": {"input": {"code": "<sendSecondProofCode.sandboxCode>"}},
    },
    {
        "step": "biometricConsentNotice",
        "bearer": "<flowToken>",
        "query": "query { biometricConsentNotice { version text } }",
        "variables": {},
    },
    {
        "step": "giveBiometricConsent",
        "bearer": "<flowToken>",
        "query": _mutation(
            "giveBiometricConsent",
            "GiveBiometricConsentInput",
            "... on BiometricConsentGiven { version }",
        ),
        "variables": {"input": {"version": "<biometricConsentNotice.version>"}},
    },
    {
        "step": "startRealPersonCheck",
        "bearer": "<flowToken>",
        "query": _mutation(
            "startRealPersonCheck", None, "... on RealPersonChallenge { challengeId sandbox }"
        ),
        "variables": {},
    },
    {
        "step": "submitRealPersonProof",
        "bearer": "<flowToken>",
        "query": _mutation(
            "submitRealPersonProof",
            "SubmitRealPersonProofInput",
            "... on RealPersonProved { provider sandbox }",
        ),
        "variables": {
            "input": {"challengeId": "<startRealPersonCheck.challengeId>", "proof": "live-person"}
        },
    },
    {
        "step": "completeLogin",
        "bearer": "<flowToken>",
        "query": _mutation(
            "completeLogin", None, "... on LoginCompleted { accessToken refreshToken }"
        ),
        "variables": {},
    },
    {
        "step": "me",
        "bearer": "<completeLogin.accessToken>",
        "query": (
            "query { me { fullName { masked } "
            "permits { edges { node { number { masked } status } } } "
            "cards { edges { node { kind status permit { number { masked } } } }"
            " electronicAbsence { code } } } }"
        ),
        "variables": {},
    },
]

LOGIN_STEPS: dict[str, Any] = {
    "address": "/graphql",
    "how": (
        "POST each step as JSON {query, variables} with Content-Type application/json and, where "
        "a bearer is named, the header Authorization: Bearer. <flowToken> is the newest one that a "
        "step has answered; <a.b> is field b of step a's answer, or of the chosen entry of "
        "holders. Leave out a step whose `when` is false."
    ),
    "steps": _STEPS,
}
