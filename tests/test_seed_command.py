"""`onecard seed` as a user sees it: what it says at its end, and nothing when it is refused."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from api.clock import utc_now
from api.commands.seed import seed
from auth.key_files import save_key_set
from auth.keys import new_key_set
from auth.mongo import Database
from tests.command_line import MAIN, ROOT, Answer, called, onecard


@pytest.fixture
def settings(mongod_uri: str, own_database: Database, tmp_path: Path) -> dict[str, str]:
    keys_file = tmp_path / "keys" / "keys.json"
    save_key_set(keys_file, new_key_set(now=utc_now()))
    return {
        "ONECARD_MONGODB_URI": mongod_uri,
        "ONECARD_MONGODB_DATABASE": own_database.name,
        "ONECARD_KEYS_FILE": str(keys_file),
    }


def summary(answer: Answer) -> str:
    """The line at the end without its seconds; the next one says how to log in."""
    assert answer.code == 0, answer
    line, hint = answer.stdout.splitlines()
    assert hint == "To log in as the first of them: onecard demo --seeded 3 --seed 5"
    counted, seconds = line.rsplit(", in ", 1)
    assert re.fullmatch(r"\d+\.\d s", seconds)
    return counted


async def test_the_end_tells_how_many_there_are_and_how_many_are_new(
    settings: dict[str, str],
) -> None:
    def run(holders: str) -> Answer:
        return onecard("seed", "--holders", holders, "--seed", "5", settings=settings)

    first = run("3")
    assert first.stderr == ""
    assert summary(first) == "3 holders of seed 5 in the database, 3 new"
    assert summary(run("8")) == "8 holders of seed 5 in the database, 5 new"
    assert summary(run("2")) == "8 holders of seed 5 in the database, 0 new"
    other = onecard("seed", "--holders", "9", settings=settings)
    assert (other.code, other.stdout) == (1, "")
    assert "--seed 5" in other.only_line


async def test_a_terminal_gets_a_bar_on_standard_error_and_the_same_end(
    settings: dict[str, str],
) -> None:
    told = on_a_terminal("seed", "--holders", "4", "--seed", "5", settings=settings)
    assert summary(told) == "4 holders of seed 5 in the database, 4 new"
    assert "4/4" in told.stderr


def on_a_terminal(*arguments: str, settings: dict[str, str]) -> Answer:
    """`onecard` with a terminal as its standard error alone."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", MAIN, *arguments]
    ended = subprocess.run(
        command,
        env=os.environ | settings,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        check=False,
        timeout=60,
    )
    os.close(theirs)
    drawn = os.read(ours, 65_536).decode()
    os.close(ours)
    return Answer(ended.returncode, ended.stdout, drawn)


def test_production_takes_none_and_nothing_is_said_on_standard_output() -> None:
    answer = called(
        seed,
        *("--holders", "1"),
        settings={
            "ONECARD_ENV": "production",
            "ONECARD_MONGODB_URI": "mongodb://127.0.0.1:9/",
            "ONECARD_KEYS_FILE": "/nowhere/keys.json",
            "ONECARD_ISSUER": "https://cards.example",
            "ONECARD_PERSON_PROVIDER": "fractions:Fraction",
            "ONECARD_SECOND_PROOF_PROVIDER": "fractions:Fraction",
            "ONECARD_PAPER_SCANNER": "clamd://127.0.0.1:3310",
            "ONECARD_LETTER_SIGNER": "tests.adapters:letters",
        },
    )
    assert (answer.code, answer.stdout) == (1, "")
    assert "production takes no seeded holders" in answer.only_line
