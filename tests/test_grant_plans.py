"""Every query of grants, their upkeep and the ledger is served by an index, and reads what it
answers."""

from __future__ import annotations

from datetime import timedelta

from api.ids import new_id
from api.runtime import open_runtime
from api.settings import Settings
from resolvers.jobs.grant_lapses import lapse_grants
from resolvers.selection import Edge, Page, Selection
from resolvers.store import employers, grants, holders
from tests.commands import CommandLog
from tests.granting import Granting
from tests.serving import Serving
from tests.test_ledger import ledger
from tests.test_query_plans import SCANNED_WHOLE, lookup_stage, scanned_by

MANY = 300


async def test_every_query_of_a_grant_is_served_by_an_index(
    serving: Serving, settings: Settings, mongod_uri: str, command_log: CommandLog
) -> None:
    granting = await Granting.of(serving)
    command_log.clear()
    grant = await granting.granted(["PASSPORT", "PERMIT_HISTORY", "CARD"])
    again = await granting.granted(["CARD"])
    await granting.shared(again["id"])
    await granting.step("withdrawGrant", again)
    await ledger(granting.holder)
    asked = await granting.ask(purpose="HOUSING")
    await granting.step("retractAsk", asked["grant"])
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        await lapse_grants(runtime.gateway, serving.clock() + timedelta(days=31))
    asked_of = {
        command.get("find") or command.get("aggregate") for command in command_log.queries.values()
    }
    assert {grants.NAME, "employments", "holders", "employers"} <= asked_of
    scans = {}
    for shape, command in list(command_log.queries.items()):
        if (command.get("find") or command.get("aggregate")) not in SCANNED_WHOLE:
            scans[shape] = await scanned_by(serving.database, command)
    assert {shape: scanned for shape, scanned in scans.items() if scanned} == {}
    assert grant["id"] != again["id"]


async def test_a_page_of_many_grants_of_one_state_reads_a_page(serving: Serving) -> None:
    granting = await Granting.of(serving)
    await granting.granted(["CARD"])
    stored = await serving.database[grants.NAME].find_one({})
    assert stored is not None
    copies = [
        {
            **stored,
            "_id": new_id("gnt"),
            "holder_id": new_id("hld"),
            "state": "GRANTED" if number % 2 else "REFUSED",
            "asked_at": stored["asked_at"] - timedelta(minutes=number),
        }
        for number in range(MANY)
    ]
    await serving.database[grants.NAME].insert_many(copies)
    page = Page(20)
    for where, index in (
        ({}, "employer_newest"),
        ({"state": {"$in": ["REFUSED"]}}, "employer_state_newest"),
    ):
        edge = Edge("grants", Selection(frozenset({"state"})), page, where)
        scope = {"_id": stored["employer_id"]}
        stage = await lookup_stage(serving.database, employers.NAME, scope, edge)
        assert stage["indexesUsed"] == [index]
        assert stage["totalDocsExamined"] <= 21
    edge = Edge("accesses", Selection(frozenset({"at"})), page)
    scope = {"_id": granting.person.holder_id}
    stage = await lookup_stage(serving.database, holders.NAME, scope, edge)
    assert stage["indexesUsed"] == ["people_newest"]
