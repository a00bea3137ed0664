"""A portal whose token is bound to a key, and what it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from api.dpop import TOLD
from api.ids import new_id
from auth.dpop import ProofFault
from tests.dpop_proofs import Holding
from tests.employer_client import Portal, new_portal
from tests.serving import Serving

GRAPHQL_RESPONSE = "application/graphql-response+json"
ASK = {"query": "{ __typename }"}
TOKEN, GRAPHQL = "/oauth/token", "/graphql"


@dataclass
class Bound:
    """A portal with a token that is bound to its key."""

    serving: Serving
    portal: Portal
    holding: Holding
    token: str

    async def send(self, **headers: str) -> httpx.Response:
        accept = {"Accept": GRAPHQL_RESPONSE}
        return await self.serving.http.post(GRAPHQL, json=ASK, headers=accept | headers)

    async def ask(self, **changes: Any) -> httpx.Response:
        now = self.serving.clock()
        made = self.holding.headers(now, "POST", GRAPHQL, self.token, **changes)
        return await self.send(**made)

    async def refused(self, **changes: Any) -> str:
        """The reason."""
        return reason_of(await self.ask(**changes))


def reason_of(answer: httpx.Response) -> str:
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (401, "INVALID_DPOP_PROOF")
    reason: str = error["extensions"]["reason"]
    assert error["message"] == TOLD[ProofFault(reason)]
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith('DPoP realm="onecard", error="invalid_dpop_proof", algs="')
    return reason


async def token_for(serving: Serving, portal: Portal, *proofs: str) -> httpx.Response:
    headers = [("DPoP", proof) for proof in proofs]
    form = portal.form(portal.assertion(serving.clock()))
    return await serving.http.post(TOKEN, data=form, headers=headers)


async def bound_portal(serving: Serving) -> Bound:
    portal, holding = await new_portal(serving, new_id("emp")), Holding()
    proof = holding.proof(serving.clock(), "POST", TOKEN)
    answer = await token_for(serving, portal, proof)
    assert answer.status_code == 200, answer.text
    assert answer.json()["token_type"] == "DPoP"
    return Bound(serving, portal, holding, answer.json()["access_token"])
