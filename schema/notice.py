"""Notices: what a holder was told, in words made when they are read."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from auth.permissions import Permission
from resolvers.policy.notice_texts import NoticeTexts, notice_texts
from resolvers.rules.notice_kinds import NoticeKind, NoticeSubject, subject_of
from resolvers.rules.permit_status import shanghai_day
from schema.connection import ListedRow, Listing, PageInfo
from schema.context import Info
from schema.field import field_for
from schema.labels import NOTICE_KIND_LABELS
from schema.row import Row

strawberry.enum(NoticeKind, description="What a holder is told of.")
strawberry.enum(NoticeSubject, description="What kind of record a notice is about.")

notice_field = field_for(Permission.NOTICE_READ)
_TEXT_READS = ("kind", "object_id", "due_on")

Kinds = Annotated[
    list[NoticeKind] | None,
    strawberry.argument(description="Notices of these kinds; of all when not given."),
]
Archived = Annotated[
    bool, strawberry.argument(description="The archived ones, in place of the others.")
]


def narrowed(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """The filter of a list of notices: of these kinds, archived or not."""
    archived = {"$gt": _LONG_AGO} if arguments.get("archived") is True else None
    wanted: dict[str, Any] = {"archived_at": archived}
    kinds = arguments.get("kinds")
    if kinds is not None:
        given = set(map(str, kinds)) if isinstance(kinds, list) else {str(kinds)}
        wanted["kind"] = {"$in": [str(kind) for kind in NoticeKind if str(kind) in given]}
    return wanted


_LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00Z")


@strawberry.type(description="The record that a notice is about.")
class NoticeAbout:
    kind: NoticeSubject = notice_field("What kind of record it is.")
    id: strawberry.ID = notice_field("The id under which the graph shows it.")


@strawberry.type(
    description=(
        "Something that the holder was told. Its words name nobody and no number: they may be "
        "shown on a locked screen."
    )
)
class Notice:
    row: strawberry.Private[Row]

    @notice_field("Random, stable id of the notice.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @notice_field("What it tells of.", reads=("kind",))
    def kind(self) -> NoticeKind:
        return self._kind()

    @notice_field("The kind in words, in the language of the request.", reads=("kind",))
    def kind_label(self, info: Info) -> str:
        kind = self._kind()
        return info.context.text(NOTICE_KIND_LABELS[kind], kind)

    @notice_field("One line, in the language of the request, as of today.", reads=_TEXT_READS)
    def title(self, info: Info) -> str:
        return info.context.text(self._texts(info).title, self._kind())

    @notice_field("What it means and what to do next.", reads=_TEXT_READS)
    def text(self, info: Info) -> str:
        return info.context.text(self._texts(info).text, self._kind())

    @notice_field("When it was posted; no two of a holder have the same.", reads=("at",))
    def created_at(self) -> datetime:
        at: datetime = self.row["at"]
        return at

    @notice_field("When it was marked as read.", reads=("read_at",))
    def read_at(self) -> datetime | None:
        at: datetime | None = self.row["read_at"]
        return at

    @notice_field("When it was archived.", reads=("archived_at",))
    def archived_at(self) -> datetime | None:
        at: datetime | None = self.row["archived_at"]
        return at

    @notice_field("The day that a reminder reminds of; null for all else.", reads=("due_on",))
    def due_on(self) -> date | None:
        return self._due_on()

    @notice_field(
        "Days from today to `dueOn`: 0 on that day, negative after it.", reads=("due_on",)
    )
    def days_left(self, info: Info) -> int | None:
        due_on = self._due_on()
        return None if due_on is None else (due_on - shanghai_day(info.context.now)).days

    @notice_field("The record that it is about, to go there.", reads=("object_id",))
    def about(self) -> NoticeAbout:
        object_id: str = self.row["object_id"]
        return NoticeAbout(kind=subject_of(object_id), id=strawberry.ID(object_id))

    def _kind(self) -> NoticeKind:
        return NoticeKind(self.row["kind"])

    def _due_on(self) -> date | None:
        stored: str | None = self.row["due_on"]
        return None if stored is None else date.fromisoformat(stored)

    def _texts(self, info: Info) -> NoticeTexts:
        today = shanghai_day(info.context.now)
        return notice_texts(self._kind(), self.row["object_id"], self._due_on(), today)


@strawberry.type(description="A notice and its place in the list.")
class NoticeEdge:
    listed: strawberry.Private[ListedRow]

    @notice_field("To be given as `after`.")
    def cursor(self) -> str:
        return self.listed.cursor

    @notice_field("The notice.")
    def node(self, info: Info) -> Notice:
        return Notice(row=self.listed.node(info))


def unread_of(holder: Row) -> int:
    """From the inbox; 0 for a holder who was never told anything."""
    return sum(inbox["unread"] for inbox in holder.for_rule("inbox"))


@strawberry.type(description="A page of notices, newest first.")
class NoticeConnection:
    holder: strawberry.Private[Row]
    listing: strawberry.Private[Listing]

    @notice_field("The notices of this page.")
    def edges(self, info: Info) -> list[NoticeEdge]:
        return [NoticeEdge(listed=listed) for listed in self.listing.listed(info)]

    @notice_field("Where the page stands in the list.")
    def page_info(self) -> PageInfo:
        return self.listing.page_info()

    @notice_field(
        "How many of all notices are neither read nor archived, whatever this page shows.",
        rule_edges=("inbox",),
    )
    def unread_count(self) -> int:
        return unread_of(self.holder)
