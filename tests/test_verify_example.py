"""docs/examples/verify_in_browser.py waits for the page and goes on when it is done there."""

from __future__ import annotations

import asyncio
import subprocess
import sys

from api.demo import load_demo
from tests.app_client import LIVE
from tests.command_line import ROOT
from tests.serving import Serving

EXAMPLE = ROOT / "docs" / "examples" / "verify_in_browser.py"


async def test_it_prints_the_address_of_the_page_and_then_the_card(serving: Serving) -> None:
    await load_demo(serving.database, serving.key_set, now=serving.clock())
    playing = await asyncio.create_subprocess_exec(
        sys.executable,
        EXAMPLE,
        serving.base_url,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert playing.stdout is not None
    told = b""
    while b"open: " not in told:
        told = await asyncio.wait_for(playing.stdout.readline(), 30)
        assert told, await playing.communicate()
    address, token = told.decode().split()[1].split("#flow=")
    assert address == f"{serving.base_url}/verify"
    page = serving.client()
    page.token = token
    await page.consent()
    assert (await page.prove_real_person(LIVE))["__typename"] == "RealPersonProved"
    told, faults = await asyncio.wait_for(playing.communicate(), 30)
    assert (playing.returncode, faults) == (0, b"")
    assert b'"permits"' in told
