"""Compiled reads say what the ordinary executor says, byte for byte, whatever is asked by whomever
and however broken the documents are."""

from __future__ import annotations

import logging
import re
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import pytest

from api.runtime import open_runtime
from api.settings import Settings
from schema.build import build_gateway_schema
from schema.compiled.calls import uncompiled_fields
from schema.compiled.running import Program
from tests.access_callers import logged_in
from tests.app_client import AppClient
from tests.comparing import Reads, both_answers, outcome, plan_of, same
from tests.compiled_world import CompiledWorld, compiled_world
from tests.employer_client import EVERY_SCOPE, employer_client
from tests.random_operations import Operation
from tests.serving import Serving

DOCS = Path(__file__).parent.parent / "docs"
NO_READS = ("Mutation", "Subscription", "NoticeArrival")
SEED, LONG_SEED = 20261127, 77_000_000


async def _compared(world: CompiledWorld, seed: int, number: int) -> Counter[str]:
    """What became of so many operations, and of every other one once more with broken documents;
    fails on the first difference, with the seed of it."""
    done: Counter[str] = Counter()
    execute = Program.execute

    async def counted(*arguments: Any) -> Any:
        done["by compiled functions"] += 1
        return await execute(*arguments)

    with patch.object(Program, "execute", counted):
        for made in range(number):
            random = Random(f"{seed}/{made}")  # noqa: S311 - no secret
            viewer = random.choice(world.viewers)
            operation = world.maker(random, viewer).make()
            new_context = world.context_maker(random, viewer)
            reads = Reads()
            one, other = await both_answers(world.schema, new_context, operation, reads)
            assert same(one, other), (seed, made, operation, one, other)
            done[outcome(one)] += 1
            if reads.recorded and made % 2:
                reads.corrupted(random)
                one, other = await both_answers(world.schema, new_context, operation, reads)
                assert same(one, other), ("broken", seed, made, operation, one, other)
                done[f"{outcome(one)} of broken"] += 1
    return done


@pytest.mark.parametrize("part", [0, 1])
async def test_random_operations_are_answered_as_by_the_ordinary_executor(
    serving: Serving, settings: Settings, mongod_uri: str, part: int
) -> None:
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        world = await compiled_world(serving, runtime, build_gateway_schema())
        done = await _compared(world, SEED + part, 1_500)
    # Most are executed, and by what is to be proved.
    assert done["by compiled functions"] > 1_400, done
    assert done["whole"] > 500, done
    assert done["partial of broken"] > 30, done
    assert done["null of broken"] > 100, done


def test_the_page_names_every_field_that_is_left_to_the_ordinary_executor() -> None:
    graphql_schema = build_gateway_schema()._schema
    query = graphql_schema.query_type
    assert query is not None
    left_out = {
        f"| `{name}` | {reason} |"
        for name, reason in uncompiled_fields(graphql_schema.type_map, query)
        if name.split(".")[0] not in NO_READS
    }
    page = (DOCS / "compiled-reads.md").read_text(encoding="utf-8")
    assert left_out == {line for line in page.splitlines() if line.startswith("| `")}
    # Every root is compiled, and the page says which there are.
    roots = page.split("All roots of `Query`")[1].split("\n\n")[0].split(":")[1]
    assert re.findall(r"`(\w+)`", roots) == sorted(query.fields)


def test_the_page_shows_what_is_really_made_of_its_operation() -> None:
    page = (DOCS / "compiled-reads.md").read_text(encoding="utf-8")
    text = page.split("```graphql\n")[1].split("```")[0]
    plan = plan_of(build_gateway_schema(), Operation(text, {}, None))
    assert plan is not None
    assert plan.program is not None
    assert page.split("```text\n")[1].split("```")[0].strip() in plan.program.source


@pytest.mark.slow
@pytest.mark.timeout(7_200)
async def test_fifty_thousand_random_operations_show_no_difference(
    serving: Serving, settings: Settings, mongod_uri: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("onecard.failures").propagate = False
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        world = await compiled_world(serving, runtime, build_gateway_schema())
        done = await _compared(world, LONG_SEED, 50_000)
    logging.getLogger("onecard.failures").propagate = True
    with capsys.disabled():
        sys.stdout.write(f"\nseed {LONG_SEED}: {dict(done)}\n")


async def test_what_is_sent_over_http_is_the_same_before_and_after_it_is_compiled(
    serving: Serving, settings: Settings, mongod_uri: str
) -> None:
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        world = await compiled_world(serving, runtime, build_gateway_schema())
    holder, employer = world.viewers[0], world.viewers[4]
    clients = [
        (holder, await logged_in(serving, world.party.person)),
        (employer, await employer_client(serving, world.party.employer_id, EVERY_SCOPE)),
    ]
    with patch.object(Program, "execute", autospec=True, side_effect=Program.execute) as program:
        for made in range(120):
            random = Random(f"{SEED}/http/{made}")  # noqa: S311 - no secret
            viewer, app = clients[made % 2]
            operation = world.maker(random, viewer).make()
            sent = [await _sent(app, operation) for _ in range(3)]
            assert sent[0] == sent[1] == sent[2], (made, operation, sent)
        # Each the third time.
        assert program.call_count > 70


async def _sent(app: AppClient, operation: Operation) -> tuple[int, str]:
    body = {"query": operation.text, "variables": operation.variables}
    if operation.name is not None:
        body["operationName"] = operation.name
    headers = {"Authorization": f"Bearer {app.token}", "Accept": "application/json"}
    response = await app.http.post("/graphql", json=body, headers=headers)
    return response.status_code, re.sub(r"err_[0-9a-z]+", "", response.text)
