"""An order as the counter sees it: with the person for whom the card is."""

import strawberry

from auth.permissions import Permission
from schema.card_order import CardOrder
from schema.connection import ListedRow, Listing, PageInfo
from schema.context import Info
from schema.counter_person import CounterPerson
from schema.field import field_for
from schema.row import Row

counter_field = field_for(Permission.CARD_MAKE)


@strawberry.type(description="The order of a physical card, at the counter that makes it.")
class CounterOrder(CardOrder):
    row: strawberry.Private[Row]

    @counter_field(
        "For whom the card is; null once it was collected or the order cancelled.", edge="holder"
    )
    def holder(self, info: Info) -> CounterPerson | None:
        rows = self.row.related(info)
        return CounterPerson(row=Row("holders", rows[0])) if rows else None


@strawberry.type(description="An order and its place in the queue.")
class CounterOrderEdge:
    listed: strawberry.Private[ListedRow]

    @counter_field("To be given as `after`.")
    def cursor(self) -> str:
        return self.listed.cursor

    @counter_field("The order.")
    def node(self, info: Info) -> CounterOrder:
        return CounterOrder(row=self.listed.node(info))


@strawberry.type(description="A page of a counter's queue.")
class CounterOrderConnection:
    listing: strawberry.Private[Listing]

    @counter_field("The orders of this page.")
    def edges(self, info: Info) -> list[CounterOrderEdge]:
        return [CounterOrderEdge(listed=listed) for listed in self.listing.listed(info)]

    @counter_field("Where the page stands in the queue.")
    def page_info(self) -> PageInfo:
        return self.listing.page_info()
