"""Logging in over plain endpoints: the product's use cases, step by step, without a graph above."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from auth.verification import SecondProofMethod, TextProof
from bench.peers.gate import Gate
from resolvers.gateway import Ask
from resolvers.login.completion import complete_login
from resolvers.login.outcomes import (
    CheckStarted,
    CodeWasSent,
    ConsentRecorded,
    FlowToken,
    NameProved,
    ProofAccepted,
    Refused,
    SecondProofConfirmed,
    Tokens,
)
from resolvers.login.real_name import ClaimedIdentity, prove_real_name, start_login
from resolvers.login.real_person import (
    give_biometric_consent,
    start_real_person_check,
    submit_real_person_proof,
)
from resolvers.login.second_proof import confirm_second_proof, send_second_proof_code
from resolvers.rules import identifiers
from resolvers.vocabulary import IdentifierKind

Given = Mapping[str, Any]
_KINDS: Final = {
    "workPermitNumber": IdentifierKind.WORK_PERMIT,
    "socialSecurityNumber": IdentifierKind.SOCIAL_SECURITY,
}
_METHODS: Final = {"phone": SecondProofMethod.PHONE, "bankCard": SecondProofMethod.BANK_CARD}


async def _start(gate: Gate, ask: Ask, given: Given) -> object:
    return await start_login(gate.open.gateway, ask, given["device"])


async def _name(gate: Gate, ask: Ask, given: Given) -> object:
    [(field, number)] = given["identifier"].items()
    kind = _KINDS[field]
    claimed = ClaimedIdentity(given["name"], kind, identifiers.canonical(kind, number) or "?")
    return await prove_real_name(gate.open.gateway, ask, claimed)


async def _code(gate: Gate, ask: Ask, given: Given) -> object:
    [(field, number)] = given.items()
    return await send_second_proof_code(gate.open.gateway, ask, _METHODS[field], number)


async def _confirm(gate: Gate, ask: Ask, given: Given) -> object:
    return await confirm_second_proof(gate.open.gateway, ask, given["code"])


async def _consent(gate: Gate, ask: Ask, given: Given) -> object:
    return await give_biometric_consent(gate.open.gateway, ask, given["version"])


async def _check(gate: Gate, ask: Ask, _given: Given) -> object:
    return await start_real_person_check(gate.open.gateway, ask)


async def _proof(gate: Gate, ask: Ask, given: Given) -> object:
    proof = TextProof(given["proof"])
    return await submit_real_person_proof(gate.open.gateway, ask, given["challengeId"], proof)


async def _complete(gate: Gate, ask: Ask, _given: Given) -> object:
    return await complete_login(gate.open.gateway, ask)


_Step = Callable[[Gate, Ask, Given], Awaitable[object]]
STEPS: Final[Mapping[str, tuple[str, _Step]]] = {
    "StartLogin": ("startLogin", _start),
    "ProveRealName": ("proveRealName", _name),
    "SendSecondProofCode": ("sendSecondProofCode", _code),
    "ConfirmSecondProof": ("confirmSecondProof", _confirm),
    "GiveBiometricConsent": ("giveBiometricConsent", _consent),
    "StartRealPersonCheck": ("startRealPersonCheck", _check),
    "SubmitRealPersonProof": ("submitRealPersonProof", _proof),
    "CompleteLogin": ("completeLogin", _complete),
}


async def login_step(gate: Gate, ask: Ask, name: str, variables: Given) -> dict[str, Any]:
    field, step = STEPS[name]
    return {field: _told(await step(gate, ask, variables.get("input", {})))}


def _told(outcome: object) -> dict[str, Any]:
    match outcome:
        case Refused(code=code):
            return {"__typename": "LoginRefused", "code": code.value, "message": ""}
        case FlowToken(token=token):
            return {"__typename": "LoginStarted", "flowToken": token}
        case NameProved(flow_token=flow, second_proof_due=due):
            told = {"flowToken": flow.token, "secondProofDue": due}
            return {"__typename": "RealNameProved", **told}
        case CodeWasSent(sandbox_code=code):
            return {"__typename": "SecondProofCodeSent", "sandboxCode": code}
        case SecondProofConfirmed(flow_token=flow):
            return {"__typename": "SecondProofConfirmed", "flowToken": flow.token}
        case ConsentRecorded(version=version):
            return {"__typename": "BiometricConsentGiven", "version": version}
        case CheckStarted(challenge_id=challenge_id, sandbox=sandbox):
            told = {"challengeId": challenge_id, "sandbox": sandbox}
            return {"__typename": "RealPersonChallenge", **told}
        case ProofAccepted(provider=provider, sandbox=sandbox):
            return {"__typename": "RealPersonProved", "provider": provider, "sandbox": sandbox}
        case Tokens(access_token=access, refresh_token=refresh):
            told = {"accessToken": access, "refreshToken": refresh}
            return {"__typename": "LoginCompleted", **told}
    raise TypeError(type(outcome).__name__)
