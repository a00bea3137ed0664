"""A database is brought to what is declared, at every start, by any number of processes."""

from __future__ import annotations

import asyncio
import secrets

import pytest
from pymongo.errors import WriteError

from api.clock import utc_now
from auth.collections import installed_differences
from auth.mongo import Client, Database, database_of
from resolvers.store import meta
from resolvers.store.installation import DataTooNew, prepare_database
from resolvers.store.registry import SPECS


async def test_a_prepared_database_has_exactly_what_is_declared(own_database: Database) -> None:
    assert await installed_differences(own_database, SPECS) == []


async def test_preparing_again_changes_nothing(own_database: Database) -> None:
    await prepare_database(own_database, utc_now())
    assert await installed_differences(own_database, SPECS) == []


async def test_ten_processes_starting_at_once_end_with_one_installation(
    mongo_client: Client,
) -> None:
    name = f"test_{secrets.token_hex(8)}"
    fresh = database_of(mongo_client, name)
    await asyncio.gather(*(prepare_database(fresh, utc_now()) for _ in range(10)))
    assert await installed_differences(fresh, SPECS) == []
    await mongo_client.drop_database(name)


async def test_a_dropped_index_and_a_changed_validator_are_found_and_restored(
    own_database: Database,
) -> None:
    await own_database["permits"].drop_index("holder_newest")
    await own_database.command("collMod", "cards", validator={})
    await own_database["holders"].create_index("nationality", name="made_by_hand")
    differences = await installed_differences(own_database, SPECS)
    assert differences == [
        "holders: index made_by_hand is not declared",
        "permits: index holder_newest is missing",
        "cards: the validator differs",
    ]
    await own_database[meta.NAME].delete_one({"_id": "installation"})
    await prepare_database(own_database, utc_now())
    assert await installed_differences(own_database, SPECS) == []


async def test_data_of_a_newer_version_is_refused_and_left_alone(own_database: Database) -> None:
    await own_database[meta.NAME].update_one(
        {"_id": "installation"}, {"$set": {"versions.holders": 999, "fingerprint": "newer"}}
    )
    with pytest.raises(DataTooNew):
        await prepare_database(own_database, utc_now())
    record = await own_database[meta.NAME].find_one({"_id": "installation"})
    assert record is not None
    assert record["versions"]["holders"] == 999


async def test_the_database_itself_refuses_a_field_that_is_not_declared(
    own_database: Database,
) -> None:
    with pytest.raises(WriteError):
        await own_database["employers"].insert_one({"_id": "emp_x", "plain_name": "nobody"})
    assert await own_database["employers"].count_documents({}) == 0
