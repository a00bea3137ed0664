"""The mutations of a counter's officers."""

import strawberry

from resolvers.cards.counter import (
    activate_card,
    cancel_card,
    lock_pin,
    release_loss,
    report_loss,
    unlock_pin,
)
from resolvers.cards.making import Blank, check_photo, dispatch_card, make_card
from resolvers.cards.ordering import WantedCard, order_card_at_counter
from schema.card_inputs import (
    CardOrderStepInput,
    CardStepInput,
    CheckPhotoInput,
    MakeCardInput,
    OrderCardAtCounterInput,
)
from schema.card_procedures import (
    CardChangePayload,
    CardOrderChangePayload,
    card_ended,
    card_step,
    order_ended,
    order_step,
)
from schema.change_types import command_of
from schema.context import Info
from schema.counter_order import counter_field
from schema.enums import CardChannel


@strawberry.type
class CounterMutation:
    @counter_field("Order a card for the holder who stands at the counter.")
    async def order_card_at_counter(
        self, info: Info, input: OrderCardAtCounterInput
    ) -> CardOrderChangePayload:
        command = command_of(info, "orderCardAtCounter", input)
        wanted = WantedCard(input.reason, input.making, CardChannel.COUNTER, input.collection)
        context = info.context
        ordered = order_card_at_counter(
            context.gateway, context.ask, command, wanted, input.work_permit_number
        )
        return await order_ended(info, ordered)

    @counter_field("Accept the photo of an order, or say why it cannot be printed.")
    async def check_photo(self, info: Info, input: CheckPhotoInput) -> CardOrderChangePayload:
        given = order_step(info, "checkPhoto", input)
        return await order_ended(info, check_photo(*given, input.fault))

    @counter_field(
        "Make the card: sealed, with the holder's permit loaded. Ends in the card, which is then "
        "activated, laid ready or sent."
    )
    async def make_card(self, info: Info, input: MakeCardInput) -> CardChangePayload:
        given = order_step(info, "makeCard", input)
        blank = Blank(input.card_number, input.bank_account)
        return await card_ended(info, make_card(*given, blank))

    @counter_field("Lay a card that is made ready, or send it, as was ordered.")
    async def dispatch_card(self, info: Info, input: CardOrderStepInput) -> CardOrderChangePayload:
        given = order_step(info, "dispatchCard", input)
        return await order_ended(info, dispatch_card(*given))

    @counter_field("Open a sealed card and hand it over; its predecessor is void from then on.")
    async def activate_card(self, info: Info, input: CardStepInput) -> CardChangePayload:
        return await card_ended(info, activate_card(*card_step(info, "activateCard", input)))

    @counter_field("Report a card as lost, formally and in person.")
    async def report_loss(self, info: Info, input: CardStepInput) -> CardChangePayload:
        return await card_ended(info, report_loss(*card_step(info, "reportLoss", input)))

    @counter_field("End a temporary loss, or a formal one of a card that was found again.")
    async def release_loss(self, info: Info, input: CardStepInput) -> CardChangePayload:
        return await card_ended(info, release_loss(*card_step(info, "releaseLoss", input)))

    @counter_field("Lock a card after wrong PINs.")
    async def lock_pin(self, info: Info, input: CardStepInput) -> CardChangePayload:
        return await card_ended(info, lock_pin(*card_step(info, "lockPin", input)))

    @counter_field("Unlock a card that wrong PINs have locked.")
    async def unlock_pin(self, info: Info, input: CardStepInput) -> CardChangePayload:
        return await card_ended(info, unlock_pin(*card_step(info, "unlockPin", input)))

    @counter_field(
        "Cancel a physical card; the electronic one goes with it. A sealed card takes its order "
        "along instead."
    )
    async def cancel_card(self, info: Info, input: CardStepInput) -> CardChangePayload:
        return await card_ended(info, cancel_card(*card_step(info, "cancelCard", input)))
