"""`onecard` as a user runs it, in a process of its own, and its commands called in ours."""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from click.testing import CliRunner

from api.cli import COMMANDS, cli, main
from api.failure import Refusal
from auth import mongo

ROOT = Path(__file__).parent.parent
MAIN = "from api.cli import main; main()"
FORKING = multiprocessing.get_context("forkserver")
"""Each command has a process of its own, forked from one that has imported everything: starting
Python and importing takes a second each time, and is proved where a gateway is served."""
FORKING.set_forkserver_preload(
    [__name__, *(command.partition(":")[0] for command in COMMANDS.values())]
)


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


def command_named(name: str) -> click.Command | None:
    return cli.get_command(click.Context(cli), name)


def onecard(
    *arguments: str,
    settings: Mapping[str, str],
    patience_ms: int = mongo.SERVER_SELECTION_LIFETIME_MS,
) -> Answer:
    """A process with these settings and no others, in a minute at most; `patience_ms` is how long
    it looks for a database that is away."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("ONECARD_")
    }
    with tempfile.TemporaryDirectory() as written:
        outputs = [Path(written) / name for name in ("stdout", "stderr")]
        process = FORKING.Process(
            target=_run_main, args=(arguments, environment | dict(settings), outputs, patience_ms)
        )
        process.start()
        process.join(60)
        code = process.exitcode
        process.kill()
        process.join()
        process.close()
        assert code is not None, f"onecard {' '.join(arguments)} does not end"
        stdout, stderr = (output.read_text(encoding="utf-8") for output in outputs)
    return Answer(code, stdout, stderr)


def _run_main(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    outputs: Sequence[Path],
    patience_ms: int,
) -> None:
    """What `onecard` is, in a process that has imported everything and done nothing yet."""
    for descriptor, output in enumerate(outputs, start=1):
        opened = os.open(output, os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.chdir(ROOT)
    mongo.SERVER_SELECTION_LIFETIME_MS = patience_ms
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["onecard", *arguments]
    main()


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
