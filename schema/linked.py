"""Two more statuses of the same person from two other authorities, and the papers of identity."""

from datetime import date, datetime
from typing import Any

import strawberry

from resolvers.policy.freshness import RecordKind
from resolvers.policy.record_labels import INSURANCE_KIND_LABELS, INSURANCE_STATE_LABELS
from resolvers.rules.permit_status import days_left, first_day, printed_day
from schema.connection import ListedRow, Listing, PageInfo
from schema.context import Info
from schema.employer import Employer
from schema.enums import IdentityDocumentKind, InsuranceKind, InsuranceState, ResidenceState
from schema.field import person_field
from schema.place import City
from schema.row import Row
from schema.sealed_text import SealedText
from schema.source import Source

_VALIDITY_READS = ("state", "valid_from", "valid_until")


@strawberry.type(description="A work-type residence permit, from the exit-entry police.")
class ResidencePermit:
    row: strawberry.Private[Row]

    @person_field("Random, stable id of the record.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @person_field("Its number.", reads=("number",))
    def number(self) -> SealedText:
        return self.row.sealed("number")

    @person_field("What was decided.", reads=("state",))
    def state(self) -> ResidenceState:
        return ResidenceState(self.row["state"])

    @person_field("Whether it holds today.", reads=_VALIDITY_READS)
    def is_valid(self, info: Info) -> bool:
        return self._holds(info)

    @person_field(
        "Days to its last valid day: 0 on that day; null unless it holds today.",
        reads=_VALIDITY_READS,
    )
    def days_left(self, info: Info) -> int | None:
        return days_left(self.row["valid_until"], info.context.now) if self._holds(info) else None

    @person_field("The issuing city.", reads=("city",))
    def city(self) -> City:
        return City(of=self.row["city"])

    @person_field("The first valid day.", reads=("valid_from",))
    def valid_from(self) -> date:
        return first_day(self.row["valid_from"])

    @person_field("The last valid day, as printed.", reads=("valid_until",))
    def valid_until(self) -> date:
        return printed_day(self.row["valid_until"])

    @person_field("Where the record comes from, and how fresh it is.", reads=("source",))
    def source(self) -> Source:
        return Source(stored=self.row["source"], record=RecordKind.RESIDENCE_PERMIT)

    def _holds(self, info: Info) -> bool:
        issued = ResidenceState(self.row["state"]) is ResidenceState.ISSUED
        now = info.context.now
        return issued and bool(self.row["valid_from"] <= now < self.row["valid_until"])


@strawberry.type(description="One kind of social insurance.")
class InsuranceEnrolment:
    stored: strawberry.Private[dict[str, Any]]

    @person_field("Which kind.")
    def kind(self) -> InsuranceKind:
        return InsuranceKind(self.stored["kind"])

    @person_field("The kind in words, in the language of the request.")
    def kind_label(self, info: Info) -> str:
        kind = InsuranceKind(self.stored["kind"])
        return info.context.text(INSURANCE_KIND_LABELS[kind], kind)

    @person_field("The state of this kind.")
    def state(self) -> InsuranceState:
        return InsuranceState(self.stored["state"])

    @person_field("The state in words, in the language of the request.")
    def state_label(self, info: Info) -> str:
        state = InsuranceState(self.stored["state"])
        return info.context.text(INSURANCE_STATE_LABELS[state], state)

    @person_field("The first day of this state.")
    def since(self) -> date | None:
        at: datetime | None = self.stored["since"]
        return None if at is None else first_day(at)

    @person_field("The last day of this state, where it is known.")
    def until(self) -> date | None:
        at: datetime | None = self.stored["until"]
        return None if at is None else printed_day(at)

    @person_field("The country whose treaty exempts; ISO 3166 alpha-3.")
    def treaty_country(self) -> str | None:
        country: str | None = self.stored["treaty_country"]
        return country


@strawberry.type(description="Social insurance with the newest employer.")
class Insurance:
    row: strawberry.Private[Row]

    @person_field("Random, stable id of the record.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @person_field("The employer that enrols.", edge="employer")
    def employer(self, info: Info) -> Employer:
        return Employer(row=Row("employers", self.row.related(info)[0]))

    @person_field("The five kinds.", reads=("enrolments",))
    def enrolments(self) -> list[InsuranceEnrolment]:
        return [InsuranceEnrolment(stored=stored) for stored in self.row["enrolments"]]

    @person_field("The city of enrolment.", reads=("city",))
    def city(self) -> City:
        return City(of=self.row["city"])

    @person_field("Where the record comes from, and how fresh it is.", reads=("source",))
    def source(self) -> Source:
        return Source(stored=self.row["source"], record=RecordKind.INSURANCE)


@strawberry.type(description="A passport or permanent resident ID, current or past.")
class IdentityDocument:
    row: strawberry.Private[Row]

    @person_field("Random, stable id of the record.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @person_field("Passport or permanent resident ID.", reads=("kind",))
    def kind(self) -> IdentityDocumentKind:
        return IdentityDocumentKind(self.row["kind"])

    @person_field("The issuing country; ISO 3166 alpha-3.", reads=("country",))
    def country(self) -> str:
        country: str = self.row["country"]
        return country

    @person_field("Its number.", reads=("number",))
    def number(self) -> SealedText:
        return self.row.sealed("number")

    @person_field("The first valid day.", reads=("valid_from",))
    def valid_from(self) -> date:
        return first_day(self.row["valid_from"])

    @person_field("The last valid day, as printed.", reads=("valid_until",))
    def valid_until(self) -> date:
        return printed_day(self.row["valid_until"])

    @person_field("Whether a newer document has taken its place.", reads=("superseded_at",))
    def is_superseded(self) -> bool:
        return self.row["superseded_at"] is not None

    @person_field("Where the record comes from, and how fresh it is.", reads=("source",))
    def source(self) -> Source:
        return Source(stored=self.row["source"])


@strawberry.type(description="An identity document and its place in the list.")
class IdentityDocumentEdge:
    listed: strawberry.Private[ListedRow]

    @person_field("To be given as `after`.")
    def cursor(self) -> str:
        return self.listed.cursor

    @person_field("The document.")
    def node(self, info: Info) -> IdentityDocument:
        return IdentityDocument(row=self.listed.node(info))


@strawberry.type(description="A page of identity documents, newest first.")
class IdentityDocumentConnection:
    listing: strawberry.Private[Listing]

    @person_field("The documents of this page.")
    def edges(self, info: Info) -> list[IdentityDocumentEdge]:
        return [IdentityDocumentEdge(listed=listed) for listed in self.listing.listed(info)]

    @person_field("Where the page stands in the list.")
    def page_info(self) -> PageInfo:
        return self.listing.page_info()
