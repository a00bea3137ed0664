"""The plan of every query of procedures: an index serves it, and it reads what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from api.clock import utc_now
from api.ids import new_id
from api.runtime import open_runtime
from api.settings import Settings
from auth import officers
from auth.mongo import Database, Document
from auth.officers import Duty
from resolvers.jobs.upkeep import run_upkeep
from resolvers.pipeline import compile_read
from resolvers.selection import Edge, Page, Selection
from resolvers.store import employers, holders
from tests.commands import CommandLog
from tests.everything import EVERYTHING, EVERYTHING_FILED, EVERYTHING_SHARED
from tests.filing import Desk, ahead, application_of, employer_desk, employer_of, new_in_china
from tests.officer_client import officer_client
from tests.serving import Serving
from tests.test_article import EXPERTS, Counter, permitted

MANY = 600
OPEN = 30


async def many_applications(serving: Serving) -> Document:
    """`MANY` applications of one authority, of which `OPEN` wait with a promise; one of them."""
    person = await serving.person()
    employer = await employer_desk(serving, await employer_of(serving, person))
    draft = application_of(await Desk(employer.app).create(new_in_china(serving)))
    found = await serving.database["applications"].find_one({"_id": draft["id"]})
    assert found is not None
    now = utc_now()
    made = []
    for number in range(MANY):
        copy = {
            **found,
            "_id": new_id("apl"),
            "holder_id": new_id("hld"),
            "employer_id": new_id("emp"),
            "created_at": now - timedelta(minutes=number),
            "filed_at": now - timedelta(minutes=number),
            "state": "SUBMITTED" if number < OPEN else "WITHDRAWN",
            "lapses_at": None,
            "promise": None,
        }
        if number < OPEN:
            copy["promise"] = {
                "stage": "PRE_CHECK",
                "began_on": "2026-11-23",
                "days": 5,
                "due_on": "2026-11-30",
                "due_at": now + timedelta(minutes=number),
                "provisional": number == 0,
                "calendar": "CN-old",
            }
        made.append(copy)
    await serving.database["applications"].insert_many(made)
    return dict(found)


async def lookup_stage(
    database: Database, collection: str, scope: Mapping[str, Any], edge: Edge
) -> dict[str, Any]:
    """What MongoDB says of the one `$lookup` of a read."""
    selection = Selection(frozenset(), edges={"rows": edge})
    pipeline = compile_read(collection, scope, selection, utc_now())
    command = {"aggregate": collection, "pipeline": pipeline, "cursor": {}}
    told = await database.command("explain", command, verbosity="executionStats")
    [stage] = [stage for stage in told["stages"] if "$lookup" in stage]
    return dict(stage)


@pytest.mark.parametrize(
    ("where", "rows"), [({}, 21), ({"state": "SUBMITTED"}, 21), ({"procedure": "CHANGE"}, 0)]
)
async def test_a_work_list_reads_open_cases_of_its_authority_alone(
    serving: Serving, where: Mapping[str, Any], rows: int
) -> None:
    application = await many_applications(serving)
    officer = new_id("ofc")
    await serving.database[officers.NAME].insert_one(
        {
            "_id": officer,
            "revision": 1,
            "login_name": "plan-officer",
            "authority": application["authority"],
            "city": application["city"],
            "duties": ["CHECK"],
            "password_hash": "$argon2id$x",
            "key_version": 1,
            "wrapped": b"x",
            "last_code_step": 0,
            "state": "ACTIVE",
            "created_at": utc_now(),
        }
    )
    edge = Edge("work_list", Selection(frozenset({"state"})), Page(20), where)
    stage = await lookup_stage(serving.database, officers.NAME, {"_id": officer}, edge)
    assert stage["indexesUsed"] == ["authority_due"]
    assert stage["collectionScans"] == 0
    # Sorted by the index: a page is read, not the list; a filter reads the open ones at most.
    assert stage["totalDocsExamined"] <= max(rows, OPEN if where else 0)


@pytest.mark.parametrize(
    ("collection", "field", "relation", "index"),
    [
        (holders.NAME, "holder_id", "applications", "holder_newest"),
        (employers.NAME, "employer_id", "applications", "employer_newest"),
    ],
)
async def test_a_party_reads_its_own_applications_by_an_index(
    serving: Serving, collection: str, field: str, relation: str, index: str
) -> None:
    application = await many_applications(serving)
    edge = Edge(relation, Selection(frozenset({"state"})), Page(20))
    scope = {"_id": await _root_id(serving, collection, application, field)}
    stage = await lookup_stage(serving.database, collection, scope, edge)
    assert stage["indexesUsed"] == [index]
    assert stage["collectionScans"] == 0
    assert stage["totalDocsExamined"] <= 21


async def _root_id(serving: Serving, collection: str, application: Document, field: str) -> str:
    """A root that exists: of a new person there is no holder yet."""
    if collection == employers.NAME:
        return str(application[field])
    person = await serving.person()
    await serving.database["applications"].update_one(
        {"_id": application["_id"]}, {"$set": {"holder_id": person.holder_id}}
    )
    return person.holder_id


SCANNED_WHOLE = frozenset({"meta"})
"""A handful of documents, found by their ids or all of them."""


async def test_every_query_of_a_life_with_permit_and_cards_is_served_by_an_index(
    serving: Serving, settings: Settings, mongod_uri: str, command_log: CommandLog
) -> None:
    """From the application to the card, by all parties, and the system's own jobs: what is sent is
    explained afterwards, each shape of a query once."""
    expert = EXPERTS[0]
    app = await permitted(serving, expert)
    number = (await app.execute("{ me { workPermitNumber { revealed } } }"))["me"]
    authority = f"human-resources-{expert.city}"
    counter = Counter(await officer_client(serving, authority, (Duty.COUNTER,)))
    await counter.serve(serving, number["workPermitNumber"]["revealed"])
    await app.execute(EVERYTHING)
    await app.execute(EVERYTHING_FILED)
    await app.execute(EVERYTHING_SHARED)
    await counter.app.execute(
        "query($day: Date!) { officer { counterQueue { edges { node { id } } }"
        " statistics(since: $day, until: $day) { decided }"
        " counterStatistics(since: $day, until: $day) { count } } }",
        {"day": ahead(serving, 0)},
    )
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        done = [one async for one in run_upkeep(runtime.gateway)]
    assert [one.fault for one in done if one.fault] == []
    scans = {}
    for shape, command in list(command_log.queries.items()):
        if (command.get("find") or command.get("aggregate")) not in SCANNED_WHOLE:
            scans[shape] = await scanned_by(serving.database, command)
    assert len(scans) > 40
    assert {shape: scanned for shape, scanned in scans.items() if scanned} == {}


async def scanned_by(database: Database, command: Mapping[str, Any]) -> list[str]:
    """The collections that the command would read whole."""
    kept = ("find", "filter", "sort", "limit", "projection", "aggregate", "pipeline", "cursor")
    asked = {name: command[name] for name in kept if name in command}
    told = await database.command("explain", asked, verbosity="executionStats")
    found: list[str] = []
    waiting: list[Any] = [told]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if value.get("stage") == "COLLSCAN":
                found.append("COLLSCAN")
            if value.get("collectionScans", 0):
                found.append(str(value["$lookup"]["from"]))
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return found
