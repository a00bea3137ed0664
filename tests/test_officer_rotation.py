"""A new master key: officers' codes go on being good, and the old key stays while one needs it."""

from __future__ import annotations

import pytest

from auth.keys import KeySet, Purpose
from auth.master_keys import LocalMasterKeys
from auth.mongo import Database
from auth.officers import OfficerStore
from auth.one_time_codes import CodeSecrets, step_at
from resolvers.jobs.key_usage import OFFICERS, count_needing, find_unknown_versions
from resolvers.jobs.rotation import rewrap_holder_keys, rewrap_officer_secrets
from resolvers.jobs.rotation_steps import Obstacle
from tests.officer_client import MadeOfficer, make_officers
from tests.rotating import NOW, ended, people, rotated, sealer
from tests.test_rotation import stages


async def matching(database: Database, keys: KeySet, made: MadeOfficer) -> int | None:
    found = await OfficerStore(database).find_by_name(made.officer.login_name)
    assert found is not None
    officer, credentials = found
    secrets = CodeSecrets(LocalMasterKeys(keys))
    return secrets.matching_step(officer.officer_id, credentials.code_secret, made.code(NOW), NOW)


async def test_after_rewrapping_the_old_master_key_can_go_and_every_code_is_good(
    database: Database, key_set: KeySet
) -> None:
    everyone = await make_officers(database, key_set, 7, now=NOW)
    await people(database, key_set, 2)
    before = {one["_id"]: one async for one in database["officers"].find()}
    both = rotated(key_set, Purpose.MASTER)
    assert await count_needing(database, Purpose.MASTER, 1, NOW) == 9
    await ended(rewrap_holder_keys(database, sealer(both)))
    assert await count_needing(database, Purpose.MASTER, 1, NOW) == 7, "officers need it still"
    end = await ended(rewrap_officer_secrets(database, sealer(both), batch_size=3))
    assert (end.moved, end.older, end.complete) == (7, 0, True)
    assert await count_needing(database, Purpose.MASTER, 1, NOW) == 0
    alone = both.retired(Purpose.MASTER, 1)
    assert [await matching(database, alone, one) for one in everyone] == [step_at(NOW)] * 7
    async for stored in database["officers"].find():
        was = before[stored["_id"]]
        assert stored | {name: was[name] for name in ("key_version", "wrapped")} == was
    again = await ended(rewrap_officer_secrets(database, sealer(alone)))
    assert (again.moved, again.complete) == (0, True)


async def test_a_secret_whose_master_key_is_gone_is_named_and_left_as_it_was(
    database: Database, key_set: KeySet
) -> None:
    [lost] = await make_officers(database, key_set, now=NOW)
    second = rotated(key_set, Purpose.MASTER)
    await make_officers(database, second, 2, now=NOW)
    third = rotated(second, Purpose.MASTER).retired(Purpose.MASTER, 1)
    end = await ended(rewrap_officer_secrets(database, sealer(third)))
    assert (end.moved, end.older, end.missing_versions) == (2, 1, (1,))
    assert (end.left, end.example) == ({Obstacle.KEY_MISSING: 1}, lost.officer_id)
    [unknown] = await find_unknown_versions(database, third, NOW)
    assert (unknown.collection, unknown.versions, unknown.documents) == ("officers", (1,), 1)
    assert await matching(database, key_set, lost) == step_at(NOW)


@pytest.mark.parametrize("condition", [{"$lt": 2}, {"$gt": 2}, {"$nin": [1, 2]}, 1], ids=str)
async def test_selecting_secrets_by_version_reads_the_declared_index(
    database: Database, condition: object
) -> None:
    explained = await database.command(
        {"explain": {"find": OFFICERS.collection, "filter": OFFICERS.matching(condition)}}
    )
    used = stages(explained["queryPlanner"]["winningPlan"])
    assert "IXSCAN" in used
    assert "COLLSCAN" not in used
