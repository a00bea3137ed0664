"""After its answer a worker holds nothing of the pictures: its memory is searched, byte by byte."""

from __future__ import annotations

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


async def test_nothing_of_pictures_or_faces_is_left_in_a_worker() -> None:
    shots = burst(ASTRONAUT)
    wanted = [piece_of(shots[0].content), piece_of(shots[-1].content)]
    wanted.append(piece_of(content_of(ASTRONAUT)))
    wanted.append(np.asarray(portrait(ASTRONAUT)[4:12], dtype=np.float32).tobytes())
    async with open_pool() as pool:
        assert (await pool.judge(content_of(ASTRONAUT), shots, ASKED)).fault is None
        [worker] = workers()
        # Its answer comes first; the next one comes when it is ready for another job.
        assert (await pool.look_at_portrait(b"x")).fault is Fault.BAD_PORTRAIT
        memory = memory_of(worker)
        assert sum(map(len, memory)) > 50_000_000
        assert [piece in part for part in memory for piece in wanted].count(True) == 0
