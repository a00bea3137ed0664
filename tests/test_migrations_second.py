"""The present version starts on what was left before there were employments: nobody loses anything,
and an employer finds its people once upkeep has run."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from api.clock import utc_now
from api.demo import demo_identities
from api.runtime import open_runtime
from api.settings import Settings
from auth.clients import ClientStore
from auth.key_files import load_key_set
from auth.mongo import Client, Database, Document
from resolvers.jobs.employment_filling import fill_employments
from resolvers.store import meta
from resolvers.store.installation import prepare_database
from resolvers.store.registry import SPECS
from tests.employer_client import employer_client
from tests.everything import EVERYTHING
from tests.old_versions import DUMPS, documents_of, left_by
from tests.serving import serving_gateway

SECOND = DUMPS / "v2"
EMPLOYEES = """query($filter: EmployeeFilter) { employer {
  employees(first: 9, filter: $filter) { totalCount edges { node { name isCurrent } } }
  permits(first: 9) { totalCount } } }"""


@pytest.fixture
async def second_version(mongo_client: Client) -> AsyncIterator[Database]:
    async with left_by(SECOND, mongo_client) as database:
        yield database


async def _contents(database: Database) -> dict[str, list[Document]]:
    return {
        spec.name: await database[spec.name].find().sort("_id").to_list(None)
        for spec in SPECS
        if spec.name != meta.NAME
    }


async def test_every_document_of_the_second_version_keeps_to_the_present_validators(
    second_version: Database,
) -> None:
    await prepare_database(second_version, utc_now())
    for spec in SPECS:
        documents = second_version[spec.name]
        keeping = await documents.count_documents({"$jsonSchema": dict(spec.validator)})
        assert keeping == await documents.count_documents({}), spec.name
    left = documents_of(SECOND)
    assert {name: len(found) for name, found in (await _contents(second_version)).items()} == {
        spec.name: len(left[spec.name]) for spec in SPECS if spec.name != meta.NAME
    }


async def test_a_start_that_was_killed_among_the_documents_of_each_collection_is_made_up_for(
    mongo_client: Client,
) -> None:
    async with AsyncExitStack() as opened:
        whole, halfway = [
            await opened.enter_async_context(left_by(SECOND, mongo_client)) for _ in range(2)
        ]
        await prepare_database(whole, utc_now())
        wanted = await _contents(whole)
        for name, documents in wanted.items():
            for document in documents[::2]:
                await halfway[name].replace_one({"_id": document["_id"]}, document)
        for _ in range(2):
            await prepare_database(halfway, utc_now(), force=True)
            assert await _contents(halfway) == wanted


async def test_holders_log_in_and_an_employer_finds_its_people_after_upkeep(
    second_version: Database, mongod_uri: str, tmp_path: Path
) -> None:
    await prepare_database(second_version, utc_now())
    keys_file = tmp_path / "keys.json"
    shutil.copy(SECOND / "keys.json", keys_file)
    keys_file.chmod(0o600)
    settings = Settings(
        data_dir=tmp_path, keys_file=keys_file, mongodb_database=second_version.name
    )
    key_set = load_key_set(keys_file)
    left = documents_of(SECOND)
    async with (
        serving_gateway(settings, mongod_uri, second_version, key_set) as serving,
        open_runtime(settings, mongod_uri) as runtime,
    ):
        known = {one["holderId"]: one for one in demo_identities()["holders"]}
        holders = [known[one["_id"]] for one in left["holders"] if one["_id"] in known]
        assert len(holders) == 2
        for holder in holders:
            app = serving.client()
            await app.log_in(holder["name"], holder["identifier"], holder["secondProof"])
            assert (await app.execute(EVERYTHING))["me"]["permits"]["edges"]
        assert await fill_employments(runtime.gateway, serving.clock()) == 3
        assert await fill_employments(runtime.gateway, serving.clock()) == 0
        for employer_id in {permit["employer_id"] for permit in left["permits"]}:
            portal = await employer_client(serving, employer_id)
            shown = (await portal.execute(EMPLOYEES))["employer"]
            own = [one for one in left["permits"] if one["employer_id"] == employer_id]
            people = {one["holder_id"] for one in own}
            assert shown["permits"]["totalCount"] == len(own)
            assert shown["employees"]["totalCount"] == len(people)
            name = shown["employees"]["edges"][0]["node"]["name"]
            found = (await portal.execute(EMPLOYEES, {"filter": {"name": name[:3]}}))["employer"]
            assert name in [one["node"]["name"] for one in found["employees"]["edges"]]
        clients = [one async for one in ClientStore(second_version).every()]
        assert {one.client_id for one in clients} >= {
            one["_id"] for one in left["employer_clients"]
        }
