"""The person of a case, as the officer who checks or decides it sees the record."""

import strawberry

from auth.permissions import Permission
from schema.card import CardConnection
from schema.connection import DEFAULT_PAGE, After, First, Listing
from schema.context import Info
from schema.field import application_field, field_for
from schema.linked import IdentityDocumentConnection, Insurance, ResidencePermit
from schema.permit import PermitConnection
from schema.row import Row
from schema.sealed_text import SealedText
from schema.selection import CONNECTION_ORDER
from schema.source import Source

case_field = field_for(Permission.CASE_READ)


@strawberry.type(
    description=(
        "The registered holder of an application. Its filer sees the name; an officer of the "
        "authority sees what is needed to decide, and each look is audited."
    )
)
class CasePerson:
    row: strawberry.Private[Row]

    @application_field("Given names and surname, as registered.", reads=("full_name",))
    def full_name(self) -> SealedText:
        return self.row.sealed("full_name")

    @case_field("The Chinese name, if there is one.", reads=("chinese_name",))
    def chinese_name(self) -> SealedText | None:
        return self.row.sealed_or_none("chinese_name")

    @case_field("The date of birth.", reads=("birth_date",))
    def birth_date(self) -> SealedText:
        return self.row.sealed("birth_date")

    @case_field("The mobile phone number.", reads=("phone",))
    def phone(self) -> SealedText | None:
        return self.row.sealed_or_none("phone")

    @case_field("The nationality; ISO 3166 alpha-3.", reads=("nationality",))
    def nationality(self) -> str:
        country: str = self.row["nationality"]
        return country

    @case_field("One for each person, for life.", reads=("work_permit_number",))
    def work_permit_number(self) -> SealedText | None:
        return self.row.sealed_or_none("work_permit_number")

    @case_field("Work permits, newest first.", edge="permits")
    def permits(
        self, info: Info, first: First = DEFAULT_PAGE, after: After = None
    ) -> PermitConnection:
        return PermitConnection(listing=self._listing(info, "permits", first))

    @case_field("Cards, newest first.", edge="cards")
    def cards(self, info: Info, first: First = DEFAULT_PAGE, after: After = None) -> CardConnection:
        return CardConnection(holder=self.row, listing=self._listing(info, "cards", first))

    @case_field("Passports and resident IDs, newest first.", edge="identity_documents")
    def identity_documents(
        self, info: Info, first: First = DEFAULT_PAGE, after: After = None
    ) -> IdentityDocumentConnection:
        return IdentityDocumentConnection(listing=self._listing(info, "identity_documents", first))

    @case_field("The newest residence permit, if there is one.", edge="residence_permit")
    def residence_permit(self, info: Info) -> ResidencePermit | None:
        rows = self.row.related(info)
        return ResidencePermit(row=Row("residence_permits", rows[0])) if rows else None

    @case_field("Social insurance with the newest employer, if enrolled.", edge="insurance")
    def insurance(self, info: Info) -> Insurance | None:
        rows = self.row.related(info)
        return Insurance(row=Row("insurance_enrolments", rows[0])) if rows else None

    @case_field("Where the record comes from, and how fresh it is.", reads=("source",))
    def source(self) -> Source:
        return Source(stored=self.row["source"])

    def _listing(self, info: Info, relation: str, first: int) -> Listing:
        return Listing(relation, self.row.related(info), first, CONNECTION_ORDER[relation])
