"""An officer's desk: the open cases of the authority by promise date, and each case whole."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import strawberry

from auth.officers import Duty
from auth.permissions import Permission
from resolvers.applications.statistics import MAX_SPAN_DAYS, case_statistics
from schema.application import Application, ApplicationConnection
from schema.case_statistics import CaseStatisticRow
from schema.connection import DEFAULT_PAGE, After, First, Listing
from schema.contest import Contest, ContestConnection
from schema.context import Info
from schema.counter_desk import CounterDesk
from schema.employer_desk import ApplicationId, by_id
from schema.enums import ApplicationState, PermitCategory, ProcedureKind
from schema.failures import RequestError, RequestErrorCode
from schema.field import field_for, guarded
from schema.own_read import read_own
from schema.place import Authority, City
from schema.row import Row
from schema.selection import CONNECTION_ORDER

strawberry.enum(Duty, description="What an officer may do with the cases of the authority.")

desk_field = field_for(Permission.CASE_READ)


@strawberry.input(description="Which open cases; what is not given narrows nothing.")
class WorkListFilter:
    state: ApplicationState | None = strawberry.field(
        default=None, description="Cases at this step."
    )
    procedure: ProcedureKind | None = strawberry.field(
        default=None, description="Cases of this procedure."
    )
    category: PermitCategory | None = strawberry.field(
        default=None, description="Cases of this category."
    )


Filter = Annotated[
    WorkListFilter | None, strawberry.argument(description="Which open cases; all when not given.")
]


def _narrowed(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    given = arguments.get("filter") or {}
    known = ("state", "procedure", "category")
    return {name: str(given[name]) for name in known if given.get(name) is not None}


ContestId = Annotated[strawberry.ID, strawberry.argument(description="From a list of contests.")]
Since = Annotated[date, strawberry.argument(description="The first day of the decisions.")]
Until = Annotated[date, strawberry.argument(description="The last day; two years at most.")]


@strawberry.type(description="The officer who asks, and the cases of the authority.")
class OfficerDesk(CounterDesk):
    row: strawberry.Private[Row]

    @desk_field("Random, stable id of the account.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @desk_field("The authority that the officer belongs to.", reads=("authority",))
    def authority(self) -> Authority:
        return Authority(of=self.row["authority"])

    @desk_field("The city of the authority.", reads=("city",))
    def city(self) -> City:
        return City(of=self.row["city"])

    @desk_field("What the officer may do.", reads=("duties",))
    def duties(self) -> list[Duty]:
        return [Duty(duty) for duty in self.row["duties"]]

    @desk_field(
        "Open cases of the authority, the nearest promise first. Each one read is audited.",
        edge="work_list",
        where=_narrowed,
    )
    def work_list(
        self,
        info: Info,
        filter: Filter = None,
        first: First = DEFAULT_PAGE,
        after: After = None,
    ) -> ApplicationConnection:
        rows = self.row.related(info)
        listing = Listing("applications", rows, first, CONNECTION_ORDER["work_list"])
        return ApplicationConnection(listing=listing)

    @desk_field(
        "One case of the authority, open or decided; null where it has no such. Audited.",
        edge="application",
        where=by_id,
    )
    def case(self, info: Info, id: ApplicationId) -> Application | None:
        rows = self.row.related(info)
        return Application(row=Row("applications", rows[0])) if rows else None

    @guarded(
        Permission.CONTEST_DECIDE,
        description=(
            "Contests of the authority's records that wait for an answer, oldest first. Each one "
            "read is audited."
        ),
        edge="contests",
    )
    def contests(
        self, info: Info, first: First = DEFAULT_PAGE, after: After = None
    ) -> ContestConnection:
        rows = self.row.related(info)
        listing = Listing("contests", rows, first, CONNECTION_ORDER["contests"])
        return ContestConnection(listing=listing)

    @guarded(
        Permission.CONTEST_DECIDE,
        description="One of them, or one that has ended; null where there is no such. Audited.",
        edge="contest",
        where=by_id,
    )
    def contest(self, info: Info, id: ContestId) -> Contest | None:
        rows = self.row.related(info)
        return Contest(row=Row("contests", rows[0])) if rows else None

    @desk_field(
        "Decided cases of the authority by procedure, city and month, with the time from filing to "
        "result against the promise.",
        reads=("authority",),
    )
    async def statistics(self, info: Info, since: Since, until: Until) -> list[CaseStatisticRow]:
        gateway = info.context.gateway
        if not 0 <= (until - since).days <= MAX_SPAN_DAYS:
            raise RequestError(
                RequestErrorCode.BAD_USER_INPUT, "`since` to `until` spans 1 to 731 days."
            )
        rows = await case_statistics(gateway, self.row["authority"], since, until)
        return [CaseStatisticRow(of=row) for row in rows]


@strawberry.type
class OfficerQuery:
    @desk_field("The desk of the officer who asks.")
    async def officer(self, info: Info) -> OfficerDesk:
        return OfficerDesk(row=await read_own(info, "OfficerDesk"))
