"""After its answer a worker holds nothing of the pictures: its memory is searched, byte by byte."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np

from api.face.judging import Fault
from tests.face_bursts import ASKED, burst, portrait
from tests.face_pictures import ASTRONAUT, content_of
from tests.test_face_pool import open_pool, workers


def memory_of(process: int) -> list[bytes]:
    """What the process may write to: its heaps, stacks and mappings of its own."""
    found = []
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text(encoding="utf-8").splitlines():
            span, rights, *_ = line.split()
            first, last = (int(one, 16) for one in span.split("-"))
            if not rights.startswith("rw"):
                continue
            try:
                memory.seek(first)
                found.append(memory.read(last - first))
            except (OSError, ValueError):
                continue
    return found


def piece_of(content: bytes) -> bytes:
    """From the middle, where each picture has its own."""
    return content[len(content) // 2 :][:48]


def children_of(process: int) -> str:
    return Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")


async def test_nothing_of_pictures_or_faces_is_left_in_a_worker() -> None:
    shots = burst(ASTRONAUT)
    wanted = [piece_of(shots[0].content), piece_of(shots[-1].content)]
    wanted.append(piece_of(content_of(ASTRONAUT)))
    wanted.append(np.asarray(portrait(ASTRONAUT)[4:12], dtype=np.float32).tobytes())
    async with open_pool() as pool:
        await pool.look_at_portrait(b"x")
        [worker] = workers()
        before = memory_of(worker)
        assert (await pool.judge(content_of(ASTRONAUT), shots, ASKED)).fault is None
        # Its answer comes first; the next one comes when whoever had the job has ended.
        assert (await pool.look_at_portrait(b"x")).fault is Fault.BAD_PORTRAIT
        while children_of(worker):  # noqa: ASYNC110 - the system's own list
            await asyncio.sleep(0.005)
        after = memory_of(worker)
        assert sum(map(len, after)) > 50_000_000
        assert [piece in part for part in after for piece in wanted].count(True) == 0
        # Nor in any form that a library may keep: nearly nothing has changed at all.
        assert list(map(len, before)) == list(map(len, after))
        assert changed_bytes(before, after) < 20_000


def changed_bytes(before: list[bytes], after: list[bytes]) -> int:
    pairs = zip(before, after, strict=True)
    both = ([np.frombuffer(part, dtype=np.uint8) for part in pair] for pair in pairs)
    return sum(int((one != other).sum()) for one, other in both)
