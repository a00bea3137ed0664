"""How long cases took against what was promised, computed by MongoDB. It names nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from auth.mongo import Document
from resolvers.gateway import Gateway
from resolvers.rules.permit_status import ends_at, starts_at
from resolvers.vocabulary import ProcedureKind

MAX_SPAN_DAYS = 731
"""Two years: 24 months of 7 procedures are 175 rows at most."""


@dataclass(frozen=True)
class CaseStatistic:
    """Decided cases of one procedure in one city and month of the decision, in Asia/Shanghai.

    Times run from the first filing to the decision, in seconds; `kept` are those decided within
    the promise of their review.
    """

    procedure: ProcedureKind
    city: str
    month: str
    decided: int
    approved: int
    kept: int
    median_seconds: float
    p90_seconds: float


async def case_statistics(
    gateway: Gateway, authority: str, first: date, last: date
) -> Sequence[CaseStatistic]:
    """Of one authority; both days included. Raises ValueError for a span that is too long."""
    if not 0 <= (last - first).days <= MAX_SPAN_DAYS:
        raise ValueError(f"a span is 1 to {MAX_SPAN_DAYS} days")
    rows: list[Document] = await gateway.applications.decided_statistics(
        authority, starts_at(first), ends_at(last)
    )
    return [
        CaseStatistic(
            procedure=ProcedureKind(row["_id"]["procedure"]),
            city=row["_id"]["city"],
            month=row["_id"]["month"],
            decided=row["decided"],
            approved=row["approved"],
            kept=row["kept"],
            median_seconds=row["median"] / 1000,
            p90_seconds=row["p90"] / 1000,
        )
        for row in rows
    ]
