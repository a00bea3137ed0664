"""`onecard keys`: an operator rotates every purpose by the printed steps and loses nobody."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from api.clock import utc_now
from api.commands.keys import keys
from api.ids import new_id
from auth.key_files import load_key_set, save_key_set
from auth.keys import KeySet, Purpose, new_key_set
from auth.mongo import Database, connect, database_of
from auth.sealing import HolderVault
from auth.sessions import SessionStore
from resolvers.jobs.key_usage import count_needing
from resolvers.store import meta
from resolvers.store.registry import SPECS
from tests.command_line import MAIN, ROOT, Answer, called
from tests.families import open_session
from tests.letter_records import letter_document
from tests.rotating import assert_all_found, open_numbers, people

_T = TypeVar("_T")


@dataclass(frozen=True)
class Place:
    """A key file and a database that the commands work on."""

    uri: str
    name: str
    key_file: Path

    @property
    def key_set(self) -> KeySet:
        return load_key_set(self.key_file)

    @property
    def settings(self) -> dict[str, str]:
        return {
            "ONECARD_MONGODB_URI": self.uri,
            "ONECARD_MONGODB_DATABASE": self.name,
            "ONECARD_KEYS_FILE": str(self.key_file),
        }

    def keys(self, *arguments: str) -> Answer:
        return called(keys, *arguments, settings=self.settings)

    def told(self, *arguments: str) -> str:
        answer = self.keys(*arguments)
        assert (answer.code, answer.stderr) == (0, ""), answer
        return answer.stdout

    def refused(self, *arguments: str) -> str:
        answer = self.keys(*arguments)
        assert answer.code == 1
        return answer.only_line

    def do(self, work: Callable[[Database], Awaitable[_T]]) -> _T:
        async def connected() -> _T:
            client = connect(self.uri)
            try:
                return await work(database_of(client, self.name))
            finally:
                client.close()

        return asyncio.run(connected())


@pytest.fixture
def place(mongod_uri: str, database_name: str, tmp_path: Path) -> Iterator[Place]:
    found = Place(mongod_uri, database_name, tmp_path / "keys" / "keys.json")
    save_key_set(found.key_file, new_key_set(now=utc_now()))
    yield found

    async def empty(database: Database) -> None:
        for spec in SPECS:
            if spec.name != meta.NAME:
                await database[spec.name].delete_many({})

    found.do(empty)


def test_a_key_set_is_made_readable_by_its_owner_alone_and_the_next_step_is_one_line(
    tmp_path: Path,
) -> None:
    path = tmp_path / "own place" / "keys.json"
    made = called(keys, "create", str(path), settings={})
    assert (made.code, made.stderr) == (0, "")
    [line] = made.stdout.splitlines()
    assert f"ONECARD_KEYS_FILE='{path}'" in line
    assert "back the file up" in line
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [load_key_set(path).ring(purpose).current_version for purpose in Purpose] == [1] * 5
    assert [one for one in _entries(path) if one["secret"] in made.stdout] == []


@pytest.mark.parametrize("standing", ["a key set", "something else", "a directory", "a dead link"])
def test_a_key_set_is_never_made_over_what_stands_there(tmp_path: Path, standing: str) -> None:
    path = tmp_path / "keys.json"
    match standing:
        case "a key set":
            save_key_set(path, new_key_set(now=utc_now()))
        case "something else":
            path.write_text("mine")
        case "a directory":
            path.mkdir()
        case _:
            path.symlink_to(tmp_path / "nowhere")
    before = path.read_bytes() if path.is_file() else None
    refused = called(keys, "create", str(path), settings={})
    assert (refused.code, refused.stdout) == (1, "")
    assert "exists already; name another file" in refused.only_line
    assert (path.read_bytes() if path.is_file() else None) == before
    assert not (tmp_path / "nowhere").exists()


def test_every_number_logs_in_and_opens_after_master_and_digest_keys_were_replaced(
    place: Place,
) -> None:
    everyone = place.do(lambda database: people(database, place.key_set, 5))
    for purpose in ("master", "digest"):
        assert f"{purpose} key 2 is staged" in place.told("stage", purpose)
        assert f"{purpose} key 2 is current" in place.told("rotate", purpose)
        documents = 5 if purpose == "master" else 20
        assert f"{documents} " in place.refused("retire", purpose, "1")
        assert "run 'onecard keys rewrap' first" in place.refused("retire", purpose, "1")
        told = place.told("rewrap")
        assert f"holder keys: {5 if purpose == 'master' else 0} moved to master key 2" in told
        assert f"{purpose} key 1 is retired" in place.told("retire", purpose, "1")
    assert place.key_set.digest_versions() == (2,)
    place.do(lambda database: assert_all_found(database, place.key_set, everyone))

    async def opened(database: Database) -> list[set[str]]:
        return [await open_numbers(database, place.key_set, one.holder_id) for one in everyone]

    assert place.do(opened) == [set(person.numbers.values()) for person in everyone]


@pytest.mark.slow
def test_a_job_that_was_killed_goes_on_where_it_stood(place: Place) -> None:
    everyone = place.do(lambda database: people(database, place.key_set, 600))
    place.told("rotate", "master")
    place.told("rotate", "digest")

    async def needing(database: Database) -> tuple[int, int]:
        now = utc_now()
        return (
            await count_needing(database, Purpose.MASTER, 1, now),
            await count_needing(database, Purpose.DIGEST, 1, now),
        )

    command = [sys.executable, "-c", MAIN, "keys", "rewrap"]
    with subprocess.Popen(command, env=os.environ | place.settings, cwd=ROOT) as job:
        while place.do(needing)[0] == 600:
            assert job.poll() is None
        job.kill()
    assert job.returncode == -signal.SIGKILL
    assert place.do(needing) != (0, 0), "it was killed too late to prove anything"
    place.do(lambda database: assert_all_found(database, place.key_set, everyone))
    place.told("rewrap")
    place.told("retire", "master", "1")
    place.told("retire", "digest", "1")
    place.do(lambda database: assert_all_found(database, place.key_set, everyone))


def test_the_list_tells_what_still_needs_each_key(place: Place) -> None:
    place.do(lambda database: people(database, place.key_set, 3))
    place.told("rotate", "digest")
    place.told("stage", "master")
    cells = [line.split() for line in place.told("list").splitlines()]
    rows = {(c[0], c[1]): (c[2], " ".join(c[4:])) for c in cells[1:]}
    assert rows == {
        ("signing", "1"): ("current", "0 credentials, and tokens under way"),
        ("master", "2"): ("staged", "0 holder keys and secrets"),
        ("master", "1"): ("current", "3 holder keys and secrets"),
        ("digest", "2"): ("current", "0 documents"),
        ("digest", "1"): ("old", "12 documents"),
        ("refresh", "1"): ("current", "0 live sessions"),
        ("letters", "1"): ("current", "0 letters on record"),
    }


def test_a_version_that_is_gone_is_listed_as_missing_and_rewrap_says_what_it_needs(
    place: Place,
) -> None:
    place.do(lambda database: people(database, place.key_set, 2))
    place.told("rotate", "master")
    lost = place.key_set.retired(Purpose.MASTER, 1)
    place.key_file.unlink()
    save_key_set(place.key_file, lost)
    assert ["master", "1", "MISSING", "-", "2", "in", "holder_keys"] in [
        line.split() for line in place.told("list").splitlines()
    ]
    line = place.refused("rewrap")
    assert "holder keys need master key 1, which the key set does not hold" in line
    assert "restore a key file that has it" in line
    assert place.do(lambda database: database["holder_keys"].distinct("key_version")) == [1]


def test_retiring_a_refresh_key_says_how_many_sessions_end_with_it(place: Place) -> None:
    async def opened(database: Database) -> None:
        store = SessionStore(database, place.key_set, on_revoked=lambda _: None)
        await open_session(database, store, utc_now())

    place.do(opened)
    place.told("rotate", "refresh")
    assert "1 live sessions of refresh key 1 would be logged out" in place.refused(
        "retire", "refresh", "1"
    )
    assert "1 live sessions of refresh key 1 can refresh no more" in place.told(
        "retire", "refresh", "1", "--at-once"
    )
    assert [key.version for key in place.key_set.refresh.keys] == [2]


def test_a_signing_key_stays_until_its_last_token_is_out(place: Place) -> None:
    place.told("rotate", "signing")
    assert "may live for another 10 minutes" in place.refused("retire", "signing", "1")
    past = time.time() - 601
    os.utime(place.key_file, (past, past))
    assert "signing key 1 is retired" in place.told("retire", "signing", "1")
    place.told("rotate", "signing")
    assert "signing key 2 is retired" in place.told("retire", "signing", "2", "--at-once")


@pytest.mark.parametrize("option", [(), ("--at-once",)])
def test_what_documents_need_and_the_current_key_are_never_retired(
    place: Place, option: tuple[str, ...]
) -> None:
    place.do(lambda database: people(database, place.key_set, 1))
    place.told("rotate", "master")
    before = place.key_file.read_bytes()
    assert "1 holder keys and secrets still need" in place.refused("retire", "master", "1", *option)
    assert "is the current one" in place.refused("retire", "master", "2", *option)
    assert "there is no master key 7" in place.refused("retire", "master", "7", *option)
    assert place.key_file.read_bytes() == before


def test_a_purpose_that_does_not_exist_is_wrong_usage(place: Place) -> None:
    assert place.keys("rotate", "everything").code == 2


def test_a_letters_key_stays_for_as_long_as_a_letter_is_on_record(place: Place) -> None:
    vault = HolderVault("hld_" + "0" * 26, bytes(32))
    letter = letter_document(vault, None, new_id("apl"), "foreign-experts-440100", utc_now())
    place.do(lambda database: database["letters"].insert_one(letter))
    place.told("rotate", "letters")
    assert "1 letters of letters key 1 could no longer be" in place.refused(
        "retire", "letters", "1"
    )
    assert len(place.key_set.letters.keys) == 2
    assert "can be checked no more" in place.told("retire", "letters", "1", "--at-once")
    place.told("rotate", "letters")
    place.told("retire", "letters", "2")
    assert [key.version for key in place.key_set.letters.keys] == [3]


def test_no_command_prints_a_secret(place: Place) -> None:
    everyone = place.do(lambda database: people(database, place.key_set, 2))
    printed = "".join(
        [
            place.told("stage", "digest"),
            place.told("rotate", "digest"),
            place.told("list"),
            place.refused("retire", "digest", "1"),
            place.told("rewrap"),
        ]
    )
    secrets = [entry["secret"] for entry in _entries(place.key_file)]
    assert len(secrets) == 6
    assert [secret for secret in secrets if secret in printed] == []
    numbers = [number for person in everyone for number in person.numbers.values()]
    assert [number for number in numbers if number in printed] == []


def _entries(key_file: Path) -> list[dict[str, str]]:
    rings = [ring for ring in json.loads(key_file.read_text()).values() if isinstance(ring, dict)]
    return [entry for ring in rings for entry in ring["keys"]]
