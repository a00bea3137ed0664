"""What an employer or a holder states is refused where it cannot be: with its code, nothing stored
but one audit line, nobody named in answer or log."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from auth.tokens import SubjectKind
from resolvers.vocabulary import ApplicationState, IdentifierKind, PermitForm, PermitState
from tests.cases import SOON, Scene, minted
from tests.factories import PermitPlan
from tests.filing import ahead, applicant, application_of, extension, new_from_abroad, new_in_china
from tests.leaks import GIVEN_NAMES, SURNAME, Watch, watched
from tests.refusing import expect_refused, expect_rejected
from tests.serving import Serving

PASSPORT = "QX7654321"
Stated = Callable[[Serving], dict[str, Any]]


@pytest.fixture
async def scene(serving: Serving) -> Scene:
    return await Scene.of(serving)


@pytest.fixture
async def watch(serving: Serving) -> AsyncIterator[Watch]:
    """Nothing that was stated about anybody is found in what it saw."""
    async with watched(serving) as watch:
        watch.known.add(GIVEN_NAMES, SURNAME, PASSPORT)
        yield watch
        assert watch.lines.getvalue().count("\n") > 0
        assert watch.found() == {}


def person(**changes: Any) -> dict[str, Any]:
    return applicant(PASSPORT, name={"surname": SURNAME, "givenNames": GIVEN_NAMES}) | changes


def passport(**changes: Any) -> dict[str, Any]:
    return person(passport=person()["passport"] | changes)


def new(**changes: Any) -> Stated:
    return lambda serving: new_in_china(serving, **({"applicant": person()} | changes))


def abroad(**changes: Any) -> Stated:
    return lambda serving: new_from_abroad(serving, **({"applicant": person()} | changes))


def _passport_of_today(serving: Serving) -> dict[str, Any]:
    day = ahead(serving, 0)
    return new_in_china(serving, applicant=passport(validFrom=day, validUntil=day))


UNKNOWN_PERMIT = {"permitId": "pmt_00000000000000000000000000"}
REFUSED_STATEMENTS: dict[str, tuple[Stated, str]] = {
    "unknown city": (new(city="310000"), "UNKNOWN_CITY"),
    "contract that is over": (new(contractUntil="2020-01-01"), "BAD_DATES"),
    "contract without end": (new(contractUntil="9999-12-31"), "BAD_DATES"),
    "request from the first day of all": (new(requestedUntil="0001-01-01"), "BAD_DATES"),
    "stay that is over": (new(stayUntil="2020-01-01"), "BAD_DATES"),
    "entry in the past": (abroad(plannedEntryOn="2020-01-01"), "BAD_DATES"),
    "entry on the last day of all": (abroad(plannedEntryOn="9999-12-31"), "BAD_DATES"),
    "passport that is over": (new(applicant=passport(validUntil="2025-01-01")), "BAD_DATES"),
    "passport for ever": (new(applicant=passport(validUntil="9999-12-31")), "BAD_DATES"),
    "passport from of old": (new(applicant=passport(validFrom="0001-01-01")), "BAD_DATES"),
    "passport from the future": (new(applicant=passport(validFrom="2033-01-01")), "BAD_DATES"),
    "passport that ends before it begins": (
        new(applicant=passport(validFrom="2034-01-09", validUntil="2034-01-08")),
        "BAD_DATES",
    ),
    "passport of one day": (_passport_of_today, "BAD_APPLICANT"),
    "number that no passport has": (new(applicant=passport(number="??")), "BAD_APPLICANT"),
    "passport of no country": (new(applicant=passport(country="XQZ")), "BAD_APPLICANT"),
    "no nationality": (new(applicant=person(nationality="XQZ")), "BAD_APPLICANT"),
    "born tomorrow": (new(applicant=person(birthDate="9999-12-31")), "BAD_APPLICANT"),
    "born before anybody": (new(applicant=person(birthDate="0001-01-01")), "BAD_APPLICANT"),
    "no name": (
        new(applicant=person(name={"surname": "", "givenNames": ""})),
        "BAD_APPLICANT",
    ),
    "blank name": (
        new(applicant=person(name={"surname": " ", "givenNames": "\u3000"})),
        "BAD_APPLICANT",
    ),
    "no Chinese phone": (new(applicant=person(phone="+49 30 1234567")), "BAD_APPLICANT"),
    "unknown permit": (lambda serving: extension(serving, **_renamed(UNKNOWN_PERMIT)), "NOT_FOUND"),
    "permit of a long name": (lambda serving: extension(serving, "p" * 10_000), "NOT_FOUND"),
    "change of an unknown permit": (
        lambda serving: {"change": UNKNOWN_PERMIT | {"changedOn": ahead(serving, 0)}},
        "NOT_FOUND",
    ),
    "change that is to come": (
        lambda serving: {"change": UNKNOWN_PERMIT | {"changedOn": ahead(serving, 1)}},
        "BAD_DATES",
    ),
    "cancellation before there were permits": (
        lambda _: {
            "cancellation": UNKNOWN_PERMIT
            | {"happenedOn": "0001-01-01", "reason": "CONTRACT_ENDED"}
        },
        "BAD_DATES",
    ),
    "cancellation for the holder to file": (
        lambda serving: {
            "cancellation": UNKNOWN_PERMIT
            | {"happenedOn": ahead(serving, 0), "reason": "EMPLOYER_GONE"}
        },
        "NOT_THE_FILER",
    ),
    "check of originals for the holder to file": (
        lambda serving: {"originalsCheck": UNKNOWN_PERMIT | {"enteredOn": ahead(serving, 0)}},
        "NOT_THE_FILER",
    ),
}


def _renamed(given: dict[str, str]) -> dict[str, str]:
    return {"permit_id": given["permitId"]}


async def test_what_cannot_be_is_refused_by_its_code(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    for stated, code in REFUSED_STATEMENTS.values():
        attempt = scene.employer.create(stated(serving))
        await expect_refused(serving, watch, attempt, code)


def nested(**changes: Any) -> dict[str, Any]:
    """An applicant whose name has these parts."""
    return person(name=person()["name"] | changes)


LONG = "Ä" * 101
UNFIT_TEXTS = ("Ada\nErfunden", "Ada\x00", "Ada\x7f", "Ada\x85", "Ada\u2028", "Ada\u202e")
"""A break of the line, NUL, DEL, a C1 control, another break, a turn of direction."""
STATEMENT_TYPE = ("createApplication", "CreateApplicationInput")


def rejected_statements(serving: Serving) -> list[dict[str, Any]]:
    def stated(**changes: Any) -> dict[str, Any]:
        return {"statement": new(**changes)(serving)}

    abroad_and_china = new_in_china(serving) | new_from_abroad(serving)
    texts = [
        stated(applicant=nested(**{field: text}))
        for field in ("surname", "givenNames", "chineseName", "nativeName")
        for text in (LONG, *UNFIT_TEXTS)
    ]
    return [
        *texts,
        *(stated(post={"en": text, "zh": "教授"}) for text in ("", "p" * 201, *UNFIT_TEXTS)),
        *(stated(city=text) for text in ("", "4" * 65)),
        stated(category="D"),
        stated(category="a"),
        stated(contractUntil="2026-02-30"),
        stated(contractUntil="tomorrow"),
        stated(contractUntil=20260302),
        stated(applicant=passport(number="1" * 65)),
        stated(applicant=person(phone="1" * 65)),
        {"statement": {}},
        {"statement": abroad_and_china},
        {"statement": new_in_china(serving) | {"electronicPermit": None}},
        {"statement": {"newInChina": None}},
        {"statement": None},
        {"statement": {"unknown": {}}},
        *(
            stated() | {"idempotencyKey": key}
            for key in (
                "",
                "short",
                "k" * 65,
                "with space",
                "schlüssel",
                "key\n12345",
            )
        ),
        stated() | {"idempotencyKey": None},
    ]


async def test_what_has_not_the_shape_of_an_input_reaches_no_use_case(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    for given in rejected_statements(serving):
        await expect_rejected(serving, scene.employer, *STATEMENT_TYPE, given)


async def test_a_passport_that_is_known_under_another_name_is_refused(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    known = await serving.person()
    watch.known.add_person(known)
    number = known.numbers[IdentifierKind.PASSPORT]
    other = person(passport=person()["passport"] | {"number": number})
    attempt = scene.employer.create(new_in_china(serving, applicant=other))
    await expect_refused(serving, watch, attempt, "APPLICANT_MISMATCH")


async def test_a_holder_who_asks_for_a_first_permit_learns_nothing_about_any_passport(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    known = await serving.person()
    holder = minted(serving, SubjectKind.HOLDER, (await serving.person()).holder_id)
    for number in (known.numbers[IdentifierKind.PASSPORT], PASSPORT, "??"):
        stated = person(passport=person()["passport"] | {"number": number})
        attempt = holder.create(new_in_china(serving, applicant=stated))
        await expect_refused(serving, watch, attempt, "NOT_THE_FILER")


async def test_who_has_a_permit_gets_no_first_one(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    known = await serving.person()
    stated = applicant(
        known.numbers[IdentifierKind.PASSPORT],
        name={"surname": "Beispiel", "givenNames": "Nora"},
    )
    draft = application_of(await scene.employer.create(new_in_china(serving, applicant=stated)))
    holder = minted(serving, SubjectKind.HOLDER, known.holder_id)
    confirmed = application_of(await holder.step("confirmApplication", draft))
    attempt = scene.employer.step("submitApplication", confirmed)
    await expect_refused(serving, watch, attempt, "ACTIVE_PERMIT_EXISTS")


async def test_a_permit_that_is_not_good_is_neither_extended_nor_changed(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    for plan in (
        PermitPlan(starts=-500, ends=-2),
        PermitPlan(starts=10, ends=300),
        PermitPlan(state=PermitState.CANCELLED),
        PermitPlan(state=PermitState.SUPERSEDED),
        PermitPlan(state=PermitState.AWAITING_ORIGINALS),
    ):
        [permit_id] = (await scene.person(plan)).permit_ids
        post = {"en": "Lecturer", "zh": "讲师"}
        change = {"permitId": permit_id, "changedOn": ahead(serving, -1), "post": post}
        plastic = {"electronicPermit": {"permitId": permit_id}}
        for statement in (extension(serving, permit_id), {"change": change}, plastic):
            attempt = scene.employer.create(statement)
            await expect_refused(serving, watch, attempt, "PERMIT_NOT_ELIGIBLE")


async def test_a_permit_has_one_open_application_and_an_employer_its_own_permits(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    case = await scene.case(ApplicationState.SUBMITTED)
    [permit_id] = case.person.permit_ids
    again = scene.employer.create(extension(serving, permit_id))
    await expect_refused(serving, watch, again, "APPLICATION_OPEN")
    [foreign] = (await serving.person(permit_plans=(SOON,))).permit_ids
    await expect_refused(
        serving, watch, scene.employer.create(extension(serving, foreign)), "NOT_FOUND"
    )
    [own] = (await scene.person()).permit_ids
    nothing = {"change": {"permitId": own, "changedOn": ahead(serving, -1)}}
    await expect_refused(serving, watch, scene.employer.create(nothing), "NOTHING_CHANGES")
    twisted = nothing["change"] | {"passport": person()["passport"] | {"number": "??"}}
    await expect_refused(
        serving, watch, scene.employer.create({"change": twisted}), "BAD_APPLICANT"
    )
    integrated = scene.employer.create({"electronicPermit": {"permitId": own}})
    await expect_refused(serving, watch, integrated, "PERMIT_NOT_ELIGIBLE")
    assert SOON.form == PermitForm.INTEGRATED
