"""A portal that asks for the same list again within the hour: each person finds the first look in
the ledger, and with it every instant at which it was looked at again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from auth.audit import NAME, SPEC
from auth.mongo import Document
from auth.tokens import SubjectKind
from resolvers.store import holders
from tests.cases import minted
from tests.commands import CommandLog
from tests.employer_client import Portal, new_portal
from tests.rosters import Hired, hire, make_employer
from tests.serving import Serving

PEOPLE = 12
LIST = """query($first: Int! = 50) { employer { permits(first: $first) { edges { node {
  number { masked } category } } } } }"""
OTHER_FIELDS = "{ employer { permits(first: 50) { edges { node { category } } } } }"
LEDGER = """{ me { accesses(first: 20) { edges { node { at again action actorName
  fields { name } } } } } }"""


@dataclass
class Office:
    serving: Serving
    portal: Portal
    hired: list[Hired]

    async def look(self, query: str = LIST, staff: str | None = None, **given: Any) -> Any:
        """With a token of its own, of the same session; the answer."""
        now = self.serving.clock()
        act = None if staff is None else {"sub": staff}
        form = self.portal.form(self.portal.assertion(now, act=act))
        told = (await self.serving.http.post("/oauth/token", data=form)).json()
        app = self.serving.client()
        app.token = told["access_token"]
        return (await app.post(query, given)).json()

    async def ledger(self, place: int) -> list[dict[str, Any]]:
        return await ledger_of(self.serving, self.hired[place].holder_id)

    async def lines(self) -> list[Document]:
        found = self.serving.database[NAME].find({"action": "employee.read"}).sort("at", 1)
        return await found.to_list(None)


async def ledger_of(serving: Serving, holder_id: str) -> list[dict[str, Any]]:
    found = await minted(serving, SubjectKind.HOLDER, holder_id).app.execute(LEDGER)
    return [edge["node"] for edge in found["me"]["accesses"]["edges"]]


async def office_of(serving: Serving, people: int = PEOPLE) -> Office:
    now = serving.clock()
    employer_id = await make_employer(serving.database, now)
    hired = await hire(serving.database, serving.key_set, employer_id, people, now)
    return Office(serving, await new_portal(serving, employer_id), hired)


@pytest.fixture
async def office(serving: Serving) -> Office:
    return await office_of(serving)


def instants(entry: dict[str, Any]) -> list[datetime]:
    """Of all looks of an entry, from the first on."""
    return [datetime.fromisoformat(one) for one in (entry["at"], *reversed(entry["again"]))]


async def test_the_same_list_within_the_hour_is_one_entry_that_tells_when_it_was_seen_again(
    office: Office, command_log: CommandLog
) -> None:
    for minutes in (0, 10, 49):
        office.serving.clock.advance(minutes=minutes)
        await office.look()
    lines = await office.lines()
    assert [len(line["people"]) for line in lines] == [PEOPLE, 0, 0]
    assert [line["objects"] + line["fields"] for line in lines[1:]] == [[], []]
    same = ("action", "result", "actor", "holder_id", "purpose")
    assert [[line[name] for name in same] for line in lines[1:]] == [
        [lines[0][name] for name in same]
    ] * 2
    assert len({line["request_id"] for line in lines}) == 3
    for place in (0, PEOPLE - 1):
        [entry] = await office.ledger(place)
        assert instants(entry) == [line["at"] for line in lines]
        assert [one["name"] for one in entry["fields"]] == lines[0]["fields"]
    desk = minted(office.serving, SubjectKind.HOLDER, office.hired[0].holder_id)
    command_log.clear()
    await desk.app.execute(LEDGER)
    assert command_log.sent == [("aggregate", holders.NAME)]
    office.serving.clock.advance(minutes=1)
    await office.look()
    newest, oldest = await office.ledger(0)
    assert (len(instants(newest)), len(instants(oldest))) == (1, 3)


async def test_other_fields_people_or_users_are_entries_of_their_own(office: Office) -> None:
    await office.look()
    await office.look(OTHER_FIELDS)
    await office.look(staff="e-1047")
    await office.look(first=PEOPLE - 1)
    counts = [len(await office.ledger(place)) for place in range(PEOPLE)]
    assert sorted(counts) == [3] + [4] * (PEOPLE - 1)
    await office.look(staff="e-1047")
    entries = await office.ledger(0)
    assert sorted(len(entry["again"]) for entry in entries)[-2:] == [0, 1]


async def test_nobody_is_told_when_others_were_looked_at_again(office: Office) -> None:
    await office.look()
    for _ in range(2):
        await office.look(first=PEOPLE - 1)
    told = [
        [len(entry["again"]) for entry in await office.ledger(place)] for place in range(PEOPLE)
    ]
    assert sorted(told) == [[0]] + [[1, 0]] * (PEOPLE - 1)
    neighbour = await office_of(office.serving)
    await neighbour.look()
    assert [entry["again"] for entry in await neighbour.ledger(0)] == [[]]
    stranger = await office.serving.person()
    assert await ledger_of(office.serving, stranger.holder_id) == []


async def test_a_list_of_fewer_than_ten_is_an_entry_each_time(serving: Serving) -> None:
    office = await office_of(serving, 9)
    for _ in range(2):
        await office.look()
    assert [len(line["people"]) for line in await office.lines()] == [9, 9]
    assert [entry["again"] for entry in await office.ledger(0)] == [[], []]


async def test_a_look_whose_line_was_refused_is_not_answered_and_none_refers_to_it(
    office: Office,
) -> None:
    database = office.serving.database
    await database.command("collMod", NAME, validator={"action": {"$ne": "employee.read"}})
    try:
        assert (await office.look())["data"] is None
    finally:
        await database.command("collMod", NAME, validator={"$jsonSchema": dict(SPEC.validator)})
    for _ in range(2):
        assert (await office.look())["data"]["employer"]
    first, second = await office.lines()
    assert (first["repeats"], second["repeats"]) == (None, first["_id"])


async def test_of_looks_at_once_each_is_told_to_everybody(office: Office) -> None:
    at_once = 6
    barrier = asyncio.Barrier(at_once)

    async def read() -> None:
        await barrier.wait()
        await office.look()

    await asyncio.gather(*(read() for _ in range(at_once)))
    lines = await office.lines()
    whole = {line["_id"] for line in lines if line["repeats"] is None}
    assert {line["repeats"] for line in lines} <= {None, *whole}
    for place in range(PEOPLE):
        entries = await office.ledger(place)
        told = [at for entry in entries for at in instants(entry)]
        assert sorted(told) == [line["at"] for line in lines]
        assert len(told) == at_once
