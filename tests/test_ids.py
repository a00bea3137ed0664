"""Ids are random, of one shape, and never the same twice, also in a process that was forked."""

from __future__ import annotations

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from api.ids import DRAWN_AT_ONCE, new_id

SHAPE = re.compile("tst_[0-9abcdefghjkmnpqrstvwxyz]{26}")


def test_ids_are_of_one_shape_and_no_two_are_the_same() -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: new_id("tst"), range(20 * DRAWN_AT_ONCE)))
    assert len(set(made)) == len(made)
    assert all(SHAPE.fullmatch(one) for one in made)
    # Every character in every place: nothing of the range is left out.
    assert all(len({one[place] for one in made}) == 32 for place in range(4, 30))


FORKING = r"""
import os
from api.ids import new_id
new_id("tst")
child = os.fork()
os.write(1, f"{new_id('tst')}\n".encode())  # at once, or the two could meet in the pipe
if child:
    os.waitpid(child, 0)
"""


def test_a_forked_process_gives_ids_of_its_own() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", FORKING], capture_output=True, text=True, check=True, timeout=60
    )
    theirs = ended.stdout.split()
    assert [bool(SHAPE.fullmatch(one)) for one in theirs] == [True, True]
    assert len(set(theirs)) == 2
