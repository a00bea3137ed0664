"""The parts of what a holder shows to somebody else: one for each bundle, in the clear.

Fields are guarded as what they are: for the holder a reveal, for others by what lets them ask for
a shared record at all. What leads here is guarded besides, and audited.
"""

from datetime import date, datetime

import strawberry

from resolvers.policy.freshness import RecordKind
from resolvers.policy.permit_labels import CATEGORY_LABELS, PERMIT_STATUS_LABELS
from resolvers.policy.record_labels import (
    CARD_KIND_LABELS,
    CARD_STATE_LABELS,
    INSURANCE_KIND_LABELS,
    INSURANCE_STATE_LABELS,
)
from resolvers.policy.sharing_texts import RESIDENCE_STATE_LABELS
from resolvers.sharing import parts
from schema.context import Info
from schema.enums import (
    CardKind,
    CardState,
    InsuranceKind,
    InsuranceState,
    PermitCategory,
    PermitStatus,
    ResidenceState,
)
from schema.field import shared_field
from schema.place import City
from schema.source import Source


def _source(source: parts.SharedSource, record: RecordKind | None = None) -> Source:
    stored = {"authority": source.authority, "updated_at": source.updated_at}
    return Source(stored=stored, record=record)


@strawberry.type(description="Who it is: the bundle IDENTITY.")
class SharedIdentity:
    of: strawberry.Private[parts.SharedIdentity]

    @shared_field("Given names and surname, as the passport writes them.")
    def full_name(self) -> str:
        return self.of.full_name

    @shared_field("The Chinese name, if there is one.")
    def chinese_name(self) -> str | None:
        return self.of.chinese_name

    @shared_field("The date of birth.")
    def birth_date(self) -> date:
        return date.fromisoformat(self.of.birth_date)

    @shared_field("The nationality; ISO 3166 alpha-3.")
    def nationality(self) -> str:
        return self.of.nationality

    @shared_field("Where the record comes from, and how fresh it is.")
    def source(self) -> Source:
        return _source(self.of.source)


@strawberry.type(description="The current passport: the bundle PASSPORT.")
class SharedPassport:
    of: strawberry.Private[parts.SharedPassport]

    @shared_field("Its number.")
    def number(self) -> str:
        return self.of.number

    @shared_field("The issuing country; ISO 3166 alpha-3.")
    def country(self) -> str:
        return self.of.country

    @shared_field("The last valid day, as printed.")
    def valid_until(self) -> date:
        return self.of.valid_until

    @shared_field("Where the record comes from, and how fresh it is.")
    def source(self) -> Source:
        return _source(self.of.source)


@strawberry.type(description="The employer that a shared permit names.")
class SharedEmployer:
    of: strawberry.Private[parts.SharedEmployer]

    @shared_field("Unified social credit code (GB 32100), 18 characters.")
    def credit_code(self) -> str:
        return self.of.credit_code

    @shared_field("The name, in the language of the request.")
    def name(self, info: Info) -> str:
        return info.context.localised(self.of.name)


@strawberry.type(description="The active work permit, or else the newest: the bundle PERMIT.")
class SharedPermit:
    of: strawberry.Private[parts.SharedPermit]

    @shared_field("The work permit number.")
    def number(self) -> str:
        return self.of.number

    @shared_field("The category.")
    def category(self) -> PermitCategory:
        return self.of.category

    @shared_field("In words, in the language of the request.")
    def category_label(self, info: Info) -> str:
        return info.context.text(CATEGORY_LABELS[self.of.category], self.of.category)

    @shared_field("The employer that sponsors it.")
    def employer(self) -> SharedEmployer:
        return SharedEmployer(of=self.of.employer)

    @shared_field("The post, in the language of the request.")
    def post(self, info: Info) -> str:
        return info.context.localised(self.of.post)

    @shared_field("The place of work.")
    def city(self) -> City:
        return City(of=self.of.city)

    @shared_field("The first valid day.")
    def valid_from(self) -> date:
        return self.of.valid_from

    @shared_field("The last valid day, as printed.")
    def valid_until(self) -> date:
        return self.of.valid_until

    @shared_field("What it is worth at `asOf`.")
    def status(self) -> PermitStatus:
        return self.of.status

    @shared_field("In words, in the language of the request.")
    def status_label(self, info: Info) -> str:
        return info.context.text(PERMIT_STATUS_LABELS[self.of.status], self.of.status)

    @shared_field("Where the record comes from, and how fresh it is.")
    def source(self) -> Source:
        return _source(self.of.source)


@strawberry.type(description="One of all work permits so far: the bundle PERMIT_HISTORY.")
class SharedPastPermit:
    of: strawberry.Private[parts.SharedPastPermit]

    @shared_field("The category.")
    def category(self) -> PermitCategory:
        return self.of.category

    @shared_field("In words, in the language of the request.")
    def category_label(self, info: Info) -> str:
        return info.context.text(CATEGORY_LABELS[self.of.category], self.of.category)

    @shared_field("The employer that sponsors it.")
    def employer(self) -> SharedEmployer:
        return SharedEmployer(of=self.of.employer)

    @shared_field("The first valid day.")
    def valid_from(self) -> date:
        return self.of.valid_from

    @shared_field("The last valid day, as printed.")
    def valid_until(self) -> date:
        return self.of.valid_until

    @shared_field("What it is worth at `asOf`.")
    def status(self) -> PermitStatus:
        return self.of.status

    @shared_field("In words, in the language of the request.")
    def status_label(self, info: Info) -> str:
        return info.context.text(PERMIT_STATUS_LABELS[self.of.status], self.of.status)

    @shared_field("Where the record comes from, and how fresh it is.")
    def source(self) -> Source:
        return _source(self.of.source)


@strawberry.type(description="The newest residence permit: the bundle RESIDENCE_PERMIT.")
class SharedResidencePermit:
    of: strawberry.Private[parts.SharedResidencePermit]

    @shared_field("What the exit-entry police decided.")
    def state(self) -> ResidenceState:
        return self.of.state

    @shared_field("In words, in the language of the request.")
    def state_label(self, info: Info) -> str:
        return info.context.text(RESIDENCE_STATE_LABELS[self.of.state], self.of.state)

    @shared_field("Whether it holds at `asOf`.")
    def is_valid(self) -> bool:
        return self.of.is_valid

    @shared_field("The first valid day.")
    def valid_from(self) -> date:
        return self.of.valid_from

    @shared_field("The last valid day, as printed.")
    def valid_until(self) -> date:
        return self.of.valid_until

    @shared_field("Where the record comes from, and how fresh it is.")
    def source(self) -> Source:
        return _source(self.of.source, RecordKind.RESIDENCE_PERMIT)


@strawberry.type(description="One kind of social insurance.")
class SharedEnrolment:
    of: strawberry.Private[parts.SharedEnrolment]

    @shared_field("Which kind.")
    def kind(self) -> InsuranceKind:
        return self.of.kind

    @shared_field("In words, in the language of the request.")
    def kind_label(self, info: Info) -> str:
        return info.context.text(INSURANCE_KIND_LABELS[self.of.kind], self.of.kind)

    @shared_field("The state of this kind.")
    def state(self) -> InsuranceState:
        return self.of.state

    @shared_field("In words, in the language of the request.")
    def state_label(self, info: Info) -> str:
        return info.context.text(INSURANCE_STATE_LABELS[self.of.state], self.of.state)


@strawberry.type(description="Social insurance: the bundle INSURANCE.")
class SharedInsurance:
    of: strawberry.Private[parts.SharedInsurance]

    @shared_field("The number: for life.")
    def social_security_number(self) -> str:
        return self.of.social_security_number

    @shared_field("The kinds, with the newest employer; empty before the first record.")
    def enrolments(self) -> list[SharedEnrolment]:
        return [SharedEnrolment(of=one) for one in self.of.enrolments]

    @shared_field("Where the record comes from, and how fresh it is.")
    def source(self) -> Source:
        return _source(self.of.source, RecordKind.INSURANCE)


@strawberry.type(description="The newest social security card of its kind: the bundle CARD.")
class SharedCard:
    of: strawberry.Private[parts.SharedCard]

    @shared_field("Physical or electronic.")
    def kind(self) -> CardKind:
        return self.of.kind

    @shared_field("In words, in the language of the request.")
    def kind_label(self, info: Info) -> str:
        return info.context.text(CARD_KIND_LABELS[self.of.kind], self.of.kind)

    @shared_field("The state of the social side at `asOf`.")
    def status(self) -> CardState:
        return self.of.status

    @shared_field("In words, in the language of the request.")
    def status_label(self, info: Info) -> str:
        return info.context.text(CARD_STATE_LABELS[self.of.status], self.of.status)

    @shared_field("When it was issued.")
    def issued_at(self) -> datetime:
        return self.of.issued_at

    @shared_field("Where the record comes from, and how fresh it is.")
    def source(self) -> Source:
        return _source(self.of.source)


@strawberry.type(description="How to reach the holder: the bundle CONTACT.")
class SharedContact:
    of: strawberry.Private[parts.SharedContact]

    @shared_field("The mobile phone number.")
    def phone(self) -> str:
        return self.of.phone

    @shared_field("Where the record comes from, and how fresh it is.")
    def source(self) -> Source:
        return _source(self.of.source)
