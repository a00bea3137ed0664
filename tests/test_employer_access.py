"""No combination of grants, answers, revocations, employer changes, new names and clock shows an
employer a field outside docs/employer-access.md: the whole graph against an independent model."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.runtime import Runtime, open_runtime
from api.settings import Settings
from auth.mongo import connect, database_of
from resolvers.rules.bundles import Bundle, SharingPurpose
from resolvers.store.installation import prepare_database
from schema.build import build_gateway_schema
from tests.access_world import AccessWorld
from tests.reminding import SetClock
from tests.serving import CHEAP_PASSWORDS

BEGINS = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
MOVE = timedelta(seconds=1)
BUNDLES = [str(bundle) for bundle in Bundle]
PURPOSES = [str(SharingPurpose.WORK), str(SharingPurpose.HOUSING)]

_employer = st.integers(0, 1)
_number = st.integers(0, 30)
_bundles = st.lists(st.sampled_from(BUNDLES), min_size=1, max_size=4, unique=True)
_moves = st.one_of(
    st.tuples(st.just("hire"), _employer, st.sampled_from([3, 40, 200])),
    st.tuples(st.just("ask"), _employer, st.sampled_from(PURPOSES), _bundles, _number),
    st.tuples(st.just("acceptGrant"), _number, st.none() | _bundles),
    st.tuples(st.just("acceptGrant"), _number, st.none()),
    st.tuples(st.just("withdrawGrant"), _number),
    st.tuples(st.sampled_from(["refuseGrant", "retractAsk"]), _number),
    st.tuples(st.just("cancel")),
    st.tuples(st.just("rename"), st.sampled_from(["Quirin", "Wanda", "Xaver"])),
    st.tuples(st.just("telephone"), st.sampled_from(["13900139001", "13900139002"])),
    st.tuples(st.just("wait"), st.sampled_from([1, 4, 31])),
)
PROGRAMS = st.lists(_moves, min_size=4, max_size=14)


@pytest.fixture(scope="module")
def world(
    mongod_uri: str, keys_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AccessWorld]:
    name = f"test_{secrets.token_hex(8)}"
    data_dir = tmp_path_factory.mktemp("access")
    configured = Settings(data_dir=data_dir, keys_file=keys_file, mongodb_database=name)
    clock = SetClock(BEGINS)

    async def prepared() -> None:
        client = connect(mongod_uri)
        await prepare_database(database_of(client, name), clock.now)
        client.close()

    with asyncio.Runner() as runner:
        runner.run(prepared())
        stack = AsyncExitStack()

        async def opened() -> Runtime:
            running = open_runtime(configured, mongod_uri, now=clock, password_cost=CHEAP_PASSWORDS)
            return await stack.enter_async_context(running)

        async def closed(runtime: Runtime) -> None:
            await runtime.client.drop_database(name)
            await stack.aclose()

        runtime = runner.run(opened())
        yield AccessWorld(runner, runtime, build_gateway_schema(), clock)
        runner.run(closed(runtime))


def run(world: AccessWorld, program: list[tuple[Any, ...]]) -> None:
    world.begin(BEGINS)
    world.hire(0, 200)
    for move, *given_ in program:
        world.clock.now += MOVE
        _move(world, move, given_)
        for employer in (0, 1):
            world.model.check(employer, world.seen_by(employer), world.clock.now)


def _move(world: AccessWorld, move: str, given_: list[Any]) -> None:
    match move, given_:
        case "hire", [employer, days]:
            world.hire(employer, days)
        case "ask", [employer, purpose, bundles, days]:
            world.ask(employer, purpose, bundles, days)
        case "cancel", []:
            world.cancel()
        case "rename", [given_names]:
            world.rename(given_names)
        case "telephone", [phone]:
            world.model.phones.add(world.model.phone)
            world.telephone(phone)
        case "wait", [days]:
            world.clock.now += timedelta(days=days)
        case _, [number, *bundles] if world.grants:
            world.answer(move, number % len(world.grants), *bundles)
        case _:
            pass


_SETTINGS: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "suppress_health_check": list(HealthCheck),
}


@settings(max_examples=12, **_SETTINGS)
@given(PROGRAMS)
def test_an_employer_sees_what_duty_and_consent_show_and_nothing_else(
    world: AccessWorld, program: list[tuple[Any, ...]]
) -> None:
    run(world, program)


@pytest.mark.slow
@settings(max_examples=250, **_SETTINGS)
@given(PROGRAMS)
def test_in_many_lives_an_employer_sees_nothing_else(
    world: AccessWorld, program: list[tuple[Any, ...]]
) -> None:
    run(world, program)


def test_whoever_left_is_known_as_on_the_last_day(world: AccessWorld) -> None:
    """A life with everything that might show too much, in one known order."""
    run(
        world,
        [
            ("ask", 0, "WORK", BUNDLES, 30),
            ("acceptGrant", 0, None),
            ("telephone", "13900139001"),
            ("rename", "Quirin"),
            ("ask", 0, "HOUSING", ["CONTACT"], 20),
            ("hire", 1, 40),
            ("rename", "Wanda"),
            ("acceptGrant", 1, None),
            ("ask", 1, "WORK", ["PERMIT_HISTORY", "IDENTITY"], 25),
            ("acceptGrant", 2, None),
            ("wait", 4),
            ("withdrawGrant", 2),
            ("wait", 31),
            ("wait", 4),
            ("rename", "Xaver"),
            ("hire", 0, 3),
            ("acceptGrant", 1, None),
            ("cancel",),
            ("telephone", "13900139002"),
        ],
    )
