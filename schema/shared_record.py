"""What a holder shows to somebody else: the bundles, and a part for each of them.

What leads here is guarded besides, and leaves its line in the audit trail before anything is shown.
"""

from datetime import datetime

import strawberry

from resolvers.policy.access_texts import ledger_field_label
from resolvers.policy.sharing_texts import BUNDLE_LABELS
from resolvers.rules.bundles import FIELDS, Bundle
from resolvers.sharing import parts
from schema.context import Info
from schema.field import record_field, shared_field
from schema.shared_parts import (
    SharedCard,
    SharedContact,
    SharedIdentity,
    SharedInsurance,
    SharedPassport,
    SharedPastPermit,
    SharedPermit,
    SharedResidencePermit,
)

strawberry.enum(Bundle, description="Fields that a holder can only show together.")


@strawberry.type(description="A field that a bundle shows, or that somebody looked at.")
class SharedField:
    of: strawberry.Private[str]

    @record_field("The stable name.")
    def name(self) -> str:
        return self.of

    @record_field("In words, in the language of the request.")
    def label(self, info: Info) -> str:
        return info.context.text(ledger_field_label(self.of), self.of)


@strawberry.type(description="A bundle: fields that can only be shown together.")
class SharedBundle:
    of: strawberry.Private[Bundle]

    @record_field("The stable code.")
    def code(self) -> Bundle:
        return self.of

    @record_field("In words, in the language of the request.")
    def label(self, info: Info) -> str:
        return info.context.text(BUNDLE_LABELS[self.of], self.of)

    @record_field("What it shows, by the names that the holder's ledger uses.")
    def fields(self) -> list[SharedField]:
        return [SharedField(of=field) for field in FIELDS[self.of]]


@strawberry.type(
    description=(
        "What a holder shows, as it is now. A part is null, or a list empty, where its bundle is "
        "not shown, and where there is nothing on record: `bundles` tells the two apart."
    )
)
class SharedRecord:
    of: strawberry.Private[parts.SharedRecord]

    @shared_field("The instant at which everything here was read.")
    def as_of(self) -> datetime:
        return self.of.as_of

    @shared_field("What is shown.")
    def bundles(self) -> list[SharedBundle]:
        return [SharedBundle(of=bundle) for bundle in self.of.bundles]

    @shared_field("Who it is.")
    def identity(self) -> SharedIdentity | None:
        return SharedIdentity(of=self.of.identity) if self.of.identity else None

    @shared_field("The current passport.")
    def passport(self) -> SharedPassport | None:
        return SharedPassport(of=self.of.passport) if self.of.passport else None

    @shared_field("The active work permit, or else the newest.")
    def permit(self) -> SharedPermit | None:
        return SharedPermit(of=self.of.permit) if self.of.permit else None

    @shared_field("All work permits, newest first; at most 100.")
    def permit_history(self) -> list[SharedPastPermit]:
        return [SharedPastPermit(of=one) for one in self.of.permit_history]

    @shared_field("The newest residence permit.")
    def residence_permit(self) -> SharedResidencePermit | None:
        return (
            SharedResidencePermit(of=self.of.residence_permit) if self.of.residence_permit else None
        )

    @shared_field("Social insurance.")
    def insurance(self) -> SharedInsurance | None:
        return SharedInsurance(of=self.of.insurance) if self.of.insurance else None

    @shared_field("The newest card of each kind.")
    def cards(self) -> list[SharedCard]:
        return [SharedCard(of=one) for one in self.of.cards]

    @shared_field("How to reach the holder.")
    def contact(self) -> SharedContact | None:
        return SharedContact(of=self.of.contact) if self.of.contact else None
