"""Steps of an application by who may not take them, at a wrong time or with a wrong input: refused
with their code, nothing stored but one audit line, nobody named in answer or log."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from auth.officers import Duty
from auth.tokens import SubjectKind
from resolvers.rules.application_machine import ApplicationEvent
from resolvers.store.application_documents import MAX_GAPS
from resolvers.vocabulary import ApplicationState, FilerKind, IdentifierKind, RejectionGround
from tests.cases import ENTRY, Case, Scene, minted
from tests.filing import (
    Desk,
    ahead,
    applicant,
    application_of,
    code_of,
    extension,
    new_in_china,
    new_key,
)
from tests.flows import everything_stored
from tests.leaks import Watch, watched
from tests.officer_client import officer_clients
from tests.refusing import expect_refused, expect_rejected
from tests.serving import Serving
from tests.share_codes import new_checker

_S, _E = ApplicationState, ApplicationEvent
NOTE = "Zwischenbescheid über Quastenflößer "
CHECKING = (_E.RETURN, _E.PRE_CHECK, _E.ACCEPT)
DECIDING = (_E.START_REVIEW, _E.TAKE_OVER_REVIEW, _E.APPROVE, _E.REJECT)
STATE_OF = {_E.RETURN: _S.SUBMITTED, _E.PRE_CHECK: _S.SUBMITTED, _E.ACCEPT: _S.PRE_CHECKED} | {
    _E.START_REVIEW: _S.ACCEPTED,
    _E.TAKE_OVER_REVIEW: _S.UNDER_REVIEW,
    _E.APPROVE: _S.UNDER_REVIEW,
    _E.REJECT: _S.UNDER_REVIEW,
}


@pytest.fixture
async def scene(serving: Serving) -> Scene:
    return await Scene.of(serving)


@pytest.fixture
async def watch(serving: Serving) -> AsyncIterator[Watch]:
    async with watched(serving) as watch:
        watch.known.add("Beispiel", "贝诺拉", NOTE.strip(), "Quastenflößer")
        yield watch
        assert watch.found() == {}


def read_of(case: Case, **changes: Any) -> dict[str, Any]:
    return {"id": case.id, "revision": case.application["revision"]} | changes


def step(desk: Desk, case: Case, event: ApplicationEvent, **more: Any) -> Any:
    """The right step by somebody who may not be right for it."""
    return desk.step(ENTRY[event], read_of(case), **(case.input_of(event) | more))


@pytest.mark.parametrize(
    ("authority", "code"),
    [
        ("foreign-experts-440300", "NOT_FOUND"),
        ("human-resources-440100", "NOT_FOUND"),
    ],
)
async def test_an_officer_of_another_city_or_authority_finds_no_case(
    serving: Serving, scene: Scene, watch: Watch, authority: str, code: str
) -> None:
    [app] = await officer_clients(serving, 1, authority, (Duty.CHECK, Duty.DECIDE))
    for event in CHECKING + DECIDING:
        case = await scene.case(STATE_OF[event])
        await expect_refused(serving, watch, step(Desk(app), case, event), code)


async def test_an_officer_who_was_disabled_or_lost_a_duty_since_the_login_moves_nothing(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    officers = serving.database["officers"]
    for event in CHECKING + DECIDING:
        case = await scene.case(STATE_OF[event])
        officer_id = scene.checker_id if event in CHECKING else scene.decider_id
        right = await officers.find_one({"_id": officer_id})
        assert right is not None
        for change, code in (
            ({"state": "DISABLED"}, "OFFICER_NOT_ACTIVE"),
            ({"duties": ["COUNTER"]}, "DUTY_MISSING"),
        ):
            await officers.update_one({"_id": officer_id}, {"$set": change})
            await expect_refused(serving, watch, case.act(event), code)
            await officers.replace_one({"_id": officer_id}, right)


async def test_a_token_without_the_duty_is_refused_before_any_use_case(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    for event, desk in (
        *((event, scene.decider) for event in CHECKING),
        *((event, scene.checker) for event in DECIDING),
        *((event, scene.employer) for event in CHECKING + DECIDING),
        *((event, scene.checker) for event in (_E.UPDATE, _E.SUBMIT, _E.WITHDRAW)),
        (_E.CONFIRM, scene.employer),
        (_E.CONFIRM, scene.checker),
    ):
        case = await scene.case(STATE_OF.get(event, _S.DRAFT))
        own = f"{ENTRY[event][0].upper()}{ENTRY[event][1:]}Input"
        input_type = own if case.input_of(event) else "ApplicationStepInput"
        if event in (_E.ACCEPT, _E.APPROVE):
            input_type = own
        given = {"applicationId": case.id, "revision": 1} | case.input_of(event)
        await expect_rejected(serving, desk, ENTRY[event], input_type, given, "FORBIDDEN")


async def test_nobody_moves_the_application_of_another_employer_or_holder(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    other = await Scene.of(serving)
    stranger = minted(serving, SubjectKind.HOLDER, (await serving.person()).holder_id)
    for event in (_E.UPDATE, _E.SUBMIT, _E.WITHDRAW):
        case = await scene.case(_S.DRAFT)
        await expect_refused(serving, watch, step(other.employer, case, event), "NOT_FOUND")
        await expect_refused(serving, watch, step(stranger, case, event), "NOT_FOUND")
        await expect_refused(serving, watch, step(case.holder, case, event), "NOT_THE_FILER")
        own = await scene.case(_S.DRAFT, FilerKind.HOLDER)
        # What a holder files about a permit is not its sponsor's, not even that it exists.
        await expect_refused(serving, watch, step(scene.employer, own, event), "NOT_FOUND")
    case = await scene.case(_S.DRAFT)
    await expect_refused(serving, watch, step(stranger, case, _E.CONFIRM), "NOT_FOUND")


async def test_a_revision_that_was_not_read_is_refused(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    for event in ENTRY:
        case = await scene.case(STATE_OF.get(event, _S.DRAFT))
        for revision in (-1, 0, case.application["revision"] + 1, 2**31 - 1, -(2**31)):
            attempt = case.desk_for(event).step(
                ENTRY[event], read_of(case, revision=revision), **case.input_of(event)
            )
            await expect_refused(serving, watch, attempt, "STALE_REVISION")
    # Also where the state has no such step any more: who reads again sees that.
    over = await scene.case(_S.WITHDRAWN)
    for event in ENTRY:
        attempt = over.desk_for(event).step(
            ENTRY[event], read_of(over, revision=1), **over.input_of(event)
        )
        await expect_refused(serving, watch, attempt, "STALE_REVISION")
    given = {"applicationId": case.id} | case.input_of(_E.WITHDRAW)
    for revision in (2**31, 10**30, 1.5, "1", None, True):
        wrong = given | {"revision": revision}
        await expect_rejected(
            serving, scene.employer, "withdrawApplication", "ApplicationStepInput", wrong
        )


async def test_a_key_that_was_used_otherwise_is_refused_and_the_first_result_stands(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    key, statement = new_key(), new_in_china(serving)
    first = application_of(await scene.employer.create(statement, idempotencyKey=key))
    otherwise = new_in_china(serving, category="B")
    reused = "IDEMPOTENCY_KEY_REUSED"
    attempt = scene.employer.create(otherwise, idempotencyKey=key)
    await expect_refused(serving, watch, attempt, reused)
    case = await scene.case(_S.DRAFT)
    for event in (_E.UPDATE, _E.SUBMIT, _E.WITHDRAW):
        attempt = step(scene.employer, case, event, idempotencyKey=key)
        await expect_refused(serving, watch, attempt, reused)
    # Another revision is another input.
    moved = application_of(await case.act(_E.WITHDRAW, idempotencyKey=(withdrawn := new_key())))
    again = scene.employer.step("withdrawApplication", moved, idempotencyKey=withdrawn)
    await expect_refused(serving, watch, again, reused)
    before = await everything_stored(serving.database, "throttle")
    assert application_of(await scene.employer.create(statement, idempotencyKey=key)) == first
    assert await everything_stored(serving.database, "throttle") == before
    other = await Scene.of(serving)
    another = application_of(await other.employer.create(statement, idempotencyKey=key))
    assert another["id"] != first["id"], "a key is its caller's own"


async def test_a_key_is_forgotten_after_a_day(serving: Serving, scene: Scene) -> None:
    key, statement = new_key(), new_in_china(serving)
    portal = await new_checker(serving, scene.employer_id)
    employer = Desk(portal.app)
    first = application_of(await employer.create(statement, idempotencyKey=key))
    for hours, is_same in ((23, True), (2, False)):
        serving.clock.advance(hours=hours)
        await portal.renew(serving)
        again = application_of(await employer.create(statement, idempotencyKey=key))
        assert (again["id"] == first["id"]) is is_same


async def test_texts_and_lists_have_their_bounds(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    long, gap = NOTE + "x" * 10_000, {"reason": "ILLEGIBLE", "paper": "CONTRACT"}
    every_ground = [str(ground) for ground in RejectionGround]
    assert len(every_ground) == 11
    for event, wrong, code in (
        (_E.RETURN, {"gaps": []}, "GAPS_MISSING"),
        (_E.RETURN, {"gaps": [gap] * (MAX_GAPS + 1)}, "GAPS_MISSING"),
        (_E.RETURN, {"gaps": [gap | {"note": long}]}, "TEXT_TOO_LONG"),
        (_E.RETURN, {"gaps": [gap, gap | {"note": " "}]}, "TEXT_EMPTY"),
        (_E.APPROVE, {"text": long}, "TEXT_TOO_LONG"),
        (_E.APPROVE, {"text": ""}, "TEXT_EMPTY"),
        (_E.REJECT, {"text": long}, "TEXT_TOO_LONG"),
        (_E.REJECT, {"text": " \n"}, "TEXT_EMPTY"),
        (_E.REJECT, {"grounds": []}, "GROUNDS_MISSING"),
        (_E.REJECT, {"grounds": every_ground}, "GROUNDS_MISSING"),
    ):
        case = await scene.case(STATE_OF[event])
        await expect_refused(serving, watch, case.act(event, **wrong), code)
    case = await scene.case(_S.UNDER_REVIEW)
    given = {"applicationId": case.id, "revision": case.application["revision"]}
    for misshapen in (
        {"text": NOTE + "\x00", "grounds": every_ground[:1]},
        {"text": NOTE + "\u202e", "grounds": every_ground[:1]},
        {"text": NOTE, "grounds": ["BECAUSE"]},
        {"text": None, "grounds": every_ground[:1]},
    ):
        kind = ("rejectApplication", "RejectApplicationInput")
        await expect_rejected(serving, scene.decider, *kind, given | misshapen)


async def test_the_rules_that_are_no_edges_are_kept(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    returned = await scene.case(_S.SUBMITTED, returned_at=serving.clock().replace(microsecond=0))
    await expect_refused(serving, watch, returned.act(_E.RETURN), "ALREADY_RETURNED")
    confirmed = await scene.case(_S.DRAFT, confirmed_at=serving.clock().replace(microsecond=0))
    await expect_refused(serving, watch, confirmed.act(_E.CONFIRM), "ALREADY_CONFIRMED")
    own = await scene.case(_S.DRAFT, FilerKind.HOLDER)
    await expect_refused(serving, watch, own.act(_E.CONFIRM), "ALREADY_CONFIRMED")
    unconfirmed = await scene.case(_S.DRAFT)
    await expect_refused(serving, watch, unconfirmed.act(_E.SUBMIT), "HOLDER_NOT_CONFIRMED")
    for event in DECIDING:
        checked = await scene.case(STATE_OF[event], checkers=[scene.decider_id])
        await expect_refused(serving, watch, checked.act(event), "CHECKER_CANNOT_DECIDE")
    for event in (_E.APPROVE, _E.REJECT):
        taken = await scene.case(_S.UNDER_REVIEW, reviewer=scene.checker_id)
        await expect_refused(serving, watch, taken.act(event), "ANOTHER_REVIEWER")


async def test_an_update_stays_with_its_permit_and_procedure(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    case = await scene.case(_S.DRAFT)
    [permit_id], [another] = case.person.permit_ids, (await scene.person()).permit_ids
    cancelled = {"happenedOn": ahead(serving, -1), "reason": "CONTRACT_ENDED"}
    for statement in (
        extension(serving, another),
        {"cancellation": {"permitId": permit_id} | cancelled},
        new_in_china(serving),
    ):
        attempt = scene.employer.step("updateApplication", read_of(case), statement=statement)
        await expect_refused(serving, watch, attempt, "ANOTHER_PROCEDURE")
    own = await scene.case(_S.DRAFT, FilerKind.HOLDER)
    [permit_id] = own.person.permit_ids
    for_the_employer = {"cancellation": {"permitId": permit_id} | cancelled}
    attempt = step(own.filer, own, _E.UPDATE, statement=for_the_employer)
    await expect_refused(serving, watch, attempt, "NOT_THE_FILER")


async def test_a_holder_learns_nothing_about_a_passport_from_an_update(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    own, known = await scene.case(_S.DRAFT, FilerKind.HOLDER), await serving.person()
    for number in (known.numbers[IdentifierKind.PASSPORT], "FX1234567", "??"):
        statement = new_in_china(serving, applicant=applicant(number))
        attempt = step(own.filer, own, _E.UPDATE, statement=statement)
        await expect_refused(serving, watch, attempt, "ANOTHER_PROCEDURE")


async def test_an_application_id_of_any_kind_is_one_that_is_not_found(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    for application_id in ("", "apl_0", "a" * 10_000, "\x00", '{"$ne": null}', "贝诺拉", 7):
        read = {"id": application_id, "revision": 1}
        for desk, mutation in (
            (scene.employer, "withdrawApplication"),
            (scene.checker, "preCheckApplication"),
        ):
            payload = await desk.step(mutation, read)
            assert code_of(payload) == "NOT_FOUND"
