"""What a counter's officers see: the queue, one order, a holder who stands there, the figures."""

from datetime import date
from typing import Annotated

import strawberry

from resolvers.cards.ordering import find_by_permit_number
from resolvers.cards.statistics import (
    MAX_DAYS,
    PeriodFigures,
    StatisticsPeriod,
    counter_statistics,
)
from schema.card import Card
from schema.card_inputs import HolderAtCounterInput
from schema.connection import DEFAULT_PAGE, After, First, Listing
from schema.context import Info
from schema.counter_order import CounterOrder, CounterOrderConnection, counter_field
from schema.employer_desk import by_id
from schema.failures import RequestError, RequestErrorCode
from schema.own_read import read_own
from schema.row import Row
from schema.selection import CONNECTION_ORDER

_NOBODY = "hld_nobody"

strawberry.enum(StatisticsPeriod, description="Days or months of Asia/Shanghai.")

Since = Annotated[date, strawberry.argument(description="The first day of activation.")]
Until = Annotated[date, strawberry.argument(description="The last day; a year at most.")]
By = Annotated[StatisticsPeriod, strawberry.argument(description="What is counted together.")]
OrderId = Annotated[strawberry.ID, strawberry.argument(description="The `id` of an order.")]


@strawberry.type(description="Cards made at the counter in one day or month.")
class CounterPeriod:
    figures: strawberry.Private[PeriodFigures]

    @counter_field("The day (2026-03-02) or month (2026-03), in Asia/Shanghai.")
    def period(self) -> str:
        return self.figures.period

    @counter_field("How many cards were activated.")
    def count(self) -> int:
        return self.figures.count

    @counter_field("Half of them took no longer from the order, in minutes.")
    def median_minutes(self) -> float:
        return self.figures.median

    @counter_field("Nine tenths of them took no longer, in minutes.")
    def p90_minutes(self) -> float:
        return self.figures.p90

    @counter_field("The share that kept the promise, 0 to 1.")
    def share_within_promise(self) -> float:
        return self.figures.within_promise / self.figures.count


@strawberry.type
class CounterDesk:
    """Fields of the desk of an officer; `OfficerDesk` is one."""

    row: strawberry.Private[Row]

    @counter_field(
        "Open orders of the authority, the nearest promise first. Each one read is audited.",
        edge="counter_queue",
    )
    def counter_queue(
        self, info: Info, first: First = DEFAULT_PAGE, after: After = None
    ) -> CounterOrderConnection:
        rows = self.row.related(info)
        listing = Listing("card_orders", rows, first, CONNECTION_ORDER["counter_queue"])
        return CounterOrderConnection(listing=listing)

    @counter_field(
        "One order of the authority, open or not; null where it has no such. Audited.",
        edge="card_order",
        where=by_id,
    )
    def card_order(self, info: Info, id: OrderId) -> CounterOrder | None:
        rows = self.row.related(info)
        return CounterOrder(row=Row("card_orders", rows[0])) if rows else None

    @counter_field(
        "Cards that the counter made and activated, by day or month: how long it took from the "
        "order, against the promise. A period without a card is left out.",
        reads=("authority",),
    )
    async def counter_statistics(
        self, info: Info, since: Since, until: Until, by: By = StatisticsPeriod.DAY
    ) -> list[CounterPeriod]:
        if not 0 <= (until - since).days < MAX_DAYS:
            raise RequestError(
                RequestErrorCode.BAD_USER_INPUT, f"`since` to `until` spans 1 to {MAX_DAYS} days."
            )
        authority = self.row["authority"]
        found = await counter_statistics(info.context.gateway, authority, since, until, by)
        return [CounterPeriod(figures=figures) for figures in found]


@strawberry.type(description="The cards and orders of a holder at one authority.")
class HolderAtCounter:
    row: strawberry.Private[Row]

    @counter_field("Cards that this authority issued, newest first.", edge="cards_of_holder")
    def cards(self, info: Info) -> list[Card]:
        return [Card(row=Row("cards", row)) for row in self.row.related(info)]

    @counter_field("Orders of this authority, newest first.", edge="orders_of_holder")
    def orders(self, info: Info) -> list[CounterOrder]:
        return [CounterOrder(row=Row("card_orders", row)) for row in self.row.related(info)]


@strawberry.type
class CounterQuery:
    @counter_field(
        "Cards and orders of the holder with this number at the officer's authority; empty where "
        "there are none. Audited."
    )
    async def holder_at_counter(self, info: Info, input: HolderAtCounterInput) -> HolderAtCounter:
        gateway = info.context.gateway
        holder_id = await find_by_permit_number(gateway, input.work_permit_number)
        where = {"holder_id": holder_id or _NOBODY}
        return HolderAtCounter(row=await read_own(info, "HolderAtCounter", where))
