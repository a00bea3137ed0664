"""A process tied to its parent ends with it, `kill -9` of the parent included."""

from __future__ import annotations

import os
import signal

import pytest

from api.embedded import end_with_parent
from api.embedded.lifeline import SETTING
from tests.processes import eventually, first_line, is_alive, python

CHILD = """
import os, sys, time
from api.embedded import lifeline
if sys.argv[1] == "portable":
    lifeline._ask_kernel = lambda number: False
tied = lifeline.end_with_parent()
print(os.getpid() if tied else 0, flush=True)
time.sleep(120)
"""

PARENT = f"""
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", {CHILD!r}, sys.argv[1]])
time.sleep(120)
"""


@pytest.mark.parametrize("means", ["kernel", "portable"])
def test_a_child_ends_when_its_parent_is_killed(means: str) -> None:
    with python(PARENT, means, **{SETTING: "1"}) as parent:
        child = int(first_line(parent))
        assert is_alive(child)
        parent.kill()
        parent.wait(60)
        assert eventually(lambda: not is_alive(child))


@pytest.mark.parametrize("means", ["kernel", "portable"])
def test_a_child_whose_parent_has_already_ended_ends_at_once(means: str) -> None:
    with python("print()") as gone:
        gone.wait(60)
    with python(CHILD, means, **{SETTING: str(gone.pid)}) as child:
        assert child.wait(60) == -signal.SIGTERM


def test_a_child_that_names_its_living_parent_stays() -> None:
    with python(CHILD, "kernel", **{SETTING: str(os.getpid())}) as child:
        assert int(first_line(child)) == child.pid
        assert child.poll() is None


@pytest.mark.parametrize("value", ["", "0", "no", "-1", "¹"])
def test_who_does_not_ask_for_it_is_not_tied(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, value)
    assert end_with_parent() is False
