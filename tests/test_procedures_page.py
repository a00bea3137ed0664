"""docs/procedures.md says what policy and code do, and its samples are answered as it shows."""

from __future__ import annotations

from typing import Any

import pytest

from resolvers.policy.papers import RETENTION_DAYS
from resolvers.policy.places import CITIES
from resolvers.policy.procedures import POLICIES, ProcedurePolicy
from resolvers.rules.windows import DayUnit, WindowAnchor
from resolvers.store.application_documents import MAX_GROUNDS
from resolvers.store.idempotency import KEPT_LIFETIME
from resolvers.vocabulary import ApplicationState, PermitCategory, ProcedureKind
from schema.build import build_gateway_schema
from tests.access_callers import logged_in
from tests.factories import PermitPlan
from tests.filing import (
    Desk,
    Office,
    application_of,
    employer_desk,
    employer_of,
    extension,
    new_key,
    put_papers,
)
from tests.page_samples import ROOT, Sample, samples_of
from tests.serving import Serving

PAGE = (ROOT / "docs" / "procedures.md").read_text(encoding="utf-8")
TEXT = " ".join(PAGE.split())
A, B, C = PermitCategory
[GUANGZHOU] = POLICIES["440100"]
REVIEW, CAPS = GUANGZHOU.review_working_days, GUANGZHOU.validity_cap_years

STATED_DAYS = {
    ProcedureKind.NEW_FROM_ABROAD: "`plannedEntryOn`",
    ProcedureKind.NEW_IN_CHINA: "`stayUntil`",
    ProcedureKind.ORIGINALS_CHECK: "`enteredOn`",
    ProcedureKind.CHANGE: "`changedOn`",
    ProcedureKind.CANCELLATION: "`happenedOn`",
}
"""What each window hangs on, but for expiry."""


def rows_after(heading: str) -> list[list[str]]:
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def days_told(policy: ProcedurePolicy, procedure: ProcedureKind) -> list[str]:
    """First day, last day and what is later, in the words of the page."""
    rule = policy.windows[procedure]
    anchor = STATED_DAYS.get(procedure, "expiry")
    assert (rule.anchor is WindowAnchor.EXPIRY) is (anchor == "expiry")

    def told(days: int | None, unit: str) -> str:
        if days is None:
            return "any"
        if days == 0:
            return anchor
        counted = f"{abs(days)} {unit}day{'' if abs(days) == 1 else 's'}"
        return f"{counted} {'after' if days > 0 else 'before'} {anchor}"

    unit = "working " if rule.unit is DayUnit.WORKING_DAYS else ""
    return [told(rule.opens, ""), told(rule.closes, unit), rule.late.lower()]


@pytest.mark.parametrize("city", CITIES)
def test_the_windows_on_the_page_are_the_policy_of_every_city(city: str) -> None:
    rows = rows_after("Who files what, and when")
    assert [row[0] for row in rows] == [f"`{procedure}`" for procedure in ProcedureKind]
    for procedure, row in zip(ProcedureKind, rows, strict=True):
        [policy] = POLICIES[city]
        assert row[3:] == days_told(policy, procedure), procedure


def test_every_statement_stands_in_the_row_of_its_procedure() -> None:
    statement: Any = build_gateway_schema()._schema.type_map["StatementInput"]
    told = [row[1].strip("`") for row in rows_after("Who files what, and when")]
    assert told == list(statement.fields)


def test_every_step_stands_on_the_page_with_its_mutation() -> None:
    mutation = build_gateway_schema()._schema.mutation_type
    assert mutation is not None
    told = {cell for row in rows_after("Steps") for cell in row[1].replace("`", "").split(", ")}
    procedural = {
        name
        for name, field in mutation.fields.items()
        if {"ApplicationChangePayload!", "AttachTalentAssessmentPayload!"} & {str(field.type)}
    }
    assert procedural <= told
    assert len(procedural) >= 11


@pytest.mark.parametrize(
    "sentence",
    [
        f"`PRE_CHECK`, {GUANGZHOU.pre_check_working_days} working days after the submission",
        f"`REVIEW`, {REVIEW[A]} working days after the acceptance in category A and {REVIEW[B]} in",
        f"(A {CAPS[A]} years, B {CAPS[B]}, C {CAPS[C]})",
        f"insurance within {GUANGZHOU.enrolment_days} days of the permit",
        f"residence permit within {GUANGZHOU.residence_application_days} days of entry",
        f"settles it within {GUANGZHOU.residence_settlement_days} days of a cancellation",
        f"{RETENTION_DAYS[ApplicationState.DRAFT]} days after its last change",
        f"{GUANGZHOU.returned_lapse_days} days after the return",
        f"within {KEPT_LIFETIME.total_seconds() / 3600:.0f} hours it changes nothing more",
        f"promised in {GUANGZHOU.counter_card_minutes} minutes from the order",
        f"the factory in {GUANGZHOU.factory_card_working_days} working days",
        "one to ten grounds",
    ],
)
def test_the_figures_on_the_page_are_those_of_policy_and_code(sentence: str) -> None:
    assert MAX_GROUNDS == 10
    assert REVIEW[B] == REVIEW[C]
    assert sentence in TEXT


def test_the_days_of_a_temporary_loss_are_those_of_each_city() -> None:
    days = {CITIES[city].en: one.temporary_loss_days for city, [one] in POLICIES.items()}
    assert days == {"Guangzhou": 10, "Shenzhen": 7, "Zhuhai": 7, "Dongguan": 5}
    assert "10 in Guangzhou, 7 in Shenzhen and Zhuhai, 5 in Dongguan." in TEXT


def given_in(sample: Sample, **changes: Any) -> dict[str, Any]:
    given = sample.body["variables"]["input"]
    return {"input": given | {"idempotencyKey": new_key()} | changes}


async def test_the_samples_of_the_page_are_answered_as_it_shows(serving: Serving) -> None:
    drafting, submitting, rejecting = samples_of(PAGE)
    person = await serving.person(permit_plans=(PermitPlan(starts=-305, ends=60),))
    holder = Desk(await logged_in(serving, person))
    employer = await employer_desk(serving, await employer_of(serving, person))
    office = await Office.of(serving)
    tokens = {
        "EMPLOYER_TOKEN": employer.app.token or "",
        "OFFICER_TOKEN": office.decider.app.token or "",
    }
    shown = drafting.body["variables"]["input"]["statement"]
    stated = extension(serving, person.permit_ids[0])
    assert shown["extension"].keys() == stated["extension"].keys()
    drafted = await drafting.send(serving.http, tokens, given_in(drafting, statement=stated))
    drafting.check(drafted)
    draft = drafted.json()["data"]["createApplication"]["application"]
    confirmed = application_of(await holder.step("confirmApplication", draft))
    assert confirmed["revision"] == submitting.body["variables"]["input"]["revision"]
    refused = await submitting.send(
        serving.http, tokens, given_in(submitting, applicationId=draft["id"])
    )
    submitting.check(refused)
    await put_papers(serving, draft["id"])
    submitted = application_of(await employer.step("submitApplication", confirmed))
    case = await office.review(submitted)
    rejecting.check(
        await rejecting.send(
            serving.http,
            tokens,
            given_in(rejecting, applicationId=case["id"], revision=case["revision"]),
        )
    )
