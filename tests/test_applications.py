"""Permit procedures from the draft to the result, over HTTP, with every party's real token."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from resolvers.applications import drafting
from resolvers.policy.throttling import APPLICANTS
from resolvers.vocabulary import IdentifierKind, PermitForm
from tests.access_callers import logged_in
from tests.factories import PermitPlan
from tests.filing import (
    Desk,
    Office,
    ahead,
    applicant,
    application_of,
    code_of,
    employer_desk,
    employer_of,
    extension,
    new_from_abroad,
    new_in_china,
    put_papers,
)
from tests.serving import Serving

SOON = PermitPlan(starts=-305, ends=60)


async def test_an_extension_supersedes_the_permit_and_goes_onto_the_card(
    serving: Serving,
) -> None:
    person = await serving.person(permit_plans=(SOON,))
    holder = Desk(await logged_in(serving, person))
    employer = await employer_desk(serving, await employer_of(serving, person))
    office = await Office.of(serving)
    draft = application_of(await employer.create(extension(serving, person.permit_ids[0])))
    assert code_of(await employer.step("submitApplication", draft)) == "HOLDER_NOT_CONFIRMED"
    confirmed = application_of(await holder.step("confirmApplication", draft))
    refused = await employer.step("submitApplication", confirmed)
    assert code_of(refused) == "PAPERS_MISSING"
    assert {gap["paper"] for gap in refused["gaps"]} == {
        "PASSPORT_PAGE",
        "CONTRACT",
        "RESIDENCE_OR_VISA_PAGE",
    }
    await put_papers(serving, draft["id"])
    submitted = application_of(await employer.step("submitApplication", confirmed))
    assert submitted["state"] == "SUBMITTED"
    approved = await office.approve(submitted)
    assert approved["state"] == "APPROVED"
    me = (
        await holder.app.execute(
            "{ me { permits { edges { node { id status validUntil history { event } } } }"
            " cards { edges { node { kind permit { id status } } } }"
            " applications { edges { node { state resultPermit { id } decision { outcome"
            " policyVersion text feeFen validityBound } steps { event party state } } } }"
            " tasks { edges { node { kind } } } } }"
        )
    )["me"]
    permits = [edge["node"] for edge in me["permits"]["edges"]]
    assert [permit["status"] for permit in permits] == ["ACTIVE", "SUPERSEDED"]
    assert permits[0]["validUntil"] == ahead(serving, 700)
    assert [entry["event"] for entry in permits[1]["history"]] == [
        "ISSUED",
        "EXTENDED",
        "SUPERSEDED",
    ]
    [card] = [edge["node"] for edge in me["cards"]["edges"]]
    assert card == {"kind": "ELECTRONIC", "permit": {"id": permits[0]["id"], "status": "ACTIVE"}}
    [application] = [edge["node"] for edge in me["applications"]["edges"]]
    assert application["resultPermit"] == {"id": permits[0]["id"]}
    assert [step["event"] for step in application["steps"]] == [
        None,
        "SUBMIT",
        "PRE_CHECK",
        "ACCEPT",
        "START_REVIEW",
        "APPROVE",
    ]
    assert application["decision"]["policyVersion"] == "440100/2024-12-01"


async def test_a_new_person_in_china_gets_a_permit_a_number_and_can_log_in(
    serving: Serving,
) -> None:
    employer_id = await employer_of(serving, await serving.person())
    employer = await employer_desk(serving, employer_id)
    office = await Office.of(serving)
    draft = application_of(await employer.create(new_in_china(serving)))
    await put_papers(serving, draft["id"])
    submitted = application_of(await employer.step("submitApplication", draft))
    app = serving.client()
    unknown = await app.prove_real_name(
        "Ada Erfunden", {"passport": {"country": "DEU", "number": "FX1234567"}}
    )
    assert unknown["__typename"] == "LoginRefused"
    await office.approve(submitted, originalsSeen=True)
    serving.clock.advance(minutes=30)
    app = serving.client()
    await app.log_in("Ada Erfunden", {"passport": {"country": "DEU", "number": "FX1234567"}})
    me = (
        await app.execute(
            "{ me { permits { edges { node { status category post employer { id } } } }"
            " cards { edges { node { kind permit { status } } } }"
            " workPermitNumber { masked } socialSecurityNumber { masked revealed } } }"
        )
    )["me"]
    [permit] = [edge["node"] for edge in me["permits"]["edges"]]
    assert permit["status"] == "ACTIVE"
    assert permit["employer"] == {"id": employer_id}
    [card] = [edge["node"] for edge in me["cards"]["edges"]]
    assert card == {"kind": "ELECTRONIC", "permit": {"status": "ACTIVE"}}
    assert me["socialSecurityNumber"]["revealed"] == "DEU0FX1234567"


async def test_from_abroad_in_category_b_the_permit_waits_for_the_check_of_originals(
    serving: Serving,
) -> None:
    employer = await employer_desk(serving, await employer_of(serving, await serving.person()))
    office = await Office.of(serving)
    draft = application_of(await employer.create(new_from_abroad(serving, category="B")))
    await put_papers(serving, draft["id"])
    await office.approve(application_of(await employer.step("submitApplication", draft)))
    app = serving.client()
    await app.log_in("Ada Erfunden", {"passport": {"country": "DEU", "number": "FX1234567"}})
    listed = "{ me { permits { edges { node { id status } } } cards { edges { node { kind } } } } }"
    me = (await app.execute(listed))["me"]
    [permit] = [edge["node"] for edge in me["permits"]["edges"]]
    assert permit["status"] == "AWAITING_ORIGINALS"
    assert me["cards"]["edges"] == []
    holder = Desk(app)
    statement = {"originalsCheck": {"permitId": permit["id"], "enteredOn": ahead(serving, 0)}}
    check = application_of(await holder.create(statement))
    await put_papers(serving, check["id"])
    submitted = application_of(await holder.step("submitApplication", check))
    without = application_of(await office.checker.step("preCheckApplication", submitted))
    assert code_of(await office.checker.step("acceptApplication", without)) == "ORIGINALS_NOT_SEEN"
    accepted = application_of(
        await office.checker.step("acceptApplication", without, originalsSeen=True)
    )
    review = application_of(await office.decider.step("startReview", accepted))
    application_of(await office.decider.step("approveApplication", review))
    me = (await app.execute(listed))["me"]
    assert [edge["node"]["status"] for edge in me["permits"]["edges"]] == ["ACTIVE"]
    assert me["cards"]["edges"] == [{"node": {"kind": "ELECTRONIC"}}]


async def test_a_plastic_permit_stays_as_it_is_until_its_electronic_one_is_asked_for(
    serving: Serving,
) -> None:
    plan = PermitPlan(starts=-800, ends=300, form=PermitForm.PLASTIC)
    person = await serving.person(permit_plans=(plan,))
    holder = Desk(await logged_in(serving, person))
    employer = await employer_desk(serving, await employer_of(serving, person))
    office = await Office.of(serving)
    listed = (
        "{ me { permits { edges { node { status form validUntil } } }"
        " cards { edges { node { kind } } electronicAbsence { code } } } }"
    )
    before = (await holder.app.execute(listed))["me"]
    assert before["cards"] == {"edges": [], "electronicAbsence": {"code": "PLASTIC_PERMIT"}}
    draft = application_of(
        await employer.create({"electronicPermit": {"permitId": person.permit_ids[0]}})
    )
    await put_papers(serving, draft["id"])
    confirmed = application_of(await holder.step("confirmApplication", draft))
    await office.approve(application_of(await employer.step("submitApplication", confirmed)))
    after = (await holder.app.execute(listed))["me"]
    [electronic, plastic] = [edge["node"] for edge in after["permits"]["edges"]]
    assert (electronic["form"], plastic["form"]) == ("ELECTRONIC", "PLASTIC")
    assert electronic["validUntil"] == plastic["validUntil"]
    assert plastic["status"] == "SUPERSEDED"
    assert after["cards"]["edges"] == [{"node": {"kind": "ELECTRONIC"}}]


async def test_a_holder_whose_employer_is_gone_cancels_and_the_card_stays_without_a_permit(
    serving: Serving,
) -> None:
    person = await serving.person()
    holder = Desk(await logged_in(serving, person))
    office = await Office.of(serving)
    given = {"permitId": person.permit_ids[0], "happenedOn": ahead(serving, -3)}
    wrong = await holder.create({"cancellation": given | {"reason": "CONTRACT_ENDED"}})
    assert code_of(wrong) == "NOT_THE_FILER"
    draft = application_of(
        await holder.create({"cancellation": given | {"reason": "EMPLOYER_GONE"}})
    )
    await put_papers(serving, draft["id"])
    await office.approve(application_of(await holder.step("submitApplication", draft)))
    me = (
        await holder.app.execute(
            "{ me { permits { edges { node { status } } }"
            " cards { edges { node { status permit { id } } } }"
            " tasks { edges { node { kind state } } } } }"
        )
    )["me"]
    assert [edge["node"]["status"] for edge in me["permits"]["edges"]] == ["CANCELLED"]
    assert me["cards"]["edges"] == [{"node": {"status": "NORMAL", "permit": None}}]
    assert me["tasks"]["edges"] == [{"node": {"kind": "SETTLE_RESIDENCE_PERMIT", "state": "OPEN"}}]


async def test_a_changed_name_and_passport_reach_the_record_and_the_old_passport_logs_in_no_more(
    serving: Serving,
) -> None:
    person = await serving.person()
    holder = Desk(await logged_in(serving, person))
    employer = await employer_desk(serving, await employer_of(serving, person))
    office = await Office.of(serving)
    stated = applicant("NX7654321")
    change = {
        "permitId": person.permit_ids[0],
        "changedOn": ahead(serving, -1),
        "name": stated["name"],
        "passport": stated["passport"],
    }
    draft = application_of(await employer.create({"change": change}))
    await put_papers(serving, draft["id"])
    confirmed = application_of(await holder.step("confirmApplication", draft))
    await office.approve(application_of(await employer.step("submitApplication", confirmed)))
    serving.clock.advance(minutes=30)
    app = serving.client()
    passport = {"country": "DEU", "number": "NX7654321"}
    await app.log_in("Ada Erfunden", {"passport": passport})
    me = (
        await app.execute(
            "{ me { fullName { revealed } identityDocuments { edges { node { isSuperseded"
            " number { revealed } } } } permits { edges { node { status } } } } }"
        )
    )["me"]
    assert me["fullName"] == {"revealed": "Ada Erfunden"}
    documents = [edge["node"] for edge in me["identityDocuments"]["edges"]]
    assert sorted(one["isSuperseded"] for one in documents) == [False, True]
    old = serving.client()
    refused = await old.prove_real_name("Ada Erfunden", person.identifier(IdentifierKind.PASSPORT))
    assert refused["__typename"] == "LoginRefused"


async def test_whether_a_passport_is_registered_cannot_be_asked_without_end(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(APPLICANTS, delays=(timedelta(0), timedelta(0), timedelta(seconds=60)))
    monkeypatch.setattr(drafting, "APPLICANTS", few)
    employer = await employer_desk(serving, await employer_of(serving, await serving.person()))
    other = await employer_desk(serving, await employer_of(serving, await serving.person()))
    for number in range(3):
        statement = new_in_china(serving, applicant=applicant(f"FX100000{number}"))
        application_of(await employer.create(statement))
    known = new_in_china(serving, applicant=applicant("FX1000000"))
    assert code_of(await employer.create(known)) == "TOO_MANY_APPLICANTS"
    application_of(await other.create(known))
    serving.clock.advance(seconds=61)
    application_of(await employer.create(known))


async def test_a_draft_of_one_party_keeps_the_other_off_no_permit_and_what_is_filed_does(
    serving: Serving,
) -> None:
    person = await serving.person(permit_plans=(SOON,))
    holder = Desk(await logged_in(serving, person))
    employer = await employer_desk(serving, await employer_of(serving, person))
    permit_id = person.permit_ids[0]
    gone = {"happenedOn": ahead(serving, -3), "reason": "EMPLOYER_GONE", "permitId": permit_id}
    draft = application_of(await employer.create(extension(serving, permit_id)))
    again = await employer.create(extension(serving, permit_id))
    assert code_of(again) == "APPLICATION_OPEN"
    cancellation = application_of(await holder.create({"cancellation": gone}))
    for one in (draft, cancellation):
        await put_papers(serving, one["id"])
    confirmed = application_of(await holder.step("confirmApplication", draft))
    application_of(await holder.step("submitApplication", cancellation))
    late = await employer.step("submitApplication", confirmed)
    assert code_of(late) == "APPLICATION_OPEN"


async def test_a_change_of_the_surname_keeps_the_chinese_name(serving: Serving) -> None:
    person = await serving.person()
    holder = Desk(await logged_in(serving, person))
    employer = await employer_desk(serving, await employer_of(serving, person))
    office = await Office.of(serving)
    name = {"surname": "Neuname", "givenNames": "Nora"}
    change = {"permitId": person.permit_ids[0], "changedOn": ahead(serving, -1), "name": name}
    draft = application_of(await employer.create({"change": change}))
    await put_papers(serving, draft["id"])
    confirmed = application_of(await holder.step("confirmApplication", draft))
    await office.approve(application_of(await employer.step("submitApplication", confirmed)))
    me = (await holder.app.execute("{ me { fullName { revealed } chineseName { revealed } } }"))[
        "me"
    ]
    assert me == {"fullName": {"revealed": "Nora Neuname"}, "chineseName": {"revealed": "贝诺拉"}}
