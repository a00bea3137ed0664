"""What a process remembers of looks, so that one like another names its people by that one's line:
never a line that the majority may not have, and nobody is forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymongo.errors import BulkWriteError, ConnectionFailure

from api.ids import new_id
from auth.audit import NAME, SPEC, AuditAction, AuditLine, AuditOrigin, encode_audit_line
from auth.audit_store import AuditStore
from auth.mongo import Database, Document, in_transaction
from auth.principal import Principal, PrincipalKind
from auth.repeated_looks import LEFT_OUT, MAX_REPEATS, MIN_PEOPLE, SPAN, RepeatedLooks, digest_of
from resolvers.selection import Edge, Selection
from resolvers.united import MAX_UNPAGED_ROWS
from tests.test_query_plans import lookup_stage

DOCS = Path(__file__).parent.parent / "docs"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PEOPLE = [new_id("hld") for _ in range(MIN_PEOPLE + 1)]
PORTAL = Principal(PrincipalKind.EMPLOYER, "emp_1", client_id="cli_1", session_id="ses_1")
OF_ITS_OWN = {"_id", "at", "address_digest", "request_id"}


def line(minutes: float = 0, people: Sequence[str] = PEOPLE, **changes: Any) -> Document:
    origin = AuditOrigin(PORTAL, NOW + timedelta(minutes=minutes), b"a" * 32, new_id("req"))
    look = AuditLine(AuditAction.EMPLOYEES_READ, None, people=people, objects=("pmt_1",))
    return encode_audit_line(new_id("aud"), look, origin) | changes


async def kept(database: Database) -> list[Document]:
    return await database[NAME].find().sort("at", 1).to_list(None)


async def test_a_look_like_one_before_is_written_without_what_was_seen(database: Database) -> None:
    store, first, again = AuditStore(database), line(), line(59)
    await store.append([first])
    await store.append([again])
    assert await kept(database) == [first, again | {**LEFT_OUT, "repeats": first["_id"]}]
    index = await database[NAME].find({"repeats": first["_id"]}).sort("at", -1).to_list(None)
    assert [one["_id"] for one in index] == [again["_id"]]


@pytest.mark.parametrize(
    "other",
    [
        line(60),
        line(-1),
        line(1, PEOPLE[1:]),
        line(1, PEOPLE[::-1]),
        line(1, objects=["pmt_2"]),
        line(1, fields=["permits.number.masked"]),
        line(1, actor=line()["actor"] | {"sub_user": "e-1047"}),
        line(1, actor=line()["actor"] | {"session_id": "ses_2"}),
    ],
    ids=["after an hour", "clock set back", "one fewer", "order", "object", "field", "user", "end"],
)
async def test_a_look_that_is_another_one_names_its_own_people(
    database: Database, other: Document
) -> None:
    store = AuditStore(database)
    await store.append([line()])
    await store.append([other])
    assert sorted(len(one["people"]) for one in await kept(database)) == sorted(
        (len(PEOPLE), len(other["people"]))
    )


async def test_few_people_a_transaction_and_another_process_write_whole_lines(
    database: Database,
) -> None:
    store, few = AuditStore(database), PEOPLE[: MIN_PEOPLE - 1]
    for one in (line(0, few), line(1, few), line(2)):
        await store.append([one])
    await in_transaction(database, lambda transaction: store.append([line(3)], transaction))
    await AuditStore(database).append([line(4)])
    assert [one["repeats"] for one in await kept(database)] == [None] * 5
    await store.append([line(5)])
    assert [one["repeats"] for one in await kept(database)].count(None) == 5


class Unsure(AuditStore):
    """Lines are there, and whoever wrote them hears `fault`, or nothing in time."""

    fault: BaseException | None = None
    waits: asyncio.Event | None = None

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.inserted = asyncio.Event()

    async def _insert(self, lines: Sequence[Document]) -> None:
        await super()._insert(lines)
        self.inserted.set()
        if self.waits is not None:
            await self.waits.wait()
        if self.fault is not None:
            raise self.fault


@pytest.mark.parametrize(
    "fault",
    [
        ConnectionFailure("away"),
        BulkWriteError({"writeErrors": [], "writeConcernErrors": [{"code": 64}]}),
        BulkWriteError({"writeErrors": [{"index": 0}], "writeConcernErrors": []}),
    ],
    ids=["away", "no majority", "refused"],
)
async def test_a_line_that_may_not_be_there_is_never_referred_to(
    database: Database, fault: Exception
) -> None:
    store = Unsure(database)
    store.fault = fault
    with pytest.raises(type(fault)):
        await store.append([line()])
    store.fault = None
    await store.append([line(1)])
    await store.append([line(2)])
    first, second, third = await kept(database)
    assert (first["repeats"], second["repeats"], third["repeats"]) == (None, None, second["_id"])


async def test_a_line_whose_request_gave_up_is_never_referred_to(database: Database) -> None:
    store = Unsure(database)
    store.waits = asyncio.Event()
    request = asyncio.create_task(store.append([line()]))
    await store.inserted.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    store.waits.set()
    await store.append([line(1)])
    assert [one["repeats"] for one in await kept(database)] == [None, None]


async def test_two_at_once_are_whole_lines_and_a_third_leads_to_one_of_them(
    database: Database,
) -> None:
    store = AuditStore(database)
    await asyncio.gather(store.append([line()]), store.append([line(1)]))
    await store.append([line(2)])
    first, second, third = await kept(database)
    assert (first["repeats"], second["repeats"]) == (None, None)
    assert third["repeats"] in (first["_id"], second["_id"])


def test_a_line_is_repeated_so_often_as_its_ledger_tells_and_then_comes_a_whole_one() -> None:
    assert MAX_REPEATS <= MAX_UNPAGED_ROWS
    looks = RepeatedLooks()
    whole = 0
    for second in range(2 * MAX_REPEATS + 2):
        [written], first = looks.shortened([line(second / 60)])
        whole += written["repeats"] is None
        looks.remember(first)
    assert whole == 2


def test_what_is_remembered_is_bounded_and_what_is_asked_for_is_kept_longest() -> None:
    looks = RepeatedLooks(most=3)
    others = [line(objects=[f"pmt_{number}"]) for number in range(9)]
    looks.remember(looks.shortened([line()])[1])
    for other in others:
        looks.remember(looks.shortened([other])[1])
        [again], _ = looks.shortened([line(1)])
        assert again["repeats"] is not None
        assert len(looks) <= 3
    assert looks.shortened([others[0]])[0] == [others[0]]


def test_lines_that_say_anything_else_have_another_digest() -> None:
    """Whatever a line gets new must be part of it, or two different looks would be one."""
    plain = line()
    changed: dict[str, Callable[[Any], Any]] = {
        "action": lambda _: "case.read",
        "result": lambda _: "NOT_FOUND",
        "holder_id": lambda _: PEOPLE[0],
        "people": lambda known: known[1:],
        "purpose": lambda _: "WORK",
        "objects": lambda known: [*known, "pmt_2"],
        "fields": lambda _: ["pmt_1"],
    }
    actor = plain["actor"]
    others = [{"actor": actor | {name: "other"}} for name in actor]
    others += [{name: change(plain[name])} for name, change in changed.items()]
    # One that ends up elsewhere in the same text.
    others += [{"objects": [], "fields": ["pmt_1"]}, {"people": [*PEOPLE, "1"], "objects": []}]
    digests = {digest_of(plain | other) for other in others}
    assert len(digests - {None, digest_of(plain)}) == len(others)
    assert digest_of(line(5)) == digest_of(plain)
    assert digest_of(plain | {"objects": ["pmt_1\x1fpmt_2"]}) is None
    assert digest_of(plain | {"evidence": {"provider": "local"}}) is None
    said = {*changed, "actor", *OF_ITS_OWN, "evidence", "repeats"}
    assert set(SPEC.validator["properties"]) == said == set(plain)


_LOOKS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(0, 50),
        st.sampled_from(["written", "written", "written", "failed"]),
    ),
    max_size=40,
)


@given(_LOOKS, st.integers(1, 3))
def test_the_trail_names_whom_every_look_showed(
    looks: list[tuple[int, int, str]], most: int
) -> None:
    """Whatever is written, fails or is forgotten: with the lines that it leads to, the trail of
    what was written is the trail without any of this."""
    known, trail, wanted, at = RepeatedLooks(most), dict[str, Document](), [], 0
    for group, minutes, end in looks:
        at += minutes
        look = line(at, [f"{one}-{group}" for one in PEOPLE])
        [written], whole = known.shortened([look])
        if end == "written":
            trail[written["_id"]] = written
            known.remember(whole)
            wanted.append(look)
        assert len(known) <= most
    told = []
    for written in trail.values():
        first = written if written["repeats"] is None else trail[written["repeats"]]
        assert first["repeats"] is None
        assert timedelta(0) <= written["at"] - first["at"] < SPAN
        told.append(written | {name: first[name] for name in LEFT_OUT} | {"repeats": None})
    assert told == wanted


async def test_a_ledger_reads_as_many_repetitions_as_it_tells_by_the_index(
    database: Database,
) -> None:
    first = line()
    others = [line(number) for number in range(300)]
    repeats = [line(number, (), repeats=first["_id"]) for number in range(MAX_UNPAGED_ROWS + 50)]
    await database[NAME].insert_many([first, *others, *repeats])
    edge = Edge("again", Selection(frozenset({"at"})))
    stage = await lookup_stage(database, NAME, {"_id": first["_id"]}, edge)
    assert stage["indexesUsed"] == ["repeats_newest"]
    assert stage["totalDocsExamined"] <= MAX_UNPAGED_ROWS
    assert stage["collectionScans"] == 0


async def test_an_auditor_asks_for_repetitions_as_the_page_says_or_reads_the_whole_trail(
    database: Database,
) -> None:
    said = '{repeats: {$in: first.map((line) => line._id), $type: "string"}}'
    assert said in (DOCS / "operations.md").read_text(encoding="utf-8")
    first = line()
    await database[NAME].insert_many([first, line(1, (), repeats=first["_id"])])
    for by_type, stage in (({"$type": "string"}, "IXSCAN"), ({}, "COLLSCAN")):
        wanted = {"repeats": {"$in": [first["_id"], new_id("aud")], **by_type}}
        plan = await database[NAME].find(wanted).explain()
        assert stage in str(plan["queryPlanner"]["winningPlan"])


async def test_lines_of_before_stay_as_they_are_and_are_written_still(database: Database) -> None:
    """By processes of before, while they go on beside the first new one."""
    before = {name: value for name, value in line().items() if name != "repeats"}
    await database[NAME].insert_one(before)
    assert await kept(database) == [before]
