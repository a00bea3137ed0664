"""Requests about one application that meet: all have read before the first of them writes.

One gateway serves 16 requests at once, so 50 at a barrier are spread over four.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest

from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from auth.officers import Duty
from auth.tokens import SubjectKind
from resolvers.rules.application_machine import ApplicationEvent
from resolvers.store.applications import ApplicationStore
from resolvers.store.idempotency import IdempotencyStore
from resolvers.vocabulary import (
    ApplicationState,
)
from tests.cases import Case, Scene, minted, written
from tests.filing import Desk, application_of, new_in_china, new_key
from tests.flows import everything_stored
from tests.meeting import CONFLICTS, active_permits, meet, outcomes_of
from tests.officer_client import officer_clients
from tests.serving import Serving, serving_gateway

OFFICERS = 50
REPEATS = 20
_S, _E = ApplicationState, ApplicationEvent
REJECTION = {"grounds": ["CRITERIA_NOT_MET"], "text": "The stated reasons."}


@pytest.fixture
async def gateways(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> AsyncIterator[list[Serving]]:
    """Four on one database."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                serving_gateway(settings, mongod_uri, database, key_set)
            )
            for _ in range(4)
        ]


def spread(desks: Sequence[Desk], gateways: Sequence[Serving]) -> list[Desk]:
    """The same callers, each at a gateway in turn."""
    for place, desk in enumerate(desks):
        desk.app.http = gateways[place % len(gateways)].http
    return list(desks)


async def decide(desk: Desk, case: Case, place: int) -> dict[str, Any]:
    """Approve and reject in turn."""
    read = {"id": case.id, "revision": case.application["revision"]}
    if place % 2:
        return await desk.step("rejectApplication", read, **REJECTION)
    return await desk.step("approveApplication", read)


async def audit_results(serving: Serving) -> Counter[tuple[str, str]]:
    lines = serving.database["audit"].find()
    return Counter([(line["action"], line["result"]) async for line in lines])


async def test_fifty_officers_take_one_case_and_one_has_it(
    gateways: list[Serving], monkeypatch: pytest.MonkeyPatch
) -> None:
    serving = gateways[0]
    scene = await Scene.of(serving)
    case = await scene.case(_S.ACCEPTED)
    apps = await officer_clients(serving, OFFICERS, duties=(Duty.DECIDE,))
    desks = spread([Desk(app) for app in apps], gateways)
    read = {"id": case.id, "revision": case.application["revision"]}
    meet(monkeypatch, (ApplicationStore, "find"), count=OFFICERS)
    payloads = await asyncio.gather(*(desk.step("startReview", read) for desk in desks))
    outcomes = outcomes_of(payloads)
    assert outcomes.pop("CHANGED") == 1
    assert set(outcomes) <= CONFLICTS
    assert outcomes.total() == OFFICERS - 1
    trail = await audit_results(serving)
    assert trail.pop(("case.read", "OK")) == 1
    assert trail.pop(("application.review_started", "OK")) == 1
    assert trail == {("change.refused", code): count for code, count in outcomes.items()}
    assert (await case.stored())["revision"] == case.application["revision"] + 1


async def test_fifty_officers_decide_one_case_and_only_its_reviewer_does(
    gateways: list[Serving], monkeypatch: pytest.MonkeyPatch
) -> None:
    serving = gateways[0]
    scene = await Scene.of(serving)
    case = await scene.case(_S.UNDER_REVIEW)
    others = await officer_clients(serving, OFFICERS - 1, duties=(Duty.DECIDE,))
    desks = spread([scene.decider, *map(Desk, others)], gateways)
    meet(monkeypatch, (ApplicationStore, "find"), count=OFFICERS)
    payloads = await asyncio.gather(
        *(decide(desk, case, place) for place, desk in enumerate(desks))
    )
    assert payloads[0]["__typename"] == "ApplicationChanged"
    outcomes = outcomes_of(payloads[1:])
    assert set(outcomes) <= CONFLICTS | {"ANOTHER_REVIEWER"}
    assert outcomes.total() == OFFICERS - 1
    assert await active_permits(serving, holder_id=case.person.holder_id) == 1
    assert (await case.stored())["decision"]["outcome"] == "APPROVED"


@pytest.mark.parametrize("mixed", [False, True], ids=["approved", "approved and rejected"])
async def test_a_reviewer_decides_fifty_times_at_once_and_it_is_one_decision(
    gateways: list[Serving], monkeypatch: pytest.MonkeyPatch, mixed: bool
) -> None:
    serving = gateways[0]
    scene = await Scene.of(serving)
    case = await scene.case(_S.UNDER_REVIEW)
    desks = [
        minted(gateways[place % 4], SubjectKind.OFFICER, scene.decider_id, ("case:decide",))
        for place in range(OFFICERS)
    ]
    before = await everything_stored(serving.database)
    meet(monkeypatch, (ApplicationStore, "find"), count=OFFICERS)
    payloads = await asyncio.gather(
        *(decide(desk, case, place if mixed else 0) for place, desk in enumerate(desks))
    )
    outcomes = outcomes_of(payloads)
    assert outcomes.pop("CHANGED") == 1
    assert set(outcomes) <= CONFLICTS
    assert outcomes.total() == OFFICERS - 1
    changed = await written(serving, before)
    [application] = changed["applications"]
    is_approved = application["decision"]["outcome"] == "APPROVED"
    assert application["state"] == application["decision"]["outcome"]
    assert len(changed["idempotency"]) == 1
    trail = Counter(line["action"] for line in changed["audit"])
    assert trail["change.refused"] == OFFICERS - 1
    assert trail["application.approved"] + trail["application.rejected"] == 1
    assert trail["permit.issued"] == trail["permit.superseded"] == int(is_approved)
    assert len(changed.get("permits", ())) == (2 if is_approved else 0)
    assert await active_permits(serving, holder_id=case.person.holder_id) == 1
    assert is_approved or mixed


async def test_one_key_sent_twenty_times_at_once_makes_one_application_and_equal_answers(
    gateways: list[Serving], monkeypatch: pytest.MonkeyPatch
) -> None:
    serving = gateways[0]
    scene = await Scene.of(serving)
    first_desk = minted(serving, SubjectKind.EMPLOYER, scene.employer_id)
    portals = [Desk(gateways[place % 4].client()) for place in range(REPEATS)]
    for portal in portals:
        portal.app.token = first_desk.app.token
    statement, key = new_in_china(serving), new_key()
    before = await everything_stored(serving.database)
    with monkeypatch.context() as patch:
        meet(patch, (IdempotencyStore, "find"), count=REPEATS)
        payloads = await asyncio.gather(
            *(portal.create(statement, idempotencyKey=key) for portal in portals)
        )
    first = application_of(payloads[0])
    assert payloads == [payloads[0]] * REPEATS
    changed = await written(serving, before)
    assert {name: len(documents) for name, documents in changed.items()} == {
        "applications": 1,
        "audit": 1,
        "holder_keys": 1,
        "idempotency": 1,
        "outgoing_events": 1,
    }
    assert changed["applications"][0]["_id"] == first["id"]


async def test_one_key_sent_twenty_times_at_once_decides_once(
    gateways: list[Serving], monkeypatch: pytest.MonkeyPatch
) -> None:
    serving = gateways[0]
    scene = await Scene.of(serving)
    case = await scene.case(_S.UNDER_REVIEW)
    desks = [
        minted(gateways[place % 4], SubjectKind.OFFICER, scene.decider_id, ("case:decide",))
        for place in range(REPEATS)
    ]
    read = {"id": case.id, "revision": case.application["revision"]}
    key = new_key()
    meet(monkeypatch, (IdempotencyStore, "find"), count=REPEATS)
    payloads = await asyncio.gather(
        *(desk.step("approveApplication", read, idempotencyKey=key) for desk in desks)
    )
    assert application_of(payloads[0])["state"] == "APPROVED"
    assert payloads == [payloads[0]] * REPEATS
    trail = await audit_results(serving)
    assert trail["application.approved", "OK"] == trail["permit.issued", "OK"] == 1
    assert ("change.refused", "IDEMPOTENCY_KEY_REUSED") not in trail
