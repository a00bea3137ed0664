"""The demo identities: each shows what its label says, and logs in as it is printed."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from graphql import build_schema, parse, validate

from api.demo import DemoLoad, demo_identities, has_demo_data, load_demo
from api.demo.days import midnight
from api.demo.identities import demo_people
from api.demo.notices import inbox_documents
from api.demo.people import Person
from api.demo.tasks import task_documents
from auth.keys import KeySet, new_key_set
from auth.mongo import Database, Document
from resolvers.policy.freshness import RecordKind, is_stale
from resolvers.rules.card_rules import (
    CARD_FACTS,
    CardPresent,
    ElectronicCardAbsence,
    IssueCard,
    plan_electronic_card,
)
from resolvers.rules.names import RegisteredName, names_match
from resolvers.rules.permit_status import days_left
from resolvers.store import meta
from resolvers.store.registry import SPECS
from resolvers.vocabulary import CardKind, CardState, IdentifierKind
from tests.processes import ROOT
from tests.serving import Serving

TODAY = date(2026, 11, 23)
NOW = midnight(TODAY) + timedelta(hours=9)


def registered(person: Person) -> RegisteredName:
    holder = person.holder
    return RegisteredName(
        holder.surname, holder.given_names, holder.chinese_name, holder.native_name
    )


def newest_first(person: Person) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Permits and cards as the card rules take them."""
    permits = [
        {
            "_id": permit.permit_id,
            "form": permit.form,
            "state": permit.state,
            "valid_from": permit.valid_from,
            "valid_until": permit.valid_until,
        }
        for permit in sorted(person.permits, key=lambda p: p.valid_from, reverse=True)
    ]
    cards = [
        {name: getattr(card, name) for name in CARD_FACTS}
        for card in sorted(person.cards, key=lambda c: c.issued_at, reverse=True)
    ]
    return permits, cards


EXPECTED: dict[str, type[CardPresent | IssueCard] | ElectronicCardAbsence] = {
    "Active permit A, no card yet": IssueCard,
    "Active permit B with a physical card": CardPresent,
    "Permit expires in 20 days": CardPresent,
    "Permit expired": ElectronicCardAbsence.NO_ACTIVE_PERMIT,
    "Permit cancelled": ElectronicCardAbsence.NO_ACTIVE_PERMIT,
    "Old plastic permit": ElectronicCardAbsence.PLASTIC_PERMIT,
    "Twenty permits over time": CardPresent,
    "Physical card lost": ElectronicCardAbsence.PHYSICAL_CARD_LOST,
    "Permanent resident ID, no permit": ElectronicCardAbsence.NO_ACTIVE_PERMIT,
    "Chinese name": IssueCard,
    "Vietnamese name": IssueCard,
    "Cyrillic name": IssueCard,
    "A single name": IssueCard,
    "Plastic permit exchanged for an electronic one": IssueCard,
    "Arabic name": CardPresent,
    "Permit can be extended": CardPresent,
}


@pytest.mark.parametrize("today", [TODAY, date(2027, 2, 28), date(2029, 1, 1)])
def test_each_demo_identity_shows_what_its_label_says(today: date) -> None:
    now = midnight(today) + timedelta(hours=9)
    holders = demo_identities()["holders"]
    assert [holder["label"] for holder in holders] == list(EXPECTED)
    for holder, person in zip(holders, demo_people(today), strict=True):
        plan = plan_electronic_card(*newest_first(person), now)
        expected = EXPECTED[holder["label"]]
        assert plan is expected or type(plan) is expected, holder["label"]
        if isinstance(plan, ElectronicCardAbsence):
            assert plan in holder["expect"]
        has_physical = any(card.kind is CardKind.PHYSICAL for card in person.cards)
        assert has_physical == (holder["secondProof"] is not None)
        assert has_physical == ("secondProofDue" in holder["expect"])


def test_demo_holders_have_inboxes_in_order_that_count_what_is_unread() -> None:
    kinds: set[str] = set()
    for person in demo_people(TODAY):
        told, inbox = inbox_documents(person, TODAY)
        at = [notice["at"] for notice in told]
        assert at == sorted(set(at))
        assert [one["last_at"] for one in inbox] == at[-1:]
        unread = sum(notice["read_at"] is None for notice in told)
        assert [one["unread"] for one in inbox] == [unread for _ in told[:1]]
        assert all(one < NOW for one in at)
        kinds |= {notice["kind"] for notice in told}
    assert kinds == {
        *("PERMIT_ISSUED", "PERMIT_CANCELLED", "PERMIT_EXPIRING"),
        *("CARD_ISSUED", "RECORD_UPDATED", "TASK_OPENED"),
    }


def test_the_labels_that_name_numbers_are_exact() -> None:
    people = dict(zip(EXPECTED, demo_people(TODAY), strict=True))
    [expiring] = people["Permit expires in 20 days"].permits
    assert days_left(expiring.valid_until, NOW) == 20
    assert len(people["Twenty permits over time"].permits) == 20
    assert people["Permanent resident ID, no permit"].permits == []
    assert people["A single name"].holder.given_names == ""


@pytest.mark.parametrize("today", [TODAY, date(2027, 2, 28), date(2029, 1, 1)])
def test_a_record_is_stale_and_a_task_open_whenever_the_demo_is_loaded(today: date) -> None:
    people = dict(zip(EXPECTED, demo_people(today), strict=True))
    now = midnight(today) + timedelta(hours=9)
    for label, stale in (("Physical card lost", True), ("A single name", False)):
        [residence] = people[label].residence_permits
        assert is_stale(RecordKind.RESIDENCE_PERMIT, residence.updated_at, now) is stale, label
    open_tasks = {
        label: [task["kind"] for task in task_documents(person) if task["state"] == "OPEN"]
        for label, person in people.items()
    }
    assert open_tasks.pop("Permit cancelled") == ["SETTLE_RESIDENCE_PERMIT"]
    assert set(map(tuple, open_tasks.values())) == {()}


@pytest.mark.parametrize(
    "today", [date(2026, 1, 1), TODAY, date(2027, 12, 31), date(2028, 2, 29), date(2031, 7, 1)]
)
def test_what_is_printed_logs_in_on_every_day(today: date) -> None:
    for holder, person in zip(demo_identities()["holders"], demo_people(today), strict=True):
        assert names_match(holder["name"], registered(person))
        told = holder["identifiers"]
        own = person.holder.numbers
        assert told["workPermitNumber"] == own.get(IdentifierKind.WORK_PERMIT)
        assert told["socialSecurityNumber"] == own[IdentifierKind.SOCIAL_SECURITY]
        assert told["permanentResidentId"] == own.get(IdentifierKind.PERMANENT_RESIDENT)
        assert told["passport"] == {
            "country": person.passport.country,
            "number": person.passport.number,
        }
        [(kind, number)] = holder["identifier"].items()
        assert told[kind] == number
        assert number is not None
        if holder["secondProofs"]:
            newest = [card for card in person.cards if card.kind is CardKind.PHYSICAL][-1]
            assert holder["secondProofs"]["bankCard"] == newest.bank_account
            assert holder["secondProofs"]["phone"] == person.holder.phone


def test_the_demo_identities_are_json_and_log_in_by_each_of_the_four_numbers() -> None:
    told = json.loads(json.dumps(demo_identities()))
    kinds = {next(iter(holder["identifier"])) for holder in told["holders"]}
    assert kinds == {
        "workPermitNumber",
        "socialSecurityNumber",
        "passport",
        "permanentResidentId",
    }


async def stored(database: Database) -> dict[str, list[Document]]:
    return {
        spec.name: await database[spec.name].find({}).sort("_id", 1).to_list(None)
        for spec in SPECS
        if spec.name != meta.NAME
    }


async def test_the_demo_is_loaded_once_however_often_and_parallel(
    database: Database, key_set: KeySet
) -> None:
    assert not await has_demo_data(database)
    loads = await asyncio.gather(*(load_demo(database, key_set, now=NOW) for _ in range(6)))
    assert sorted(load.name for load in loads) == ["LOADED", *["PRESENT"] * 5]
    assert await has_demo_data(database)
    before = await stored(database)
    assert len(before["holders"]) == len(before["holder_keys"]) == len(demo_people(TODAY))
    assert await load_demo(database, key_set, now=NOW + timedelta(days=7)) is DemoLoad.PRESENT
    assert await stored(database) == before


async def test_drifted_days_are_replaced_and_nothing_is_left_of_the_old_ones(
    database: Database, key_set: KeySet
) -> None:
    await load_demo(database, key_set, now=NOW)
    before = await stored(database)
    electronic = next(card for card in before["cards"] if card["kind"] == CardKind.ELECTRONIC)
    lately = electronic | {"_id": "crd_" + "0" * 26, "state": CardState.CANCELLED}
    await database.cards.insert_one(lately)
    later = NOW + timedelta(days=8)
    assert await load_demo(database, key_set, now=later) is DemoLoad.REPLACED
    after = await stored(database)
    for name, documents in before.items():
        assert [one["_id"] for one in after[name]] == [one["_id"] for one in documents], name
    [expiring] = [
        permit for permit in after["permits"] if days_left(permit["valid_until"], later) == 20
    ]
    assert expiring["state"] == "ISSUED"


async def test_under_other_keys_the_demo_is_loaded_anew(
    database: Database, key_set: KeySet
) -> None:
    await load_demo(database, new_key_set(now=NOW), now=NOW)
    assert await load_demo(database, key_set, now=NOW) is DemoLoad.REPLACED
    assert await load_demo(database, key_set, now=NOW) is DemoLoad.PRESENT


async def test_demo_and_other_holders_do_not_meet(serving: Serving) -> None:
    other = await serving.person()
    await load_demo(serving.database, serving.key_set, now=NOW)
    await load_demo(serving.database, serving.key_set, now=NOW + timedelta(days=30))
    assert await serving.database.holders.find_one({"_id": other.holder_id}) is not None


def test_the_printed_steps_are_operations_of_the_schema() -> None:
    schema = build_schema((ROOT / "schema" / "schema.graphql").read_text())
    steps = demo_identities()["login"]["steps"]
    assert len(steps) == 10
    for step in steps:
        assert validate(schema, parse(step["query"])) == [], step["step"]


@pytest.mark.parametrize("ordinal", range(16))
async def test_the_printed_steps_followed_literally_log_in_and_read(
    serving: Serving, ordinal: int
) -> None:
    await load_demo(serving.database, serving.key_set, now=serving.clock())
    told = json.loads(json.dumps(demo_identities()))
    me = await follow(serving, told["login"], told["holders"][ordinal])
    absence = me["cards"]["electronicAbsence"]
    if absence is None:
        assert any(edge["node"]["kind"] == "ELECTRONIC" for edge in me["cards"]["edges"])
    else:
        assert absence["code"] in told["holders"][ordinal]["expect"]


async def follow(serving: Serving, login: dict[str, Any], holder: dict[str, Any]) -> dict[str, Any]:
    """A script that knows nothing but what is printed."""
    known: dict[str, Any] = {"holder": holder}

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: filled(part) for name, part in value.items()}
        found = re.fullmatch(r"<(\w+)(?:\.(\w+))?>", value) if isinstance(value, str) else None
        if found is None:
            return value
        return known[found[1]] if found[2] is None else known[found[1]][found[2]]

    for step in login["steps"]:
        if "when" in step and not filled(step["when"]):
            continue
        headers = {"Authorization": f"Bearer {filled(step['bearer'])}"} if step["bearer"] else {}
        body = {"query": step["query"], "variables": filled(step["variables"])}
        response = await serving.http.post(login["address"], json=body, headers=headers)
        answer = response.json()
        assert "errors" not in answer, answer
        [payload] = answer["data"].values()
        assert payload.get("__typename") != "LoginRefused", payload
        known[step["step"]] = payload
        known["flowToken"] = payload.get("flowToken", known.get("flowToken"))
    read: dict[str, Any] = known["me"]
    return read
