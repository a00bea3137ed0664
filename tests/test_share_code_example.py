"""docs/examples/check_share_code.py checks the demo's share code; so does the check page."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import jwt

from api.demo import demo_identities, load_demo
from tests.command_line import ROOT
from tests.serving import Serving
from tests.test_check_share_code import check
from tests.test_letters_verified import verdict

EXAMPLE = ROOT / "docs" / "examples" / "check_share_code.py"


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


async def test_it_checks_the_share_code_of_the_demo_and_keeps_a_proof_that_holds(
    serving: Serving, tmp_path: Path
) -> None:
    await load_demo(serving.database, serving.key_set, now=serving.clock())
    kept = tmp_path / "proof.jwt"
    told = await asyncio.to_thread(played, serving.base_url, "--to", str(kept))
    assert (told.returncode, told.stderr) == (0, "")
    assert "the signature holds" in told.stdout
    assert jwt.get_unverified_header(kept.read_text())["typ"] == "onecard-check+jwt"
    [code] = demo_identities()["shareCodes"]
    answer = await check(serving, code["code"], code["birthDate"])
    assert verdict(answer) == "This is on record now"
