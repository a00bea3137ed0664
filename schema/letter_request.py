"""The mutation with which a letter is asked for."""

from typing import Annotated

import strawberry

from auth.permissions import Permission
from resolvers.letters.issuing import request_letter
from resolvers.refusals import Refused
from resolvers.vocabulary import LetterKind
from schema.change_types import KEY, ChangeRefused, change_refused, command_of
from schema.context import Info
from schema.field import guarded
from schema.letter import Letter, letter_field, letter_of
from schema.own_read import read_own
from schema.row import Row

MAX_ID_LENGTH = 40


@strawberry.input(description="Which letter is wanted.")
class RequestLetterInput:
    idempotency_key: str = strawberry.field(description=KEY)
    kind: LetterKind = strawberry.field(description="Which paper.")
    about_id: strawberry.ID = strawberry.field(
        description=(
            "PERMIT_NOTIFICATION and DECISION: an application. CANCELLATION_PROOF and "
            "PERMIT_CERTIFICATE: a permit. CARD_RECEIPT: an order of a card."
        )
    )


@strawberry.type(description="The letter is there: made for this request, or for an earlier one.")
class LetterIssued:
    row: strawberry.Private[Row]

    @letter_field("The letter.", edge="letter")
    def letter(self, info: Info) -> Letter:
        return letter_of(self.row.related(info))


RequestLetterPayload = Annotated[
    LetterIssued | ChangeRefused,
    strawberry.union("RequestLetterPayload", description="How it ended."),
]


@strawberry.type
class LetterMutation:
    @guarded(
        Permission.LETTER_READ,
        Permission.EMPLOYER_LETTER_READ,
        description=(
            "Ask for a letter. The same letter about the same state is made once: whoever asks "
            "again gets the same file. A holder for every kind, an employer for decisions and "
            "notifications of the applications that it filed."
        ),
    )
    async def request_letter(self, info: Info, input: RequestLetterInput) -> RequestLetterPayload:
        context = info.context
        outcome = await request_letter(
            context.gateway,
            context.ask,
            command_of(info, "requestLetter", input),
            input.kind,
            str(input.about_id)[:MAX_ID_LENGTH],
        )
        if isinstance(outcome, Refused):
            return change_refused(info, outcome)
        where = {"_id": outcome.object_id}
        return LetterIssued(row=await read_own(info, "LetterIssued", where))
