"""`onecard import`: records of other authorities, from a file or a pipe (docs/import.md)."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

import click

from api.commands.administration import administering
from api.commands.connection import database_uri
from api.demo.stopping import stop_wish
from api.failure import Refusal
from api.import_report import told
from api.settings import Settings, load_settings
from resolvers.imports.importing import import_batch
from resolvers.imports.lines import batches, raw_lines
from resolvers.imports.outcomes import Counts, LineOutcome, LineReport
from resolvers.imports.portraits import Pictures
from resolvers.policy.sources import SOURCES

_PIPE = Path("-")
_MOST_REASONS = 20

Advance = Callable[[int], None]


@dataclass(frozen=True)
class _Import:
    """`size` of the file in bytes, None for a pipe."""

    file: BinaryIO
    size: int | None
    report: TextIO | None
    source: str | None
    dry_run: bool
    pictures: Path | None


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--source",
    type=click.Choice(list(SOURCES)),
    metavar="AUTHORITY",
    help="Whose records these are; without it each line names its `source`.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write what became of each line to this file, as NDJSON.",
)
@click.option(
    "--pictures",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the pictures lie that lines of kind portrait name.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be stored, and store nothing.")
def import_records(
    file: Path, source: str | None, report: Path | None, pictures: Path | None, dry_run: bool
) -> None:
    """Store the records in FILE, one JSON object on each line; - reads a pipe.

    May be stopped at any time and run again: what is stored already is left alone.
    """
    settings = load_settings()
    began = time.monotonic()
    with ExitStack() as stack:
        opened, size = _opened(stack, file)
        wanted = _Import(opened, size, _report_file(stack, file, report), source, dry_run, pictures)
        uri = stack.enter_context(database_uri(settings))
        wish = stack.enter_context(stop_wish())
        counts, finished = asyncio.run(_run(settings, uri, wanted, wish))
    _tell(counts, time.monotonic() - began, dry_run)
    if not finished:
        raise Refusal(f"stopped after line {counts.last_line}: run it again to go on")
    refused = counts.outcomes[LineOutcome.REFUSED]
    if refused:
        see = "name a --report to see them" if report is None else f"see {report}"
        raise Refusal(f"{refused:,} of {counts.lines:,} lines were refused: {see}")


def _opened(stack: ExitStack, path: Path) -> tuple[BinaryIO, int | None]:
    if path == _PIPE:
        return sys.stdin.buffer, None
    try:
        file = stack.enter_context(path.open("rb"))
        return file, path.stat().st_size
    except OSError as error:
        raise Refusal(f"{path} cannot be read: {error.strerror}") from None


def _report_file(stack: ExitStack, file: Path, report: Path | None) -> TextIO | None:
    if report is None:
        return None
    try:
        if report.exists() and file != _PIPE and report.samefile(file):
            raise Refusal("--report must be another file than the one with the records")
        return stack.enter_context(report.open("w", encoding="utf-8"))
    except OSError as error:
        raise Refusal(f"--report {report} cannot be written: {error.strerror}") from None


async def _run(
    settings: Settings, uri: str, wanted: _Import, wish: threading.Event
) -> tuple[Counts, bool]:
    """What was done, and whether that is all. A wish to stop is heard between two batches."""
    counts = Counts()
    async with (
        administering(settings, uri) as (gateway, ask),
        _folder(wanted.pictures) as pictures,
    ):
        with _progress(wanted.size) as advance:
            place = 0
            for batch in batches(raw_lines(wanted.file)):
                if wish.is_set():
                    return counts, False
                reports = await import_batch(
                    gateway, ask, batch, wanted.source, dry_run=wanted.dry_run, pictures=pictures
                )
                counts.add(reports)
                _write(wanted.report, reports)
                advance(batch[-1].end - place)
                place = batch[-1].end
    return counts, True


@asynccontextmanager
async def _folder(folder: Path | None) -> AsyncIterator[Pictures | None]:
    """The engine that looks at portraits is loaded where there are some."""
    if folder is None:
        yield None
        return
    portraits = await asyncio.to_thread(importlib.import_module, "api.portrait_files")
    pool = portraits.open_pool()
    try:
        yield portraits.PortraitFolder(folder, pool)
    finally:
        await pool.close()


def _write(report: TextIO | None, reports: Sequence[LineReport]) -> None:
    if report is not None:
        report.writelines(json.dumps(told(one)) + "\n" for one in reports)
        report.flush()


@contextmanager
def _progress(size: int | None) -> Iterator[Advance]:
    """A bar on a terminal, where the size is known; a log or a pipe gets the summary only."""
    if size is None or not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=size, label="import", file=sys.stderr) as bar:
        yield bar.update


def _tell(counts: Counts, seconds: float, dry_run: bool) -> None:
    parts = [f"{counts.outcomes[outcome]:,} {outcome}" for outcome in LineOutcome]
    would = " (dry run: nothing was stored)" if dry_run else ""
    click.echo(f"{counts.lines:,} lines: {', '.join(parts)}, in {seconds:.1f} s{would}")
    for refused, count in counts.refusals.most_common(_MOST_REASONS):
        click.echo(f"  {count:,} {refused.code} {refused.field or ''}".rstrip())
