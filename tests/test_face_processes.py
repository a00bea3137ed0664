"""The engine in a gateway that runs as a process: without its extra, and stopped in the middle."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import httpx
import pytest

from api.demo import demo_identities
from api.face.liveness import FaceAction
from tests.app_client import START_CHECK, AppClient
from tests.face_bursts import burst
from tests.face_pictures import ASTRONAUT, content_of
from tests.frame_provider import post_frames
from tests.portraits import sent
from tests.processes import eventually, is_alive, python
from tests.test_serve import SERVE, family_of, free_port, served

WITHOUT_THE_EXTRA = (
    "import sys; sys.modules.update(dict.fromkeys(('dlib', 'ai_edge_litert'), None)); " + SERVE
)
SERVER_ENDS_WITHIN = 25
"""Ten seconds for requests under way, and what is closed after them."""


def test_without_the_extra_the_local_engine_is_refused_in_one_line(tmp_path: Path) -> None:
    settings = {"ONECARD_DATA_DIR": str(tmp_path), "ONECARD_PERSON_PROVIDER": "local"}
    with python(WITHOUT_THE_EXTRA, "serve", "--port", str(free_port()), **settings) as process:
        _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    [line] = told.strip().splitlines()
    assert "ONECARD_PERSON_PROVIDER=local" in line
    assert "onecard[face]" in line


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_without_the_extra_everything_else_is_served(tmp_path: Path) -> None:
    """To the login itself, by the sandbox."""
    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    settings = {"ONECARD_DATA_DIR": str(tmp_path)}
    with python(WITHOUT_THE_EXTRA, "serve", "--port", str(port), **settings):
        async with httpx.AsyncClient(base_url=base_url, timeout=30) as http:
            await ready(http)
            holder = demo_identities()["holders"][0]
            client = AppClient(http)
            await client.log_in(holder["name"], identifier_of(holder))
            answer = await client.execute("{ me { cards { edges { node { kind } } } } }")
            assert answer["me"]["cards"]["edges"]


async def ready(http: httpx.AsyncClient) -> None:
    for _ in range(600):
        try:
            if (await http.get("/health/ready")).status_code == 200:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.1)
    pytest.fail("the gateway did not start")


def identifier_of(holder: dict[str, object]) -> dict[str, object]:
    """As the demo's own examples give it."""
    given = holder["identifier"]
    assert isinstance(given, dict)
    return given


async def enrolled(data_dir: Path) -> None:
    picture = data_dir / "me.jpg"
    picture.write_bytes(content_of(ASTRONAUT))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVE, "demo", "enrol", "0", str(picture),
        env={**os.environ, "ONECARD_DATA_DIR": str(data_dir)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, told = await process.communicate()
    assert process.returncode == 0, told
    picture.unlink()


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_gateway_told_to_stop_while_it_looks_answers_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary, data_dir = tmp_path / "temporary", tmp_path / "data"
    temporary.mkdir()
    data_dir.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setenv("ONECARD_PERSON_PROVIDER", "local")
    with served(data_dir) as (process, base_url):
        await enrolled(data_dir)
        async with httpx.AsyncClient(base_url=base_url, timeout=60) as http:
            holder = demo_identities()["holders"][0]
            client = AppClient(http)
            await client.prove_real_name(holder["name"], identifier_of(holder))
            await client.consent()
            challenge = await client.step(START_CHECK)
            asked = tuple(FaceAction(one) for one in challenge["instructions"])
            frames = sent(burst(ASTRONAUT, asked))
            await asyncio.sleep(frames[-1][0] / 1_000)
            looked_at = asyncio.create_task(post_frames(client, challenge["challengeId"], frames))
            await asyncio.sleep(0.3)
            family = family_of(process.pid)
            stopped_at = time.monotonic()
            os.kill(process.pid, signal.SIGTERM)
            try:
                answer = await looked_at
            except httpx.TransportError:
                pytest.fail("a connection that broke says nothing")
            assert answer.status_code in (200, 422, 503)
            assert answer.json().keys() & {"result", "code"}
        await asyncio.to_thread(process.wait, SERVER_ENDS_WITHIN)
    assert time.monotonic() - stopped_at < SERVER_ENDS_WITHIN
    assert eventually(lambda: not any(map(is_alive, family)))
    assert not await asyncio.to_thread(files_with, tmp_path, [one for _, one in frames])


def files_with(folder: Path, pictures: list[bytes]) -> list[Path]:
    pieces = [content[len(content) // 2 :][:48] for content in pictures]
    files = [one for one in folder.rglob("*") if one.is_file()]
    return [one for one in files if any(piece in one.read_bytes() for piece in pieces)]
