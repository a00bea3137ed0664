"""`onecard doctor` finds each thing that can be wrong, says what to do, and changes nothing."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pymongo
import pytest

from api.clock import utc_now
from api.commands import database_checks, machine_checks
from api.commands.doctor import doctor
from api.demo import load_demo
from api.embedded import find_mongod
from api.embedded.ports import free_port
from api.settings import Settings
from auth.key_files import load_key_set, save_key_set
from auth.keys import Purpose, new_key_set
from auth.mongo import Database, Document, connect, database_of
from resolvers.store.registry import SPECS
from tests.command_line import Answer, called, onecard
from tests.prepared_databases import give_back, take
from tests.rotating import people, rotated

PRODUCTION = {
    "ONECARD_ENV": "production",
    "ONECARD_ISSUER": "https://cards.example",
    "ONECARD_PERSON_PROVIDER": "fractions:Fraction",
    "ONECARD_SECOND_PROOF_PROVIDER": "fractions:Fraction",
    "ONECARD_PAPER_SCANNER": "clamd://127.0.0.1:3310",
    "ONECARD_LETTER_SIGNER": "tests.adapters:letters",
}
CHECKS = (
    *("settings", "keys", "letters", "database", "writes", "collections", "key versions", "clock"),
    *("reminders", "messages"),
)


@dataclass(frozen=True)
class Patient:
    """An installation of its own to be examined, and to be made ill."""

    uri: str
    name: str
    key_file: Path

    @property
    def settings(self) -> dict[str, str]:
        return {
            "ONECARD_MONGODB_URI": self.uri,
            "ONECARD_MONGODB_DATABASE": self.name,
            "ONECARD_KEYS_FILE": str(self.key_file),
            "ONECARD_GRAPHIQL": "false",
        }

    def examined(self, *options: str, **changed: str) -> Answer:
        return called(doctor, *options, settings=self.settings | changed)

    def failures(self, **changed: str) -> dict[str, str]:
        """What failed, with its detail; the exit code and the last line agree with it."""
        answer = self.examined("--json", **changed)
        found = json.loads(answer.stdout)
        failed = {c["check"]: c["detail"] for c in found["checks"] if c["state"] == "fail"}
        assert found["ok"] is (not failed)
        assert answer.code == (1 if failed else 0)
        if failed:
            assert f"({', '.join(failed)})" in answer.only_line
        return failed

    def do(self, work: Callable[[Database], Awaitable[object]]) -> None:
        async def connected() -> None:
            client = connect(self.uri)
            try:
                await work(database_of(client, self.name))
            finally:
                client.close()

        asyncio.run(connected())

    def content(self) -> dict[str, list[Document]]:
        with pymongo.MongoClient[Document](self.uri) as client:
            database = client[self.name]
            return {spec.name: list(database[spec.name].find()) for spec in SPECS}


@pytest.fixture
def patient(mongod_uri: str, tmp_path: Path) -> Iterator[Patient]:
    async def taken() -> str:
        client = connect(mongod_uri)
        name = (await take(client)).name
        client.close()
        return name

    found = Patient(mongod_uri, asyncio.run(taken()), tmp_path / "keys" / "keys.json")
    save_key_set(found.key_file, new_key_set(now=utc_now()))
    yield found
    found.do(give_back)


def test_a_sound_installation_gets_one_ok_line_for_each_check(patient: Patient) -> None:
    patient.do(lambda database: people(database, load_key_set(patient.key_file), 2))
    before = patient.content()
    answer = patient.examined()
    assert (answer.code, answer.stderr) == (0, "")
    lines = answer.stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == [f"ok   {check}" for check in CHECKS]
    assert patient.content() == before


def test_the_real_command_ends_with_0_when_sound_and_with_1_and_one_line_when_not(
    patient: Patient,
) -> None:
    sound = onecard("doctor", settings=patient.settings)
    assert (sound.code, sound.stderr) == (0, ""), sound.stdout
    assert len(sound.stdout.splitlines()) == len(CHECKS)
    patient.do(lambda database: database["permits"].drop_index("holder_newest"))
    ill = onecard("doctor", settings=patient.settings)
    assert ill.code == 1
    assert ill.only_line == "onecard: 1 of 10 checks failed (collections); see above"
    assert "FAIL collections: permits: index holder_newest is missing: run" in ill.stdout


def test_lost_indexes_and_changed_validators_are_found_and_repaired(patient: Patient) -> None:
    async def bend(database: Database) -> None:
        await database["permits"].drop_index("holder_newest")
        await database.command("collMod", "cards", validator={})
        await database["holders"].create_index("nationality", name="made_by_hand")
        await database.drop_collection("throttle")

    patient.do(bend)
    told = patient.failures()
    assert list(told) == ["collections"]
    for wrong in ("permits: index holder_newest", "cards: the validator", "and 1 more"):
        assert wrong in told["collections"]
    assert "onecard doctor --repair" in told["collections"]
    assert patient.examined("--repair").code == 0
    assert patient.failures() == {}


def test_a_database_without_anything_is_told_as_such_and_left_empty(patient: Patient) -> None:
    patient.do(lambda database: database.client.drop_database(patient.name))
    assert "the collection is missing" in patient.failures()["collections"]
    with pymongo.MongoClient[Document](patient.uri) as client:
        assert client[patient.name].list_collection_names() == []


def test_an_unreachable_database_is_one_failure_and_the_rest_is_skipped(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.commands.doctor.ANSWER_SECONDS", 0.3)
    uri = "mongodb://someone:sekrit@127.0.0.1:9/"
    answer = patient.examined(ONECARD_MONGODB_URI=uri)
    assert answer.code == 1
    states = [line.split()[0] for line in answer.stdout.splitlines()]
    assert states == ["ok", "ok", "ok", "FAIL", *["skip"] * 6]
    assert "cannot be reached" in answer.stdout
    assert "sekrit" not in answer.stdout + answer.stderr


@pytest.mark.parametrize("uri", ["mongodb://", "mongodb://a:b:c@host", "mongodb+srv://1/"])
def test_an_address_that_is_none_is_told_without_quoting_it(patient: Patient, uri: str) -> None:
    told = patient.failures(ONECARD_MONGODB_URI=uri)
    assert list(told) == ["database"]
    assert "ONECARD_MONGODB_URI" in told["database"]
    assert uri not in told["database"].replace("mongodb://host1", "")


def test_a_single_server_is_told_to_become_a_replica_set(patient: Patient, tmp_path: Path) -> None:
    port = free_port(0)
    data = tmp_path / "single"
    data.mkdir()
    command = [str(find_mongod()), "--dbpath", str(data), "--port", str(port), "--nounixsocket"]
    log = ["--bind_ip", "127.0.0.1", "--logpath", str(tmp_path / "log")]
    with subprocess.Popen([*command, *log], stdout=subprocess.DEVNULL) as single:
        try:
            told = patient.failures(ONECARD_MONGODB_URI=f"mongodb://127.0.0.1:{port}/")
        finally:
            single.terminate()
    assert "no transactions" in told["database"]


def test_a_server_that_is_too_old_is_told(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_checks, "MIN_SERVER", (99, 1))
    assert "is too old: use 99.1 or newer" in patient.failures()["database"]


def test_key_versions_that_documents_need_and_nobody_has_are_told(patient: Patient) -> None:
    key_set = load_key_set(patient.key_file)
    patient.do(lambda database: people(database, key_set, 2))
    for purpose in (Purpose.MASTER, Purpose.DIGEST):
        key_set = rotated(key_set, purpose).retired(purpose, 1)
    patient.key_file.unlink()
    save_key_set(patient.key_file, key_set)
    told = patient.failures()["key versions"]
    assert "2 documents in holder_keys need master key 1" in told
    assert "2 documents in holders need digest key 1" in told
    assert "2 documents in identity_documents need digest key 1" in told
    assert "restore a key file that has it" in told


def test_a_key_file_that_is_missing_open_or_broken_is_told_and_never_made(
    patient: Patient,
) -> None:
    sound = patient.key_file.read_bytes()
    patient.key_file.chmod(0o644)
    assert "run chmod 600" in patient.failures()["keys"]
    patient.key_file.chmod(0o600)
    patient.key_file.parent.chmod(0o777)
    assert "run chmod 700" in patient.failures()["keys"]
    patient.key_file.parent.chmod(0o700)
    patient.key_file.write_bytes(sound[:-20])
    assert "not valid JSON" in patient.failures()["keys"]
    patient.key_file.unlink()
    assert "cannot be read" in patient.failures()["keys"]
    assert not patient.key_file.exists()


def test_a_fresh_data_directory_is_told_to_serve_once(patient: Patient, tmp_path: Path) -> None:
    settings = patient.settings | {"ONECARD_DATA_DIR": str(tmp_path / "fresh")}
    del settings["ONECARD_KEYS_FILE"]
    answer = called(doctor, settings=settings)
    assert answer.code == 1
    assert "run 'onecard serve' once" in answer.stdout
    assert not (tmp_path / "fresh").exists()


@pytest.mark.parametrize("seconds", [-3, 3])
def test_a_clock_that_is_seconds_off_is_told(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    monkeypatch.setattr(database_checks, "utc_now", lambda: utc_now() + timedelta(seconds=seconds))
    assert "3.0 s from the database server's: synchronise" in patient.failures()["clock"]


def test_a_full_disk_is_told_where_the_database_is_local(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine_checks, "free_bytes", lambda _: 3_000_000)
    settings = Settings(data_dir=Path("/nowhere/yet"))
    found = machine_checks.check_disk(settings)
    assert found.line.startswith("FAIL disk: 3 MB free at /, ")
    assert patient.failures() == {}


def test_graphiql_must_be_built_where_it_is_served(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(machine_checks, "STATIC", tmp_path)
    assert "not built: run" in patient.failures(ONECARD_GRAPHIQL="true")["graphiql"]
    (tmp_path / "index.html").touch()
    monkeypatch.setattr(machine_checks, "is_up_to_date", lambda: False)
    assert "older than their sources" in patient.failures(ONECARD_GRAPHIQL="true")["graphiql"]
    monkeypatch.setattr(machine_checks, "is_up_to_date", lambda: True)
    assert patient.failures(ONECARD_GRAPHIQL="true") == {}


def test_demo_data_is_a_failure_in_production_only(patient: Patient) -> None:
    assert patient.failures(**PRODUCTION) == {}
    key_set = load_key_set(patient.key_file)
    patient.do(lambda database: load_demo(database, key_set, now=utc_now()))
    assert patient.failures() == {}
    assert "never used for development" in patient.failures(**PRODUCTION)["demo data"]


def test_wrong_settings_are_the_only_line(patient: Patient) -> None:
    told = patient.failures(ONECARD_REQUEST_SECONDS="soon", ONECARD_ENV="holiday")
    assert list(told) == ["settings"]
    assert "ONECARD_REQUEST_SECONDS" in told["settings"]
    assert "ONECARD_ENV" in told["settings"]
    assert "soon" not in told["settings"]
    assert "settings" not in told["settings"], "the name of the check says so already"


def test_a_check_that_breaks_is_a_failure_and_the_others_go_on(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> None:
        raise KeyError

    monkeypatch.setattr(database_checks, "installed_differences", broken)
    told = patient.failures()
    assert list(told) == ["collections"]
    assert "KeyError" in told["collections"]
