"""What is given to change cards and orders."""

import strawberry

from schema.change_types import KEY, REVISION
from schema.enums import CardChannel, CardCollection, CardMaking, CardReason, PhotoFault
from schema.field import personal


@strawberry.input(description="The issue of an electronic card.")
class IssueElectronicCardInput:
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.input(description="A step of a card.")
class CardStepInput:
    idempotency_key: str = strawberry.field(description=KEY)
    card_id: strawberry.ID = strawberry.field(description="Which card.")
    revision: int = strawberry.field(description=REVISION)


@strawberry.input(description="A step of an order.")
class CardOrderStepInput:
    idempotency_key: str = strawberry.field(description=KEY)
    order_id: strawberry.ID = strawberry.field(description="Which order.")
    revision: int = strawberry.field(description=REVISION)


@strawberry.input(description="A physical card to be made.")
class OrderCardInput:
    idempotency_key: str = strawberry.field(description=KEY)
    city: str = strawberry.field(description="The city that makes it; code of GB/T 2260.")
    reason: CardReason = strawberry.field(description="Why.")
    making: CardMaking = strawberry.field(description="At a counter or by a factory.")
    channel: CardChannel = strawberry.field(
        default=CardChannel.ONLINE, description="Where it is ordered; not COUNTER."
    )
    collection: CardCollection = strawberry.field(
        default=CardCollection.IN_PERSON,
        description="How it reaches you; from a counter in person only.",
    )


@strawberry.input(description="A physical card for a holder who stands at the counter.")
class OrderCardAtCounterInput:
    idempotency_key: str = strawberry.field(description=KEY)
    work_permit_number: str = personal("The holder's work permit number, as typed.")
    reason: CardReason = strawberry.field(description="Why.")
    making: CardMaking = strawberry.field(description="At this counter or by a factory.")
    collection: CardCollection = strawberry.field(
        default=CardCollection.IN_PERSON,
        description="How it reaches the holder; from a counter in person only.",
    )


@strawberry.input(description="The check of an order's photo.")
class CheckPhotoInput(CardOrderStepInput):
    fault: PhotoFault | None = strawberry.field(
        default=None, description="Why it is refused; it is accepted without."
    )


@strawberry.input(description="The blank that became a card.")
class MakeCardInput(CardOrderStepInput):
    card_number: str | None = personal(
        "The number on the blank, 8 or 9 letters and digits; none where the number is kept.",
        default=None,
    )
    bank_account: str | None = personal(
        "The number of the bank card on it, if there is one.", default=None
    )


@strawberry.input(description="A holder who stands at the counter.")
class HolderAtCounterInput:
    work_permit_number: str = personal("The holder's work permit number, as typed.")
