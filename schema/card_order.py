"""Orders of physical cards: queue, stages and promise, as holder and counter see them."""

from datetime import date, datetime
from typing import Any

import strawberry

from auth.permissions import Permission
from resolvers.rules.card_machines import WAITING_ORDERS
from resolvers.rules.card_orders import is_promise_kept, minutes_taken
from resolvers.united import MAX_UNPAGED_ROWS
from schema.card import Card
from schema.card_order_labels import ORDER_STATE_LABELS, PHOTO_FAULT_LABELS
from schema.connection import ListedRow, Listing, PageInfo
from schema.context import Info
from schema.enums import (
    CardChannel,
    CardCollection,
    CardMaking,
    CardOrderState,
    CardReason,
    PhotoFault,
)
from schema.field import field_for
from schema.place import Authority, City
from schema.row import Row

order_field = field_for(Permission.HOLDER_READ, Permission.CARD_MAKE)
_PROMISE = ("making", "state", "ordered_at", "promised_at", "made_at", "finished_at")


@strawberry.type(description="A stage that an order reached.")
class CardOrderStage:
    stored: strawberry.Private[dict[str, Any]]

    @order_field("The stable code.")
    def stage(self) -> CardOrderState:
        return CardOrderState(self.stored["stage"])

    @order_field("In words, in the language of the request.")
    def label(self, info: Info) -> str:
        stage = CardOrderState(self.stored["stage"])
        return info.context.text(ORDER_STATE_LABELS[stage], stage)

    @order_field("When it was reached.")
    def at(self) -> datetime:
        at: datetime = self.stored["at"]
        return at


@strawberry.type(description="The place in a counter's queue.")
class CardOrderTicket:
    row: strawberry.Private[Row]

    @order_field("The number, from 1 on each day at each office.")
    def number(self) -> int:
        number: int = self.row["ticket"]["number"]
        return number

    @order_field("The day on which it was taken, in Asia/Shanghai.")
    def day(self) -> date:
        return date.fromisoformat(self.row["ticket"]["day"])

    @order_field(
        "How many orders the office has to make a card for before this one; null once the card is "
        f"made. {MAX_UNPAGED_ROWS} stands for that many or more.",
        reads=("state",),
        rule_edges=("ahead",),
    )
    def ahead(self) -> int | None:
        is_waiting = self.row["state"] in WAITING_ORDERS
        return len(self.row.for_rule("ahead")) if is_waiting else None


@strawberry.type(description="The order of a physical card.")
class CardOrder:
    row: strawberry.Private[Row]

    @order_field("Random, stable id of the record.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @order_field("To be given with each change; another one after each.", reads=("revision",))
    def revision(self) -> int:
        revision: int = self.row["revision"]
        return revision

    @order_field("Why it is ordered.", reads=("reason",))
    def reason(self) -> CardReason:
        return CardReason(self.row["reason"])

    @order_field("Where it is made.", reads=("making",))
    def making(self) -> CardMaking:
        return CardMaking(self.row["making"])

    @order_field("Where it was ordered.", reads=("channel",))
    def channel(self) -> CardChannel:
        return CardChannel(self.row["channel"])

    @order_field("How it reaches the holder.", reads=("collection",))
    def collection(self) -> CardCollection:
        return CardCollection(self.row["collection"])

    @order_field("The city that issues the card.", reads=("city",))
    def city(self) -> City:
        return City(of=self.row["city"])

    @order_field("The authority that makes the card.", reads=("authority",))
    def authority(self) -> Authority:
        return Authority(of=self.row["authority"])

    @order_field("The stage that it stands at.", reads=("state",))
    def state(self) -> CardOrderState:
        return CardOrderState(self.row["state"])

    @order_field("The stage in words, in the language of the request.", reads=("state",))
    def state_label(self, info: Info) -> str:
        state = CardOrderState(self.row["state"])
        return info.context.text(ORDER_STATE_LABELS[state], state)

    @order_field("The stages so far, oldest first; at most 50.", reads=("stages",))
    def stages(self) -> list[CardOrderStage]:
        return [CardOrderStage(stored=stage) for stage in self.row["stages"]]

    @order_field("The place in the queue; null for a card from the factory.", reads=("ticket",))
    def ticket(self) -> CardOrderTicket | None:
        return CardOrderTicket(row=self.row) if self.row.get("ticket") else None

    @order_field("When it was placed.", reads=("ordered_at",))
    def ordered_at(self) -> datetime:
        at: datetime = self.row["ordered_at"]
        return at

    @order_field(
        "By when it is promised: from the counter an activated card, from the factory a made one.",
        reads=("promised_at",),
    )
    def promised_at(self) -> datetime:
        at: datetime = self.row["promised_at"]
        return at

    @order_field(
        "Whether the promise may still move, because a year of working days is not published.",
        reads=("provisional",),
    )
    def is_promise_provisional(self) -> bool:
        return bool(self.row["provisional"])

    @order_field(
        "Whether the promise was kept; null while there is time, and for an order given up.",
        reads=_PROMISE,
    )
    def is_promise_kept(self, info: Info) -> bool | None:
        return is_promise_kept(self.row.document, info.context.now)

    @order_field(
        "Whole minutes from the order until the promise was met, or until now.", reads=_PROMISE
    )
    def minutes_taken(self, info: Info) -> int | None:
        minutes = minutes_taken(self.row.document, info.context.now)
        return None if minutes is None else int(minutes)

    @order_field("Why the last photo was refused; null when it was not.", reads=("photo",))
    def photo_fault(self) -> PhotoFault | None:
        fault = (self.row["photo"] or {}).get("fault")
        return None if fault is None else PhotoFault(fault)

    @order_field("The same in words, in the language of the request.", reads=("photo",))
    def photo_fault_label(self, info: Info) -> str | None:
        fault = (self.row["photo"] or {}).get("fault")
        if fault is None:
            return None
        return info.context.text(PHOTO_FAULT_LABELS[PhotoFault(fault)], fault)

    @order_field("The card, once it is made.", edge="card")
    def card(self, info: Info) -> Card | None:
        rows = self.row.related(info)
        return Card(row=Row("cards", rows[0])) if rows else None


@strawberry.type(description="An order and its place in the list.")
class CardOrderEdge:
    listed: strawberry.Private[ListedRow]

    @order_field("To be given as `after`.")
    def cursor(self) -> str:
        return self.listed.cursor

    @order_field("The order.")
    def node(self, info: Info) -> CardOrder:
        return CardOrder(row=self.listed.node(info))


@strawberry.type(description="A page of orders.")
class CardOrderConnection:
    listing: strawberry.Private[Listing]

    @order_field("The orders of this page.")
    def edges(self, info: Info) -> list[CardOrderEdge]:
        return [CardOrderEdge(listed=listed) for listed in self.listing.listed(info)]

    @order_field("Where the page stands in the list.")
    def page_info(self) -> PageInfo:
        return self.listing.page_info()
