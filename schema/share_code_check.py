"""The mutation with which a portal checks a share code."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from auth.permissions import Permission
from resolvers.policy.sharing_texts import PURPOSE_LABELS
from resolvers.refusals import RefusalCode, Refused
from resolvers.share_codes import checking
from resolvers.share_codes.checking import (
    MAX_TYPED_LENGTH,
    TooManyChecks,
    Typed,
    check_share_code,
)
from resolvers.share_codes.proving import follow_up_on
from schema.change_types import KEY, ChangeRefused, change_refused, command_of
from schema.context import Info
from schema.enums import SharingPurpose
from schema.field import field_for, guarded, personal
from schema.shared_record import SharedRecord

checked_field = field_for(Permission.SHARE_CODE_CHECK)


@strawberry.input(description="A share code that somebody has shown.")
class RedeemShareCodeInput:
    idempotency_key: str = strawberry.field(description=KEY)
    code: str = personal("As it was shown; spaces, hyphens and case do not matter.")
    birth_date: date = personal("The birth date of whom it is about, from a paper seen.")


@strawberry.type(
    description="What the holder shows, live, and a signed proof of this check to keep."
)
class ShareCodeRedeemed:
    of: strawberry.Private[checking.Checked]

    @checked_field("Random id of this check; it stands in the proof as `jti`.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.of.proof_id)

    @checked_field("What it was shown for: it may be used for nothing else.")
    def purpose(self) -> SharingPurpose:
        return self.of.purpose

    @checked_field("The purpose in words, in the language of the request.")
    def purpose_label(self, info: Info) -> str:
        return info.context.text(PURPOSE_LABELS[self.of.purpose], self.of.purpose)

    @checked_field("What the holder shows, as it is now.")
    def record(self) -> SharedRecord:
        return SharedRecord(of=self.of.record)

    @checked_field(
        "The last valid day of the permit to work or to stay that is shown, whichever ends first: "
        "check again by then. Null where none is shown or none holds."
    )
    def follow_up_on(self) -> date | None:
        return follow_up_on(self.of.record)

    @checked_field(
        "The proof to keep: a compact JWS, verified with /.well-known/jwks.json alone; "
        "docs/share-codes.md."
    )
    def proof(self) -> str:
        return self.of.proof

    @checked_field(
        "Where the same proof is downloaded as a signed PDF, with an access token of the same "
        "client."
    )
    def proof_url(self, info: Info) -> str:
        client_id = info.context.ask.principal.client_id or ""
        links = info.context.gateway.proof_links
        return links.url(self.of.proof_id, client_id, self.of.downloadable_until)

    @checked_field("Until when; then it is on record here no more.")
    def proof_expires_at(self) -> datetime:
        return self.of.downloadable_until


RedeemShareCodePayload = Annotated[
    ShareCodeRedeemed | ChangeRefused,
    strawberry.union("RedeemShareCodePayload", description="How it ended."),
]


@strawberry.type
class ShareCodeCheckMutation:
    @guarded(
        Permission.SHARE_CODE_CHECK,
        description=(
            "Check a share code: takes one of its uses. A wrong code, a wrong birth date and a "
            "code that is not good any more are answered alike; docs/share-codes.md."
        ),
    )
    async def redeem_share_code(
        self, info: Info, input: RedeemShareCodeInput
    ) -> RedeemShareCodePayload:
        outcome = await check_share_code(
            info.context.gateway,
            info.context.ask,
            command_of(info, "redeemShareCode", input),
            Typed(input.code[:MAX_TYPED_LENGTH], input.birth_date),
        )
        if isinstance(outcome, TooManyChecks):
            return change_refused(info, Refused(RefusalCode.TOO_MANY_CHECKS))
        if isinstance(outcome, Refused):
            return change_refused(info, outcome)
        return ShareCodeRedeemed(of=outcome)
