"""Two requests about one application or one person that meet: both have read before one writes."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from auth.tokens import SubjectKind
from resolvers.rules.application_machine import ApplicationEvent
from resolvers.store.applications import ApplicationStore
from resolvers.store.papers import PaperStore
from resolvers.vocabulary import ApplicationState, CardState, IdentifierKind
from tests.cases import Scene, minted, written
from tests.factories import PermitPlan
from tests.filing import Office, applicant, application_of, new_in_china, put_papers
from tests.flows import everything_stored
from tests.meeting import CONFLICTS, active_permits, meet, outcomes_of
from tests.paper_filing import EVERY_SCOPE, bearer
from tests.serving import Serving

ROUNDS = 5
_S, _E = ApplicationState, ApplicationEvent


@pytest.mark.parametrize("registered", [True, False], ids=["a holder", "somebody new"])
async def test_two_approvals_for_one_person_never_leave_two_active_permits(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, registered: bool
) -> None:
    office = await Office.of(serving)
    for turn in range(ROUNDS):
        passport = f"FY{turn:07d}"
        stated = applicant(passport)
        if registered:
            over = PermitPlan(starts=-500, ends=-10)
            # No card to write: but for the lock the two would have nothing in common.
            person = await serving.person(permit_plans=(over,), physical=CardState.CANCELLED)
            passport = person.numbers[IdentifierKind.PASSPORT]
            stated = applicant(passport, name={"surname": "Beispiel", "givenNames": "Nora"})
        reviewed = []
        for _ in range(2):
            scene = await Scene.of(serving)
            draft = application_of(
                await scene.employer.create(new_in_china(serving, applicant=stated))
            )
            await put_papers(serving, draft["id"])
            if registered:
                holder = minted(serving, SubjectKind.HOLDER, person.holder_id)
                draft = application_of(await holder.step("confirmApplication", draft))
            submitted = application_of(await scene.employer.step("submitApplication", draft))
            reviewed.append(await office.review(submitted))
        holders_before = await serving.database["holders"].count_documents({})
        with monkeypatch.context() as patch:
            meet(patch, (ApplicationStore, "find"), count=2)
            payloads = await asyncio.gather(
                *(office.decider.step("approveApplication", one) for one in reviewed)
            )
        outcomes = outcomes_of(payloads)
        assert outcomes.pop("CHANGED") == 1
        [code] = outcomes
        expected = "ACTIVE_PERMIT_EXISTS" if registered else "APPLICANT_ALREADY_REGISTERED"
        assert code == expected
        approved = next(one["application"] for one in payloads if "application" in one)
        stored = await serving.database["applications"].find_one({"_id": approved["id"]})
        assert stored is not None
        assert await active_permits(serving, holder_id=stored["holder_id"]) == 1
        holders = await serving.database["holders"].count_documents({})
        assert holders == holders_before + (not registered)


async def test_what_is_submitted_has_its_papers_though_one_is_taken_back_meanwhile(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = await Scene.of(serving)
    portal = bearer(serving, SubjectKind.EMPLOYER, scene.employer_id, scopes=EVERY_SCOPE)
    seen: Counter[str] = Counter()
    for _ in range(2 * ROUNDS):
        case = await scene.case(_S.DRAFT, confirmed_at=serving.clock().replace(microsecond=0))
        papers = await serving.database["papers"].find({"application_id": case.id}).to_list(None)
        with monkeypatch.context() as patch:
            meet(patch, (PaperStore, "load_of_application"), (PaperStore, "find"), count=2)
            submitted, removed = await asyncio.gather(
                case.act(_E.SUBMIT), portal.remove(f"/papers/{papers[0]['_id']}")
            )
        left = await serving.database["papers"].count_documents({"application_id": case.id})
        state = (await case.stored())["state"]
        if state == "SUBMITTED":
            assert left == len(papers)
            assert removed.status_code == 409
        else:
            assert left == len(papers) - 1
            assert removed.status_code == 204
            assert submitted["code"] in {"PAPERS_MISSING", "STALE_REVISION"}
        seen[state] += 1
    assert seen.total() == 2 * ROUNDS


async def test_a_withdrawal_and_an_approval_meet_and_one_of_them_stands(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = await Scene.of(serving)
    for _ in range(2 * ROUNDS):
        case = await scene.case(_S.UNDER_REVIEW)
        before = await everything_stored(serving.database)
        with monkeypatch.context() as patch:
            meet(patch, (ApplicationStore, "find"), count=2)
            payloads = await asyncio.gather(case.act(_E.WITHDRAW), case.act(_E.APPROVE))
        outcomes = outcomes_of(payloads)
        assert outcomes.pop("CHANGED") == 1
        assert set(outcomes) <= CONFLICTS
        changed = await written(serving, before)
        [application] = changed["applications"]
        if application["state"] == "WITHDRAWN":
            assert application["decision"] is None
            assert set(changed) == {"applications", "audit", "idempotency", "outgoing_events"}
        else:
            assert application["state"] == "APPROVED"
            assert len(changed["permits"]) == 2
        assert await active_permits(serving, holder_id=case.person.holder_id) == 1
