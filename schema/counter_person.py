"""The person for whom a counter makes a card: what is compared with whoever stands there."""

import strawberry

from auth.permissions import Permission
from schema.context import Info
from schema.enums import IdentityDocumentKind
from schema.field import field_for
from schema.row import Row
from schema.sealed_text import SealedText

person_at_counter_field = field_for(Permission.CARD_MAKE)


@strawberry.type(description="An identity document, as far as a counter compares it.")
class CounterIdentityDocument:
    row: strawberry.Private[Row]

    @person_at_counter_field("Passport or permanent resident ID.", reads=("kind",))
    def kind(self) -> IdentityDocumentKind:
        return IdentityDocumentKind(self.row["kind"])

    @person_at_counter_field(
        "Its number, masked; it is not shown in full.", reads=("number.masked",)
    )
    def masked_number(self) -> str:
        masked: str = self.row["number"]["masked"]
        return masked


@strawberry.type(
    description=(
        "The person for whom a card is made, while the order is open: enough to know who stands "
        "there. Each look is audited."
    )
)
class CounterPerson:
    row: strawberry.Private[Row]

    @person_at_counter_field("Given names and surname, as registered.", reads=("full_name",))
    def full_name(self) -> SealedText:
        return self.row.sealed("full_name")

    @person_at_counter_field("The Chinese name, if there is one.", reads=("chinese_name",))
    def chinese_name(self) -> SealedText | None:
        return self.row.sealed_or_none("chinese_name")

    @person_at_counter_field(
        "The newest identity document that no other has superseded.",
        edge="current_identity_document",
    )
    def identity_document(self, info: Info) -> CounterIdentityDocument | None:
        rows = self.row.related(info)
        if not rows:
            return None
        return CounterIdentityDocument(row=Row("identity_documents", rows[0]))
