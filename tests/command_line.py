"""`onecard` as a user runs it, in a process of its own, and its commands called in ours."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click
from click.testing import CliRunner

from api.failure import Refusal

ROOT = Path(__file__).parent.parent
MAIN = "from api.cli import main; main()"


@dataclass(frozen=True)
class Answer:
    """How a command ended. `stderr` has its lines."""

    code: int
    stdout: str
    stderr: str

    @property
    def only_line(self) -> str:
        """What it said on standard error: one line and no traceback."""
        lines = self.stderr.splitlines()
        assert len(lines) == 1, self.stderr
        return lines[0]


def onecard(*arguments: str, settings: Mapping[str, str]) -> Answer:
    """A process with these settings and no others, in a minute at most."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("ONECARD_")
    }
    ended = subprocess.run(
        [sys.executable, "-c", MAIN, *arguments],
        env=environment | dict(settings),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return Answer(ended.returncode, ended.stdout, ended.stderr)


def called(
    command: click.Command,
    *arguments: str,
    settings: Mapping[str, str],
    typed: str | None = None,
) -> Answer:
    """The same without a process, as `api.cli.main` treats its ending; for sync tests. `typed` is
    standard input."""
    none: dict[str, str | None] = {n: None for n in os.environ if n.startswith("ONECARD_")}
    result = CliRunner().invoke(command, arguments, typed, env=none | dict(settings))
    if isinstance(result.exception, Refusal):
        return Answer(1, result.stdout, f"{result.stderr}onecard: {result.exception}\n")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Answer(result.exit_code, result.stdout, result.stderr)
