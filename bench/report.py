"""The figures as a table for a terminal, and as a page with a plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from bench.figures import Figures
from bench.operations import OPERATIONS
from bench.plot import plotted
from bench.servers import SERVERS
from bench.targets import Verdict, claimed, verdicts

RESULTS: Final = Path(__file__).parent / "results"
HEADINGS: Final = (
    "requests/s",
    "ours ÷ this",
    "p50 ms",
    "p99 ms",
    "server CPU ms",
    "mongod CPU ms",
    "MiB",
    "bytes",
)
By = Mapping[tuple[str, str], Figures]


@dataclass(frozen=True)
class Conditions:
    """Under which it was measured, as the page tells it."""

    measured_at: datetime
    machine: str
    sharing: str
    holders: int
    rounds: int
    seconds: float
    compared: int


def cells(one: Figures) -> list[str]:
    return [
        one.per_second.told(0),
        one.ours_to_this.told(),
        f"{one.p50_ms.median:.1f}",
        f"{one.p99_ms.median:.1f}",
        f"{one.server_cpu_ms.median:.2f}",
        f"{one.mongod_cpu_ms.median:.2f}",
        f"{one.memory_mib:.0f}",
        f"{one.bytes:.0f}",
    ]


def printed(figures: By) -> str:
    """One table, operation by operation; medians of the rounds, and lowest and highest."""
    rows = [["", *HEADINGS]]
    for title, of_it in _by_operation(figures):
        rows.append([title, *[""] * len(HEADINGS)])
        rows += [[f"  {SERVERS[one.server].title}", *cells(one)] for one in of_it]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([*lines, "", *map(_verdict_line, verdicts(figures))])


def write_page(figures: By, conditions: Conditions, directory: Path = RESULTS) -> Path:
    """`latest.md` and `latest.svg` in the directory."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "latest.svg").write_text(plotted(figures), encoding="utf-8")
    page = directory / "latest.md"
    page.write_text(_page(figures, conditions), encoding="utf-8")
    return page


def _page(figures: By, conditions: Conditions) -> str:
    lines = [
        "# The last measurement",
        "",
        "Made by `make bench`; [how it is measured](../../docs/benchmark.md).",
        "",
        _told(conditions),
        "",
        "![Requests per second of every server](latest.svg)",
        "",
        (
            "Medians of the rounds, in brackets the lowest and the highest. `ours ÷ this` compares "
            "requests/s round by round; CPU is per request, MiB the resident memory with children."
        ),
    ]
    for title, of_it in _by_operation(figures):
        lines += ["", f"## {title}", "", _row(["server", *HEADINGS]), _row(["---"] * 9)]
        lines += [_row([SERVERS[one.server].title, *cells(one)]) for one in of_it]
        faster = [SERVERS[name].title for name in claimed(figures, of_it[0].operation)]
        if faster:
            lines += ["", f"Slower than ours in every round: {', '.join(faster)}."]
    return "\n".join([*lines, *_targets(verdicts(figures)), ""])


def _told(at: Conditions) -> str:
    return (
        f"{at.measured_at:%Y-%m-%d %H:%M} UTC. {at.machine}; {at.sharing}. {at.holders:,} holders, "
        f"{at.rounds} rounds of {at.seconds:g} s; {at.compared} answers compared, all the same."
    )


def _targets(told: Sequence[Verdict]) -> list[str]:
    if not told:
        return []
    rows = [_row([one.wanted, one.found, "yes" if one.holds else "**no**"]) for one in told]
    return ["", "## Targets", "", _row(["wanted", "found", "holds"]), _row(["---"] * 3), *rows]


def _row(values: Sequence[str]) -> str:
    return f"| {' | '.join(values)} |"


def _verdict_line(one: Verdict) -> str:
    return f"{'holds ' if one.holds else 'MISSED'}  {one.wanted}: {one.found}"


def _by_operation(figures: By) -> list[tuple[str, list[Figures]]]:
    found = [
        (operation.title, [one for one in figures.values() if one.operation == operation.name])
        for operation in OPERATIONS.values()
    ]
    return [(title, of_it) for title, of_it in found if of_it]
