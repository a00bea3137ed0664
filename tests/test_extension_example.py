"""docs/examples/file_extension.py run again and again, and run wrongly."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from api.demo import demo_identities, load_demo
from auth.mongo import Document
from tests.command_line import ROOT
from tests.filing import application_of, employer_desk, extension
from tests.serving import Serving

EXAMPLE = ROOT / "docs" / "examples" / "file_extension.py"


def played(*arguments: str) -> subprocess.CompletedProcess[str]:
    ended = subprocess.run(
        [sys.executable, EXAMPLE, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in ended.stderr
    return ended


async def test_it_takes_the_next_permit_and_says_in_one_line_when_there_is_none(
    serving: Serving,
) -> None:
    await load_demo(serving.database, serving.key_set, now=serving.clock())
    holder = demo_identities()["holders"][15]
    assert holder["label"] == "Permit can be extended"
    permit: Document | None = await serving.database["permits"].find_one(
        {"holder_id": holder["holderId"]}
    )
    assert permit is not None
    employer = await employer_desk(serving, permit["employer_id"])
    application_of(await employer.create(extension(serving, permit["_id"])))
    told = await asyncio.to_thread(played, serving.base_url)
    assert (told.returncode, told.stderr) == (0, "")
    assert "APPLICATION_OPEN" in told.stdout
    assert "Suryabulan" in told.stdout
    assert "APPROVED" in told.stdout
    again = await asyncio.to_thread(played, serving.base_url)
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.splitlines()[-1].startswith("no demo permit can be extended now")
    assert "officerLogin" not in again.stdout


def test_a_permit_number_ends_differently_for_every_demo_holder() -> None:
    numbers = [one["identifiers"]["workPermitNumber"] for one in demo_identities()["holders"]]
    endings = [number[-4:] for number in numbers if number]
    assert len(endings) == len(set(endings)) > 10


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("127.0.0.1:8000",), 2, "BASE_URL must begin with"),
        (("http://127.0.0.1:9",), 1, "start it with 'make run'"),
    ],
)
def test_a_wrong_call_is_told_in_words(arguments: tuple[str, ...], code: int, reason: str) -> None:
    told = played(*arguments)
    assert (told.returncode, told.stdout) == (code, "")
    assert reason in told.stderr
