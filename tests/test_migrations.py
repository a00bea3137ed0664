"""The present version starts on what the first one left: a kept dump, with its keys."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.clock import utc_now
from api.demo import demo_identities
from api.ids import new_id
from api.settings import Settings
from auth.collections import installed_differences
from auth.key_files import load_key_set
from auth.mongo import Client, Database
from resolvers.store import meta
from resolvers.store.installation import prepare_database
from resolvers.store.migrations import MIGRATIONS
from resolvers.store.registry import SPECS
from tests.everything import EVERYTHING
from tests.factories import PermitPlan
from tests.old_versions import DUMPS, left_by
from tests.serving import Serving, serving_gateway

FIRST = DUMPS / "v1"


@pytest.fixture
async def first_version(mongo_client: Client) -> AsyncIterator[Database]:
    async with left_by(FIRST, mongo_client) as database:
        yield database


async def test_every_document_of_the_first_version_keeps_to_the_present_validators(
    first_version: Database,
) -> None:
    await prepare_database(first_version, utc_now())
    assert await installed_differences(first_version, SPECS) == []
    for spec in SPECS:
        counted = await first_version[spec.name].count_documents({})
        keeping = await first_version[spec.name].count_documents(
            {"$jsonSchema": dict(spec.validator)}
        )
        assert keeping == counted, spec.name
    record = await first_version[meta.NAME].find_one({"_id": "installation"})
    assert record is not None
    assert record["versions"] == {spec.name: spec.version for spec in SPECS}


async def test_a_migration_stopped_halfway_is_finished_by_the_next_start(
    first_version: Database,
) -> None:
    for migration in MIGRATIONS:
        await migration.run(first_version)
    await prepare_database(first_version, utc_now())
    given = await first_version["holders"].find_one({"biometric_consent": {"$ne": None}})
    assert given is not None
    assert given["biometric_consent"]["withdrawn_at"] is None


async def test_a_holder_of_the_first_version_logs_in_and_reads_everything(
    first_version: Database, mongod_uri: str, tmp_path: Path
) -> None:
    await prepare_database(first_version, utc_now())
    keys_file = tmp_path / "keys.json"
    shutil.copy(FIRST / "keys.json", keys_file)
    keys_file.chmod(0o600)
    settings = Settings(data_dir=tmp_path, keys_file=keys_file, mongodb_database=first_version.name)
    key_set = load_key_set(keys_file)
    async with serving_gateway(settings, mongod_uri, first_version, key_set) as serving:
        for holder in demo_identities()["holders"][:2]:
            app = serving.client()
            await app.log_in(holder["name"], holder["identifier"], holder["secondProof"])
            me = (await app.execute(EVERYTHING))["me"]
            assert me["id"] == holder["holderId"]
            assert me["permits"]["edges"]


async def test_cards_of_the_first_version_say_why_and_until_when(first_version: Database) -> None:
    cards = first_version["cards"]
    [found] = await cards.find({"kind": "ELECTRONIC"}).limit(1).to_list(1)
    since, made = found["state_since"], dict[str, dict[str, Any]]()
    for kind, state in (
        ("PHYSICAL", "TEMPORARILY_LOST"),
        ("PHYSICAL", "SEALED"),
        ("ELECTRONIC", "SUSPENDED"),
    ):
        card = found | {"_id": new_id("crd"), "holder_id": new_id("hld")}
        await cards.insert_one(card | {"kind": kind, "state": state, "city": "440300"})
        made[state] = card
    await prepare_database(first_version, utc_now())
    after = {card["_id"]: card async for card in cards.find()}
    lost, sealed, suspended = (after[card["_id"]] for card in made.values())
    # Seven days is Shenzhen's.
    assert lost["released_at"] == since + timedelta(days=7)
    assert lost["activated_at"] == lost["issued_at"]
    assert (sealed["released_at"], sealed["activated_at"]) == (None, None)
    # Nobody wrote down why, so nobody but the holder brings it back.
    assert (suspended["cause"], suspended["released_at"]) == ("HOLDER", None)


async def test_permits_of_the_second_version_are_shown_as_they_were_at_the_end(
    serving: Serving,
) -> None:
    """What happened since is in their history; of which employment nothing is known is shown to
    nobody."""
    database, now = serving.database, serving.clock()
    person = await serving.person(permit_plans=(PermitPlan(starts=-700, ends=-400),) * 3)
    ended, cancelled, unknown = person.permit_ids
    [employment] = await database["employments"].find({"holder_id": person.holder_id}).to_list(9)
    expected = await database["permits"].find_one({"_id": ended})
    assert expected is not None
    permits = database["permits"]
    for permit_id, state, at in (
        (ended, "SUPERSEDED", now),
        (cancelled, "CANCELLED", employment["ends_at"]),
    ):
        entry = {"at": at, "event": state, "authority": "labour"}
        await permits.update_one(
            {"_id": permit_id}, {"$set": {"state": state}, "$push": {"history": entry}}
        )
    await permits.update_one({"_id": unknown}, {"$set": {"employment_id": None}})
    await permits.update_many({}, {"$unset": {"shown": 1}}, bypass_document_validation=True)
    for _ in range(2):
        for migration in MIGRATIONS:
            await migration.run(database)
    after = {one["_id"]: one["shown"] async for one in permits.find()}
    assert after[ended] == expected["shown"]
    assert after[cancelled]["state"] == "CANCELLED"
    assert after[unknown] is None
