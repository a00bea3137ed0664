"""Standing grants over HTTP: asked, accepted in whole or part, read, taken back; their bounds."""

from __future__ import annotations

import pytest

from resolvers.rules.grants import MAX_ASKS_IN_SPAN, MAX_OPEN_ASKS
from tests.access_callers import age_proof, logged_in
from tests.cases import written
from tests.commands import CommandLog
from tests.factories import Person
from tests.flows import everything_stored
from tests.granting import ACCEPT, SHARED, Granting
from tests.serving import Serving


@pytest.fixture
async def granting(serving: Serving) -> Granting:
    return await Granting.of(serving)


async def test_what_is_accepted_in_part_is_shown_and_nothing_else(granting: Granting) -> None:
    asked = await granting.ask(["PASSPORT", "CONTACT", "INSURANCE"], reason="  For the contract. ")
    grant = asked["grant"]
    assert (grant["status"], grant["reason"]) == ("ASKED", "For the contract.")
    assert [one["code"] for one in grant["askedBundles"]] == ["PASSPORT", "INSURANCE", "CONTACT"]
    assert grant["bundles"] == []
    before = await granting.shared(grant["id"])
    assert before == {"status": "ASKED", "shared": None}
    accepted = await granting.accept(grant, bundles=["CONTACT"], until=granting.days(10))
    assert accepted["grant"]["status"] == "STANDING"
    assert accepted["grant"]["until"] == granting.days(10)
    found = await granting.shared(grant["id"])
    shown = {name for name, part in found["shared"].items() if part}
    assert shown == {"asOf", "bundles", "contact"}
    assert found["shared"]["contact"] == {"phone": granting.person.phone}


async def test_a_grant_that_is_taken_back_shows_nothing_from_then_on(granting: Granting) -> None:
    grant = await granting.granted(["IDENTITY"])
    assert (await granting.shared(grant["id"]))["shared"] is not None
    withdrawn = await granting.step("withdrawGrant", grant)
    assert withdrawn["grant"]["status"] == "WITHDRAWN"
    assert await granting.shared(grant["id"]) == {"status": "WITHDRAWN", "shared": None}


async def test_a_grant_ends_with_its_last_day(granting: Granting) -> None:
    asked = await granting.ask(["CARD"], until=granting.days(3))
    grant = (await granting.accept(asked["grant"]))["grant"]
    granting.serving.clock.advance(days=3)
    again = await Granting.of(granting.serving, granting.person)
    assert (await again.shared(grant["id"]))["status"] == "STANDING"
    granting.serving.clock.advance(days=1)
    later = await Granting.of(granting.serving, granting.person)
    assert await later.shared(grant["id"]) == {"status": "EXPIRED", "shared": None}


async def test_a_grant_ends_with_the_employment(granting: Granting) -> None:
    grant = await granting.granted(["CARD"])
    now = granting.serving.clock()
    await granting.serving.database["employments"].update_one(
        {"_id": granting.employment["_id"]}, {"$set": {"ends_at": now}}
    )
    assert await granting.shared(grant["id"]) == {"status": "EMPLOYMENT_ENDED", "shared": None}
    refused = await granting.ask(["CARD"], purpose="HOUSING")
    assert refused == {"__typename": "ChangeRefused", "code": "EMPLOYMENT_ENDED"}


async def test_nobody_else_reads_asks_or_answers(granting: Granting) -> None:
    grant = await granting.granted(["CARD"])
    stranger = await Granting.of(granting.serving)
    text = f"query($id: ID!) {{ employer {{ grant(id: $id) {{ status {SHARED} }} }} }}"
    answer = await stranger.employer.execute(text, {"id": grant["id"]})
    assert answer == {"employer": {"grant": None}}
    own = {"query": "query($id: ID!) { me { grant(id: $id) { id } } }"}
    assert await stranger.holder.execute(own["query"], {"id": grant["id"]}) == {
        "me": {"grant": None}
    }
    stranger.employment = granting.employment
    refused = {"__typename": "ChangeRefused", "code": "NOT_FOUND"}
    assert await stranger.ask(["CARD"]) == refused
    for name in ("withdrawGrant", "refuseGrant", "retractAsk"):
        assert await stranger.step(name, grant) == refused
    assert await stranger.accept(grant) == refused


async def test_only_asks_within_the_bounds_are_made(granting: Granting) -> None:
    code = {"__typename": "ChangeRefused"}
    assert await granting.ask([]) == code | {"code": "BUNDLES_MISSING"}
    for days in (-1, 366):
        refused = await granting.ask(until=granting.days(days))
        assert refused == code | {"code": "BAD_DATES"}
    assert await granting.ask(reason="x" * 501) == code | {"code": "TEXT_TOO_LONG"}
    purposes = ("WORK", "HOUSING", "BANKING", "EDUCATION")
    for purpose in purposes[:MAX_OPEN_ASKS]:
        assert (await granting.ask(purpose=purpose))["__typename"] == "GrantChanged"
    assert await granting.ask(purpose="WORK") == code | {"code": "ASK_OPEN"}
    assert await granting.ask(purpose=purposes[-1]) == code | {"code": "TOO_MANY_ASKS"}


async def test_nobody_is_asked_until_he_gives_in(granting: Granting) -> None:
    for _ in range(MAX_ASKS_IN_SPAN):
        asked = await granting.ask()
        assert (await granting.step("refuseGrant", asked["grant"]))["grant"]["status"] == "REFUSED"
    assert (await granting.ask())["code"] == "TOO_MANY_ASKS"
    granting.serving.clock.advance(days=31)
    later = await Granting.of(granting.serving, granting.person)
    assert (await later.ask())["__typename"] == "GrantChanged"


async def test_no_more_and_no_longer_is_granted_than_was_asked(granting: Granting) -> None:
    grant = (await granting.ask(["PASSPORT"], until=granting.days(20)))["grant"]
    refused = {"__typename": "ChangeRefused"}
    answer = await granting.accept(grant, bundles=["PASSPORT", "CARD"])
    assert answer == refused | {"code": "NOT_ASKED_FOR"}
    assert await granting.accept(grant, bundles=[]) == refused | {"code": "BUNDLES_MISSING"}
    for days in (-1, 21):
        answer = await granting.accept(grant, until=granting.days(days))
        assert answer == refused | {"code": "BAD_DATES"}
    assert (await granting.accept(grant))["__typename"] == "GrantChanged"


async def test_an_ask_lapses_after_thirty_days_and_no_longer_stands_in_the_way(
    granting: Granting,
) -> None:
    grant = (await granting.ask())["grant"]
    granting.serving.clock.advance(days=31)
    later = await Granting.of(granting.serving, granting.person)
    assert (await later.shared(grant["id"]))["status"] == "LAPSED"
    assert (await later.accept(grant))["code"] == "WRONG_STATE"
    assert (await later.ask())["grant"]["status"] == "ASKED"
    stored = await granting.serving.database["grants"].find_one({"_id": grant["id"]})
    assert stored is not None
    assert stored["state"] == "LAPSED"


async def test_a_later_grant_for_the_same_purpose_takes_the_place_of_the_earlier(
    granting: Granting,
) -> None:
    first = await granting.granted(["CARD", "CONTACT"])
    other = await granting.granted(["CARD"], purpose="HOUSING")
    second = await granting.granted(["CARD"])
    assert await granting.shared(first["id"]) == {"status": "REPLACED", "shared": None}
    for grant in (other, second):
        assert (await granting.shared(grant["id"]))["status"] == "STANDING"


async def test_giving_needs_a_fresh_proof_and_taking_back_needs_none(
    serving: Serving,
) -> None:
    person = await serving.person()
    granting = await Granting.of(serving, person)
    grant = await granting.granted(["CARD"])
    asked = (await granting.ask(purpose="HOUSING"))["grant"]
    granting.holder = await logged_in(serving, person)
    await age_proof(serving, granting.holder)
    given = {"idempotencyKey": "12345678", "grantId": asked["id"], "revision": 1}
    answer = (await granting.holder.post(ACCEPT, {"input": given})).json()
    assert answer["errors"][0]["extensions"]["code"] == "STEP_UP_REQUIRED"
    preview = "{ me { grants { edges { node { preview { asOf } } } } } }"
    answer = (await granting.holder.post(preview)).json()
    assert answer["errors"][0]["extensions"]["code"] == "STEP_UP_REQUIRED"
    assert (await granting.step("withdrawGrant", grant))["grant"]["status"] == "WITHDRAWN"
    assert (await granting.step("refuseGrant", asked))["grant"]["status"] == "REFUSED"


async def test_the_preview_is_what_the_employer_then_reads(granting: Granting) -> None:
    grant = (await granting.ask(["IDENTITY", "PASSPORT", "PERMIT"]))["grant"]
    text = "query($id: ID!, $b: [Bundle!]) { me { grant(id: $id) { preview(bundles: $b) %s } } }"
    below = SHARED.removeprefix("shared ")
    given = {"id": grant["id"], "b": ["PASSPORT", "PERMIT", "CARD"]}
    previewed = (await granting.holder.execute(text % below, given))["me"]["grant"]["preview"]
    assert [one["code"] for one in previewed["bundles"]] == ["PASSPORT", "PERMIT"]
    await granting.accept(grant, bundles=["PASSPORT", "PERMIT"])
    shared = (await granting.shared(grant["id"]))["shared"]
    assert shared | {"asOf": None} == previewed | {"asOf": None}
    [line] = (
        await granting.serving.database["audit"].find({"action": "identity.revealed"}).to_list(None)
    )
    assert line["holder_id"] == granting.person.holder_id
    assert "identity_documents.number" in line["fields"]


async def test_a_list_of_twenty_grants_with_what_they_show_costs_as_much_as_one(
    serving: Serving, command_log: CommandLog
) -> None:
    granting = await Granting.of(serving)
    text = f"{{ employer {{ grants(first: 50) {{ edges {{ node {{ status {SHARED} }} }} }} }} }}"
    people: list[Person] = [granting.person]
    sent = []
    for count in (1, 5):
        while len(people) < count:
            people.append(await serving.person())
            await _employ(serving, people[-1], granting)
        for person in people[-count:]:
            one = await Granting.of(serving, person)
            await one.granted(["PERMIT"], purpose=f"{'WORK' if count == 1 else 'HOUSING'}")
        await granting.employer.execute(text)  # whose client is then known
        command_log.clear()
        await granting.employer.execute(text)
        sent.append(list(command_log.sent))
    assert (
        sent[0]
        == sent[1]
        == [("aggregate", "employers"), ("aggregate", "holders"), ("insert", "audit")]
    )


async def _employ(serving: Serving, person: Person, granting: Granting) -> None:
    changes = {"$set": {"employer_id": granting.employment["employer_id"]}}
    await serving.database["permits"].update_many({"holder_id": person.holder_id}, changes)
    await serving.database["employments"].update_many({"holder_id": person.holder_id}, changes)


async def test_a_change_writes_the_grant_its_line_its_event_and_its_answer(
    granting: Granting,
) -> None:
    before = await everything_stored(granting.serving.database)
    grant = (await granting.ask(reason="Because."))["grant"]
    documents = await written(granting.serving, before)
    assert {name: len(found) for name, found in documents.items() if name != "holders"} == {
        "grants": 1,
        "audit": 1,
        "outgoing_events": 1,
        "idempotency": 1,
    }
    assert b"Because" not in bytes(documents["grants"][0]["reason"])
    event = documents["outgoing_events"][0]
    assert (event["kind"], event["object_id"]) == ("grant.asked", grant["id"])
    assert event["employer_id"] == granting.employment["employer_id"]
