"""The officer's desk: open cases by promise date, each case whole, and every look on record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from auth.mongo import Document
from auth.officers import Duty
from resolvers.policy.procedures import policy_for
from tests.access_callers import logged_in
from tests.commands import CommandLog
from tests.factories import CITY, PermitPlan
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
    new_in_china,
    put_papers,
    today,
)
from tests.officer_client import officer_client
from tests.serving import Serving

FACTS = {
    "birthDate": "1990-03-01",
    "salaryYuan": 360_000,
    "education": "MASTER",
    "workYears": 8,
    "monthsPerYear": 12,
    "chinese": "HSK_4",
    "placeOfWork": "OTHER",
    "city": CITY,
}


async def submitted_new(serving: Serving, number: str, **changes: Any) -> dict[str, Any]:
    employer = await employer_desk(serving, await employer_of(serving, await serving.person()))
    statement = new_in_china(serving, applicant=applicant(number), **changes)
    draft = application_of(await employer.create(statement))
    await put_papers(serving, draft["id"])
    return application_of(await employer.step("submitApplication", draft))


async def trail(serving: Serving, action: str) -> list[Document]:
    return await serving.database["audit"].find({"action": action}).to_list(100)


async def test_the_work_list_shows_open_cases_of_the_own_authority_the_nearest_promise_first(
    serving: Serving,
) -> None:
    cases = [await submitted_new(serving, f"FX100000{n}") for n in range(3)]
    await submitted_new(serving, "FX2000001", city="440300")
    # The first one was filed long ago, so it is due before the others.
    for place, case in enumerate(cases):
        due = serving.clock() + timedelta(days=(5, 1, 3)[place])
        await serving.database["applications"].update_one(
            {"_id": case["id"]}, {"$set": {"promise.due_at": due}}
        )
    office = await Office.of(serving)
    query = (
        "query($first: Int! = 20, $after: String, $filter: WorkListFilter) {"
        " officer { authority { code } workList(first: $first, after: $after, filter: $filter) {"
        " edges { cursor node { id state promise { stage dueOn daysLeft isOverdue } } }"
        " pageInfo { hasNextPage endCursor } } } }"
    )
    desk = (await office.checker.app.execute(query))["officer"]
    wanted = [cases[1]["id"], cases[2]["id"], cases[0]["id"]]
    assert [edge["node"]["id"] for edge in desk["workList"]["edges"]] == wanted
    page = (await office.checker.app.execute(query, {"first": 2}))["officer"]["workList"]
    assert page["pageInfo"]["hasNextPage"]
    after = page["pageInfo"]["endCursor"]
    rest = (await office.checker.app.execute(query, {"first": 2, "after": after}))["officer"]
    assert [edge["node"]["id"] for edge in rest["workList"]["edges"]] == wanted[2:]
    narrowed = {"filter": {"state": "UNDER_REVIEW"}}
    none = (await office.checker.app.execute(query, narrowed))["officer"]["workList"]["edges"]
    assert none == []
    narrowed = {"filter": {"procedure": "NEW_IN_CHINA", "category": "A"}}
    three = (await office.checker.app.execute(query, narrowed))["officer"]["workList"]["edges"]
    assert len(three) == 3


async def test_each_case_that_is_read_is_one_line_naming_what_was_revealed(
    serving: Serving, command_log: CommandLog
) -> None:
    case = await submitted_new(serving, "FX1234567")
    office = await Office.of(serving)
    query = (
        "query($id: ID!) { officer { case(id: $id) { id particulars { fullName { masked revealed }"
        " passportNumber { revealed } } requiredPapers { kind label why } papers { kind path }"
        " employer { creditCode } facts { post contractUntil } } } }"
    )
    command_log.clear()
    read = (await office.decider.app.execute(query, {"id": case["id"]}))["officer"]["case"]
    assert command_log.sent == [("aggregate", "officers"), ("insert", "audit")]
    assert read["particulars"]["fullName"] == {"masked": "A*** E***", "revealed": "Ada Erfunden"}
    assert read["particulars"]["passportNumber"] == {"revealed": "FX1234567"}
    assert len(read["papers"]) == len(read["requiredPapers"]) > 5
    [line] = await trail(serving, "case.read")
    assert line["objects"] == [case["id"]]
    assert line["fields"] == [
        "applications.particulars.full_name",
        "applications.particulars.passport_number",
    ]
    assert line["actor"]["kind"] == "officer"
    assert line["holder_id"] is not None


async def test_an_officer_of_another_city_finds_no_such_case_and_reads_nothing(
    serving: Serving,
) -> None:
    case = await submitted_new(serving, "FX1234567")
    stranger = await officer_client(serving, "foreign-experts-440300", (Duty.CHECK, Duty.DECIDE))
    query = "query($id: ID!) { officer { case(id: $id) { id } workList { edges { cursor } } } }"
    read = (await stranger.execute(query, {"id": case["id"]}))["officer"]
    assert read == {"case": None, "workList": {"edges": []}}
    assert code_of(await Desk(stranger).step("preCheckApplication", case)) == "NOT_FOUND"
    assert await trail(serving, "case.read") == []


async def test_a_draft_is_nobodys_case(serving: Serving) -> None:
    employer = await employer_desk(serving, await employer_of(serving, await serving.person()))
    draft = application_of(await employer.create(new_in_china(serving)))
    office = await Office.of(serving)
    query = "query($id: ID!) { officer { case(id: $id) { id } } }"
    assert (await office.checker.app.execute(query, {"id": draft["id"]}))["officer"]["case"] is None
    assert code_of(await office.checker.step("preCheckApplication", draft)) == "NOT_FOUND"


async def test_a_case_is_returned_once_with_every_gap_and_comes_back_with_the_papers_replaced(
    serving: Serving,
) -> None:
    person = await serving.person(permit_plans=(PermitPlan(starts=-305, ends=60),))
    holder = Desk(await logged_in(serving, person))
    employer = await employer_desk(serving, await employer_of(serving, person))
    office = await Office.of(serving)
    draft = application_of(await employer.create(extension(serving, person.permit_ids[0])))
    await put_papers(serving, draft["id"])
    confirmed = application_of(await holder.step("confirmApplication", draft))
    submitted = application_of(await employer.step("submitApplication", confirmed))
    gaps = [
        {"paper": "CONTRACT", "reason": "ILLEGIBLE", "note": "Page 2 is black."},
        {"reason": "WRONG_STATEMENT", "note": "The last day is a Sunday."},
    ]
    assert code_of(await office.checker.step("returnApplication", submitted, gaps=[])) == (
        "GAPS_MISSING"
    )
    returned = application_of(await office.checker.step("returnApplication", submitted, gaps=gaps))
    assert returned["state"] == "RETURNED"
    shown = (
        await employer.app.execute(
            "query($id: ID!) { employer { application(id: $id) { lapsesOn"
            " gaps { paper paperLabel reason reasonLabel note } } } }",
            {"id": draft["id"]},
        )
    )["employer"]["application"]
    assert [(gap["paper"], gap["note"]) for gap in shown["gaps"]] == [
        ("CONTRACT", "Page 2 is black."),
        (None, "The last day is a Sunday."),
    ]
    lapse_days = policy_for(CITY, today(serving)).returned_lapse_days
    assert shown["lapsesOn"] == ahead(serving, lapse_days)
    [stored] = await serving.database["applications"].find({"_id": draft["id"]}).to_list(2)
    assert b"black" not in bytes(stored["gaps"][0]["note"])
    again = await employer.step("submitApplication", returned)
    assert code_of(again) == "PAPERS_MISSING"
    assert [gap["paper"] for gap in again["gaps"]] == ["CONTRACT"]
    await put_papers(serving, draft["id"])
    resubmitted = application_of(await employer.step("submitApplication", returned))
    twice = await office.checker.step("returnApplication", resubmitted, gaps=gaps)
    assert code_of(twice) == "ALREADY_RETURNED"
    await office.approve(resubmitted)


async def test_whoever_checked_a_case_cannot_decide_it_and_only_its_reviewer_does(
    serving: Serving,
) -> None:
    case = await submitted_new(serving, "FX1234567")
    both = Desk(await officer_client(serving, duties=(Duty.CHECK, Duty.DECIDE)))
    one, other = [Desk(await officer_client(serving, duties=(Duty.DECIDE,))) for _ in range(2)]
    checked = application_of(await both.step("preCheckApplication", case))
    accepted = application_of(await both.step("acceptApplication", checked, originalsSeen=True))
    assert code_of(await both.step("startReview", accepted)) == "CHECKER_CANNOT_DECIDE"
    review = application_of(await one.step("startReview", accepted))
    assert code_of(await other.step("approveApplication", review)) == "ANOTHER_REVIEWER"
    grounds = {"grounds": ["CRITERIA_NOT_MET"], "text": "The degree is in another field."}
    rejected = await one.act(
        "rejectApplication",
        "RejectApplicationInput",
        {"applicationId": review["id"], "revision": review["revision"]} | grounds,
        "state decision { outcome text grounds { code text } remedies { kind body limit unit } }",
    )
    decision = application_of(rejected)["decision"]
    assert decision["text"] == "The degree is in another field."
    assert [ground["code"] for ground in decision["grounds"]] == ["CRITERIA_NOT_MET"]
    assert [(one["limit"], one["unit"]) for one in decision["remedies"]] == [
        (60, "DAYS"),
        (6, "MONTHS"),
    ]


async def test_statistics_tell_the_time_from_filing_to_result_against_the_promise(
    serving: Serving,
) -> None:
    office = await Office.of(serving)
    decided = []
    for number in range(4):
        case = await submitted_new(serving, f"FX100000{number}")
        decided.append(await office.approve(case, originalsSeen=True))
    applications = serving.database["applications"]
    at = datetime.fromisoformat("2026-03-31T15:00:00+00:00")
    for place, one in enumerate(decided):
        # Two days, three, four; the last one is decided on the next day in Shanghai, too late.
        decision_at = at if place < 3 else at + timedelta(hours=2)
        await applications.update_one(
            {"_id": one["id"]},
            {
                "$set": {
                    "filed_at": decision_at - timedelta(days=2 + place),
                    "decision.at": decision_at,
                    "decision.due_at": at + timedelta(hours=1),
                }
            },
        )
    rows = (
        await office.decider.app.execute(
            '{ officer { statistics(since: "2026-03-01", until: "2026-04-30") { procedure'
            " city { code } month decided approved withinPromise medianDays p90Days } } }"
        )
    )["officer"]["statistics"]
    common = {"procedure": "NEW_IN_CHINA", "city": {"code": CITY}}
    assert rows == [
        common
        | {"month": "2026-03", "decided": 3, "approved": 3, "withinPromise": 3}
        | {"medianDays": 3.0, "p90Days": 4.0},
        common
        | {"month": "2026-04", "decided": 1, "approved": 1, "withinPromise": 0}
        | {"medianDays": 5.0, "p90Days": 5.0},
    ]


async def test_a_talent_assessment_is_kept_sealed_with_the_application(serving: Serving) -> None:
    employer = await employer_desk(serving, await employer_of(serving, await serving.person()))
    draft = application_of(await employer.create(new_in_china(serving)))
    given = {"applicationId": draft["id"], "revision": draft["revision"], "facts": FACTS}
    kept = await employer.act(
        "attachTalentAssessment",
        "AttachTalentAssessmentInput",
        given,
        "id revision talentAssessment { total category tableVersion items { code points } }",
    )
    assessment = application_of(kept)["talentAssessment"]
    assert assessment["total"] == sum(item["points"] for item in assessment["items"])
    stored = await serving.database["applications"].find_one({"_id": draft["id"]})
    assert stored is not None
    assert stored["assessment"]["total"] == assessment["total"]
    assert b"360000" not in bytes(stored["assessment"]["sealed"])


async def test_what_is_revealed_of_two_people_at_once_stands_in_the_ledger_of_each(
    serving: Serving,
) -> None:
    for number in range(2):
        await submitted_new(serving, f"FX100000{number}")
    office = await Office.of(serving)
    listed = "{ officer { workList { edges { node { id particulars { fullName { %s } } } } } } }"
    await office.checker.app.execute(listed % "masked")
    assert [line["holder_id"] for line in await trail(serving, "case.read")] == [None]
    await office.checker.app.execute(listed % "revealed")
    people = await serving.database["applications"].distinct("holder_id")
    lines = (await trail(serving, "case.read"))[1:]
    assert sorted(line["holder_id"] for line in lines) == sorted(people)
    assert [len(line["objects"]) for line in lines] == [1, 1]
