"""Compiled reads say what the ordinary executor says, byte for byte, whatever is asked by whomever
and however broken the documents are."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from api.runtime import open_runtime
from api.settings import Settings
from schema.build import build_gateway_schema
from schema.compiled.calls import uncompiled_fields
from tests.comparing import Reads, difference, plan_of
from tests.compiled_world import CompiledWorld, compiled_world
from tests.random_operations import Operation
from tests.serving import Serving

DOCS = Path(__file__).parent.parent / "docs"
NO_READS = ("Mutation", "Subscription", "NoticeArrival")
SEED = 20261127


async def _compared(world: CompiledWorld, seed: int, number: int) -> Counter[str]:
    """What became of the operations; fails on the first difference, with the seed of it."""
    done: Counter[str] = Counter()
    while done["operations"] < number:
        random = Random(f"{seed}/{done['made']}")  # noqa: S311 - no secret
        done["made"] += 1
        viewer = random.choice(world.viewers)
        operation = world.maker(random, viewer).make()
        plan = plan_of(world.schema, operation)
        new_context = world.context_maker(random, viewer)
        reads = Reads()
        found = await difference(world.schema, new_context, operation, reads)
        assert found is None, (seed, done["made"], operation, found)
        done["operations"] += 1
        if reads.recorded:
            reads.corrupted(random)
            found = await difference(world.schema, new_context, operation, reads)
            assert found is None, ("corrupt", seed, done["made"], operation, found)
            done["operations"] += 1
        done["compiled"] += plan is not None and plan.program is not None
        done[f"by {viewer.root}"] += 1
    return done


@pytest.mark.parametrize("part", [0, 1])
async def test_random_operations_are_answered_as_by_the_ordinary_executor(
    serving: Serving, settings: Settings, mongod_uri: str, part: int
) -> None:
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        world = await compiled_world(serving, runtime, build_gateway_schema())
        done = await _compared(world, SEED + part, 1_500)
    assert done["compiled"] > 0.6 * done["made"], done


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
