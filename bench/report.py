"""The figures as a table for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bench.figures import Figures
from bench.operations import OPERATIONS
from bench.servers import SERVERS

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


def printed(figures: Mapping[tuple[str, str], Figures]) -> str:
    """One table, operation by operation; medians of the rounds, and lowest and highest."""
    rows = [["", *HEADINGS]]
    for operation in OPERATIONS.values():
        of_it = [one for one in figures.values() if one.operation == operation.name]
        if of_it:
            rows.append([operation.title, *[""] * len(HEADINGS)])
            rows += [[f"  {SERVERS[one.server].title}", *cells(one)] for one in of_it]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
