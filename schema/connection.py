"""Relay-style connections over rows that a pipeline has already limited."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import strawberry

from resolvers.selection import BadCursor, Cursor, ListOrder
from schema.context import Info
from schema.failures import RequestError, RequestErrorCode
from schema.field import record_field
from schema.row import Row, branch_of

DEFAULT_PAGE = 20
MAX_PAGE = 100

First = Annotated[int, strawberry.argument(description="How many, 1 to 100; 20 when not given.")]
After = Annotated[
    str | None, strawberry.argument(description="The `cursor` after which the page begins.")
]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = record_field("Whether more follow this page.")
    end_cursor: str | None = record_field("The cursor of the last edge, to be given as `after`.")


def decoded(after: str, order: ListOrder) -> Cursor:
    """The place that `after` names in this list and order, or BAD_USER_INPUT."""
    try:
        return Cursor.decode(after, order.mark)
    except BadCursor:
        pass
    raise RequestError(
        RequestErrorCode.BAD_USER_INPUT, "`after` needs a cursor that this list has given."
    )


@dataclass(slots=True, eq=False)
class ListedRow:
    """A row of a page; knows under which alias of `edges` it stands."""

    collection: str
    document: dict[str, Any]
    order: ListOrder
    edges_key: str

    @property
    def cursor(self) -> str:
        """Made when it is asked for, which most lists are not."""
        return _cursor(self.document, self.order)

    def node(self, info: Info) -> Row:
        branch = branch_of(self.edges_key, str(info.path.key))
        return Row(self.collection, self.document, branch)


@dataclass(frozen=True)
class Listing:
    """The rows that a pipeline read for one page: up to `first`, and one more if others follow.
    `total` is how many the list has, where that was asked."""

    collection: str
    rows: Sequence[dict[str, Any]]
    first: int
    order: ListOrder
    total: int | None = None

    def listed(self, info: Info) -> list[ListedRow]:
        edges_key = str(info.path.key)
        return [
            ListedRow(self.collection, row, self.order, edges_key)
            for row in self.rows[: self.first]
        ]

    def page_info(self) -> PageInfo:
        shown = self.rows[: self.first]
        end_cursor = _cursor(shown[-1], self.order) if shown else None
        return PageInfo(has_next_page=len(self.rows) > self.first, end_cursor=end_cursor)


def _cursor(row: dict[str, Any], order: ListOrder) -> str:
    at: Any = row
    for part in order.path.split("."):
        at = at[part]
    return Cursor(order.mark, at, row["_id"]).encode()
