"""A client of the gateway as an app would be: GraphQL over HTTP, login step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

LIVE = "live-person"

START = """mutation Start { startLogin(input: {device: {name: "Test phone", platform: "test"}}) {
  __typename ... on LoginStarted { flowToken expiresAt }
  ... on LoginRefused { code message retryAfterSeconds } } }"""
PROVE_NAME = """mutation Prove($input: ProveRealNameInput!) { proveRealName(input: $input) {
  __typename ... on RealNameProved { flowToken secondProofDue }
  ... on LoginRefused { code message retryAfterSeconds } } }"""
SEND_CODE = """mutation Send($input: SendSecondProofCodeInput!) {
  sendSecondProofCode(input: $input) {
  __typename ... on SecondProofCodeSent { sendsLeft sandboxNotice sandboxCode }
  ... on LoginRefused { code } } }"""
CONFIRM_CODE = """mutation Confirm($input: ConfirmSecondProofInput!) {
  confirmSecondProof(input: $input) {
  __typename ... on SecondProofConfirmed { flowToken } ... on LoginRefused { code } } }"""
NOTICE = "{ biometricConsentNotice { version text } }"
CONSENT = """mutation Consent($input: GiveBiometricConsentInput!) {
  giveBiometricConsent(input: $input) {
  __typename ... on BiometricConsentGiven { version } ... on LoginRefused { code } } }"""
START_CHECK = """mutation StartCheck { startRealPersonCheck {
  __typename ... on RealPersonChallenge { challengeId instructions sandbox sandboxNotice }
  ... on LoginRefused { code } } }"""
SUBMIT = """mutation Submit($input: SubmitRealPersonProofInput!) {
  submitRealPersonProof(input: $input) {
  __typename ... on RealPersonProved { provider sandbox sandboxNotice }
  ... on LoginRefused { code } } }"""
TOKENS = """__typename ... on LoginCompleted { sessionId accessToken accessTokenExpiresAt
  refreshToken refreshTokenExpiresAt } ... on LoginRefused { code message }"""
COMPLETE = f"mutation Complete {{ completeLogin {{ {TOKENS} }} }}"
REFRESH = (
    "mutation Refresh($input: RefreshTokensInput!) "
    f"{{ refreshTokens(input: $input) {{ {TOKENS} }} }}"
)
LOGOUT = "mutation { logout { count } }"
START_STEP_UP = """mutation { startStepUp {
  __typename ... on StepUpStarted { flowToken consentDue } ... on LoginRefused { code } } }"""
COMPLETE_STEP_UP = """mutation { completeStepUp {
  __typename ... on StepUpCompleted { accessToken authenticatedAt }
  ... on LoginRefused { code } } }"""


@dataclass
class AppClient:
    """One device. `token` goes into the Authorization header when there is one."""

    http: httpx.AsyncClient
    token: str | None = None
    refresh_token: str | None = None
    answers: list[dict[str, Any]] = field(default_factory=list)

    async def post(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        sent = {"Accept": "application/graphql-response+json", **(headers or {})}
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        body = {"query": query, "variables": dict(variables or {})}
        return await self.http.post("/graphql", json=body, headers=sent)

    async def execute(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """`data` of an answer without errors."""
        response = await self.post(query, variables, headers)
        answer = response.json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    async def step(self, query: str, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The one payload of a mutation that takes `$input`."""
        data = await self.execute(query, None if given is None else {"input": given})
        payload: dict[str, Any] = next(iter(data.values()))
        self.answers.append(payload)
        if "flowToken" in payload:
            self.token = payload["flowToken"]
        return payload

    async def prove_real_name(self, name: str, identifier: Mapping[str, Any]) -> dict[str, Any]:
        await self.step(START)
        return await self.step(PROVE_NAME, {"name": name, "identifier": identifier})

    async def prove_second(self, second_proof: Mapping[str, Any]) -> dict[str, Any]:
        sent = await self.step(SEND_CODE, second_proof)
        return await self.step(CONFIRM_CODE, {"code": sent["sandboxCode"]})

    async def prove_real_person(self, proof: str = LIVE) -> dict[str, Any]:
        challenge = await self.step(START_CHECK)
        given = {"challengeId": challenge["challengeId"], "proof": proof}
        return await self.step(SUBMIT, given)

    async def consent(self) -> dict[str, Any]:
        notice = await self.execute(NOTICE)
        version = notice["biometricConsentNotice"]["version"]
        return await self.step(CONSENT, {"version": version})

    async def reach_verified(
        self,
        name: str,
        identifier: Mapping[str, Any],
        second_proof: Mapping[str, Any] | None = None,
    ) -> None:
        """All steps but the last."""
        proved = await self.prove_real_name(name, identifier)
        assert proved["__typename"] == "RealNameProved", proved
        if proved["secondProofDue"]:
            assert second_proof is not None
            await self.prove_second(second_proof)
        await self.consent()
        person = await self.prove_real_person()
        assert person["__typename"] == "RealPersonProved", person

    async def log_in(
        self,
        name: str,
        identifier: Mapping[str, Any],
        second_proof: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        await self.reach_verified(name, identifier, second_proof)
        completed = await self.step(COMPLETE)
        assert completed["__typename"] == "LoginCompleted", completed
        self.token, self.refresh_token = completed["accessToken"], completed["refreshToken"]
        return completed

    async def step_up(self) -> dict[str, Any]:
        access_token = self.token
        started = await self.step(START_STEP_UP)
        if started["consentDue"]:
            await self.consent()
        await self.prove_real_person()
        completed = await self.step(COMPLETE_STEP_UP)
        self.token = completed.get("accessToken", access_token)
        return completed

    async def refresh(self) -> dict[str, Any]:
        completed = await self.step(REFRESH, {"refreshToken": self.refresh_token})
        self.token, self.refresh_token = completed["accessToken"], completed["refreshToken"]
        return completed
