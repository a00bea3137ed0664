"""Two requests of one flow that meet at a barrier: one goes on, the other is clearly refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from api.providers.sandbox_code import SandboxCodeProvider
from api.providers.sandbox_person import LIVE_PERSON, SandboxPersonProvider
from api.runtime import open_runtime
from api.settings import Settings
from auth.login_flow import MAX_CODE_ATTEMPTS, MAX_CODE_SENDS, FlowKind, FlowState
from auth.mongo import Database, Document
from auth.verification import (
    CodeSent,
    PersonCheck,
    Proof,
    ProofFault,
    SecondProofMethod,
    SignedEvidence,
    TextProof,
)
from resolvers.gateway import Gateway
from resolvers.login.outcomes import (
    CheckStarted,
    CodeWasSent,
    ConsentRecorded,
    LoginRefusalCode,
    NameProved,
    ProofAccepted,
    Refused,
    SteppedUp,
)
from resolvers.login.real_name import ClaimedIdentity, prove_real_name
from resolvers.login.real_person import (
    give_biometric_consent,
    start_real_person_check,
    submit_real_person_proof,
)
from resolvers.login.second_proof import confirm_second_proof, send_second_proof_code
from resolvers.login.step_up import complete_step_up
from resolvers.policy.consent import CURRENT_VERSION
from resolvers.store.holders import HolderStore
from resolvers.vocabulary import CardState, IdentifierKind
from tests.factories import Person
from tests.flows import ask_of, audit_actions, everything_stored, stored_flow
from tests.serving import Serving

OUT_OF_ORDER = Refused(LoginRefusalCode.STEP_OUT_OF_ORDER)


@pytest.fixture
async def gateway(serving: Serving, settings: Settings, mongod_uri: str) -> AsyncIterator[Gateway]:
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        yield runtime.gateway


async def flow_of(database: Database, flow_id: str) -> Document:
    flow: Document | None = await database["login_flows"].find_one({"_id": flow_id})
    assert flow is not None
    return flow


def one_of_two(answers: list[Any], accepted: type) -> Refused:
    """The refusal, where exactly one of two was accepted."""
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert [type(answer) for answer in answers if answer not in refused] == [accepted]
    [refusal] = refused
    assert isinstance(refusal, Refused)
    return refusal


def meeting(plain: Callable[..., Awaitable[Any]], count: int) -> Callable[..., Awaitable[Any]]:
    """`plain`, whose first `count` callers wait for one another once it is done."""
    barrier, calls = asyncio.Barrier(count), iter(range(count))

    async def met(*args: Any, **options: Any) -> Any:
        answer = await plain(*args, **options)
        if next(calls, None) is not None:
            await barrier.wait()
        return answer

    return met


async def test_two_real_names_at_once_prove_one(
    serving: Serving, gateway: Gateway, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [await serving.person(), await serving.person()]
    flow = await stored_flow(serving, people[0], FlowState.STARTED)
    claims = [
        ClaimedIdentity(
            person.name, IdentifierKind.WORK_PERMIT, person.numbers[IdentifierKind.WORK_PERMIT]
        )
        for person in people
    ]
    monkeypatch.setattr(HolderStore, "find_for_login", meeting(HolderStore.find_for_login, 2))
    ask = ask_of(flow["_id"])
    answers = await asyncio.gather(*(prove_real_name(gateway, ask, claim) for claim in claims))
    assert one_of_two(list(answers), NameProved) == OUT_OF_ORDER
    [proved] = [n for n, answer in enumerate(answers) if isinstance(answer, NameProved)]
    stored = await flow_of(database, flow["_id"])
    assert (stored["state"], stored["holder_id"]) == ("REAL_NAME", people[proved].holder_id)
    assert stored["attempts"]["name"] == 2
    [line] = await database["audit"].find().to_list(None)
    assert (line["action"], line["holder_id"]) == (
        "login_flow.real_name_proved",
        people[proved].holder_id,
    )


async def test_two_consents_at_once_record_one(
    serving: Serving, gateway: Gateway, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await serving.person()
    flow = await stored_flow(serving, person, FlowState.REAL_NAME)
    before = await database["holders"].find_one({"_id": person.holder_id})
    assert before is not None
    monkeypatch.setattr(gateway.flows, "find", meeting(gateway.flows.find, 2))
    ask = ask_of(flow["_id"])
    answers = await asyncio.gather(
        *(give_biometric_consent(gateway, ask, CURRENT_VERSION) for _ in range(2))
    )
    assert one_of_two(list(answers), ConsentRecorded) == OUT_OF_ORDER
    assert await audit_actions(database) == [("holder.biometric_consent_given", "OK")]
    assert (await flow_of(database, flow["_id"]))["consent_version"] == CURRENT_VERSION
    # The holder's own record waits for the proof.
    assert await database["holders"].find_one({"_id": person.holder_id}) == before


class MeetingPerson(SandboxPersonProvider):
    """Proofs wait until `count` have come; `meanwhile` happens before the first is answered."""

    def __init__(self, count: int, meanwhile: Callable[[], Awaitable[Any]] | None = None) -> None:
        super().__init__(b"test")
        self._barrier = asyncio.Barrier(count)
        self._meanwhile = meanwhile

    async def submit(
        self, check: PersonCheck, reference: str, proof: Proof, now: datetime
    ) -> SignedEvidence | ProofFault:
        await self._barrier.wait()
        if self._meanwhile is not None:
            await self._meanwhile()
        return await super().submit(check, reference, proof, now)


@pytest.mark.parametrize("proofs", [(LIVE_PERSON, LIVE_PERSON), (LIVE_PERSON, "too-dark")])
async def test_of_two_proofs_at_once_one_counts(
    serving: Serving, gateway: Gateway, database: Database, proofs: tuple[str, str]
) -> None:
    flow = await stored_flow(serving, await serving.person(), FlowState.CHALLENGED)
    meeting_there = replace(gateway, person_provider=MeetingPerson(2))
    ask, challenge_id = ask_of(flow["_id"]), flow["challenge"]["id"]
    answers = await asyncio.gather(
        *(
            submit_real_person_proof(meeting_there, ask, challenge_id, TextProof(proof))
            for proof in proofs
        )
    )
    stored = await flow_of(database, flow["_id"])
    assert OUT_OF_ORDER in answers
    assert stored["attempts"]["person"] == 2
    [(action, _)] = await audit_actions(database)
    if any(isinstance(answer, ProofAccepted) for answer in answers):
        assert (stored["state"], action) == ("VERIFIED", "login_flow.real_person_proved")
    else:
        assert proofs[1] == "too-dark"
        assert (stored["state"], action) == ("CONSENTED", "login_flow.real_person_refused")


@pytest.mark.parametrize("proof", [LIVE_PERSON, "too-dark"])
async def test_a_proof_that_arrives_after_a_new_challenge_was_asked_for_does_not_count(
    serving: Serving, gateway: Gateway, database: Database, proof: str
) -> None:
    flow = await stored_flow(serving, await serving.person(), FlowState.CHALLENGED)
    ask = ask_of(flow["_id"])
    newer: list[CheckStarted] = []

    async def ask_again() -> None:
        started = await start_real_person_check(gateway, ask)
        assert isinstance(started, CheckStarted)
        newer.append(started)

    slow = replace(gateway, person_provider=MeetingPerson(1, ask_again))
    answer = await submit_real_person_proof(slow, ask, flow["challenge"]["id"], TextProof(proof))
    assert answer == OUT_OF_ORDER
    stored = await flow_of(database, flow["_id"])
    assert (stored["state"], stored["challenge"]["id"]) == ("CHALLENGED", newer[0].challenge_id)
    assert stored["evidence"] is None
    assert await audit_actions(database) == []


class MeetingCodes(SandboxCodeProvider):
    """Counts what it is asked, and answers when all that can still come have come."""

    def __init__(self, count: int) -> None:
        super().__init__(b"test")
        self.asked = 0
        self._barrier = asyncio.Barrier(count)

    async def send(self, flow_id: str, method: SecondProofMethod, number: str) -> CodeSent:
        self.asked += 1
        await self._barrier.wait()
        return await super().send(flow_id, method, number)

    async def confirm(self, reference: str, code: str) -> bool:
        self.asked += 1
        await self._barrier.wait()
        return await super().confirm(reference, code)


@pytest.fixture
async def cardholder(serving: Serving) -> Person:
    return await serving.person(physical=CardState.NORMAL)


async def test_of_twenty_codes_asked_for_at_once_three_are_sent_and_one_is_good(
    serving: Serving, gateway: Gateway, database: Database, cardholder: Person
) -> None:
    flow = await stored_flow(serving, cardholder, FlowState.SECOND_PROOF_DUE)
    provider = MeetingCodes(MAX_CODE_SENDS)
    busy, ask, phone = (
        replace(gateway, second_proof_provider=provider),
        ask_of(flow["_id"]),
        cardholder.phone,
    )
    assert phone is not None
    answers = await asyncio.gather(
        *(send_second_proof_code(busy, ask, SecondProofMethod.PHONE, phone) for _ in range(20))
    )
    assert provider.asked == MAX_CODE_SENDS
    assert sum(isinstance(answer, CodeWasSent) for answer in answers) == 1
    assert answers.count(OUT_OF_ORDER) == MAX_CODE_SENDS - 1
    assert answers.count(Refused(LoginRefusalCode.FLOW_LOCKED)) == 20 - MAX_CODE_SENDS
    stored = await flow_of(database, flow["_id"])
    assert (stored["state"], stored["attempts"]["send"]) == ("SECOND_PROOF_SENT", MAX_CODE_SENDS)
    assert await audit_actions(database) == [("login_flow.second_proof_sent", "OK")]


async def test_of_twenty_codes_tried_at_once_five_are_looked_at(
    serving: Serving, gateway: Gateway, database: Database, cardholder: Person
) -> None:
    flow = await stored_flow(serving, cardholder, FlowState.SECOND_PROOF_SENT)
    provider = MeetingCodes(MAX_CODE_ATTEMPTS)
    busy, ask = replace(gateway, second_proof_provider=provider), ask_of(flow["_id"])
    answers = await asyncio.gather(
        *(confirm_second_proof(busy, ask, f"{n:06d}") for n in range(20))
    )
    assert provider.asked == MAX_CODE_ATTEMPTS
    assert answers.count(Refused(LoginRefusalCode.FLOW_LOCKED)) == 20 - MAX_CODE_ATTEMPTS
    stored = await flow_of(database, flow["_id"])
    assert (stored["state"], stored["attempts"]["code"]) == (
        "SECOND_PROOF_SENT",
        MAX_CODE_ATTEMPTS,
    )


async def test_two_completions_of_one_step_up_at_once_step_up_once(
    serving: Serving, gateway: Gateway, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await serving.person()
    session_id = (await serving.client().log_in(person.name, person.identifier()))["sessionId"]
    proved_at = serving.clock().replace(microsecond=0) + timedelta(seconds=1)
    flow = await stored_flow(
        serving,
        person,
        FlowState.VERIFIED,
        FlowKind.STEP_UP,
        session_id=session_id,
        evidence={
            "provider": "sandbox-person",
            "level": "sandbox",
            "band": None,
            "reference": None,
            "proved_at": proved_at,
        },
    )
    before = await everything_stored(database, "sessions", "login_flows", "audit")
    monkeypatch.setattr(gateway.flows, "find", meeting(gateway.flows.find, 2))
    ask = ask_of(flow["_id"])
    answers = await asyncio.gather(*(complete_step_up(gateway, ask) for _ in range(2)))
    refused = one_of_two(list(answers), SteppedUp)
    assert refused == Refused(LoginRefusalCode.FLOW_COMPLETED)
    [session] = await database["sessions"].find().to_list(None)
    assert (session["authenticated_at"], session["ended_at"]) == (proved_at, None)
    assert (await audit_actions(database)).count(("session.stepped_up", "OK")) == 1
    assert await everything_stored(database, "sessions", "login_flows", "audit") == before
