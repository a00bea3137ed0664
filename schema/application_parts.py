"""What an application is made of: promise, statements, papers, steps, decision."""

from datetime import date, datetime
from typing import Any

import strawberry

from resolvers.policy.papers import PAPER_TEXTS, RequiredPaper
from resolvers.rules.application_machine import ApplicationEvent
from resolvers.rules.permit_status import days_left
from resolvers.rules.state_machine import Party
from resolvers.store.application_documents import PromiseStage
from schema.application_labels import (
    CANCELLATION_LABELS,
    EVENT_LABELS,
    PARTY_LABELS,
    STATE_LABELS,
)
from schema.context import Info
from schema.enums import ApplicationState, CancellationReason, PaperKind, PermitCategory
from schema.field import application_field
from schema.row import Row
from schema.sealed_text import SealedText

strawberry.enum(ApplicationEvent, description="What moves an application.")
strawberry.enum(Party, description="Who moves a procedure.")
strawberry.enum(PromiseStage, description="What is promised next.")


def day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


@strawberry.type(description="By when the authority promises the next result.")
class ApplicationPromise:
    stored: strawberry.Private[dict[str, Any]]

    @application_field("What is promised: the pre-check, or the decision.")
    def stage(self) -> PromiseStage:
        return PromiseStage(self.stored["stage"])

    @application_field("The last day, a working day of the Chinese calendar.")
    def due_on(self) -> date:
        return date.fromisoformat(self.stored["due_on"])

    @application_field("Days from today to the last day; negative when it is over.")
    def days_left(self, info: Info) -> int:
        return days_left(self.stored["due_at"], info.context.now)

    @application_field("Whether the last day has passed without a result.")
    def is_overdue(self, info: Info) -> bool:
        return bool(info.context.now >= self.stored["due_at"])

    @application_field(
        "Counted with a year whose public holidays are not published yet; counted again when they "
        "are."
    )
    def is_provisional(self) -> bool:
        return bool(self.stored["provisional"])

    @application_field("The version of the calendar that was counted with.")
    def calendar_version(self) -> str:
        version: str = self.stored["calendar"]
        return version


@strawberry.type(description="What was stated about the person: sealed, shown masked.")
class ApplicationParticulars:
    row: strawberry.Private[Row]

    @application_field("The full name.", reads=("particulars.full_name",))
    def full_name(self) -> SealedText | None:
        return self.row.sealed_or_none("particulars.full_name")

    @application_field("The Chinese name.", reads=("particulars.chinese_name",))
    def chinese_name(self) -> SealedText | None:
        return self.row.sealed_or_none("particulars.chinese_name")

    @application_field("The name in its own script.", reads=("particulars.native_name",))
    def native_name(self) -> SealedText | None:
        return self.row.sealed_or_none("particulars.native_name")

    @application_field("The date of birth.", reads=("particulars.birth_date",))
    def birth_date(self) -> SealedText | None:
        return self.row.sealed_or_none("particulars.birth_date")

    @application_field("The mobile phone number.", reads=("particulars.phone",))
    def phone(self) -> SealedText | None:
        return self.row.sealed_or_none("particulars.phone")

    @application_field("The nationality; ISO 3166 alpha-3.", reads=("particulars.nationality",))
    def nationality(self) -> str | None:
        country: str | None = self.row["particulars"].get("nationality")
        return country

    @application_field("The passport's number.", reads=("particulars.passport_number",))
    def passport_number(self) -> SealedText | None:
        return self.row.sealed_or_none("particulars.passport_number")

    @application_field(
        "The passport's country; ISO 3166 alpha-3.", reads=("particulars.passport_country",)
    )
    def passport_country(self) -> str | None:
        country: str | None = self.row["particulars"].get("passport_country")
        return country

    @application_field("The passport's last valid day.", reads=("particulars.passport_until",))
    def passport_valid_until(self) -> date | None:
        return day(self.row["particulars"].get("passport_until"))


@strawberry.type(description="What was stated beside the person; null where it was not.")
class ApplicationFacts:
    stored: strawberry.Private[dict[str, Any]]

    @application_field("The post, in the language of the request.")
    def post(self, info: Info) -> str | None:
        post = self.stored["post"]
        return None if post is None else info.context.localised(post)

    @application_field("The category asked for, where it changes.")
    def category(self) -> PermitCategory | None:
        stated = self.stored["category"]
        return None if stated is None else PermitCategory(stated)

    @application_field("The last day of the contract.")
    def contract_until(self) -> date | None:
        return day(self.stored["contract_until"])

    @application_field("The last day asked for.")
    def requested_until(self) -> date | None:
        return day(self.stored["requested_until"])

    @application_field("When the applicant means to enter.")
    def planned_entry_on(self) -> date | None:
        return day(self.stored["planned_entry_on"])

    @application_field("The last day of the stay allowed.")
    def stay_until(self) -> date | None:
        return day(self.stored["stay_until"])

    @application_field("When the applicant entered.")
    def entered_on(self) -> date | None:
        return day(self.stored["entered_on"])

    @application_field("When the change happened.")
    def changed_on(self) -> date | None:
        return day(self.stored["changed_on"])

    @application_field("When the employment ended.")
    def happened_on(self) -> date | None:
        return day(self.stored["happened_on"])

    @application_field("Why the permit is given up.")
    def cancellation_reason(self) -> CancellationReason | None:
        reason = self.stored["reason"]
        return None if reason is None else CancellationReason(reason)

    @application_field("The same in words, in the language of the request.")
    def cancellation_reason_label(self, info: Info) -> str | None:
        reason = self.stored["reason"]
        if reason is None:
            return None
        return info.context.text(CANCELLATION_LABELS[CancellationReason(reason)], reason)


@strawberry.type(description="A paper that this application needs.")
class RequiredPaperEntry:
    of: strawberry.Private[RequiredPaper]

    @application_field("Which.")
    def kind(self) -> PaperKind:
        return self.of.kind

    @application_field("What it is called, in the language of the request.")
    def label(self, info: Info) -> str:
        return info.context.text(self.of.label, self.of.kind)

    @application_field("What it is for.")
    def why(self, info: Info) -> str:
        return info.context.text(self.of.why, self.of.kind)


@strawberry.type(description="A paper that was filed. Download it at its path, with your token.")
class ApplicationPaper:
    row: strawberry.Private[Row]

    @application_field("Random, stable id of the paper.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @application_field("Which paper it is.", reads=("kind",))
    def kind(self) -> PaperKind:
        return PaperKind(self.row["kind"])

    @application_field("What it is called, in the language of the request.", reads=("kind",))
    def label(self, info: Info) -> str:
        kind = PaperKind(self.row["kind"])
        return info.context.text(PAPER_TEXTS[kind][0], kind)

    @application_field("The media type, found from the content.", reads=("media_type",))
    def media_type(self) -> str:
        media_type: str = self.row["media_type"]
        return media_type

    @application_field("The size of the file, in bytes.", reads=("bytes",))
    def size(self) -> int:
        size: int = self.row["bytes"]
        return size

    @application_field("When it was stored.", reads=("stored_at",))
    def stored_at(self) -> datetime:
        at: datetime = self.row["stored_at"]
        return at

    @application_field("Where to GET it, below our address.")
    def path(self) -> str:
        return f"/papers/{self.row['_id']}"


@strawberry.type(description="One step that an application has taken.")
class ApplicationStep:
    stored: strawberry.Private[dict[str, Any]]

    @application_field("When.")
    def at(self) -> datetime:
        at: datetime = self.stored["at"]
        return at

    @application_field("What happened; null for the beginning.")
    def event(self) -> ApplicationEvent | None:
        event = self.stored["event"]
        return None if event == "CREATE" else ApplicationEvent(event)

    @application_field("By which party.")
    def party(self) -> Party:
        return Party(self.stored["party"])

    @application_field("The party in words, in the language of the request.")
    def party_label(self, info: Info) -> str:
        party = Party(self.stored["party"])
        return info.context.text(PARTY_LABELS[party], party)

    @application_field("The state after it.")
    def state(self) -> ApplicationState:
        return ApplicationState(self.stored["state"])

    @application_field("The state in words, in the language of the request.")
    def state_label(self, info: Info) -> str:
        state = ApplicationState(self.stored["state"])
        return info.context.text(STATE_LABELS[state], state)


@strawberry.type(description="What the caller can do next with an application.")
class ApplicationAction:
    of: strawberry.Private[ApplicationEvent]

    @application_field("The stable code.")
    def code(self) -> ApplicationEvent:
        return self.of

    @application_field("In words, in the language of the request.")
    def label(self, info: Info) -> str:
        return info.context.text(EVENT_LABELS[self.of], self.of)
