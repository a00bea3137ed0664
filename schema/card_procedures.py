"""The mutations of cards and orders by their holder."""

from collections.abc import Coroutine
from typing import Annotated, Any

import strawberry

from auth.permissions import Permission
from resolvers.cards.ordering import OrderAsked, WantedCard, cancel_order, order_card
from resolvers.cards.own import (
    CardAsked,
    cancel_electronic_card,
    issue_electronic_card,
    reactivate_electronic_card,
    release_temporary_loss,
    report_temporary_loss,
    suspend_electronic_card,
)
from resolvers.changes import Command, Done
from resolvers.gateway import Ask, Gateway
from resolvers.refusals import Refused
from schema.card import Card
from schema.card_inputs import (
    CardOrderStepInput,
    CardStepInput,
    IssueElectronicCardInput,
    OrderCardInput,
)
from schema.card_order import CardOrder, order_field
from schema.change_types import ChangeRefused, change_refused, command_of
from schema.context import Info
from schema.field import guarded
from schema.own_read import read_own
from schema.row import Row

MAX_ID_LENGTH = 40


@strawberry.type(description="The change of a card stands.")
class CardChanged:
    row: strawberry.Private[Row]

    @order_field("The card as it is now.", edge="card")
    def card(self, info: Info) -> Card:
        return Card(row=Row("cards", self.row.changed(info)))


@strawberry.type(description="The change of an order stands.")
class CardOrderChanged:
    row: strawberry.Private[Row]

    @order_field("The order as it is now.", edge="card_order")
    def order(self, info: Info) -> CardOrder:
        return CardOrder(row=Row("card_orders", self.row.changed(info)))


CardChangePayload = Annotated[
    CardChanged | ChangeRefused,
    strawberry.union("CardChangePayload", description="How it ended."),
]
CardOrderChangePayload = Annotated[
    CardOrderChanged | ChangeRefused,
    strawberry.union("CardOrderChangePayload", description="How it ended."),
]


@strawberry.type
class CardMutation:
    @guarded(
        Permission.CARD_MANAGE,
        description="Issue the electronic card, before or beside any physical one.",
    )
    async def issue_electronic_card(
        self, info: Info, input: IssueElectronicCardInput
    ) -> CardChangePayload:
        command = command_of(info, "issueElectronicCard", input)
        context = info.context
        return await card_ended(info, issue_electronic_card(context.gateway, context.ask, command))

    @guarded(Permission.CARD_MANAGE, description="Suspend the electronic card at once.")
    async def suspend_electronic_card(self, info: Info, input: CardStepInput) -> CardChangePayload:
        given = card_step(info, "suspendElectronicCard", input)
        return await card_ended(info, suspend_electronic_card(*given))

    @guarded(
        Permission.CARD_REACTIVATE,
        description=(
            "Bring the electronic card back; with an active permit, no physical card lost, and a "
            "real-person proof under 5 minutes old, else STEP_UP_REQUIRED."
        ),
    )
    async def reactivate_electronic_card(
        self, info: Info, input: CardStepInput
    ) -> CardChangePayload:
        given = card_step(info, "reactivateElectronicCard", input)
        return await card_ended(info, reactivate_electronic_card(*given))

    @guarded(Permission.CARD_MANAGE, description="Cancel the electronic card for good.")
    async def cancel_electronic_card(self, info: Info, input: CardStepInput) -> CardChangePayload:
        given = card_step(info, "cancelElectronicCard", input)
        return await card_ended(info, cancel_electronic_card(*given))

    @guarded(
        Permission.CARD_MANAGE,
        description=(
            "Report a physical card as lost for the days of its city. The electronic card stops "
            "at once; the bank side is reported to the bank."
        ),
    )
    async def report_temporary_loss(self, info: Info, input: CardStepInput) -> CardChangePayload:
        given = card_step(info, "reportTemporaryLoss", input)
        return await card_ended(info, report_temporary_loss(*given))

    @guarded(
        Permission.CARD_REACTIVATE,
        description=(
            "End a temporary loss, and the suspension that it caused; with a real-person proof "
            "under 5 minutes old, else STEP_UP_REQUIRED."
        ),
    )
    async def release_temporary_loss(self, info: Info, input: CardStepInput) -> CardChangePayload:
        given = card_step(info, "releaseTemporaryLoss", input)
        return await card_ended(info, release_temporary_loss(*given))

    @guarded(Permission.CARD_ORDER, description="Order a physical card.")
    async def order_card(self, info: Info, input: OrderCardInput) -> CardOrderChangePayload:
        command = command_of(info, "orderCard", input)
        wanted = WantedCard(input.reason, input.making, input.channel, input.collection)
        context = info.context
        ordered = order_card(context.gateway, context.ask, command, wanted, input.city)
        return await order_ended(info, ordered)

    @guarded(
        Permission.CARD_ORDER,
        Permission.CARD_MAKE,
        description=(
            "Give up an order: the holder until the card is made, an officer of the counter until "
            "it is collected."
        ),
    )
    async def cancel_card_order(
        self, info: Info, input: CardOrderStepInput
    ) -> CardOrderChangePayload:
        given = order_step(info, "cancelCardOrder", input)
        return await order_ended(info, cancel_order(*given))


def card_step(
    info: Info, name: str, given: CardStepInput
) -> tuple[Gateway, Ask, Command, CardAsked]:
    """What every step of a card is called with."""
    asked = CardAsked(str(given.card_id)[:MAX_ID_LENGTH], given.revision)
    return info.context.gateway, info.context.ask, command_of(info, name, given), asked


def order_step(
    info: Info, name: str, given: CardOrderStepInput
) -> tuple[Gateway, Ask, Command, OrderAsked]:
    """What every step of an order is called with."""
    asked = OrderAsked(str(given.order_id)[:MAX_ID_LENGTH], given.revision)
    return info.context.gateway, info.context.ask, command_of(info, name, given), asked


async def card_ended(
    info: Info, change: Coroutine[Any, Any, Done | Refused]
) -> CardChanged | ChangeRefused:
    outcome = await change
    if isinstance(outcome, Refused):
        return change_refused(info, outcome)
    return CardChanged(row=await read_own(info, "CardChanged", {"_id": outcome.object_id}))


async def order_ended(
    info: Info, change: Coroutine[Any, Any, Done | Refused]
) -> CardOrderChanged | ChangeRefused:
    outcome = await change
    if isinstance(outcome, Refused):
        return change_refused(info, outcome)
    where = {"_id": outcome.object_id}
    return CardOrderChanged(row=await read_own(info, "CardOrderChanged", where))
