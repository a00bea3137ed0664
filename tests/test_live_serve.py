"""Streams of `onecard serve`, which end at once when it is stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import httpx
import pytest

from api.demo import demo_identities
from auth.keys import KeySet
from tests.app_client import AppClient
from tests.live_clients import event_stream, web_socket
from tests.processes import eventually, is_alive
from tests.serving import MovableClock, Serving
from tests.test_serve import family_of, served


@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=pytest.mark.slow)])
async def test_term_tells_every_stream_to_go_on_elsewhere_and_leaves_no_process(
    tmp_path: Path, key_set: KeySet, workers: str
) -> None:
    holder = demo_identities()["holders"][0]
    with served(tmp_path, "--workers", workers) as (process, base_url):
        async with httpx.AsyncClient(base_url=base_url, timeout=30) as http:
            serving = Serving(base_url, http, None, key_set, MovableClock())  # type: ignore[arg-type]
            app = AppClient(http)
            await app.log_in(holder["name"], holder["identifier"], holder["secondProof"])
            async with (
                web_socket(base_url, app.token) as socket,
                event_stream(serving, app.token) as stream,
            ):
                await socket.subscribe("")
                await socket.say({"type": "ping"})
                family = family_of(process.pid)
                os.kill(process.pid, signal.SIGTERM)
                began = time.monotonic()
                assert await stream.ended() == "STREAM_GOING_AWAY"
                assert await socket.ended() == 1012
                assert time.monotonic() - began < 5
            code = await asyncio.to_thread(process.wait, 30)
        assert code == 0
        assert time.monotonic() - began < 9, "nobody was waited for"
        assert eventually(lambda: not any(map(is_alive, family)))
