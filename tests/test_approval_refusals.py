"""An approval finds out by itself whether what was filed still holds, and refuses by a code."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from auth.digests import Digester
from resolvers.rules.application_machine import ApplicationEvent
from resolvers.rules.identifiers import canonical
from resolvers.vocabulary import ApplicationState, IdentifierKind
from tests.cases import Scene
from tests.filing import Office, ahead, application_of, new_in_china, put_papers
from tests.leaks import Watch, watched
from tests.refusing import expect_refused
from tests.serving import Serving

_S, _E = ApplicationState, ApplicationEvent


@pytest.fixture
async def scene(serving: Serving) -> Scene:
    return await Scene.of(serving)


@pytest.fixture
async def watch(serving: Serving) -> AsyncIterator[Watch]:
    async with watched(serving) as watch:
        watch.known.add("Beispiel", "贝诺拉", "Erfunden", "FX1234567")
        yield watch
        assert watch.found() == {}


async def test_what_has_changed_since_the_filing_is_not_approved(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    for state in ("CANCELLED", "SUPERSEDED", "AWAITING_ORIGINALS"):
        case = await scene.case(_S.UNDER_REVIEW)
        await serving.database["permits"].update_one(
            {"_id": case.person.permit_ids[0]}, {"$set": {"state": state}}
        )
        await expect_refused(serving, watch, case.act(_E.APPROVE), "PERMIT_NOT_ELIGIBLE")
    case = await scene.case(_S.UNDER_REVIEW)
    facts = case.application["facts"] | {"contract_until": ahead(serving, -1)}
    await serving.database["applications"].update_one({"_id": case.id}, {"$set": {"facts": facts}})
    await expect_refused(serving, watch, case.act(_E.APPROVE), "VALIDITY_OVER")


async def test_a_social_security_number_is_nobody_elses_though_the_passport_is_unknown(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    """It is made of the first passport, and outlives it in the records of others."""
    known = await serving.person()
    kind = IdentifierKind.SOCIAL_SECURITY
    number = canonical(kind, "DEU0FX1234567")
    assert number is not None
    digest = Digester(serving.key_set).digest(kind, number)
    await serving.database["holders"].update_one(
        {"_id": known.holder_id},
        {"$set": {"digests.$[one].value": digest.value}},
        array_filters=[{"one.kind": str(kind)}],
    )
    draft = application_of(await scene.employer.create(new_in_china(serving)))
    await put_papers(serving, draft["id"])
    submitted = application_of(await scene.employer.step("submitApplication", draft))
    office = await Office.of(serving)
    reviewed = await office.review(submitted)
    attempt = office.decider.step("approveApplication", reviewed)
    await expect_refused(serving, watch, attempt, "APPLICANT_ALREADY_REGISTERED")


async def test_what_was_returned_is_stated_anew_though_the_permit_has_run_out_meanwhile(
    serving: Serving, scene: Scene
) -> None:
    case = await scene.case(_S.RETURNED)
    await serving.database["permits"].update_one(
        {"_id": case.person.permit_ids[0]},
        {"$set": {"valid_until": serving.clock().replace(microsecond=0) - timedelta(days=1)}},
    )
    updated = application_of(await case.act(_E.UPDATE))
    confirmed = application_of(await case.holder.step("confirmApplication", updated))
    submitted = application_of(await case.filer.step("submitApplication", confirmed))
    assert submitted["state"] == _S.SUBMITTED
