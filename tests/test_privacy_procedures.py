"""No procedure leaves a personal value in a log, an error, a metric or an unsealed document.

As tests/test_privacy.py: real server, real database, production's logging at DEBUG, and afterwards
every line, every refusal and all documents of all collections are searched. Employers file with
papers and points, officers write notes and decide, a counter makes cards, other authorities send
records; each also with what is refused.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from resolvers.gateway import Gateway
from resolvers.notices.projecting import project_events
from resolvers.vocabulary import PaperKind
from tests.app_client import AppClient
from tests.card_desk import AT_COUNTER, Hand, card_of, make, order_of
from tests.everything import EVERYTHING, EVERYTHING_FILED, revealing_everything
from tests.feed_source import registered
from tests.filing import ahead, application_of, code_of, new_in_china, new_key
from tests.inboxes import change_notices
from tests.leaks import Watch, assert_nothing_left, new_person, watched
from tests.paper_contents import pdf
from tests.paper_filing import Filer
from tests.planted import (
    APPLICANT,
    BANK_ACCOUNT,
    CARD_NUMBER,
    DECISION,
    GIVEN_NAMES,
    IN_A_PAPER,
    NOTE,
    PASSPORT,
    PHONE,
    RESIDENCE_PERMIT,
    SURNAME,
    Parties,
    plant,
)
from tests.record_lines import Importer, importer_on, ndjson, residence_line
from tests.serving import Serving

CASE = """query($id: ID!) { officer { workList { edges { cursor } } case(id: $id) {
  holder { fullName { masked } }
  gaps { note } talentAssessment { total items { label } } papers { path }
  particulars { fullName { revealed } birthDate { revealed } passportNumber { revealed }
    phone { revealed } nativeName { revealed } } } } }"""
NUMBERS = """{ me { workPermitNumber { revealed } socialSecurityNumber { revealed }
  cards { edges { node { number { revealed } bank { account { revealed } } } } } } }"""

RETURN = """mutation($input: ReturnApplicationInput!) {
  returnApplication(input: $input) { __typename } }"""


@pytest.fixture
async def importer(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> AsyncIterator[Importer]:
    async with importer_on(settings, mongod_uri, database, key_set) as made:
        yield made


async def decided(parties: Parties, decision: str, **given: Any) -> dict[str, Any]:
    """From the draft over a return with a note to the decision."""
    checker, decider = parties.checker, parties.decider
    draft = await parties.draft()
    submitted = application_of(await parties.employer.step("submitApplication", draft))
    gaps = [{"reason": "ILLEGIBLE", "paper": "CONTRACT", "note": NOTE}]
    await checker.step("returnApplication", submitted, gaps=gaps)
    returned = await parties.read(draft["id"])
    assert [gap["note"] for gap in returned["gaps"]] == [NOTE]
    await parties.replace(returned, PaperKind.CONTRACT)
    mended = await parties.read(draft["id"])
    again = application_of(await parties.employer.step("submitApplication", mended))
    checked = application_of(await checker.step("preCheckApplication", again))
    accepted = application_of(await checker.step("acceptApplication", checked, originalsSeen=True))
    review = application_of(await decider.step("startReview", accepted))
    shown = (await decider.app.execute(CASE, {"id": draft["id"]}))["officer"]["case"]
    assert shown["particulars"]["passportNumber"]["revealed"] == PASSPORT
    paper = shown["papers"][0]["path"]
    downloaded = await Filer(parties.serving.http, decider.app.token).download(paper)
    assert downloaded.status_code == 200
    return application_of(await decider.step(decision, review, text=DECISION, **given))


async def holder_of(serving: Serving) -> AppClient:
    app = serving.client()
    passport = {"passport": {"country": "DEU", "number": PASSPORT}}
    await app.log_in(f"{GIVEN_NAMES} {SURNAME}", passport, {"phone": PHONE})
    return app


async def told_in_the_inbox(watch: Watch, app: AppClient, gateway: Gateway) -> list[str]:
    """The kinds of what the holder was told; in neither language do its words say a value."""
    await project_events(gateway, gateway.now())
    listed = "{ me { notices { edges { node { id kind kindLabel title text } } } } }"
    for language in ("en", "zh-CN"):
        data = await app.execute(listed, headers={"Accept-Language": language})
        assert watch.known.found_in(json.dumps(data, ensure_ascii=False)) == set()
    nodes = [edge["node"] for edge in data["me"]["notices"]["edges"]]
    await change_notices(app, "markAllNoticesRead", upToNoticeId=nodes[0]["id"])
    return [node["kind"] for node in nodes]


async def test_no_case_from_the_draft_to_the_cards_leaves_a_personal_value_anywhere(
    serving: Serving, importer: Importer
) -> None:
    async with watched(serving) as watch:
        plant(watch)
        parties = await Parties.of(serving, watch)
        approved = await decided(parties, "approveApplication")
        assert approved["state"] == "APPROVED"
        holder = Hand(await holder_of(serving))
        me = (await holder.app.execute(NUMBERS))["me"]
        number = me["workPermitNumber"]["revealed"]
        watch.known.add(number, me["socialSecurityNumber"]["revealed"])
        order = order_of(await holder.act("orderCard", **AT_COUNTER))
        sealed = await make(
            parties.counter, order, cardNumber=CARD_NUMBER, bankAccount=BANK_ACCOUNT
        )
        active = card_of(await parties.counter.on_card("activateCard", sealed))
        at_counter = "query($n: String!) { holderAtCounter(input: {workPermitNumber: $n}) {"
        at_counter += " cards { number { revealed } bank { account { revealed } } } } }"
        shown = await parties.counter.app.execute(at_counter, {"n": number})
        # The electronic card has no number.
        [card] = [card for card in shown["holderAtCounter"]["cards"] if card["number"]]
        assert card["number"]["revealed"] == CARD_NUMBER
        assert card["bank"]["account"]["revealed"] == BANK_ACCOUNT
        lost = card_of(await holder.on_card("reportTemporaryLoss", active))
        card_of(await holder.on_card("releaseTemporaryLoss", lost))
        for query in (EVERYTHING, EVERYTHING_FILED, revealing_everything(), NUMBERS):
            await holder.app.execute(query)
        told = await told_in_the_inbox(watch, holder.app, importer.gateway)
        assert {"APPLICATION_APPROVED", "PERMIT_ISSUED", "CARD_CHANGED"} <= set(told)
        # What is stated and written, and the tokens, passwords and codes of five logins.
        assert len(watch.known.values) > 45
        await assert_nothing_left(serving, watch)


async def test_no_rejection_leaves_a_personal_value_anywhere(serving: Serving) -> None:
    async with watched(serving) as watch:
        plant(watch)
        parties = await Parties.of(serving, watch)
        rejected = await decided(parties, "rejectApplication", grounds=["CRITERIA_NOT_MET"])
        assert rejected["state"] == "REJECTED"
        shown = "query($id: ID!) { employer { application(id: $id) { decision { text } } } }"
        read = await parties.employer.app.execute(shown, {"id": rejected["id"]})
        assert read["employer"]["application"]["decision"]["text"] == DECISION
        # Nobody can log in as somebody whose permit was never approved.
        passport = {"passport": {"country": "DEU", "number": PASSPORT}}
        await serving.client().prove_real_name(f"{GIVEN_NAMES} {SURNAME}", passport)
        assert "IDENTITY_NOT_CONFIRMED" in watch.codes
        await assert_nothing_left(serving, watch)


async def test_no_refused_step_leaves_a_personal_value_anywhere(serving: Serving) -> None:
    async with watched(serving) as watch:
        plant(watch)
        parties = await Parties.of(serving, watch)
        employer, checker = parties.employer, parties.checker
        unborn = dict(APPLICANT) | {"birthDate": ahead(serving, 5)}
        malformed = dict(APPLICANT) | {"phone": f"{PHONE}, {SURNAME}"}
        for applicant in (unborn, malformed):
            refused = await employer.create(new_in_china(serving, applicant=applicant))
            assert code_of(refused) == "BAD_APPLICANT"
        statement = new_in_china(serving, applicant=dict(APPLICANT))
        key = new_key()
        draft = application_of(await employer.create(statement, idempotencyKey=key))
        await employer.create(statement, idempotencyKey=key)
        await employer.create(
            new_in_china(serving, applicant=dict(APPLICANT) | {"phone": None}), idempotencyKey=key
        )
        await employer.step("submitApplication", draft)
        await employer.step("submitApplication", draft | {"revision": 7})
        await employer.step("submitApplication", draft | {"id": SURNAME})
        gaps = [{"reason": "ILLEGIBLE", "paper": "CONTRACT", "note": NOTE}]
        await checker.step("returnApplication", draft, gaps=gaps)
        await checker.step("returnApplication", draft, gaps=[{**gaps[0], "note": NOTE * 90}])
        for many in (gaps * 200, [{"reason": SURNAME, "note": NOTE}]):
            given = {"idempotencyKey": new_key(), "applicationId": draft["id"], "revision": 1}
            await checker.app.post(RETURN, {"input": given | {"gaps": many}})
        await parties.decider.step(
            "rejectApplication", draft, grounds=["CRITERIA_NOT_MET"], text=DECISION * 90
        )
        await employer.app.post(
            "query($id: ID!) { officer { case(id: $id) { id } } }", {"id": f"{SURNAME} {PASSPORT}"}
        )
        filer = parties.filer
        secret = f"/Title ({IN_A_PAPER})".encode()
        for content in (secret * 90, pdf(more=secret + b" /Encrypt 2 0 R")):
            path = await filer.begun(draft["id"], len(content))
            answer = await filer.send(path, 0, content)
            assert answer.status_code >= 400
        await filer.begin(f"{SURNAME}-{PASSPORT}", 2_000)
        await filer.begin(draft["id"], 2_000, filetype=f"application/{SURNAME}".encode().hex())
        await serving.http.get(f"/papers/{PASSPORT}", headers=filer.headers())
        assert {
            "BAD_APPLICANT",
            "BAD_USER_INPUT",
            "FORBIDDEN",
            "NOT_FOUND",
            "PAPERS_MISSING",
            "STALE_REVISION",
        } <= watch.codes
        await assert_nothing_left(serving, watch)


async def test_no_refused_card_or_order_leaves_a_personal_value_anywhere(
    serving: Serving,
) -> None:
    async with watched(serving) as watch:
        plant(watch)
        parties = await Parties.of(serving, watch)
        person = await new_person(serving, watch)
        app = serving.client()
        await app.log_in(person.name, person.identifier())
        holder, counter = Hand(app), parties.counter
        order = order_of(await holder.act("orderCard", **AT_COUNTER))
        await holder.act("orderCard", **AT_COUNTER)
        checked = order_of(await counter.on_order("checkPhoto", order))
        for blank in (
            {"cardNumber": f"{CARD_NUMBER}-{SURNAME}"},
            {"cardNumber": CARD_NUMBER, "bankAccount": BANK_ACCOUNT[:-1] + "x"},
            {"cardNumber": None, "bankAccount": BANK_ACCOUNT},
        ):
            refused = await counter.on_order("makeCard", checked, **blank)
            assert refused["__typename"] == "ChangeRefused", blank
        for unknown in (PASSPORT, f"GD44 {SURNAME}", "GD4499887766"):
            given = {"workPermitNumber": unknown, "reason": "NEW", "making": "COUNTER"}
            await counter.act("orderCardAtCounter", **given)
        made = card_of(await counter.on_order("makeCard", checked, cardNumber=CARD_NUMBER))
        await holder.on_card("reactivateElectronicCard", made)
        await counter.on_card("unlockPin", made)
        await assert_nothing_left(serving, watch)
        assert len(watch.codes) >= 4, watch.codes


async def test_no_record_of_another_authority_leaves_a_personal_value_anywhere(
    serving: Serving, importer: Importer
) -> None:
    async with watched(serving) as watch:
        plant(watch)
        source, person = await registered(importer), await new_person(serving, watch)
        good = residence_line(person, number=RESIDENCE_PERMIT)
        wrong = (
            good | {"state": SURNAME},
            good | {"number": f"{RESIDENCE_PERMIT} {SURNAME}"},
            good | {"valid_from": "23.11.1979"},
            good | {SURNAME: PASSPORT},
            good | {"city": PHONE},
            good | {"holder": {"passport": {"country": "DEU", "number": PASSPORT}}},
            good | {"holder": {"work_permit_number": GIVEN_NAMES}},
            json.dumps(good).encode()[:-9],
            f"{SURNAME} {PASSPORT}".encode() + b"\xff\xfe",
        )
        response = await source.send(serving, ndjson([good, *wrong]))
        told = response.json()
        assert (told["stored"], told["refused"]) == (1, len(wrong))
        assert watch.known.found_in(response.text) == set()
        body = ndjson([good])
        for signature in (SURNAME, source.signature(body, serving.clock()) + "x"):
            refused = await source.send(serving, body, signature=signature.encode().hex())
            assert refused.status_code == 401
        await source.send(serving, body, authority=f"exit-entry-{PASSPORT}")
        reports = await importer.take(good, *wrong)
        assert watch.known.found_in(repr(reports)) == set()
        await assert_nothing_left(serving, watch)
