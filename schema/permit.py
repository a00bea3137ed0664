"""The foreigner's work permit."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import strawberry

from auth.permissions import Permission
from auth.principal import PrincipalKind
from resolvers.policy.permit_labels import CATEGORY_LABELS, PERMIT_STATUS_LABELS
from resolvers.policy.procedures import policy_for
from resolvers.rules.permit_status import (
    days_left,
    first_day,
    permit_status,
    printed_day,
    shanghai_day,
)
from resolvers.rules.windows import FilingOutcome, FilingWindow, filing_window
from resolvers.vocabulary import PermitEvent, PermitForm, PermitState
from schema.connection import ListedRow, Listing, PageInfo
from schema.context import Info, RequestContext
from schema.employer import Employer
from schema.enums import PermitCategory, PermitStatus, ProcedureKind
from schema.field import field_for, record_field
from schema.place import Authority, City
from schema.row import Row
from schema.sealed_text import SealedText
from schema.source import Source

strawberry.enum(PermitForm, description="Plastic, on the social security card, or electronic.")
strawberry.enum(PermitEvent, description="What happened to a permit.")

employer_field = field_for(Permission.EMPLOYER_PERMIT_READ)
_STATES: Mapping[str, PermitState] = {str(one): one for one in PermitState}
_CATEGORIES: Mapping[str, PermitCategory] = {str(one): one for one in PermitCategory}
"""To look a member up costs a tenth of what its class takes to find it, for each row of a list."""
_STATUS_READS = ("state", "valid_from", "valid_until")


@strawberry.type(description="One thing that happened to a permit.")
class PermitHistoryEntry:
    stored: strawberry.Private[dict[str, Any]]

    @record_field("When.")
    def at(self) -> datetime:
        at: datetime = self.stored["at"]
        return at

    @record_field("What.")
    def event(self) -> PermitEvent:
        return PermitEvent(self.stored["event"])

    @record_field("The authority that did it.")
    def authority(self) -> Authority:
        return Authority(of=self.stored["authority"])


@strawberry.type(description="Within which days an extension may be filed, both included.")
class ExtensionWindow:
    of: strawberry.Private[FilingWindow]

    @record_field("The first day: 90 days before the last valid day.")
    def opens_on(self) -> date | None:
        return self.of.opens_on

    @record_field("The last day: 30 days before the last valid day; later is refused.")
    def closes_on(self) -> date:
        return self.of.closes_on

    @record_field("Whether today is within it.")
    def is_open(self, info: Info) -> bool:
        return self.of.outcome_at(info.context.now) is FilingOutcome.OPEN


@strawberry.type(description="Whose permit it is, as far as its sponsor needs to know.")
class PermitHolder:
    row: strawberry.Private[Row]

    @record_field("The full name, as registered.", reads=("full_name",))
    def full_name(self) -> SealedText:
        return self.row.sealed("full_name")


BY_DUTY = "In full, since the employer has to know it; who looked stands in the holder's ledger."


class HolderMissing(Exception):
    """A permit or an employment without its holder: a fault of ours, since all go together."""


def name_of(info: Info, row: Row, employment: Row | None) -> str:
    """The full name of the holder of a row: as it was at the end of the employment, once the holder
    has another one."""
    if (
        employment is not None
        and employment.get("name")
        and employment["ends_at"] <= info.context.now
    ):
        return employment.in_full(info, "name")
    holder = row.of_same_holder("holder", "holders")
    if holder is None:
        raise HolderMissing
    return holder.in_full(info, "full_name")


@strawberry.type(
    description=(
        "A work permit: tied to one employer, one post and one place. Valid over "
        "[validFrom, validUntil], both days included, in Asia/Shanghai."
    )
)
class Permit:
    row: strawberry.Private[Row]

    @record_field("Random, stable id of the record.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @record_field("The work permit number: one for each person, for life.", reads=("number",))
    def number(self) -> SealedText:
        return self.row.sealed("number")

    @employer_field(
        f"The work permit number. {BY_DUTY}", reads=("number.sealed",), shows=("permits.number",)
    )
    def number_in_full(self, info: Info) -> str:
        return self.row.in_full(info, "number")

    @employer_field(
        f"The holder's full name; of one who left, as it was then. {BY_DUTY}",
        rule_edges=("holder", "sponsorship"),
        shows=("holders.full_name",),
    )
    def holder_name(self, info: Info) -> str:
        return name_of(info, self.row, self.row.of_same_holder("sponsorship", "employments"))

    @record_field("The category.", reads=("category",))
    def category(self) -> PermitCategory:
        return _CATEGORIES[self.row.document["category"]]

    @record_field("The category in words, in the language of the request.", reads=("category",))
    def category_label(self, info: Info) -> str:
        category = PermitCategory(self.row["category"])
        return info.context.text(CATEGORY_LABELS[category], category)

    @record_field("The employer that sponsors the permit.", edge="employer")
    def employer(self, info: Info) -> Employer:
        return Employer(row=Row("employers", self.row.related(info)[0]))

    @record_field("Whose permit it is.", edge="holder")
    def holder(self, info: Info) -> PermitHolder:
        return PermitHolder(row=Row("holders", self.row.related(info)[0]))

    @record_field("The post, in the language of the request.", reads=("post",))
    def post(self, info: Info) -> str:
        return info.context.localised(self.row["post"])

    @record_field("The place of work.", reads=("city",))
    def city(self) -> City:
        return City(of=self.row["city"])

    @record_field("The first valid day.", reads=("valid_from",))
    def valid_from(self) -> date:
        return first_day(self.row["valid_from"])

    @record_field("The last valid day, as printed.", reads=("valid_until",))
    def valid_until(self) -> date:
        return printed_day(self.row["valid_until"])

    @record_field("What the permit is worth now.", reads=_STATUS_READS)
    def status(self, info: Info) -> PermitStatus:
        return self._status(info.context)

    @record_field("The status in words, in the language of the request.", reads=_STATUS_READS)
    def status_label(self, info: Info) -> str:
        status = self._status(info.context)
        return info.context.text(PERMIT_STATUS_LABELS[status], status)

    @record_field(
        "Days from today to the last valid day: 0 on that day; null unless the permit is active.",
        reads=_STATUS_READS,
    )
    def days_left(self, info: Info) -> int | None:
        if self._status(info.context) is not PermitStatus.ACTIVE:
            return None
        return days_left(self.row["valid_until"], info.context.now)

    @record_field(
        "When an extension may be filed; null unless the permit is active.",
        reads=(*_STATUS_READS, "city"),
    )
    def extension_window(self, info: Info) -> ExtensionWindow | None:
        context = info.context
        if self._status(context) is not PermitStatus.ACTIVE:
            return None
        policy = policy_for(self.row["city"], shanghai_day(context.now))
        rule = policy.windows[ProcedureKind.EXTENSION]
        printed = printed_day(self.row["valid_until"])
        return ExtensionWindow(of=filing_window(rule, printed, context.gateway.calendar))

    @record_field(
        "Whether the holder contests this record and its authority has not answered yet. Nothing "
        "changes meanwhile: the permit is worth what its status says. Of a permit that is over "
        "only the holder and the authority are told.",
        reads=_STATUS_READS,
        rule_edges=("running_contest",),
    )
    def under_review(self, info: Info) -> bool:
        if info.context.ask.principal.kind is PrincipalKind.EMPLOYER and self._is_over(info):
            return False
        return bool(self.row.for_rule("running_contest"))

    @record_field("On what the permit was issued.", reads=("form",))
    def form(self) -> PermitForm:
        return PermitForm(self.row["form"])

    @record_field(
        "Whether it is an old plastic permit, good to its own expiry (no change, no replacement).",
        reads=("form",),
    )
    def is_plastic(self) -> bool:
        return PermitForm(self.row["form"]) is PermitForm.PLASTIC

    @record_field("When it was issued.", reads=("issued_at",))
    def issued_at(self) -> datetime:
        at: datetime = self.row["issued_at"]
        return at

    @record_field("Everything that happened to it, oldest first; at most 200.", reads=("history",))
    def history(self) -> list[PermitHistoryEntry]:
        return [PermitHistoryEntry(stored=entry) for entry in self.row["history"]]

    @record_field("Which authority issued it, and how fresh the record is.", reads=("source",))
    def source(self) -> Source:
        return Source(stored=self.row["source"])

    def _is_over(self, info: Info) -> bool:
        """What happens after the end of an employment is not its employer's to know."""
        over = (PermitStatus.EXPIRED, PermitStatus.CANCELLED, PermitStatus.SUPERSEDED)
        return self._status(info.context) in over

    def _status(self, context: RequestContext) -> PermitStatus:
        stored = self.row.document
        return permit_status(
            _STATES[stored["state"]], stored["valid_from"], stored["valid_until"], context.now
        )


@strawberry.type(description="A permit and its place in the list.")
class PermitEdge:
    listed: strawberry.Private[ListedRow]

    @record_field("To be given as `after`.")
    def cursor(self) -> str:
        return self.listed.cursor

    @record_field("The permit.")
    def node(self, info: Info) -> Permit:
        return Permit(row=self.listed.node(info))


@strawberry.type(description="A page of permits, newest first.")
class PermitConnection:
    listing: strawberry.Private[Listing]

    @record_field("The permits of this page.")
    def edges(self, info: Info) -> list[PermitEdge]:
        return [PermitEdge(listed=listed) for listed in self.listing.listed(info)]

    @record_field("Where the page stands in the list.")
    def page_info(self) -> PageInfo:
        return self.listing.page_info()

    @employer_field("How many an employer's list has with this filter; counted when asked for.")
    def total_count(self) -> int:
        return self.listing.total or 0
