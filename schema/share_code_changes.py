"""The mutations with which a holder makes a share code and takes it back, and the preview."""

from datetime import datetime
from typing import Annotated

import strawberry

from auth.permissions import Permission
from resolvers.refusals import Refused
from resolvers.rules.bundles import Bundle
from resolvers.rules.share_codes import shown_code
from resolvers.share_codes.making import (
    Recipient,
    WantedCode,
    make_share_code,
    preview,
    revoke_share_code,
)
from schema.change_types import KEY, ChangeRefused, change_refused, command_of
from schema.context import Info
from schema.enums import SharingPurpose
from schema.field import field_for, guarded
from schema.own_read import RootMissing, read_own
from schema.row import Row
from schema.share_code import ShareCode
from schema.shared_record import SharedRecord

MAX_ID_LENGTH = 40
made_field = field_for(Permission.SHARE_CODE_MAKE)
revoked_field = field_for(Permission.SHARE_CODE_REVOKE)

_BUNDLES = "What is shown; `previewShare` shows the same."


@strawberry.input(one_of=True, description="Who may use a share code: exactly one of these.")
class ShareRecipientInput:
    employer_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The portal of this employer."
    )
    credit_code: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The portal of the employer with this unified social credit code.",
    )
    bearer: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="true: whoever has the code and the birth date, also at the check page.",
    )


@strawberry.input(description="Which share code is wanted.")
class MakeShareCodeInput:
    idempotency_key: str = strawberry.field(
        description=(
            "A new one for each code, 8 to 64 of A-Z, a-z, 0-9, _ and -. Sent again within 24 "
            "hours with the same input it answers with the same code."
        )
    )
    purpose: SharingPurpose = strawberry.field(description="What it is shown for.")
    bundles: list[Bundle] = strawberry.field(description=_BUNDLES)
    recipient: ShareRecipientInput = strawberry.field(description="Who may use it.")
    expires_at: datetime | None = strawberry.field(
        default=None,
        description="5 minutes to 90 days from now; 30 days from now when not given.",
    )
    uses: int | None = strawberry.field(
        default=None, description="How often it can be used, 1 to 100; 3 times when not given."
    )


@strawberry.input(description="Which share code is taken back.")
class RevokeShareCodeInput:
    idempotency_key: str = strawberry.field(description=KEY)
    share_code_id: strawberry.ID = strawberry.field(description="The `id` of the share code.")


@strawberry.type(description="The share code is good from now on.")
class ShareCodeMade:
    row: strawberry.Private[Row]
    made: strawberry.Private[str | None]

    @made_field(
        "Nine characters in groups of three, in this answer alone: nobody can tell it again. Null "
        "only for a repeated request after a rotation of keys."
    )
    def plain_code(self) -> str | None:
        return None if self.made is None else shown_code(self.made)

    @made_field("The record of it.", edge="share_code")
    def share_code(self, info: Info) -> ShareCode:
        return ShareCode(row=Row("share_codes", self.row.changed(info)))


@strawberry.type(description="The share code opens nothing any more.")
class ShareCodeRevoked:
    row: strawberry.Private[Row]

    @revoked_field("The record of it.", edge="share_code")
    def share_code(self, info: Info) -> ShareCode:
        return ShareCode(row=Row("share_codes", self.row.changed(info)))


MakeShareCodePayload = Annotated[
    ShareCodeMade | ChangeRefused,
    strawberry.union("MakeShareCodePayload", description="How it ended."),
]
RevokeShareCodePayload = Annotated[
    ShareCodeRevoked | ChangeRefused,
    strawberry.union("RevokeShareCodePayload", description="How it ended."),
]


@strawberry.type
class ShareCodeQuery:
    @guarded(
        Permission.SHARE_CODE_MAKE,
        description="Exactly what a share code with these bundles would show now.",
    )
    async def preview_share(
        self,
        info: Info,
        bundles: Annotated[list[Bundle], strawberry.argument(description="What would be shown.")],
    ) -> SharedRecord:
        shown = await preview(info.context.gateway, info.context.ask, bundles)
        if shown is None:
            raise RootMissing
        return SharedRecord(of=shown)


@strawberry.type
class ShareCodeMutation:
    @guarded(
        Permission.SHARE_CODE_MAKE,
        description=(
            "Make a code with which others see a part of the record, live, together with the "
            "birth date; docs/share-codes.md."
        ),
    )
    async def make_share_code(self, info: Info, input: MakeShareCodeInput) -> MakeShareCodePayload:
        wanted = WantedCode(
            purpose=input.purpose,
            bundles=input.bundles,
            recipient=_recipient(input.recipient),
            expires_at=input.expires_at,
            uses=input.uses,
        )
        outcome = await make_share_code(
            info.context.gateway,
            info.context.ask,
            command_of(info, "makeShareCode", input),
            wanted,
        )
        if isinstance(outcome, Refused):
            return change_refused(info, outcome)
        row = await read_own(info, "ShareCodeMade", {"_id": outcome.code_id})
        return ShareCodeMade(row=row, made=outcome.code)

    @guarded(
        Permission.SHARE_CODE_REVOKE,
        description="Take a share code back, effective at once. A second time changes nothing.",
    )
    async def revoke_share_code(
        self, info: Info, input: RevokeShareCodeInput
    ) -> RevokeShareCodePayload:
        outcome = await revoke_share_code(
            info.context.gateway,
            info.context.ask,
            command_of(info, "revokeShareCode", input),
            str(input.share_code_id)[:MAX_ID_LENGTH],
        )
        if isinstance(outcome, Refused):
            return change_refused(info, outcome)
        row = await read_own(info, "ShareCodeRevoked", {"_id": outcome.object_id})
        return ShareCodeRevoked(row=row)


def _recipient(given: ShareRecipientInput) -> Recipient:
    """`bearer: false` names nobody: an unknown employer, which is refused."""
    if given.employer_id:
        return Recipient(employer_id=str(given.employer_id)[:MAX_ID_LENGTH])
    if given.credit_code:
        return Recipient(credit_code=given.credit_code)
    return Recipient() if given.bearer is True else Recipient(credit_code="")
