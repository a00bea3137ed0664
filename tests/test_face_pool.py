"""The worker processes: busy, killed, too slow, given up; and what hostile pictures do to them."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from api.face.judging import Fault
from api.face.pictures import BadPicture, pixels_of
from api.face.pool import FaceBusy, FacePool, FaceUnavailable
from api.face.quality import QualityFault
from tests.face_bursts import ASKED, burst
from tests.face_pictures import ASTRONAUT, content_of
from tests.face_pictures import picture as pixels
from tests.hostile_pictures import HOSTILE, hostile, malformed

SLOW_MACHINE = timedelta(seconds=60)
MEGABYTE = 1_048_576
_ORIENTATION = 0x0112


@asynccontextmanager
async def open_pool(**given: object) -> AsyncIterator[FacePool]:
    pool = FacePool(**({"judgement": SLOW_MACHINE} | given))  # type: ignore[arg-type]
    try:
        yield pool
    finally:
        await pool.close()


def workers() -> list[int]:
    """Ours, by the system's own list."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text(encoding="ascii", errors="replace")
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        parent = int(stat.rpartition(")")[2].split()[1])
        if parent == os.getpid() and b"api.face.worker" in command:
            found.append(int(folder.name))
    return found


def resident(process: int) -> int:
    pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


async def test_a_worker_judges_keeps_on_and_ends_with_the_pool() -> None:
    async with open_pool() as pool:
        assert (await pool.judge(content_of(ASTRONAUT), burst(ASTRONAUT), ASKED)).fault is None
        [first] = workers()
        poor = await pool.look_at_portrait(b"no picture at all")
        assert (poor.fault, poor.quality) == (Fault.BAD_PORTRAIT, QualityFault.NO_FACE)
        assert (await pool.look_at_portrait(content_of(ASTRONAUT))).fault is None
        assert workers() == [first]
    assert workers() == []


async def test_whoever_comes_when_the_queue_is_full_is_told_so_at_once() -> None:
    async with open_pool(waiting=1) as pool:
        inside = [asyncio.create_task(pool.look_at_portrait(b"x")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(FaceBusy):
            await pool.look_at_portrait(b"x")
        assert all(one.fault is Fault.BAD_PORTRAIT for one in await asyncio.gather(*inside))
        assert (await pool.look_at_portrait(b"x")).fault is Fault.BAD_PORTRAIT


async def test_a_worker_that_is_killed_at_work_fails_that_check_and_another_takes_its_place() -> (
    None
):
    async with open_pool() as pool:
        await pool.look_at_portrait(b"x")
        [first] = workers()
        os.kill(first, signal.SIGSTOP)
        looked_at = asyncio.create_task(pool.look_at_portrait(b"x"))
        await asyncio.sleep(0.05)
        os.kill(first, signal.SIGKILL)
        with pytest.raises(FaceUnavailable):
            await looked_at
        assert (await pool.look_at_portrait(b"x")).fault is Fault.BAD_PORTRAIT
        assert first not in workers()


async def test_a_worker_that_died_while_it_waited_costs_nobody_a_check() -> None:
    async with open_pool() as pool:
        await pool.look_at_portrait(b"x")
        [first] = workers()
        os.kill(first, signal.SIGKILL)
        [waiting] = pool._idle  # until the gateway's own process knows of it
        await waiting.wait()
        assert (await pool.look_at_portrait(b"x")).fault is Fault.BAD_PORTRAIT


async def test_a_machine_that_starts_no_process_has_no_engine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def refuses(*_: object, **__: object) -> None:
        raise BlockingIOError

    monkeypatch.setattr(asyncio, "create_subprocess_exec", refuses)
    async with open_pool() as pool:
        with pytest.raises(FaceUnavailable):
            await pool.look_at_portrait(b"x")


async def test_a_worker_that_takes_too_long_is_killed() -> None:
    async with open_pool(judgement=timedelta(milliseconds=1)) as pool:
        with pytest.raises(FaceUnavailable):
            await pool.judge(content_of(ASTRONAUT), burst(ASTRONAUT), ASKED)
        assert workers() == []


async def test_a_request_that_is_given_up_leaves_no_worker_with_its_pictures() -> None:
    async with open_pool() as pool:
        await pool.look_at_portrait(b"x")
        [first] = workers()
        os.kill(first, signal.SIGSTOP)
        given_up = asyncio.create_task(pool.judge(content_of(ASTRONAUT), burst(ASTRONAUT), ASKED))
        await asyncio.sleep(0.05)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        assert first not in workers()
        assert (await pool.look_at_portrait(b"x")).fault is Fault.BAD_PORTRAIT


async def test_a_worker_that_was_started_ahead_is_the_one_that_judges() -> None:
    async with open_pool() as pool:
        for _ in range(3):
            pool.warm()
            await asyncio.sleep(0)
        # It waits for the start, not for another worker.
        assert (await pool.look_at_portrait(b"x")).fault is Fault.BAD_PORTRAIT
        [first] = workers()
        pool.warm()
        assert (await pool.look_at_portrait(b"x")).fault is Fault.BAD_PORTRAIT
        assert workers() == [first]


async def test_a_pool_that_closes_while_a_worker_starts_leaves_none() -> None:
    async with open_pool() as pool:
        pool.warm()
        while not workers():  # noqa: ASYNC110 - the system's own list
            await asyncio.sleep(0.01)
    assert workers() == []


async def test_a_pool_that_closes_ends_workers_at_work_and_whoever_waits_for_one() -> None:
    async with open_pool() as pool:
        await pool.look_at_portrait(b"x")
        [worker] = workers()
        os.kill(worker, signal.SIGSTOP)
        looked_at = [asyncio.create_task(pool.look_at_portrait(b"x")) for _ in range(3)]
        await asyncio.sleep(0.05)
        await asyncio.wait_for(pool.close(), 5)
        assert workers() == []
        ended = await asyncio.gather(*looked_at, return_exceptions=True)
        assert [type(one) for one in ended] == [FaceUnavailable] * 3
        assert workers() == []


async def test_whoever_waits_too_long_is_told_to_come_back_and_only_the_first_is_late() -> None:
    async with open_pool(judgement=timedelta(seconds=2)) as pool:
        pool.warm()
        while not pool._idle:  # noqa: ASYNC110 - as long as a start takes here
            await asyncio.sleep(0.01)
        [worker] = workers()
        os.kill(worker, signal.SIGSTOP)
        looked_at = [asyncio.create_task(pool.look_at_portrait(b"x")) for _ in range(2)]
        ended = await asyncio.gather(*looked_at, return_exceptions=True)
        assert [type(one) for one in ended] == [FaceUnavailable, FaceBusy]
        assert worker not in workers()


@pytest.mark.parametrize("kind", sorted(set(HOSTILE) - {"a thread", "a bomb below the size"}))
def test_what_is_no_picture_of_ours_is_refused_before_it_is_looked_at(kind: str) -> None:
    with pytest.raises(BadPicture):
        pixels_of(hostile(kind))


def test_what_a_picture_says_of_itself_changes_nothing() -> None:
    image = Image.fromarray(pixels(ASTRONAUT))
    plain, told = BytesIO(), BytesIO()
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    image.save(plain, "JPEG")
    image.save(told, "JPEG", exif=exif, comment="a name")
    assert (pixels_of(told.getvalue()) == pixels_of(plain.getvalue())).all()


async def hostile_run(count: int, at_once: int = 1) -> None:
    """Shared by `at_once` workers."""
    pictures = malformed(count)

    async def look_at_the_rest(pool: FacePool) -> None:
        for content in pictures:
            verdict = await pool.look_at_portrait(content)
            assert verdict.fault in (None, Fault.BAD_PORTRAIT)

    async with open_pool(workers=at_once) as pool:
        first = [pool.look_at_portrait(content_of(ASTRONAUT)) for _ in range(at_once)]
        await asyncio.gather(*first)
        at_first = {worker: resident(worker) for worker in workers()}
        assert len(at_first) == at_once
        await asyncio.gather(*(look_at_the_rest(pool) for _ in range(at_once)))
        assert next(pictures, None) is None
        assert set(workers()) == set(at_first)
        for worker, before in at_first.items():
            assert resident(worker) - before < 30 * MEGABYTE
        judged = [
            pool.judge(content_of(ASTRONAUT), burst(ASTRONAUT), ASKED) for _ in range(at_once)
        ]
        assert [one.fault for one in await asyncio.gather(*judged)] == [None] * at_once


async def test_malformed_pictures_end_as_poor_ones_in_a_worker_that_goes_on() -> None:
    await hostile_run(60)


@pytest.mark.slow
@pytest.mark.timeout(3_600)
async def test_20_000_malformed_pictures_neither_kill_a_worker_nor_fill_its_memory() -> None:
    await hostile_run(20_000, at_once=2)
