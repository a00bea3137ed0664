"""Showing a card by a code, and checking the code that one was shown."""

import math
from datetime import date, datetime
from typing import Annotated

import strawberry

from auth.permissions import Permission
from resolvers.cards.showing import ShowableCode, card_code, qr_picture
from resolvers.cards.verifying import CardChecked, TooManyChecks, check_card
from resolvers.policy.card_showing_texts import (
    SHOW_REFUSAL_TEXTS,
    TOO_MANY_CHECKS,
    VERDICT_TEXTS,
)
from resolvers.policy.permit_labels import CATEGORY_LABELS, PERMIT_STATUS_LABELS
from resolvers.policy.record_labels import CARD_STATE_LABELS
from resolvers.rules.card_showing import CardVerdict, ShowRefusal
from resolvers.rules.check_addresses import token_in
from resolvers.vocabulary import CardCause, CardState, PermitStatus
from schema.context import Info
from schema.enums import PermitCategory
from schema.field import field_for, guarded, personal
from schema.place import City

strawberry.enum(ShowRefusal, name="CardCodeRefusal", description="Why no code is given.")
strawberry.enum(
    CardVerdict,
    description="How a check ended; all but VALID, and any not known, mean that it does not count.",
)

MAX_ID_LENGTH = 40

_shown = field_for(Permission.CARD_SHOW)
_checked = field_for(Permission.CARD_CHECK, Permission.OFFICER_CARD_CHECK)

CardId = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Of an own electronic card; the newest when not given."),
]


@strawberry.type(
    description=(
        "The QR code of `payload`, for clients that draw none themselves. Drawing costs some "
        "milliseconds more than the code itself."
    )
)
class QrCode:
    version: int = _shown("1 to 40; 21 + 4 × (version − 1) modules a side.")
    size: int = _shown("Modules of one side, without the quiet zone.")
    svg: str = _shown("As inline SVG, dark on white, with the quiet zone of four modules.")


@strawberry.type(description="A code that shows the card: for one minute and one scan.")
class CardCode:
    of: strawberry.Private[ShowableCode]

    @_shown("What the QR code is to say: the address of the check page with the code.")
    def payload(self) -> str:
        return self.of.address

    @_shown("From then on the code does not count.")
    def expires_at(self) -> datetime:
        return self.of.expires_at

    @_shown("When to ask for the next one, so that the screen never shows one that is over.")
    def refresh_after(self) -> datetime:
        return self.of.refresh_after

    @_shown("The payload drawn.")
    async def qr(self, info: Info) -> QrCode:
        drawn = await info.context.gateway.heavy_work.run(qr_picture, self.of.address)
        return QrCode(version=drawn.version, size=drawn.size, svg=drawn.svg)


@strawberry.type(description="No code is given.")
class CardCodeRefused:
    code: ShowRefusal = _shown("The stable code.")
    message: str = _shown("What it means and what to do, in the language of the request.")


CardCodePayload = Annotated[
    CardCode | CardCodeRefused,
    strawberry.union("CardCodePayload", description="A code, or why there is none."),
]


@strawberry.input(description="What was scanned.")
class VerifyCardInput:
    code: str = personal("What the QR code says: the whole address, or the last part of it.")


@strawberry.type(
    description=(
        "The code was checked, and is used up, however this ended. `By duty` are fields for the "
        "employer that sponsors the holder now, by a client that may read its permits, and for "
        "officers of the authority of the permit (CHECK or DECIDE: the permit) or of the card "
        "(COUNTER: the card); else they are null."
    )
)
class CardCheck:
    of: strawberry.Private[CardChecked]

    @_checked("Whether to rely on the card.")
    def is_valid(self) -> bool:
        return self.of.verdict is CardVerdict.VALID

    @_checked("How it ended, as a stable code.")
    def verdict(self) -> CardVerdict:
        return self.of.verdict

    @_checked("What that means, in the language of the request.")
    def message(self, info: Info) -> str:
        return info.context.text(VERDICT_TEXTS[self.of.verdict], self.of.verdict)

    @_checked("When it was checked: all of it is as of then.")
    def checked_at(self) -> datetime:
        return self.of.checked_at

    @_checked("The category of the work permit on the card; null if the card is not valid.")
    def permit_category(self) -> PermitCategory | None:
        return None if self.of.permit is None else self.of.permit.category

    @_checked("The category in words, in the language of the request.")
    def permit_category_label(self, info: Info) -> str | None:
        permit = self.of.permit
        if permit is None:
            return None
        return info.context.text(CATEGORY_LABELS[permit.category], permit.category)

    @_checked("The employer that the permit names; null if the card is not valid.")
    def employer_name(self, info: Info) -> str | None:
        permit = self.of.permit
        if permit is None or permit.employer is None:
            return None
        return info.context.localised(permit.employer)

    @_checked("The last day on which the permit is valid; null if the card is not valid.")
    def last_valid_day(self) -> date | None:
        return None if self.of.permit is None else self.of.permit.last_valid_day

    @_checked("The holder's name with initials only; null if the card is not valid.")
    def masked_name(self) -> str | None:
        return None if self.of.permit is None else self.of.permit.masked_name

    @_checked("By duty: given names and surname, as registered.")
    def full_name(self) -> str | None:
        return self.of.by_duty.full_name

    @_checked("By duty: the number of the work permit.")
    def permit_number(self) -> str | None:
        return self.of.by_duty.permit_number

    @_checked("By duty: the status of the permit now.")
    def permit_status(self) -> PermitStatus | None:
        return self.of.by_duty.permit_status

    @_checked("By duty: that status in words, in the language of the request.")
    def permit_status_label(self, info: Info) -> str | None:
        status = self.of.by_duty.permit_status
        return None if status is None else info.context.text(PERMIT_STATUS_LABELS[status], status)

    @_checked("By duty: the post, in the language of the request.")
    def post(self, info: Info) -> str | None:
        post = self.of.by_duty.post
        return None if post is None else info.context.localised(post)

    @_checked("By duty: the city of the permit.")
    def city(self) -> City | None:
        city = self.of.by_duty.city
        return None if city is None else City(of=city)

    @_checked("By duty: the id of the card, for the desk of a counter.")
    def card_id(self) -> strawberry.ID | None:
        card_id = self.of.by_duty.card_id
        return None if card_id is None else strawberry.ID(card_id)

    @_checked("By duty: the state of the card now.")
    def card_state(self) -> CardState | None:
        return self.of.by_duty.card_state

    @_checked("By duty: that state in words, in the language of the request.")
    def card_state_label(self, info: Info) -> str | None:
        state = self.of.by_duty.card_state
        return None if state is None else info.context.text(CARD_STATE_LABELS[state], state)

    @_checked("By duty: why the card is suspended or cancelled.")
    def card_cause(self) -> CardCause | None:
        return self.of.by_duty.card_cause


@strawberry.type(description="Nothing was checked, and the code is not used up.")
class CardCheckRefused:
    message: str = _checked("What it means and what to do, in the language of the request.")
    retry_after_seconds: int = _checked("How long to wait before the next check.")


VerifyCardPayload = Annotated[
    CardCheck | CardCheckRefused,
    strawberry.union("VerifyCardPayload", description="How it ended."),
]


@strawberry.type
class CardCodeQuery:
    @guarded(
        Permission.CARD_SHOW,
        description=(
            "A code that shows an own electronic card: good for one minute and one scan, and only "
            "while the card stays as it is. Cheap: ask again at `refreshAfter`."
        ),
    )
    async def card_code(self, info: Info, card_id: CardId = None) -> CardCodePayload:
        context = info.context
        wanted = None if card_id is None else str(card_id)[:MAX_ID_LENGTH]
        outcome = await card_code(context.gateway, context.ask, wanted)
        if isinstance(outcome, ShowRefusal):
            message = context.text(SHOW_REFUSAL_TEXTS[outcome], outcome)
            return CardCodeRefused(code=outcome, message=message)
        return CardCode(of=outcome)


@strawberry.type
class CardCheckMutation:
    @guarded(
        Permission.CARD_CHECK,
        Permission.OFFICER_CARD_CHECK,
        description=(
            "Check the code of a card that one is shown. The first check of a code uses it up, so "
            "this takes no idempotency key: after a lost answer, have the next code shown. Each "
            "check stands in the holder's ledger."
        ),
    )
    async def verify_card(self, info: Info, input: VerifyCardInput) -> VerifyCardPayload:
        context = info.context
        token = token_in(input.code) or ""
        outcome = await check_card(context.gateway, context.ask, token)
        if isinstance(outcome, TooManyChecks):
            return CardCheckRefused(
                message=context.text(TOO_MANY_CHECKS, "RATE_LIMITED"),
                retry_after_seconds=max(1, math.ceil(outcome.retry_after.total_seconds())),
            )
        return CardCheck(of=outcome)
