"""The process dies at any point of a procedure: all of it is stored, or nothing; and the same
request sent again, with the same key, ends it exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from auth.tokens import SubjectKind
from resolvers.rules.application_machine import ApplicationEvent
from resolvers.vocabulary import (
    ApplicationState,
    FilerKind,
    PermitCategory,
    PermitForm,
    PermitState,
)
from tests.cases import SOON, Scene, minted
from tests.factories import PermitPlan
from tests.filing import (
    ahead,
    applicant,
    application_of,
    extension,
    new_from_abroad,
    new_in_china,
    new_key,
    put_papers,
)
from tests.killing import COMMIT, COMMITTED, kill_everywhere
from tests.officer_client import officers_away
from tests.serving import Serving

Act = Callable[[], Awaitable[dict[str, Any]]]
_S, _E = ApplicationState, ApplicationEvent
AWAITING = PermitPlan(state=PermitState.AWAITING_ORIGINALS, category=PermitCategory.B)
PLASTIC = PermitPlan(starts=-800, ends=300, form=PermitForm.PLASTIC)


@pytest.fixture
async def scene(serving: Serving) -> Scene:
    return await Scene.of(serving)


def assert_told_of(points: list[str], lines: Mapping[str, int], *actions: str) -> None:
    """These audit lines and no others, and one commit for it all."""
    assert lines == Counter(actions)
    at = points.index(COMMIT)
    assert points[at : at + 2] == [COMMIT, COMMITTED]
    # Audit line and event, application and answer: the least that a change writes.
    assert at >= 4


async def test_killed_while_a_draft_is_made(scene: Scene) -> None:
    for statement, documents in (
        (new_in_china(scene.serving), {"holder_keys": 1}),
        (extension(scene.serving, (await scene.person()).permit_ids[0]), {}),
    ):
        act = partial(scene.employer.create, statement, idempotencyKey=new_key())
        points, told, payload = await kill_everywhere(scene.serving, act)
        assert application_of(payload)["state"] == "DRAFT"
        assert_told_of(points, told.lines, "application.drafted")
        assert told.documents == {"applications": 1, "idempotency": 1} | documents


STEPS = (
    (_S.DRAFT, _E.UPDATE, "application.updated"),
    (_S.DRAFT, _E.CONFIRM, "application.confirmed"),
    (_S.RETURNED, _E.SUBMIT, "application.submitted"),
    (_S.SUBMITTED, _E.RETURN, "application.returned"),
    (_S.SUBMITTED, _E.PRE_CHECK, "application.pre_checked"),
    (_S.PRE_CHECKED, _E.ACCEPT, "application.accepted"),
    (_S.ACCEPTED, _E.START_REVIEW, "application.review_started"),
    (_S.UNDER_REVIEW, _E.TAKE_OVER_REVIEW, "application.review_taken_over"),
    (_S.UNDER_REVIEW, _E.REJECT, "application.rejected"),
    (_S.UNDER_REVIEW, _E.WITHDRAW, "application.withdrawn"),
)


async def test_killed_at_any_step_on_the_way_to_a_decision(scene: Scene) -> None:
    for state, event, action in STEPS:
        [away] = await officers_away(scene.serving, 1)
        of_nobody = {"reviewer": away} if event is _E.TAKE_OVER_REVIEW else {}
        case = await scene.case(state, FilerKind.EMPLOYER, **of_nobody)
        act = partial(case.act, event, idempotencyKey=new_key())
        points, told, payload = await kill_everywhere(scene.serving, act)
        assert application_of(payload)["revision"] == case.application["revision"] + 1
        assert_told_of(points, told.lines, action)
        assert told.documents == {"applications": 1, "idempotency": 1}, event
        assert sum(told.events.values()) == 1


@dataclass(frozen=True)
class Procedure:
    """What is approved: for a permit of this plan, stated by this filer, and what that writes."""

    statement: Callable[[Serving, str], dict[str, Any]]
    documents: Mapping[str, int]
    lines: tuple[str, ...]
    plan: PermitPlan = SOON
    filer: FilerKind = FilerKind.EMPLOYER


def passport_change(serving: Serving, permit_id: str) -> dict[str, Any]:
    stated = applicant("NX7654321")
    changed = {"name": stated["name"], "passport": stated["passport"]}
    return {"change": {"permitId": permit_id, "changedOn": ahead(serving, -1)} | changed}


def cancellation(serving: Serving, permit_id: str) -> dict[str, Any]:
    given = {"happenedOn": ahead(serving, -1), "reason": "CONTRACT_ENDED"}
    return {"cancellation": {"permitId": permit_id} | given}


SUPERSEDING = (
    *("application.approved", "permit.superseded", "permit.issued", "card.issued"),
    "task.opened",
)
PROCEDURES = {
    "NEW_IN_CHINA": Procedure(
        lambda serving, _: new_in_china(serving),
        {
            "permits": 1,
            "holders": 1,
            "employments": 1,
            "identity_documents": 1,
            "cards": 1,
            "tasks": 1,
        },
        ("application.approved", "permit.issued", "card.issued", "task.opened"),
    ),
    "NEW_FROM_ABROAD": Procedure(
        lambda serving, _: new_from_abroad(serving, category="B", applicant=applicant("FX7654321")),
        {"permits": 1, "holders": 1, "employments": 1, "identity_documents": 1},
        # Issued by the check of its originals.
        ("application.approved",),
    ),
    "ORIGINALS_CHECK": Procedure(
        lambda serving, permit_id: {
            "originalsCheck": {"permitId": permit_id, "enteredOn": ahead(serving, -2)}
        },
        {"permits": 1, "holders": 1, "employments": 1, "cards": 1, "tasks": 2},
        (
            *("application.approved", "permit.issued", "card.issued"),
            *("task.opened", "task.opened"),
        ),
        plan=AWAITING,
        filer=FilerKind.HOLDER,
    ),
    "EXTENSION": Procedure(
        extension,
        {"permits": 2, "holders": 1, "employments": 1, "cards": 1, "tasks": 1},
        SUPERSEDING,
    ),
    "CHANGE": Procedure(
        passport_change,
        {
            "permits": 2,
            "holders": 1,
            "employments": 1,
            "identity_documents": 2,
            "cards": 1,
            "tasks": 1,
        },
        SUPERSEDING,
    ),
    "CANCELLATION": Procedure(
        cancellation,
        {"permits": 1, "holders": 1, "employments": 1, "tasks": 1},
        ("application.approved", "permit.cancelled", "task.opened"),
    ),
    "ELECTRONIC_PERMIT": Procedure(
        lambda _, permit_id: {"electronicPermit": {"permitId": permit_id}},
        {"permits": 2, "holders": 1, "employments": 1, "cards": 1, "tasks": 1},
        SUPERSEDING,
        plan=PLASTIC,
    ),
}


async def under_review(scene: Scene, procedure: Procedure) -> dict[str, Any]:
    """Stated over HTTP, and put under review by this scene's decider."""
    person = await scene.person(procedure.plan)
    filer = scene.employer
    if procedure.filer is FilerKind.HOLDER:
        filer = minted(scene.serving, SubjectKind.HOLDER, person.holder_id)
    statement = procedure.statement(scene.serving, person.permit_ids[0])
    draft = application_of(await filer.create(statement))
    await put_papers(scene.serving, draft["id"])
    now = scene.serving.clock().replace(microsecond=0)
    case = await scene.case(_S.UNDER_REVIEW)
    reviewed = {
        name: case.application[name] for name in ("state", "promise", "checkers", "reviewer")
    }
    await scene.serving.database["applications"].update_one(
        {"_id": draft["id"]},
        {"$set": reviewed | {"filed_at": now, "confirmed_at": now, "lapses_at": None}},
    )
    return draft


async def test_killed_while_any_procedure_is_approved(scene: Scene) -> None:
    for name, procedure in PROCEDURES.items():
        draft = await under_review(scene, procedure)
        given = {"idempotencyKey": new_key(), "text": "Approved."}
        approve = partial(scene.decider.step, "approveApplication", draft, **given)
        points, told, payload = await kill_everywhere(scene.serving, approve)
        application = application_of(payload)
        assert (application["state"], application["procedure"]) == ("APPROVED", name)
        assert_told_of(points, told.lines, *procedure.lines)
        expected = {"applications": 1, "idempotency": 1, **procedure.documents}
        assert told.documents == expected, name
