"""How long a counter takes from the order to the activated card, counted by MongoDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from auth.mongo import Document
from resolvers.gateway import Gateway
from resolvers.rules.permit_status import ends_at, starts_at
from resolvers.vocabulary import CardMaking

MAX_DAYS = 366


class StatisticsPeriod(StrEnum):
    """Days and months of Asia/Shanghai, by the instant of the activation."""

    DAY = "DAY"
    MONTH = "MONTH"


_FORMATS = {StatisticsPeriod.DAY: "%Y-%m-%d", StatisticsPeriod.MONTH: "%Y-%m"}


@dataclass(frozen=True)
class PeriodFigures:
    """`median` and `p90` are minutes by nearest rank: half, and nine tenths, took no longer."""

    period: str
    count: int
    median: float
    p90: float
    within_promise: int


async def counter_statistics(
    gateway: Gateway, authority: str, since: date, until: date, by: StatisticsPeriod
) -> Sequence[PeriodFigures]:
    """Of one counter, both days included, oldest first; a period without a card is left out. The
    caller bounds the span to `MAX_DAYS`."""
    finished = {"$gte": starts_at(since), "$lt": ends_at(until)}
    found = await gateway.card_orders.aggregate(
        [
            {
                "$match": {
                    "authority": authority,
                    "making": str(CardMaking.COUNTER),
                    "finished_at": {**finished, "$type": "date"},
                }
            },
            *_figures(_FORMATS[by]),
        ],
        MAX_DAYS,
    )
    return [
        PeriodFigures(row["_id"], row["count"], row["median"], row["p90"], row["within_promise"])
        for row in found
    ]


def _figures(period_format: str) -> list[Document]:
    """Ranked within each period, since MongoDB 6 has no percentiles."""
    milliseconds = {"$subtract": ["$finished_at", "$ordered_at"]}
    period = {
        "$dateToString": {
            "date": "$finished_at",
            "format": period_format,
            "timezone": "Asia/Shanghai",
        }
    }
    whole = {"documents": ["unbounded", "unbounded"]}
    return [
        {
            "$project": {
                "period": period,
                "minutes": {"$divide": [milliseconds, 60_000]},
                "kept": {"$cond": [{"$lte": ["$finished_at", "$promised_at"]}, 1, 0]},
            }
        },
        {
            "$setWindowFields": {
                "partitionBy": "$period",
                "sortBy": {"minutes": 1},
                "output": {
                    "rank": {"$documentNumber": {}},
                    "count": {"$sum": 1, "window": whole},
                },
            }
        },
        {
            "$group": {
                "_id": "$period",
                "count": {"$sum": 1},
                "median": _at_rank(5),
                "p90": _at_rank(9),
                "within_promise": {"$sum": "$kept"},
            }
        },
        {"$sort": {"_id": 1}},
    ]


def _at_rank(tenths: int) -> Document:
    """The minutes at rank ceil(count × tenths / 10), in whole numbers."""
    scaled = {"$add": [{"$multiply": ["$count", tenths]}, 9]}
    rank = {"$floor": {"$divide": [scaled, 10]}}
    return {"$max": {"$cond": [{"$eq": ["$rank", rank]}, "$minutes", None]}}
