"""docs/examples/show_offline.py plays device and counter against a running gateway."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys

from api.demo import load_demo
from tests.command_line import ROOT
from tests.serving import Serving

EXAMPLE = ROOT / "docs" / "examples" / "show_offline.py"


def _played(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, EXAMPLE, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


async def test_it_shows_a_part_of_a_demo_permit_and_checks_it_by_files(serving: Serving) -> None:
    await load_demo(serving.database, serving.key_set, now=serving.clock())
    ended = await asyncio.to_thread(_played, serving.base_url, "0")
    assert (ended.returncode, ended.stderr) == (0, "")
    told = json.loads(ended.stdout[ended.stdout.index("{") :])
    assert told.keys() == {"permit_category", "employer_name", "valid_until", "age_over_18"}
    assert told["age_over_18"] is True
