"""Showing a card and checking it, over HTTP: who is told what, and what stops a code."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from auth.officers import Duty
from auth.throttle import ThrottlePolicy
from resolvers.vocabulary import CardKind, CardState, PermitState
from tests.access_callers import employer_id_of
from tests.app_client import AppClient
from tests.card_desk import OFFICE, holder_hand, put_card, stored_card
from tests.commands import CommandLog
from tests.employer_client import employer_client
from tests.factories import AUTHORITY, PermitPlan
from tests.leaks import assert_nothing_left, new_person, watched
from tests.officer_client import officer_client
from tests.serving import Serving
from tests.showing_cards import BY_DUTY, PRESSED, Showing, verify


@pytest.fixture
async def shown(serving: Serving) -> Showing:
    return await Showing.of(serving, physical=CardState.NORMAL)


@pytest.fixture
async def stranger(serving: Serving) -> AppClient:
    """A portal of an employer that has nothing to do with the holder."""
    other = await serving.person(given_names="Oto", surname="Fremd")
    return await employer_client(serving, await employer_id_of(serving, other))


async def sponsor_of(serving: Serving, shown: Showing) -> AppClient:
    return await employer_client(serving, await employer_id_of(serving, shown.person))


async def test_a_code_costs_one_command_and_says_when_the_next_is_due(
    serving: Serving, shown: Showing, command_log: CommandLog
) -> None:
    await shown.show()
    command_log.clear()
    payload = await shown.show()
    assert command_log.sent == [("aggregate", "cards")]
    now = serving.clock()
    ends, refresh = (datetime.fromisoformat(payload[at]) for at in ("expiresAt", "refreshAfter"))
    assert timedelta(seconds=55) < ends - now <= timedelta(seconds=60)
    assert timedelta(seconds=10) < ends - refresh < timedelta(seconds=20)
    assert payload["payload"].startswith("http://127.0.0.1:8000/check/")


async def test_anybody_is_told_what_the_card_is_worth_and_the_sponsor_what_it_knows_anyway(
    serving: Serving, shown: Showing, stranger: AppClient
) -> None:
    told = await verify(stranger, (await shown.show())["payload"])
    assert (told["isValid"], told["verdict"], told["permitCategory"]) == (True, "VALID", "A")
    assert (told["employerName"], told["maskedName"]) == ("Sample Robotics", "N*** B***")
    assert told["lastValidDay"] > serving.clock().date().isoformat()
    assert all(told[name] is None for name in BY_DUTY)
    sponsor = await verify(await sponsor_of(serving, shown), await shown.code())
    assert {name: sponsor[name] for name in BY_DUTY} == {
        "fullName": "Nora Beispiel",
        "permitNumber": shown.person.identifier()["workPermitNumber"],
        "permitStatus": "ACTIVE",
        "post": "Engineer",
        "city": {"code": "440100"},
        # The card is the holder's own: what is not the sponsor's by duty is so by consent only.
        "cardId": None,
        "cardState": None,
    }


async def test_an_officer_is_told_what_the_own_desk_shows(serving: Serving, shown: Showing) -> None:
    permit = {"fullName", "permitNumber", "permitStatus", "post", "city"}
    card = {"cardId", "cardState"}
    for authority, duty, told in (
        (AUTHORITY, Duty.DECIDE, permit),
        (AUTHORITY, Duty.CHECK, permit),
        (OFFICE, Duty.COUNTER, card),
        (AUTHORITY, Duty.COUNTER, set()),
        ("foreign-experts-440300", Duty.DECIDE, set()),
    ):
        officer = await officer_client(serving, authority, (duty,))
        payload = await verify(officer, await shown.code())
        assert payload["isValid"]
        assert {name for name in BY_DUTY if payload[name] is not None} == told


async def test_every_check_stands_in_the_holders_ledger_before_the_answer(
    serving: Serving, shown: Showing, stranger: AppClient
) -> None:
    code = await shown.code()
    await verify(stranger, code)
    await verify(stranger, code)
    await verify(await sponsor_of(serving, shown), await shown.code())
    path = f"/check/{await shown.code()}"
    assert (await serving.http.post(path, data=PRESSED)).status_code == 200
    lines = await serving.database["audit"].find({"action": "card.checked"}).sort("at").to_list(9)
    assert [line["result"] for line in lines] == ["OK", "CODE_USED", "OK", "OK"]
    assert [line["actor"]["kind"] for line in lines] == [*["employer"] * 3, "anonymous"]
    for line in lines:
        assert line["people"] == [line["holder_id"]] == [shown.person.holder_id]
        assert line["objects"] == [shown.card_id]
    assert lines[1]["fields"] == []
    assert "permits.number" in lines[2]["fields"]
    told = ["holders.full_name.masked", *("permits.category", "permits.employer")]
    assert lines[3]["fields"] == [*told, "permits.valid_until"]
    officer = await officer_client(serving, OFFICE, (Duty.COUNTER,))
    await verify(officer, await shown.code())
    query = "{ me { accesses { edges { node { action result fields { name label } } } } } }"
    edges = (await shown.hand.app.execute(query))["me"]["accesses"]["edges"]
    read = [edge["node"] for edge in edges if edge["node"]["action"] == "card.checked"]
    assert [one["result"] for one in read] == ["OK", "OK", "OK", "CODE_USED", "OK"]
    shown_fields = [field for one in read for field in one["fields"]]
    assert all(field["label"] != field["name"] for field in shown_fields)


async def test_a_code_is_over_after_a_minute_and_then_tells_nobody_anything(
    serving: Serving, shown: Showing
) -> None:
    sponsor, code = await sponsor_of(serving, shown), await shown.code()
    serving.clock.advance(seconds=61)
    told = await verify(sponsor, code)
    assert (told["isValid"], told["verdict"]) == (False, "CODE_EXPIRED")
    assert {told[name] for name in (*BY_DUTY, "maskedName", "employerName")} == {None}
    assert "This code" not in told["message"]
    assert "over" in told["message"]


async def test_a_card_that_is_reported_lost_after_it_was_shown_is_not_valid(
    serving: Serving, shown: Showing, stranger: AppClient
) -> None:
    codes = [await shown.code() for _ in range(4)]
    physical = await stored_card(serving, shown.person, CardKind.PHYSICAL)
    await shown.hand.on_card("reportTemporaryLoss", physical)
    told = await verify(stranger, codes[0])
    assert (told["verdict"], told["cardState"]) == ("CARD_NOT_IN_USE", None)
    assert told["maskedName"] is None
    sponsor = await verify(await sponsor_of(serving, shown), codes[1])
    assert (sponsor["verdict"], sponsor["cardState"]) == ("CARD_NOT_IN_USE", None)
    counter = await officer_client(serving, OFFICE, (Duty.COUNTER,))
    told = await verify(counter, codes[2])
    assert (told["verdict"], told["cardState"]) == ("CARD_NOT_IN_USE", "SUSPENDED")
    assert told["cardCause"] == "PHYSICAL_CARD_LOST"
    # Back again, the code of before is still of another state.
    database = serving.database
    await database["cards"].update_one({"_id": shown.card_id}, {"$set": {"state": "NORMAL"}})
    assert (await verify(stranger, codes[3]))["verdict"] == "CARD_CHANGED"


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"valid_until": -timedelta(days=1)}, "PERMIT_EXPIRED"),
        ({"state": "CANCELLED"}, "PERMIT_NOT_VALID"),
        ({"state": "SUPERSEDED"}, "PERMIT_NOT_VALID"),
    ],
    ids=["expired", "cancelled", "superseded"],
)
async def test_a_permit_that_ends_after_the_card_was_shown_ends_the_code(
    serving: Serving, shown: Showing, change: dict[str, Any], verdict: str
) -> None:
    code, now = await shown.code(), serving.clock()
    set_ = {
        name: now + value if isinstance(value, timedelta) else value
        for name, value in change.items()
    }
    permits = serving.database["permits"]
    sponsor = await sponsor_of(serving, shown)
    await permits.update_one({"_id": shown.person.permit_ids[0]}, {"$set": set_})
    told = await verify(sponsor, code)
    # Sponsor no longer, so it learns no more than others.
    assert (told["verdict"], told["fullName"]) == (verdict, None)


async def test_what_cannot_be_shown_is_refused_with_the_reason(
    serving: Serving, shown: Showing
) -> None:
    other = await Showing.of(serving, given_names="Oto", surname="Fremd")
    physical = await put_card(serving, shown.person, CardState.NORMAL)
    assert (await shown.show(other.card_id))["code"] == "NOT_FOUND"
    assert (await shown.show("crd_nothing"))["code"] == "NOT_FOUND"
    assert (await shown.show(physical["_id"]))["code"] == "NOT_ELECTRONIC"
    permits = serving.database["permits"].update_one
    whose = {"_id": shown.person.permit_ids[0]}
    for state in (PermitState.CANCELLED, PermitState.AWAITING_ORIGINALS):
        await permits(whose, {"$set": {"state": str(state)}})
        assert (await shown.show())["code"] == "PERMIT_NOT_ACTIVE"
    await permits(whose, {"$set": {"state": str(PermitState.ISSUED)}})
    card = await stored_card(serving, shown.person, CardKind.ELECTRONIC)
    await shown.hand.on_card("suspendElectronicCard", card)
    refused = await shown.show()
    assert (refused["code"], "suspended" in refused["message"]) == ("CARD_SUSPENDED", True)
    card = await stored_card(serving, shown.person, CardKind.ELECTRONIC)
    await shown.hand.on_card("cancelElectronicCard", card)
    assert (await shown.show())["code"] == "CARD_CANCELLED"


async def test_a_card_of_a_removed_holder_does_not_count_and_fails_nothing(
    serving: Serving, stranger: AppClient
) -> None:
    shown = await Showing.of(serving, permit_plans=(PermitPlan(),))
    code = await shown.code()
    await serving.database["cards"].delete_one({"_id": shown.card_id})
    told = await verify(stranger, code)
    assert (told["isValid"], told["verdict"]) == (False, "CARD_NOT_IN_USE")
    forged = await verify(stranger, code[:-4] + "AAAA")
    assert forged["verdict"] == "NOT_OURS"


FEW = ThrottlePolicy(timedelta(minutes=10), (timedelta(0), timedelta(seconds=30)))


async def test_checks_are_counted_by_address_or_client_and_a_refused_one_uses_nothing_up(
    serving: Serving, shown: Showing, stranger: AppClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CARD_CHECK_ADDRESS", "CARD_CHECK_CLIENT"):
        monkeypatch.setattr(f"resolvers.cards.verifying.{name}", FEW)
    codes = [await shown.code() for _ in range(3)]
    for code in codes[:2]:
        assert (await verify(stranger, code))["isValid"]
    refused = await verify(stranger, codes[2])
    assert (refused["__typename"], refused["retryAfterSeconds"]) == ("CardCheckRefused", 30)
    paths = [f"/check/{code}" for code in codes]
    assert "was scanned before" in (await serving.http.post(paths[0], data=PRESSED)).text
    assert "was scanned before" in (await serving.http.post(paths[1], data=PRESSED)).text
    waiting = await serving.http.post(paths[2], data=PRESSED)
    assert (waiting.status_code, waiting.headers["retry-after"]) == (429, "30")
    serving.clock.advance(seconds=31)
    assert "The card is valid" in (await serving.http.post(paths[2], data=PRESSED)).text


async def test_the_page_uses_a_code_up_by_its_button_alone(
    serving: Serving, shown: Showing
) -> None:
    path = f"/check/{await shown.code()}"
    for _ in range(2):
        asked = await serving.http.get(path)
        assert asked.status_code == 200
        assert shown.person.name not in asked.text
        assert "N***" not in asked.text
    assert (await serving.http.head(path)).status_code == 200
    for other in ({"address": "x"}, {"code": ""}):
        assert (await serving.http.post(path, data=other)).status_code == 400
    told = await serving.http.post(path, data=PRESSED, headers={"Accept-Language": "zh-CN"})
    assert "该卡有效" in told.text
    assert "样例机器人" in told.text
    assert "N*** B***" in told.text
    assert told.headers["cache-control"] == "no-store"
    again = await serving.http.post(path, data=PRESSED)
    assert (again.status_code, "N***" in again.text) == (200, False)
    serving.clock.advance(seconds=61)
    assert "is over" in (await serving.http.get(path)).text
    assert (await serving.http.get(path[:-4] + "AAAA")).status_code == 404
    typed = await serving.http.post("/check", data={"address": f"https://x{path}"})
    assert (typed.status_code, typed.headers["location"]) == (303, path)


async def test_nothing_personal_is_left_behind_by_showing_and_checking(
    serving: Serving, stranger: AppClient
) -> None:
    async with watched(serving) as watch:
        person = await new_person(serving, watch)
        hand = await holder_hand(serving, person)
        card = await stored_card(serving, person, CardKind.ELECTRONIC)
        shown = Showing(person, hand, card["_id"])
        code = await shown.code()
        for checked in (code, code, code[:-4] + "AAAA"):
            await verify(stranger, checked)
            await serving.http.post(f"/check/{checked}", data={"stranger": person.name})
        await serving.http.post(f"/check/{await shown.code()}", data=PRESSED)
        assert code.split(".")[1] not in watch.lines.getvalue()
        await assert_nothing_left(serving, watch)
