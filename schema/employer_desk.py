"""What an employer sees of its own: the permits that it sponsors, its applications, its tasks."""

from collections.abc import Mapping
from typing import Annotated, Any

import strawberry

from auth.permissions import Permission
from resolvers.roster import Desk
from schema.application import Application, ApplicationConnection
from schema.connection import DEFAULT_PAGE, After, First, Listing
from schema.context import Info
from schema.dashboard import Dashboard
from schema.employee import Employee, EmployeeConnection
from schema.employer import Employer
from schema.export import Export, export_of
from schema.field import guarded
from schema.grant import Grant, GrantConnection, GrantId, States, grants_of, in_states
from schema.letter import LetterConnection
from schema.own_read import read_own
from schema.permit import PermitConnection
from schema.roster import (
    CasesWanted,
    EmployeeSort,
    EmployeesSorted,
    EmployeesWanted,
    Numbers,
    PermitSort,
    PermitsSorted,
    PermitsWanted,
    TaskSort,
    TasksSorted,
    TasksWanted,
    employee_order,
    looked_up,
    open_cases,
    permit_order,
    roster_filter,
    task_filter,
    task_order,
)
from schema.row import Row
from schema.selection import CONNECTION_ORDER
from schema.task import TaskConnection
from schema.webhook import Webhook

ApplicationId = Annotated[
    strawberry.ID, strawberry.argument(description="From a list of applications.")
]

ExportId = Annotated[strawberry.ID, strawberry.argument(description="From `startExport`.")]


def by_id(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """The one row that the argument `id` names; ids of any shape, none of them a filter."""
    return {"_id": str(arguments["id"])[:40]}


@strawberry.type(description="The employer whose client asks, and what is its business.")
class EmployerDesk:
    row: strawberry.Private[Row]

    @guarded(Permission.EMPLOYER_READ, description="The employer itself.", edge="public")
    def employer(self, info: Info) -> Employer:
        return Employer(row=Row("employers", self.row.related(info)[0]))

    @guarded(
        Permission.EMPLOYER_PERMIT_READ,
        description="The permits that it sponsors or sponsored.",
        edge="permits",
        wanted=roster_filter,
        sorted_by=permit_order,
    )
    def permits(
        self,
        info: Info,
        first: First = DEFAULT_PAGE,
        after: After = None,
        filter: PermitsWanted = None,
        sort: PermitsSorted = PermitSort.NEWEST,
    ) -> PermitConnection:
        rows, total = self.row.related(info), self.row.total(info)
        order = permit_order({"sort": sort})
        return PermitConnection(listing=Listing("permits", rows, first, order, total))

    @guarded(
        Permission.EMPLOYER_PERMIT_READ,
        description="The people whom it sponsors or sponsored.",
        edge="employees",
        wanted=roster_filter,
        sorted_by=employee_order,
    )
    def employees(
        self,
        info: Info,
        first: First = DEFAULT_PAGE,
        after: After = None,
        filter: EmployeesWanted = None,
        sort: EmployeesSorted = EmployeeSort.NEWEST,
    ) -> EmployeeConnection:
        rows, total = self.row.related(info), self.row.total(info)
        order = employee_order({"sort": sort})
        return EmployeeConnection(listing=Listing("employments", rows, first, order, total))

    @guarded(
        Permission.EMPLOYER_APPLICATION_READ,
        description="The applications that it files, newest first.",
        edge="applications",
        where=open_cases,
    )
    def applications(
        self,
        info: Info,
        first: First = DEFAULT_PAGE,
        after: After = None,
        filter: CasesWanted = None,
    ) -> ApplicationConnection:
        return ApplicationConnection(listing=self._listing(info, "applications", first))

    @guarded(
        Permission.EMPLOYER_APPLICATION_READ,
        description="One of these applications; null where there is no such.",
        edge="application",
        where=by_id,
    )
    def application(self, info: Info, id: ApplicationId) -> Application | None:
        rows = self.row.related(info)
        return Application(row=Row("applications", rows[0])) if rows else None

    @guarded(
        Permission.EMPLOYER_LETTER_READ,
        description="Letters about the applications that it filed, newest first.",
        edge="letters",
    )
    def letters(
        self, info: Info, first: First = DEFAULT_PAGE, after: After = None
    ) -> LetterConnection:
        return LetterConnection(listing=self._listing(info, "letters", first))

    @guarded(
        Permission.EXPORT_MAKE,
        description="An export that it asked for; null where there is none, or it is gone.",
        edge="export",
        where=by_id,
    )
    def export(self, info: Info, id: ExportId) -> Export | None:
        return export_of(self.row, info)

    @guarded(
        Permission.EMPLOYER_TASK_READ,
        description="What the law ties to its permits.",
        edge="tasks",
        wanted=task_filter,
        sorted_by=task_order,
    )
    def tasks(
        self,
        info: Info,
        first: First = DEFAULT_PAGE,
        after: After = None,
        filter: TasksWanted = None,
        sort: TasksSorted = TaskSort.NEWEST,
    ) -> TaskConnection:
        order = task_order({"sort": sort})
        return TaskConnection(listing=Listing("tasks", self.row.related(info), first, order))

    @guarded(
        Permission.EMPLOYER_PERMIT_READ,
        description=(
            "Those of its employees who have these work permit numbers, in the order of the "
            "numbers; null where a number is none of theirs, whether or not it is anybody's. Often "
            "in a row it is refused with RATE_LIMITED."
        ),
        edge="employees",
        numbers=looked_up,
    )
    def employees_by_number(self, info: Info, numbers: Numbers) -> list[Employee | None]:
        rows = reversed(self.row.related(info))
        employed = {bytes(row["number_digest"]): row for row in rows}
        desk = Desk(self.row["_id"], info.context.now, info.context.gateway.digester)
        found: list[Employee | None] = []
        for number in looked_up({"numbers": numbers}):
            having = (employed.get(one) for one in desk.number_digests(number))
            row = next((row for row in having if row is not None), None)
            found.append(None if row is None else Employee(row=Row("employments", row)))
        return found

    @guarded(Permission.EMPLOYER_READ, description="Its figures of the moment.")
    def dashboard(self) -> Dashboard:
        return Dashboard(row=self.row)

    @guarded(
        Permission.EMPLOYER_GRANT_ASK,
        Permission.EMPLOYER_SHARED_READ,
        description="What it asked to see, and what it may see, newest first.",
        edge="grants",
        where=in_states,
    )
    def grants(
        self, info: Info, first: First = DEFAULT_PAGE, after: After = None, states: States = None
    ) -> GrantConnection:
        return GrantConnection(listing=self._listing(info, "grants", first))

    @guarded(
        Permission.EMPLOYER_GRANT_ASK,
        Permission.EMPLOYER_SHARED_READ,
        description="One of these grants; null where there is no such.",
        edge="grant",
        where=by_id,
    )
    def grant(self, info: Info, id: GrantId) -> Grant | None:
        return grants_of(self.row.related(info))

    @guarded(
        Permission.EMPLOYER_WEBHOOK_MANAGE,
        description="Where it is told of events, newest first; docs/webhooks.md.",
        edge="webhooks",
    )
    def webhooks(self, info: Info) -> list[Webhook]:
        return [Webhook(row=Row("webhooks", row)) for row in self.row.related(info)]

    def _listing(self, info: Info, relation: str, first: int) -> Listing:
        return Listing(relation, self.row.related(info), first, CONNECTION_ORDER[relation])


@strawberry.type
class EmployerQuery:
    @guarded(Permission.EMPLOYER_READ, description="The employer whose client asks.")
    async def employer(self, info: Info) -> EmployerDesk:
        return EmployerDesk(row=await read_own(info, "EmployerDesk"))
