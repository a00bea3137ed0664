"""The permit as a credential that a device shows offline."""

from datetime import datetime
from typing import Annotated

import strawberry

from auth.permissions import Permission
from resolvers.credentials.issuing import issue_permit_credential, open_credential
from resolvers.refusals import Refused
from schema.change_types import KEY, ChangeRefused, change_refused, command_of
from schema.context import Info
from schema.field import field_for, guarded

MAX_ID = 40

credential_field = field_for(Permission.CREDENTIAL_ISSUE)


@strawberry.input(description="For which key a credential is wanted.")
class IssuePermitCredentialInput:
    idempotency_key: str = strawberry.field(description=KEY)
    device_key_id: strawberry.ID = strawberry.field(
        description="From `deviceKeys`; a key that the session which asks has registered."
    )


@strawberry.type(
    description=(
        "The permit is issued as an SD-JWT VC: by this request, or by an earlier one. All but the "
        "id is null where a request was repeated after the credential was over."
    )
)
class PermitCredentialIssued:
    id: strawberry.ID = credential_field("Random id of the record; it stands in no credential.")
    permit_id: strawberry.ID | None = credential_field("The permit that it tells of.")
    issued_at: datetime | None = credential_field("When it was issued.")
    expires_at: datetime | None = credential_field("When it is over.")
    text: str | None = credential_field(
        "The SD-JWT with all its disclosures, in compact form (`dc+sd-jwt`): keep it in the "
        "device, and leave out of a presentation what is not to be shown."
    )


IssuePermitCredentialPayload = Annotated[
    PermitCredentialIssued | ChangeRefused,
    strawberry.union("IssuePermitCredentialPayload", description="How it ended."),
]


@strawberry.type
class PermitCredentialMutation:
    @guarded(
        Permission.CREDENTIAL_ISSUE,
        description=(
            "Have the permit on the electronic card issued as a credential for the device that "
            "asks; docs/credentials.md."
        ),
    )
    async def issue_permit_credential(
        self, info: Info, input: IssuePermitCredentialInput
    ) -> IssuePermitCredentialPayload:
        command = command_of(info, "issuePermitCredential", input)
        context = info.context
        key_id = str(input.device_key_id)[:MAX_ID]
        outcome = await issue_permit_credential(context.gateway, context.ask, command, key_id)
        if isinstance(outcome, Refused):
            return change_refused(info, outcome)
        kept = await open_credential(context.gateway, context.ask, outcome.object_id)
        issued = strawberry.ID(outcome.object_id)
        if kept is None:
            return PermitCredentialIssued(
                id=issued, permit_id=None, issued_at=None, expires_at=None, text=None
            )
        return PermitCredentialIssued(
            id=issued,
            permit_id=strawberry.ID(kept.permit_id),
            issued_at=kept.issued_at,
            expires_at=kept.expires_at,
            text=kept.text,
        )
