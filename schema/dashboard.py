"""An employer's figures of the moment: how many people, cases and tasks, and how they stand."""

from collections import Counter
from typing import Annotated, Any

import strawberry

from auth.permissions import Permission
from resolvers.policy.permit_labels import CATEGORY_LABELS, PERMIT_STATUS_LABELS
from resolvers.rules.tallies import Tally, status_of_group
from schema.application_labels import STATE_LABELS
from schema.context import Info
from schema.enums import ApplicationState, PermitCategory, PermitStatus, TaskKind
from schema.field import field_for, guarded
from schema.labels import TASK_KIND_LABELS
from schema.place import City
from schema.roster import expiring_employees
from schema.row import Row

MAX_CITIES_TOLD = 100
_people = field_for(Permission.EMPLOYER_PERMIT_READ)
_cases = field_for(Permission.EMPLOYER_APPLICATION_READ)
_tasks = field_for(Permission.EMPLOYER_TASK_READ)

Within = Annotated[int, strawberry.argument(description="Days from today, 1 to 366.")]


@strawberry.type(description="How many have a status.")
class StatusCount:
    status: PermitStatus = _people("The status of their newest permit.")
    count: int = _people("How many.")

    @_people("The status in words, in the language of the request.")
    def label(self, info: Info) -> str:
        return info.context.text(PERMIT_STATUS_LABELS[self.status], self.status)


@strawberry.type(description="How many have a category.")
class CategoryCount:
    category: PermitCategory = _people("The category of their newest permit.")
    count: int = _people("How many.")

    @_people("The category in words, in the language of the request.")
    def label(self, info: Info) -> str:
        return info.context.text(CATEGORY_LABELS[self.category], self.category)


@strawberry.type(description="How many work in a city.")
class CityCount:
    city: City = _people("The place of work.")
    count: int = _people("How many.")


@strawberry.type(description="How many applications stand at a step.")
class StateCount:
    state: ApplicationState = _cases("The step.")
    count: int = _cases("How many.")

    @_cases("The step in words, in the language of the request.")
    def label(self, info: Info) -> str:
        return info.context.text(STATE_LABELS[self.state], self.state)


@strawberry.type(description="How many tasks of one kind are still to be done.")
class TaskCount:
    kind: TaskKind = _tasks("What is to be done.")
    count: int = _tasks("How many, those that are overdue among them.")
    overdue: int = _tasks("How many are overdue.")

    @_tasks("What is to be done in words, in the language of the request.")
    def label(self, info: Info) -> str:
        return info.context.text(TASK_KIND_LABELS[self.kind], self.kind)


@strawberry.type(
    description=(
        "Figures of the moment, counted from indexes: what is not selected is not counted. People "
        "are those whose employment goes on."
    )
)
class Dashboard:
    row: strawberry.Private[Row]

    @_people("How many people it sponsors.", tallies=(Tally.EMPLOYEES,))
    def current(self) -> int:
        return sum(group["count"] for group in self.row.tallied(Tally.EMPLOYEES))

    @_people("Its people by status; the most first.", tallies=(Tally.EMPLOYEES,))
    def by_status(self) -> list[StatusCount]:
        counted = self._counted(lambda key: status_of_group(key))
        return [StatusCount(status=status, count=count) for status, count in counted]

    @_people("Its people by category; the most first.", tallies=(Tally.EMPLOYEES,))
    def by_category(self) -> list[CategoryCount]:
        counted = self._counted(lambda key: PermitCategory(key["category"]))
        return [CategoryCount(category=category, count=count) for category, count in counted]

    @_people(
        "Its people by place of work; the hundred places with the most, the most first.",
        tallies=(Tally.EMPLOYEES,),
    )
    def by_city(self) -> list[CityCount]:
        counted = self._counted(lambda key: key["city"])[:MAX_CITIES_TOLD]
        return [CityCount(city=City(of=city), count=count) for city, count in counted]

    @guarded(
        Permission.EMPLOYER_PERMIT_READ,
        description="Of how many the permit ends today or within so many days.",
        counts=("employees", expiring_employees),
    )
    def expiring(self, within: Within) -> int:
        return self.row.counted("employees", expiring_employees({"within": within}))

    @_cases("Its applications without a result, by step.", tallies=(Tally.APPLICATIONS,))
    def open_applications(self) -> list[StateCount]:
        groups = self.row.tallied(Tally.APPLICATIONS)
        counts = {ApplicationState(one["_id"]["state"]): one["count"] for one in groups}
        # In the order of the steps.
        return [
            StateCount(state=state, count=counts[state])
            for state in ApplicationState
            if state in counts
        ]

    @_tasks("Its tasks that are still to be done, by kind.", tallies=(Tally.TASKS,))
    def open_tasks(self) -> list[TaskCount]:
        groups = self.row.tallied(Tally.TASKS)
        found: list[TaskCount] = []
        for kind in TaskKind:
            own = [one for one in groups if one["_id"]["kind"] == kind]
            overdue = sum(one["count"] for one in own if one["_id"]["is_overdue"])
            if own:
                count = sum(one["count"] for one in own)
                found.append(TaskCount(kind=kind, count=count, overdue=overdue))
        return found

    @_tasks("How many tasks are overdue.", tallies=(Tally.TASKS,))
    def overdue_tasks(self) -> int:
        groups = self.row.tallied(Tally.TASKS)
        return sum(group["count"] for group in groups if group["_id"]["is_overdue"])

    def _counted(self, of: Any) -> list[tuple[Any, int]]:
        counts: Counter[Any] = Counter()
        for group in self.row.tallied(Tally.EMPLOYEES):
            counts[of(group["_id"])] += group["count"]
        return sorted(counts.items(), key=lambda one: (-one[1], str(one[0])))
