"""What reminders cost follows what is due, not what is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest

from api.ids import new_id
from api.settings import Settings
from auth.mongo import Database
from resolvers.jobs import reminders
from tests.commands import CommandLog
from tests.reminding import Reminding, reminding_on
from tests.test_reminders import SOURCES as MADE

DAY = timedelta(days=1)
LAST = date(2027, 6, 30)
DUE, EARLIER, LATER = 8, 300, 500


@pytest.fixture
async def reminding(
    settings: Settings, mongod_uri: str, database: Database
) -> AsyncIterator[Reminding]:
    async with reminding_on(settings, mongod_uri, database) as made:
        yield made


def stages_of(plan: dict[str, Any]) -> set[str]:
    below = [plan[name] for name in ("inputStage", "queryPlan") if name in plan]
    below += plan.get("inputStages", [])
    return {plan["stage"]}.union(*(stages_of(one) for one in below)) if "stage" in plan else set()


async def test_each_query_walks_an_index_and_reads_what_it_answers(
    reminding: Reminding, command_log: CommandLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "BATCH_SIZE", 5)
    await reminding.begin_on(LAST)
    told = [await reminding.new_holder() for _ in range(DUE)]
    others = [*range(-EARLIER, -10), *(n for n in range(200, LATER))]
    ends = [LAST] * DUE + [LAST + n * DAY for n in others]
    for collection, made in MADE.values():
        holder_ids = told + [new_id("hld") for _ in others]
        await reminding.add(collection, *map(made, holder_ids, ends))
    command_log.clear()
    assert await reminding.run_on(LAST) == DUE * len(MADE)
    collections = {collection for collection, _ in MADE.values()}
    seen = set()
    for command in list(command_log.queries.values()):
        if command.get("find") not in collections:
            continue
        kept = ("find", "filter", "sort", "limit", "projection", "hint")
        asked = {name: command[name] for name in kept if name in command}
        explained = await reminding.database.command("explain", asked, verbosity="executionStats")
        stages = stages_of(explained["queryPlanner"]["winningPlan"])
        assert "IXSCAN" in stages
        assert not stages & {"COLLSCAN", "SORT"}
        stats = explained["executionStats"]
        assert stats["totalDocsExamined"] <= DUE
        assert stats["totalKeysExamined"] <= 2 * DUE + 1
        if "sort" in asked:
            assert stats["totalDocsExamined"] == stats["nReturned"]
            seen.add((asked["find"], "_id" in asked["filter"]))
    assert len(seen) == 2 * len(MADE), "the first batch of a day, and the one behind it"


async def test_a_run_in_which_nothing_is_due_any_more_is_one_command(
    reminding: Reminding, command_log: CommandLog
) -> None:
    await reminding.begin_on(LAST)
    await reminding.run_on(LAST)
    command_log.clear()
    await reminding.run_on(LAST)
    assert command_log.sent == [("find", "reminder_progress")]
