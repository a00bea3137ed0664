"""The requests/s of every server as bars, in SVG, without a library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from bench.figures import Figures
from bench.operations import OPERATIONS
from bench.servers import SERVERS, Kind

WIDTH: Final = 860
LABEL: Final = 210
BAR: Final = 470
ROW: Final = 20
TITLE: Final = 34
LEFT_OUT: Final = "constant"
"""It would make all others dots; it stands in the table."""
COLOURS: Final[Mapping[Kind, str]] = {
    Kind.OURS: "#b3261e",
    Kind.PEER: "#5b6b7b",
    Kind.LIMIT: "#9aa7b4",
    Kind.EXTRA: "#c5ced6",
}


def plotted(figures: Mapping[tuple[str, str], Figures]) -> str:
    """Bars to the median, with a line from the lowest round to the highest."""
    parts: list[str] = []
    top = 10
    for operation in OPERATIONS.values():
        of_it = [
            one
            for one in figures.values()
            if one.operation == operation.name and one.server != LEFT_OUT
        ]
        if of_it:
            parts.append(_text(10, top + 20, f"{operation.title}, requests/s", "bold"))
            parts += _bars(of_it, top + TITLE)
            top += TITLE + ROW * len(of_it) + 10
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" '
        f'font-family="sans-serif" font-size="13">'
        f'<rect width="{WIDTH}" height="{top}" fill="#ffffff"/>{"".join(parts)}</svg>\n'
    )


def _bars(of_it: Sequence[Figures], top: int) -> list[str]:
    most = max(one.per_second.high for one in of_it)
    parts = []
    for number, one in enumerate(sorted(of_it, key=lambda one: -one.per_second.median)):
        y = top + number * ROW
        server = SERVERS[one.server]
        low, middle, high = (
            LABEL + BAR * value / most
            for value in (one.per_second.low, one.per_second.median, one.per_second.high)
        )
        weight = "bold" if server.kind is Kind.OURS else "normal"
        parts += [
            _text(10, y + 13, server.title, weight),
            (
                f'<rect x="{LABEL}" y="{y + 3}" width="{middle - LABEL:.1f}" height="{ROW - 7}" '
                f'fill="{COLOURS[server.kind]}"/>'
            ),
            f'<path d="M{low:.1f} {y + 9.5}H{high:.1f}" stroke="#111111" stroke-width="1.5"/>',
            _text(LABEL + BAR + 14, y + 13, one.per_second.told(0), weight),
        ]
    return parts


def _text(x: float, y: float, text: str, weight: str = "normal") -> str:
    return f'<text x="{x}" y="{y}" font-weight="{weight}" fill="#111111">{escape(text)}</text>'
