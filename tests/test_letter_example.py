"""docs/examples/download_letter.py saves a letter of a demo holder, and says what is wrong."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from api.demo import load_demo
from tests.command_line import ROOT
from tests.reading_pdf import text_of
from tests.serving import Serving

EXAMPLE = ROOT / "docs" / "examples" / "download_letter.py"


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


async def test_it_saves_the_same_certificate_twice(serving: Serving, tmp_path: Path) -> None:
    await load_demo(serving.database, serving.key_set, now=serving.clock())
    first, second = tmp_path / "first.pdf", tmp_path / "second.pdf"
    for path in (first, second):
        told = await asyncio.to_thread(played, serving.base_url, "9", "--to", str(path))
        assert (told.returncode, told.stderr) == (0, "")
        assert told.stdout.splitlines()[-1].startswith("Certificate of the Present State")
    assert first.read_bytes() == second.read_bytes()
    assert "陈星河" in text_of(first)
    none = await asyncio.to_thread(played, serving.base_url, "8")
    assert (none.returncode, none.stderr) == (
        1,
        "this holder has no work permit: choose another one\n",
    )


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("127.0.0.1:8000",), 2, "BASE_URL must begin with"),
        (("http://127.0.0.1:9", "99"), 2, "HOLDER must be 0 to"),
        (("http://127.0.0.1:9",), 1, "start it with 'make run'"),
    ],
    ids=["no address", "no holder", "no gateway"],
)
def test_a_wrong_call_is_told_in_words(arguments: tuple[str, ...], code: int, reason: str) -> None:
    told = played(*arguments)
    assert told.returncode == code
    assert reason in told.stderr
