"""Standing grants: what an employer asked to see, the answer, and what is shown by it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

import strawberry
from strawberry.dataloader import DataLoader

from auth.permissions import Permission
from resolvers.policy.sharing_texts import GRANT_STATUS_LABELS, PURPOSE_LABELS
from resolvers.rules.bundles import Bundle
from resolvers.rules.grants import GRANT_FACTS, GrantState, GrantStatus, GrantStep, grant_status
from resolvers.rules.permit_status import printed_day
from resolvers.sharing.showing import GrantRead, preview_each, read_granted
from resolvers.store import grants
from schema.connection import ListedRow, Listing, PageInfo
from schema.context import Info
from schema.employer import Employer
from schema.enums import SharingPurpose
from schema.field import field_for, guarded
from schema.row import Row
from schema.shared_record import SharedBundle, SharedRecord

strawberry.enum(GrantState, description="What somebody decided of a grant.")
strawberry.enum(GrantStatus, description="What a grant is worth now; computed, never stored.")
strawberry.enum(GrantStep, description="What happened to a grant.")

grant_field = field_for(
    Permission.GRANT_READ, Permission.EMPLOYER_GRANT_ASK, Permission.EMPLOYER_SHARED_READ
)
MAX_READ = 100
"""How many shared records one command reads; a longer list takes several."""

States = Annotated[
    list[GrantState] | None,
    strawberry.argument(description="Grants in these states; in all when not given."),
]
GrantId = Annotated[strawberry.ID, strawberry.argument(description="From a list of grants.")]
Bundles = Annotated[
    list[Bundle] | None,
    strawberry.argument(description="Of these only; of all that was asked for when not given."),
]


def in_states(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """The filter of a list of grants."""
    states = arguments.get("states")
    if states is None:
        return {}
    given = set(map(str, states)) if isinstance(states, list) else {str(states)}
    return {"state": {"$in": [str(state) for state in GrantState if str(state) in given]}}


@strawberry.type(
    description=(
        "A step of a grant, signed: a compact JWS under a key of /.well-known/jwks.json; "
        "docs/consent.md says how to check it."
    )
)
class GrantRecord:
    stored: strawberry.Private[dict[str, Any]]

    @grant_field("When.")
    def at(self) -> datetime:
        at: datetime = self.stored["at"]
        return at

    @grant_field("What.")
    def event(self) -> GrantStep:
        return GrantStep(self.stored["event"])

    @grant_field("The signed record.")
    def jws(self) -> str:
        jws: str = self.stored["jws"]
        return jws


@strawberry.type(
    description=(
        "What an employer asked to see of somebody whom it sponsors, beyond what the law shows it, "
        "and what the holder lets it see."
    )
)
class Grant:
    row: strawberry.Private[Row]

    @grant_field("Random, stable id of the grant.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @grant_field("To be given with each change; another one after each.", reads=("revision",))
    def revision(self) -> int:
        revision: int = self.row["revision"]
        return revision

    @grant_field("What it is worth now.", reads=GRANT_FACTS, rule_edges=("employment",))
    def status(self, info: Info) -> GrantStatus:
        return self._status(info)

    @grant_field(
        "The status in words, in the language of the request.",
        reads=GRANT_FACTS,
        rule_edges=("employment",),
    )
    def status_label(self, info: Info) -> str:
        status = self._status(info)
        return info.context.text(GRANT_STATUS_LABELS[status], status)

    @grant_field("The employer that asked.", edge="employer")
    def employer(self, info: Info) -> Employer:
        return Employer(row=Row("employers", self.row.related(info)[0]))

    @grant_field("The employment in which it was asked; it ends with it.", reads=("employment_id",))
    def employment_id(self) -> strawberry.ID:
        return strawberry.ID(self.row["employment_id"])

    @grant_field("What it is asked for.", reads=("purpose",))
    def purpose(self) -> SharingPurpose:
        return SharingPurpose(self.row["purpose"])

    @grant_field("The purpose in words, in the language of the request.", reads=("purpose",))
    def purpose_label(self, info: Info) -> str:
        purpose = SharingPurpose(self.row["purpose"])
        return info.context.text(PURPOSE_LABELS[purpose], purpose)

    @grant_field("The employer's own words.", reads=(grants.REASON,), opens=True)
    def reason(self, info: Info) -> str | None:
        return self.row.opened(info, grants.REASON, self.row.get(grants.REASON))

    @grant_field("What was asked for.", reads=("asked_bundles",))
    def asked_bundles(self) -> list[SharedBundle]:
        return _bundles(self.row["asked_bundles"])

    @grant_field("The last day that was asked for.", reads=("asked_until",))
    def asked_until(self) -> date:
        return printed_day(self.row["asked_until"])

    @grant_field("What was granted; empty before that.", reads=("bundles",))
    def bundles(self) -> list[SharedBundle]:
        return _bundles(self.row["bundles"])

    @grant_field("The last day of the grant; null before that.", reads=("expires_at",))
    def until(self) -> date | None:
        at: datetime | None = self.row["expires_at"]
        return None if at is None else printed_day(at)

    @grant_field("When it was asked.", reads=("asked_at",))
    def asked_at(self) -> datetime:
        at: datetime = self.row["asked_at"]
        return at

    @grant_field("When the ask lapses unless it is answered.", reads=("lapses_at",))
    def lapses_at(self) -> datetime:
        at: datetime = self.row["lapses_at"]
        return at

    @grant_field("When the holder answered.", reads=("answered_at",))
    def answered_at(self) -> datetime | None:
        at: datetime | None = self.row["answered_at"]
        return at

    @grant_field(
        "When it was refused, withdrawn, retracted, replaced or lapsed.", reads=("ended_at",)
    )
    def ended_at(self) -> datetime | None:
        at: datetime | None = self.row["ended_at"]
        return at

    @grant_field("A signed record of each step, oldest first.", reads=("records",))
    def records(self) -> list[GrantRecord]:
        return [GrantRecord(stored=stored) for stored in self.row["records"]]

    @guarded(
        Permission.EMPLOYER_SHARED_READ,
        description=(
            "What the holder shows, as it is now; null unless the grant stands. The holder's "
            "ledger has a line of every look, also of one in vain."
        ),
        reads=("holder_id", "purpose", "bundles", *GRANT_FACTS),
        rule_edges=("employment",),
    )
    async def shared(self, info: Info) -> SharedRecord | None:
        context = info.context
        read = GrantRead.of(self.row.document, self._employment_ends_at(), context.now)
        if context.grant_reads is None:
            context.grant_reads = DataLoader(
                lambda reads: read_granted(context.gateway, context.ask, reads),
                max_batch_size=MAX_READ,
            )
        record = await context.grant_reads.load(read)
        return None if record is None else SharedRecord(of=record)

    @guarded(
        Permission.IDENTITY_REVEAL,
        description=(
            "For the holder: exactly what would be shown now, if it were accepted with these "
            "bundles. A reveal: with a real-person proof under 5 minutes old, and audited."
        ),
        reads=("asked_bundles",),
    )
    async def preview(self, info: Info, bundles: Bundles = None) -> SharedRecord | None:
        asked = frozenset(map(Bundle, self.row["asked_bundles"]))
        wanted = asked if bundles is None else asked & frozenset(bundles)
        context = info.context
        if context.previews is None:
            context.previews = DataLoader(
                lambda some: preview_each(context.gateway, context.ask, some),
                max_batch_size=MAX_READ,
            )
        record = await context.previews.load(wanted)
        return None if record is None else SharedRecord(of=record)

    def _status(self, info: Info) -> GrantStatus:
        return grant_status(self.row.document, self._employment_ends_at(), info.context.now)

    def _employment_ends_at(self) -> datetime | None:
        for employment in self.row.for_rule("employment"):
            at: datetime = employment["ends_at"]
            return at
        return None


def _bundles(stored: list[str]) -> list[SharedBundle]:
    return [SharedBundle(of=Bundle(code)) for code in stored]


def grants_of(rows: list[dict[str, Any]]) -> Grant | None:
    """The one that an `id` names."""
    return Grant(row=Row("grants", rows[0])) if rows else None


@strawberry.type(description="A grant and its place in the list.")
class GrantEdge:
    listed: strawberry.Private[ListedRow]

    @grant_field("To be given as `after`.")
    def cursor(self) -> str:
        return self.listed.cursor

    @grant_field("The grant.")
    def node(self, info: Info) -> Grant:
        return Grant(row=self.listed.node(info))


@strawberry.type(description="A page of grants, newest first.")
class GrantConnection:
    listing: strawberry.Private[Listing]

    @grant_field("The grants of this page.")
    def edges(self, info: Info) -> list[GrantEdge]:
        return [GrantEdge(listed=listed) for listed in self.listing.listed(info)]

    @grant_field("Where the page stands in the list.")
    def page_info(self) -> PageInfo:
        return self.listing.page_info()
