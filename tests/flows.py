"""Login flows put into any state, and all that is stored, to compare with afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from api.ids import new_id
from auth.keys import KeySet
from auth.login_flow import FLOW_LIFETIME, FlowKind, FlowState
from auth.login_flows import encode_flow
from auth.mongo import Database, Document
from auth.principal import Assurance, Principal, PrincipalKind
from auth.tokens import TokenAuthority
from resolvers.gateway import Ask
from resolvers.policy.consent import CURRENT_VERSION
from resolvers.store.registry import SPECS
from tests.app_client import (
    COMPLETE,
    COMPLETE_STEP_UP,
    CONFIRM_CODE,
    CONSENT,
    LIVE,
    PROVE_NAME,
    SEND_CODE,
    START_CHECK,
    SUBMIT,
    AppClient,
)
from tests.factories import Person
from tests.serving import Serving

Step = tuple[str, Mapping[str, Any] | None]


def steps_of(person: Person, challenge_id: str = "chl_none") -> dict[str, Step]:
    """Every mutation of a flow, with input that would be right."""
    return {
        "proveRealName": (PROVE_NAME, {"name": person.name, "identifier": person.identifier()}),
        "sendSecondProofCode": (SEND_CODE, {"phone": person.phone}),
        "confirmSecondProof": (CONFIRM_CODE, {"code": "000000"}),
        "giveBiometricConsent": (CONSENT, {"version": CURRENT_VERSION}),
        "startRealPersonCheck": (START_CHECK, None),
        "submitRealPersonProof": (SUBMIT, {"challengeId": challenge_id, "proof": LIVE}),
        "completeLogin": (COMPLETE, None),
        "completeStepUp": (COMPLETE_STEP_UP, None),
    }


async def stored_flow(
    serving: Serving,
    person: Person,
    state: FlowState,
    kind: FlowKind = FlowKind.LOGIN,
    **changes: Any,
) -> Document:
    """A flow in this state with all that the steps before it would have left."""
    now = serving.clock()
    flow = encode_flow(
        flow_id=new_id("flw"),
        kind=kind,
        state=state,
        client_id="e-card-app",
        device={"name": "Test phone", "platform": "test"},
        started_at=now,
        lifetime=FLOW_LIFETIME,
        holder_id=None if state is FlowState.STARTED else person.holder_id,
        session_id=new_id("ses") if kind is FlowKind.STEP_UP else None,
        methods=("kba",),
    )
    past = list(FlowState).index(state)
    if state is FlowState.SECOND_PROOF_SENT:
        flow["second_proof"] = {"provider": "x", "method": "phone", "reference": "nobody"}
    if past >= list(FlowState).index(FlowState.CONSENTED):
        flow["consent_version"] = CURRENT_VERSION
        given = {"version": CURRENT_VERSION, "given_at": now, "withdrawn_at": None}
        await serving.database["holders"].update_one(
            {"_id": person.holder_id}, {"$set": {"biometric_consent": given}}
        )
    if state is FlowState.CHALLENGED:
        flow["challenge"] = {
            "id": new_id("chl"),
            "provider": "sandbox-person",
            "nonce": "n" * 43,
            "reference": "sandbox",
            "expires_at": now + timedelta(minutes=3),
        }
    if past >= list(FlowState).index(FlowState.VERIFIED):
        flow["evidence"] = {
            "provider": "sandbox-person",
            "level": "sandbox",
            "band": None,
            "reference": None,
            "proved_at": now.replace(microsecond=0),
        }
    if state is FlowState.COMPLETED:
        flow["completed_at"] = now
    flow |= changes
    await serving.database["login_flows"].insert_one(flow)
    return flow


def flow_client(
    serving: Serving, key_set: KeySet, flow_id: str, assurance: Assurance = Assurance.REAL_NAME
) -> AppClient:
    """A client that bears a good token of this flow."""
    authority = TokenAuthority(key_set, issuer="http://127.0.0.1:8000", audience="onecard-gateway")
    client = serving.client()
    client.token = authority.mint_flow(
        flow_id=flow_id, acr=assurance.acr, token_id=new_id("tok"), issued_at=serving.clock()
    )
    return client


def ask_of(flow_id: str) -> Ask:
    """The ask of a request with that flow's token, for calls below HTTP."""
    principal = Principal(PrincipalKind.FLOW, flow_id=flow_id, assurance=Assurance.REAL_NAME)
    return Ask(principal, "192.0.2.1", "req_test")


async def everything_stored(database: Database, *besides: str) -> dict[str, dict[Any, Document]]:
    """All documents by collection and id, but for the collections `besides`."""
    return {
        spec.name: {one["_id"]: one async for one in database[spec.name].find()}
        for spec in SPECS
        if spec.name not in besides
    }


async def audit_actions(database: Database) -> list[tuple[str, str]]:
    """(action, result) of every line, oldest first."""
    lines = database["audit"].find().sort([("at", 1), ("_id", 1)])
    return [(line["action"], line["result"]) async for line in lines]
