"""A page of rows as the graph shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Row = dict[str, Any]


def page(rows: Sequence[Row], first: int, cursor: Callable[[Row], str]) -> Row:
    shown = rows[:first]
    return {
        "edges": [{"cursor": cursor(row), "node": row} for row in shown],
        "pageInfo": {
            "hasNextPage": len(rows) > first,
            "endCursor": cursor(shown[-1]) if shown else None,
        },
    }
