"""What the law ties to a permit: tasks of the holder or of the employer."""

from datetime import date, datetime

import strawberry

from auth.permissions import Permission
from resolvers.rules.permit_status import days_left, printed_day
from schema.connection import ListedRow, Listing, PageInfo
from schema.context import Info
from schema.enums import TaskKind, TaskState
from schema.field import field_for
from schema.labels import TASK_KIND_LABELS
from schema.row import Row

_task_field = field_for(Permission.HOLDER_READ, Permission.EMPLOYER_READ)


@strawberry.type(description="Something that the law asks of a holder or an employer.")
class Task:
    row: strawberry.Private[Row]

    @_task_field("Random, stable id of the task.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @_task_field("What is to be done.", reads=("kind",))
    def kind(self) -> TaskKind:
        return TaskKind(self.row["kind"])

    @_task_field("What is to be done in words, in the language of the request.", reads=("kind",))
    def kind_label(self, info: Info) -> str:
        kind = TaskKind(self.row["kind"])
        return info.context.text(TASK_KIND_LABELS[kind], kind)

    @_task_field("The permit that it follows from.", reads=("permit_id",))
    def permit_id(self) -> strawberry.ID:
        return strawberry.ID(self.row["permit_id"])

    @_task_field("The last day on which it is done in time.", reads=("due_at",))
    def due_on(self) -> date:
        return printed_day(self.row["due_at"])

    @_task_field(
        "Days to the due day: 0 on that day, negative when overdue; null once it is done.",
        reads=("due_at", "state"),
    )
    def days_left(self, info: Info) -> int | None:
        if TaskState(self.row["state"]) is TaskState.DONE:
            return None
        return days_left(self.row["due_at"], info.context.now)

    @_task_field("Whether it is still to be done.", reads=("state",))
    def state(self) -> TaskState:
        return TaskState(self.row["state"])

    @_task_field("When it began.", reads=("opened_at",))
    def opened_at(self) -> datetime:
        at: datetime = self.row["opened_at"]
        return at

    @_task_field("When a record of the other authority showed it done.", reads=("done_at",))
    def done_at(self) -> datetime | None:
        at: datetime | None = self.row["done_at"]
        return at


@strawberry.type(description="A task and its place in the list.")
class TaskEdge:
    listed: strawberry.Private[ListedRow]

    @_task_field("To be given as `after`.")
    def cursor(self) -> str:
        return self.listed.cursor

    @_task_field("The task.")
    def node(self, info: Info) -> Task:
        return Task(row=self.listed.node(info))


@strawberry.type(description="A page of tasks, newest first.")
class TaskConnection:
    listing: strawberry.Private[Listing]

    @_task_field("The tasks of this page.")
    def edges(self, info: Info) -> list[TaskEdge]:
        return [TaskEdge(listed=listed) for listed in self.listing.listed(info)]

    @_task_field("Where the page stands in the list.")
    def page_info(self) -> PageInfo:
        return self.listing.page_info()
