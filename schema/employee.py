"""An employee of the employer that asks: a stretch of time in which it sponsors a holder."""

from datetime import date, datetime, timedelta

import strawberry

from resolvers.rules.permit_status import shanghai_day
from schema.connection import ListedRow, Listing, PageInfo
from schema.context import Info
from schema.permit import BY_DUTY, Permit, employer_field, name_of
from schema.row import Row


class PermitMissing(Exception):
    """An employment without its newest permit: a fault of ours, since both go together."""


@strawberry.type(
    description=(
        "A person whom the employer sponsors or sponsored, over one stretch of time. Whoever comes "
        "back after the end is another one."
    )
)
class Employee:
    row: strawberry.Private[Row]

    @employer_field("Random, stable id of the employment.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @employer_field("The first day.", reads=("started_at",))
    def started_on(self) -> date:
        return shanghai_day(self.row["started_at"])

    @employer_field("The last day; null while it goes on.", reads=("ends_at",))
    def ended_on(self, info: Info) -> date | None:
        if self._goes_on(info):
            return None
        return shanghai_day(self.row["ends_at"] - timedelta(microseconds=1))

    @employer_field("Whether the employment goes on.", reads=("ends_at",))
    def is_current(self, info: Info) -> bool:
        return self._goes_on(info)

    @employer_field(
        f"The full name, as registered; of one who left, as it was then. {BY_DUTY}",
        reads=("name.sealed", "ends_at"),
        rule_edges=("holder",),
        shows=("holders.full_name",),
    )
    def name(self, info: Info) -> str:
        return name_of(info, self.row, self.row)

    @employer_field(
        f"The work permit number: one for each person, for life. {BY_DUTY}",
        rule_edges=("permit",),
        shows=("permits.number",),
    )
    def number(self, info: Info) -> str:
        permit = self.row.of_same_holder("permit", "permits")
        if permit is None:
            raise PermitMissing
        return permit.in_full(info, "number")

    @employer_field("The newest permit of the employment.", edge="permit")
    def permit(self, info: Info) -> Permit:
        return Permit(row=Row("permits", self.row.related(info)[0]))

    @employer_field("All permits of the employment, newest first; at most 100.", edge="permits")
    def permits(self, info: Info) -> list[Permit]:
        return [Permit(row=Row("permits", row)) for row in self.row.related(info)]

    def _goes_on(self, info: Info) -> bool:
        ends_at: datetime = self.row["ends_at"]
        return info.context.now < ends_at


@strawberry.type(description="An employee and the place in the list.")
class EmployeeEdge:
    listed: strawberry.Private[ListedRow]

    @employer_field("To be given as `after`.")
    def cursor(self) -> str:
        return self.listed.cursor

    @employer_field("The employee.")
    def node(self, info: Info) -> Employee:
        return Employee(row=self.listed.node(info))


@strawberry.type(description="A page of employees.")
class EmployeeConnection:
    listing: strawberry.Private[Listing]

    @employer_field("The employees of this page.")
    def edges(self, info: Info) -> list[EmployeeEdge]:
        return [EmployeeEdge(listed=listed) for listed in self.listing.listed(info)]

    @employer_field("Where the page stands in the list.")
    def page_info(self) -> PageInfo:
        return self.listing.page_info()

    @employer_field("How many the list has with this filter; counted only when asked for.")
    def total_count(self) -> int:
        return self.listing.total or 0
