"""What tests share: one real MongoDB for the run, a fresh database for each test."""

from __future__ import annotations

import asyncio
import gc
import os
import secrets
import shutil
import signal
import time
from collections.abc import AsyncIterator, Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pymongo
import pytest

from api.clock import utc_now
from api.embedded import LocalMongod
from api.letter_signing import letter_signer
from api.outlets import check_outlets
from api.settings import Settings
from auth.direct_commands import DirectCommands
from auth.key_files import save_key_set
from auth.keys import KeySet, new_key_set
from auth.mongo import Client, Database, connect, database_of
from resolvers.store.installation import prepare_database
from tests.commands import COMMANDS, CommandLog
from tests.prepared_databases import empty, give_back, take
from tests.serving import Serving, serving_gateway

# A shell that runs us in the background has us ignore Ctrl-C, `nohup` a hang-up, and so would all
# that we start. A handler of our own is not passed on to them.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, lambda _number, _frame: None)


@pytest.fixture(scope="session", autouse=True)
def pymongo_draws_numbers_of_its_own() -> Iterator[None]:
    """It numbers commands by `random`, those that a gateway sends by itself too; Hypothesis takes
    whoever moves that on beside a strategy for the strategy itself."""
    numbers = Random()  # noqa: S311 - no secret
    with pytest.MonkeyPatch.context() as patch:
        for module in ("pymongo.message", "pymongo._telemetry"):
            patch.setattr(f"{module}._randint", lambda: numbers.getrandbits(31))
        yield


@pytest.fixture(scope="session")
def mongod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMongod]:
    with LocalMongod(tmp_path_factory.mktemp("mongodb"), cache_gigabytes=0.5) as local:
        # Once a minute it would forget what is old by real time, in the middle of a test that
        # lives in another year.
        with pymongo.MongoClient[dict[str, Any]](local.uri) as client:
            client.admin.command({"setParameter": 1, "ttlMonitorEnabled": False})
        yield local


@pytest.fixture(scope="session")
def mongod_uri(mongod: LocalMongod) -> str:
    return mongod.uri


@pytest.fixture
async def mongo_client(mongod_uri: str) -> AsyncIterator[Client]:
    client = connect(mongod_uri)
    yield client
    client.close()


@pytest.fixture(scope="session")
def database_name(mongod_uri: str) -> str:
    """One prepared database for the run; `database` leaves it empty after each test."""
    name = f"test_{secrets.token_hex(8)}"

    async def prepared() -> None:
        client = connect(mongod_uri)
        await prepare_database(database_of(client, name), utc_now())
        client.close()

    asyncio.run(prepared())
    return name


@pytest.fixture
async def database(mongo_client: Client, database_name: str) -> AsyncIterator[Database]:
    """Every collection, validator and index, and no document; emptied afterwards."""
    shared = database_of(mongo_client, database_name)
    yield shared
    await empty(shared)


@pytest.fixture
async def bare(mongo_client: Client) -> AsyncIterator[Database]:
    """A database without the product's collections, which take seconds to make."""
    fresh = database_of(mongo_client, f"test_{secrets.token_hex(8)}")
    yield fresh
    await mongo_client.drop_database(fresh.name)


@pytest.fixture
async def direct(mongod_uri: str, bare: Database) -> AsyncIterator[DirectCommands]:
    """What goes straight to that database."""
    commands = DirectCommands(mongod_uri, bare.name)
    yield commands
    await commands.close()


@pytest.fixture
async def own_database(mongo_client: Client) -> AsyncIterator[Database]:
    """A prepared database that the test may bend."""
    fresh = await take(mongo_client)
    yield fresh
    await give_back(fresh)


@pytest.fixture(scope="session")
def key_set() -> KeySet:
    return new_key_set(now=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="session")
def keys_file(tmp_path_factory: pytest.TempPathFactory, key_set: KeySet) -> Path:
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    save_key_set(path, key_set)
    return path


@pytest.fixture(scope="session")
def made_data(tmp_path_factory: pytest.TempPathFactory, keys_file: Path) -> Path:
    """What development makes in its directory at the first start, and would make for each test."""
    made = Settings(data_dir=tmp_path_factory.mktemp("data"), keys_file=keys_file)
    letter_signer(made, utc_now())
    check_outlets(made)
    return made.data_dir


@pytest.fixture
def settings(tmp_path: Path, made_data: Path, keys_file: Path, database_name: str) -> Settings:
    shutil.copytree(made_data, tmp_path, dirs_exist_ok=True)
    return Settings(data_dir=tmp_path, keys_file=keys_file, mongodb_database=database_name)


@pytest.fixture
def command_settings(
    mongod_uri: str, database_name: str, keys_file: Path
) -> Iterator[dict[str, str]]:
    """For commands that work on the run's database, which is empty again afterwards."""
    yield {
        "ONECARD_MONGODB_URI": mongod_uri,
        "ONECARD_MONGODB_DATABASE": database_name,
        "ONECARD_KEYS_FILE": str(keys_file),
    }

    async def emptied() -> None:
        client = connect(mongod_uri)
        await empty(database_of(client, database_name))
        client.close()

    asyncio.run(emptied())


@pytest.fixture
async def serving(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> AsyncIterator[Serving]:
    """The gateway, over HTTP, on the test's database."""
    async with serving_gateway(settings, mongod_uri, database, key_set) as running:
        yield running


@pytest.fixture
def command_log() -> CommandLog:
    """What is sent from here on."""
    COMMANDS.clear()
    return COMMANDS


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays until the end of the run: looking through it for garbage again and
    again was half of the collection, and a tenth of the tests."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_runtest_setup() -> None:
    """A test that would begin in the last seconds of a day, in Shanghai or UTC, begins in the next
    one: the day does not change under its hands."""
    now = utc_now()
    if (now.hour, now.minute) in ((15, 59), (23, 59)) and now.second >= 57:
        time.sleep(60.1 - now.second)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is a failure: nothing may quietly not be proven there."""
    report = yield
    if report.skipped and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
    return report
