"""How an employer's lists are narrowed and ordered: arguments of the graph, and what they mean."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import strawberry

from resolvers.rules.names import MAX_NAME_LENGTH
from resolvers.rules.names.prefixes import searched_prefixes
from resolvers.rules.roster import MAX_CITIES, MAX_DAYS_AHEAD, RosterFilter, TaskFilter
from resolvers.selection import ListOrder
from resolvers.vocabulary import PermitStatus
from schema.enums import ApplicationState, PermitCategory, ProcedureKind, TaskState
from schema.failures import RequestError, RequestErrorCode
from schema.field import Personal, personal

MAX_LOOKED_UP = 100
MAX_NUMBER_LENGTH = 40
_CITY = re.compile(r"[0-9]{6}")


class EmployeeSort(StrEnum):
    NEWEST = "NEWEST"
    OLDEST = "OLDEST"


class TaskSort(StrEnum):
    NEWEST = "NEWEST"
    DUE_SOONEST = "DUE_SOONEST"


class PermitSort(StrEnum):
    NEWEST = "NEWEST"
    OLDEST = "OLDEST"
    LAST_DAY_SOONEST = "LAST_DAY_SOONEST"
    LAST_DAY_LATEST = "LAST_DAY_LATEST"
    ISSUED_NEWEST = "ISSUED_NEWEST"
    ISSUED_OLDEST = "ISSUED_OLDEST"


strawberry.enum(EmployeeSort, description="By the day on which the employment began.")
strawberry.enum(
    PermitSort, description="By first valid day as issued, last valid day, or day of issue."
)
strawberry.enum(TaskSort, description="By when they were opened, or by their last day.")

_TASK_ORDERS: Mapping[str, ListOrder] = {
    TaskSort.NEWEST: ListOrder("tasks", "opened_at"),
    TaskSort.DUE_SOONEST: ListOrder("tasks-due", "due_at", ascending=True),
}
_EMPLOYEE_ORDERS: Mapping[str, ListOrder] = {
    EmployeeSort.NEWEST: ListOrder("employees", "started_at"),
    EmployeeSort.OLDEST: ListOrder("employees-oldest", "started_at", ascending=True),
}
_PERMIT_ORDERS: Mapping[str, ListOrder] = {
    PermitSort.NEWEST: ListOrder("permits", "shown.listed_from"),
    PermitSort.OLDEST: ListOrder("permits-oldest", "shown.listed_from", ascending=True),
    PermitSort.LAST_DAY_SOONEST: ListOrder("permits-soonest", "shown.valid_until", ascending=True),
    PermitSort.LAST_DAY_LATEST: ListOrder("permits-latest", "shown.valid_until", ascending=False),
    PermitSort.ISSUED_NEWEST: ListOrder("permits-issued", "shown.issued_at", ascending=False),
    PermitSort.ISSUED_OLDEST: ListOrder("permits-issued-first", "shown.issued_at", ascending=True),
}


def _narrowing(description: str) -> Any:
    return strawberry.field(default=None, description=description)


@strawberry.input(description="Which permits; what is not given narrows nothing.")
class PermitFilter:
    status: PermitStatus | None = _narrowing("Permits that are worth this now.")
    expiring_within: int | None = _narrowing(
        "Active permits whose last valid day is today or up to so many days ahead, 1 to 366."
    )
    cities: list[str] | None = _narrowing("Places of work, by code; 1 to 20 of them.")
    category: PermitCategory | None = _narrowing("Permits of this category.")
    name: str | None = personal(
        "Of people whose name has words that begin so: at least two letters of each word, or one "
        "Chinese, Japanese or Korean character. Case, accents and script make no difference.",
        default=None,
    )


@strawberry.input(
    description="Which employees, by their newest permit; what is not given narrows nothing."
)
class EmployeeFilter(PermitFilter):
    is_current: bool | None = _narrowing("Those whose employment goes on, or those whose ended.")


@strawberry.input(name="TaskFilter", description="Which tasks; what is not given narrows nothing.")
class TaskFilterInput:
    state: TaskState | None = _narrowing("Still to be done, or done.")
    due_within: int | None = _narrowing(
        "Due today or up to so many days ahead, 1 to 366, or overdue."
    )


@strawberry.input(description="Which applications; what is not given narrows nothing.")
class ApplicationFilter:
    state: ApplicationState | None = _narrowing("Those that stand at this step.")
    procedure: ProcedureKind | None = _narrowing("Those of this procedure.")


TasksWanted = Annotated[
    TaskFilterInput | None, strawberry.argument(description="Which tasks; all when not given.")
]
CasesWanted = Annotated[
    ApplicationFilter | None,
    strawberry.argument(description="Which applications; all when not given."),
]
TasksSorted = Annotated[TaskSort, strawberry.argument(description="In which order.")]
Numbers = Annotated[
    list[str],
    strawberry.argument(description="Work permit numbers, 1 to 100.", directives=[Personal()]),
]
PermitsWanted = Annotated[
    PermitFilter | None, strawberry.argument(description="Which permits; all when not given.")
]
EmployeesWanted = Annotated[
    EmployeeFilter | None, strawberry.argument(description="Which employees; all when not given.")
]
PermitsSorted = Annotated[PermitSort, strawberry.argument(description="In which order.")]
EmployeesSorted = Annotated[EmployeeSort, strawberry.argument(description="In which order.")]


def employee_order(arguments: Mapping[str, Any]) -> ListOrder:
    return _EMPLOYEE_ORDERS[str(arguments.get("sort") or EmployeeSort.NEWEST)]


def task_order(arguments: Mapping[str, Any]) -> ListOrder:
    return _TASK_ORDERS[str(arguments.get("sort") or TaskSort.NEWEST)]


def permit_order(arguments: Mapping[str, Any]) -> ListOrder:
    return _PERMIT_ORDERS[str(arguments.get("sort") or PermitSort.NEWEST)]


def roster_filter(arguments: Mapping[str, Any]) -> RosterFilter:
    """What `filter` asks for, of permits or employees. Raises RequestError, BAD_USER_INPUT."""
    given = arguments.get("filter") or {}
    status, category = given.get("status"), given.get("category")
    return RosterFilter(
        status=None if status is None else PermitStatus(status),
        expiring_within=_days(given.get("expiringWithin"), "expiringWithin"),
        cities=_cities(given.get("cities")),
        category=None if category is None else PermitCategory(category),
        name=_name(given.get("name")),
        is_current=given.get("isCurrent"),
    )


def expiring_employees(arguments: Mapping[str, Any]) -> RosterFilter:
    """Of the field `expiring` of a dashboard."""
    return RosterFilter(expiring_within=_days(arguments.get("within"), "within"), is_current=True)


def task_filter(arguments: Mapping[str, Any]) -> TaskFilter:
    """What `filter` asks for, of tasks. Raises RequestError, BAD_USER_INPUT."""
    given = arguments.get("filter") or {}
    state = given.get("state")
    return TaskFilter(
        state=None if state is None else TaskState(state),
        due_within=_days(given.get("dueWithin"), "dueWithin"),
    )


def open_cases(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """What `filter` asks for, of applications."""
    given = arguments.get("filter") or {}
    known = ("state", "procedure")
    return {name: str(given[name]) for name in known if given.get(name) is not None}


def looked_up(arguments: Mapping[str, Any]) -> tuple[str, ...]:
    """The work permit numbers of a lookup. Raises RequestError, BAD_USER_INPUT."""
    given = arguments["numbers"]
    numbers = tuple(given) if isinstance(given, list) else (given,)
    if not 1 <= len(numbers) <= MAX_LOOKED_UP:
        raise _refused(f"`numbers` are 1 to {MAX_LOOKED_UP}.")
    return tuple(number[:MAX_NUMBER_LENGTH] for number in numbers)


def _days(given: Any, name: str) -> int | None:
    if given is None:
        return None
    if not 1 <= given <= MAX_DAYS_AHEAD:
        raise _refused(f"`{name}` is 1 to {MAX_DAYS_AHEAD} days.")
    return int(given)


def _name(given: Any) -> str | None:
    if given is None:
        return None
    if len(given) > MAX_NAME_LENGTH or not searched_prefixes(given):
        raise _refused("`name` has words of two letters, or of one Chinese character, and more.")
    text: str = given
    return text


def _cities(given: Any) -> tuple[str, ...]:
    if given is None:
        return ()
    # GraphQL takes one value for a list of one.
    cities = tuple(given) if isinstance(given, list) else (given,)
    if not 1 <= len(cities) <= MAX_CITIES or not all(map(_CITY.fullmatch, cities)):
        raise _refused(f"`cities` are 1 to {MAX_CITIES} codes of six digits.")
    return cities


def _refused(message: str) -> RequestError:
    return RequestError(RequestErrorCode.BAD_USER_INPUT, message)
