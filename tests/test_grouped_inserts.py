"""Audit lines of requests that come at once are written together, and each waits for its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextvars import ContextVar

import pytest
from pymongo.errors import BulkWriteError, ConnectionFailure

from auth.grouped_inserts import MAX_DOCUMENTS, MAX_WAITING, GroupedInserts
from auth.mongo import Document
from resolvers.store import employers
from tests.commands import CommandLog
from tests.employer_client import EVERY_SCOPE, employer_client
from tests.serving import Serving

LIST = "{ employer { permits(first: 5) { edges { node { number { masked } } } } } }"
AT_ONCE = 12


class Database:
    """Takes documents when it is let, and refuses those that are wrong."""

    def __init__(self) -> None:
        self.commands: list[list[object]] = []
        self.may_go_on = asyncio.Event()
        self.away = False

    async def insert(self, documents: Sequence[Document]) -> None:
        self.commands.append([one["_id"] for one in documents])
        await self.may_go_on.wait()
        if self.away:
            raise ConnectionFailure("away")
        wrong = [{"index": at} for at, one in enumerate(documents) if "wrong" in one]
        if wrong:
            raise BulkWriteError({"writeErrors": wrong, "writeConcernErrors": []})


def line(number: int, **more: object) -> list[Document]:
    return [{"_id": number, **more}]


async def begun(inserts: GroupedInserts, *groups: list[Document]) -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(inserts.insert(group)) for group in groups]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_who_comes_alone_goes_at_once_and_who_comes_meanwhile_goes_together() -> None:
    database = Database()
    inserts = GroupedInserts(database.insert, at_once=1)
    first = await begun(inserts, line(1))
    rest = await begun(inserts, line(2), line(3) + line(4), line(5))
    assert database.commands == [[1]]
    assert not any(one.done() for one in (*first, *rest))
    database.may_go_on.set()
    assert await asyncio.gather(*first, *rest) == [None] * 4
    assert database.commands == [[1], [2, 3, 4, 5]]
    await inserts.insert(line(6))
    assert database.commands[2:] == [[6]]


async def test_a_few_inserts_are_under_way_before_anybody_waits() -> None:
    database = Database()
    inserts = GroupedInserts(database.insert, at_once=2)
    tasks = await begun(inserts, line(1))
    tasks += await begun(inserts, line(2))
    tasks += await begun(inserts, line(3), line(4))
    assert database.commands == [[1], [2]]
    database.may_go_on.set()
    await asyncio.gather(*tasks)
    assert database.commands == [[1], [2], [3, 4]]
    # Whoever has written everything can be followed by somebody else.
    await asyncio.gather(*await begun(inserts, line(5)), *await begun(inserts, line(6)))
    assert database.commands[3:] == [[5], [6]]


async def test_a_line_that_is_refused_is_the_fault_of_its_own_request_alone() -> None:
    database = Database()
    inserts = GroupedInserts(database.insert, at_once=1)
    first = await begun(inserts, line(1))
    good, bad, other = await begun(
        inserts, line(2) + line(3), line(4) + line(5, wrong=True), line(6)
    )
    database.may_go_on.set()
    results = await asyncio.gather(*first, good, bad, other, return_exceptions=True)
    assert [type(one) for one in results] == [type(None), type(None), BulkWriteError, type(None)]


async def test_lines_that_the_majority_does_not_have_are_told_to_nobody_as_written() -> None:
    async def insert(_documents: Sequence[Document]) -> None:
        raise BulkWriteError({"writeErrors": [], "writeConcernErrors": [{"code": 11601}]})

    tasks = await begun(GroupedInserts(insert, at_once=1), line(1), line(2))
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in results] == [BulkWriteError] * 2


async def test_a_line_that_cannot_be_sent_is_the_fault_of_its_own_request_alone() -> None:
    sent: list[object] = []

    async def insert(documents: Sequence[Document]) -> None:
        await asyncio.sleep(0)
        if any("wrong" in one for one in documents):
            raise UnicodeEncodeError("utf-8", "", 0, 1, "surrogates not allowed")
        sent.extend(one["_id"] for one in documents)

    inserts = GroupedInserts(insert, at_once=1)
    tasks = await begun(inserts, line(1), line(2), line(3, wrong=True), line(4))
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in results if one is not None] == [UnicodeEncodeError]
    assert sent == [1, 2, 4]


async def test_nobody_is_forgotten_when_the_writer_is_stopped_while_each_goes_alone() -> None:
    goes_alone = asyncio.Event()

    async def insert(documents: Sequence[Document]) -> None:
        if len(documents) > 1:
            raise UnicodeEncodeError("utf-8", "", 0, 1, "surrogates not allowed")
        goes_alone.set()
        await asyncio.Event().wait()

    inserts = GroupedInserts(insert, at_once=1)
    tasks = await begun(inserts, line(1), line(2), line(3))
    await goes_alone.wait()
    [writer] = inserts._writers
    writer.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in results] == [asyncio.CancelledError] * 3


async def test_when_the_writer_is_stopped_those_who_wait_hear_so_and_another_one_begins() -> None:
    database = Database()
    inserts = GroupedInserts(database.insert, at_once=1)
    tasks = await begun(inserts, line(1)) + await begun(inserts, line(2))
    [writer] = inserts._writers
    writer.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in results] == [asyncio.CancelledError] * 2
    database.may_go_on.set()
    await inserts.insert(line(3))
    assert database.commands == [[1], [3]]


async def test_when_the_database_is_away_everybody_hears_so_and_the_next_may_find_it_back() -> None:
    database = Database()
    inserts = GroupedInserts(database.insert, at_once=1)
    database.away = True
    tasks = await begun(inserts, line(1)) + await begun(inserts, line(2), line(3))
    database.may_go_on.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in results] == [ConnectionFailure] * 3
    database.away = False
    await inserts.insert(line(4))
    assert database.commands == [[1], [2, 3], [4]]


async def test_nobody_waits_for_a_process_that_ends() -> None:
    class Ended(BaseException):
        pass

    async def insert(_documents: Sequence[Document]) -> None:
        await asyncio.sleep(0)
        raise Ended

    inserts = GroupedInserts(insert, at_once=1)
    tasks = await begun(inserts, line(1), line(2))
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in results] == [Ended] * 2


async def test_who_gives_up_takes_nobody_along() -> None:
    database = Database()
    inserts = GroupedInserts(database.insert, at_once=1)
    [first] = await begun(inserts, line(1))
    second, third = await begun(inserts, line(2), line(3))
    first.cancel()
    second.cancel()
    await asyncio.sleep(0)
    database.may_go_on.set()
    await third
    assert database.commands == [[1], [2, 3]]


async def test_a_group_is_bounded_and_so_are_those_who_wait() -> None:
    database = Database()
    inserts = GroupedInserts(database.insert, at_once=1)
    many = [{"_id": number} for number in range(MAX_DOCUMENTS + 5)]
    tasks = await begun(inserts, line(-1))
    tasks += await begun(inserts, many, *(line(one) for one in range(MAX_WAITING - 1)))
    with pytest.raises(ConnectionFailure):
        await inserts.insert(line(0))
    database.may_go_on.set()
    await asyncio.gather(*tasks)
    assert [len(one) for one in database.commands] == [1, MAX_DOCUMENTS + 5, *[100] * 9, 99]


async def test_the_limits_of_whoever_comes_first_are_not_those_of_the_others() -> None:
    limit: ContextVar[str] = ContextVar("limit", default="the writer's own")
    seen: list[str] = []

    async def insert(_documents: Sequence[Document]) -> None:
        seen.append(limit.get())

    limit.set("of the first")
    await GroupedInserts(insert, at_once=1).insert(line(1))
    assert seen == ["the writer's own"]


async def test_lists_read_at_once_have_a_line_each_before_they_are_answered(
    serving: Serving, command_log: CommandLog
) -> None:
    person = await serving.person()
    employer = await serving.database[employers.NAME].find_one({})
    assert employer is not None
    app = await employer_client(serving, employer["_id"], EVERY_SCOPE)
    await app.execute(LIST)
    lines = serving.database["audit"]
    before = await lines.count_documents({"people": person.holder_id})
    command_log.clear()
    barrier = asyncio.Barrier(AT_ONCE)

    async def read() -> int:
        await barrier.wait()
        await app.execute(LIST)
        return await lines.count_documents({"people": person.holder_id})

    counts = await asyncio.gather(*(read() for _ in range(AT_ONCE)))
    assert min(counts) > before
    assert await lines.count_documents({"people": person.holder_id}) == before + AT_ONCE
    inserts = [one for one in command_log.sent if one == ("insert", "audit")]
    assert 1 <= len(inserts) <= AT_ONCE
