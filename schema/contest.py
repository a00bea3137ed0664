"""Contests as their holder and the authority see them."""

from datetime import date, datetime
from typing import Any

import strawberry

from auth.permissions import Permission
from resolvers.contests.values import read_texts
from resolvers.policy.contest_texts import (
    CONTEST_FIELD_LABELS,
    CONTEST_GROUND_LABELS,
    CONTEST_STATE_LABELS,
    CONTESTED_KIND_LABELS,
    KEEPS_WORKING,
)
from resolvers.rules.contests import (
    ContestedKind,
    ContestField,
    ContestGround,
    ContestOutcome,
    ContestState,
)
from resolvers.rules.permit_status import printed_day
from resolvers.store.contests import DECISION_TEXT, STATEMENT, VALUES
from schema.connection import ListedRow, Listing, PageInfo
from schema.context import Info
from schema.field import field_for, guarded
from schema.place import Authority
from schema.row import Row

strawberry.enum(ContestState, description="The steps of a contest; see docs/state-machines.md.")
strawberry.enum(ContestedKind, description="What kind of record is contested.")
strawberry.enum(ContestField, description="What of a record is contested.")
strawberry.enum(ContestOutcome, description="What the authority does with its record.")
strawberry.enum(ContestGround, description="Why a contest ended as it did.")

contest_field = field_for(Permission.CONTEST_READ, Permission.CONTEST_DECIDE)


@strawberry.type(description="A field that is contested.")
class ContestedField:
    of: strawberry.Private[ContestField]

    @contest_field("The stable code.")
    def code(self) -> ContestField:
        return self.of

    @contest_field("In words, in the language of the request.")
    def label(self, info: Info) -> str:
        return info.context.text(CONTEST_FIELD_LABELS[self.of], self.of)


@strawberry.type(description="How a field of the record stood when it was contested.")
class ContestedValue:
    of: strawberry.Private[ContestField]
    text: strawberry.Private[str]
    contested: strawberry.Private[bool]

    @guarded(Permission.CONTEST_DECIDE, description="The stable code of the field.")
    def code(self) -> ContestField:
        return self.of

    @guarded(Permission.CONTEST_DECIDE, description="In words, in the language of the request.")
    def label(self, info: Info) -> str:
        return info.context.text(CONTEST_FIELD_LABELS[self.of], self.of)

    @guarded(Permission.CONTEST_DECIDE, description="The value; empty where there was none.")
    def value(self) -> str:
        return self.text

    @guarded(Permission.CONTEST_DECIDE, description="Whether the holder says that it is wrong.")
    def is_contested(self) -> bool:
        return self.contested


@strawberry.type(description="What the authority decided.")
class ContestDecision:
    row: strawberry.Private[Row]

    @contest_field("Whether the authority corrects its record.")
    def outcome(self) -> ContestOutcome:
        return ContestOutcome(self._decision["outcome"])

    @contest_field("When.")
    def at(self) -> datetime:
        at: datetime = self._decision["at"]
        return at

    @contest_field("Why, as a stable code.")
    def ground(self) -> ContestGround:
        return ContestGround(self._decision["ground"])

    @contest_field("Why, in the language of the request.")
    def ground_label(self, info: Info) -> str:
        ground = ContestGround(self._decision["ground"])
        return info.context.text(CONTEST_GROUND_LABELS[ground], ground)

    @contest_field("What the officer added in its own words.")
    def text(self, info: Info) -> str | None:
        return self.row.opened(info, DECISION_TEXT, self._decision["text"])

    @property
    def _decision(self) -> dict[str, Any]:
        decision: dict[str, Any] = self.row["decision"]
        return decision


@strawberry.type(
    description=(
        "A holder says that a record is wrong. Nothing of the record, the permit or the card "
        "changes by it; see docs/contests.md."
    )
)
class Contest:
    row: strawberry.Private[Row]

    @contest_field("Random, stable id of the contest.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @contest_field("To be given with each change; another one after each.", reads=("revision",))
    def revision(self) -> int:
        revision: int = self.row["revision"]
        return revision

    @contest_field("What kind of record it is about.", reads=("record",))
    def record_kind(self) -> ContestedKind:
        return ContestedKind(self.row["record"]["kind"])

    @contest_field("The kind in words, in the language of the request.", reads=("record",))
    def record_kind_label(self, info: Info) -> str:
        kind = ContestedKind(self.row["record"]["kind"])
        return info.context.text(CONTESTED_KIND_LABELS[kind], kind)

    @contest_field("The record, by the id under which the graph shows it.", reads=("record",))
    def record_id(self) -> strawberry.ID:
        return strawberry.ID(self.row["record"]["id"])

    @contest_field("The authority whose record it is, and who decides.", reads=("authority",))
    def authority(self) -> Authority:
        return Authority(of=self.row["authority"])

    @contest_field("What of the record is contested.", reads=("fields",))
    def fields(self) -> list[ContestedField]:
        return [ContestedField(of=ContestField(field)) for field in self.row["fields"]]

    @contest_field(
        "What the holder says, in its own words.", reads=("holder_id", STATEMENT), opens=True
    )
    def statement(self, info: Info) -> str:
        return self.row.opened(info, STATEMENT, self.row["statement"]) or ""

    @guarded(
        Permission.CONTEST_DECIDE,
        description="The whole record as it stood when it was contested.",
        reads=("holder_id", VALUES, "fields"),
        opens=True,
    )
    def values(self, info: Info) -> list[ContestedValue]:
        texts = read_texts(self.row.opened(info, VALUES, self.row["values"]) or "{}")
        contested = {ContestField(field) for field in self.row["fields"]}
        return [
            ContestedValue(of=field, text=text, contested=field in contested)
            for field, text in texts.items()
        ]

    @contest_field("Where it stands.", reads=("state",))
    def state(self) -> ContestState:
        return ContestState(self.row["state"])

    @contest_field("The state in words, in the language of the request.", reads=("state",))
    def state_label(self, info: Info) -> str:
        state = ContestState(self.row["state"])
        return info.context.text(CONTEST_STATE_LABELS[state], state)

    @contest_field("What holds while it runs, in the language of the request.")
    def note(self, info: Info) -> str:
        return info.context.text(KEEPS_WORKING, "KEEPS_WORKING")

    @contest_field("When it was opened.", reads=("opened_at",))
    def opened_at(self) -> datetime:
        at: datetime = self.row["opened_at"]
        return at

    @contest_field(
        "The last day of the time in which the city has promised an answer; null where none is "
        "promised.",
        reads=("due_at",),
    )
    def due_on(self) -> date | None:
        at = self.row["due_at"]
        return None if at is None else printed_day(at)

    @contest_field("When an officer took it, last.", reads=("taken_at",))
    def taken_at(self) -> datetime | None:
        at: datetime | None = self.row["taken_at"]
        return at

    @contest_field(
        "When the authority last said otherwise what is contested, by a record that it sent; null "
        "if it has not since.",
        reads=("source_changed_at",),
    )
    def source_changed_at(self) -> datetime | None:
        at: datetime | None = self.row["source_changed_at"]
        return at

    @contest_field("The decision, once there is one.", reads=("holder_id", "decision"), opens=True)
    def decision(self) -> ContestDecision | None:
        return None if self.row["decision"] is None else ContestDecision(row=self.row)

    @contest_field("When it ended.", reads=("ended_at",))
    def ended_at(self) -> datetime | None:
        at: datetime | None = self.row["ended_at"]
        return at


@strawberry.type(description="A contest and its place in the list.")
class ContestEdge:
    listed: strawberry.Private[ListedRow]

    @contest_field("To be given as `after`.")
    def cursor(self) -> str:
        return self.listed.cursor

    @contest_field("The contest.")
    def node(self, info: Info) -> Contest:
        return Contest(row=self.listed.node(info))


@strawberry.type(description="A page of contests.")
class ContestConnection:
    listing: strawberry.Private[Listing]

    @contest_field("The contests of this page.")
    def edges(self, info: Info) -> list[ContestEdge]:
        return [ContestEdge(listed=listed) for listed in self.listing.listed(info)]

    @contest_field("Where the page stands in the list.")
    def page_info(self) -> PageInfo:
        return self.listing.page_info()
