"""Share codes as their holder sees them: never the code itself."""

from datetime import datetime

import strawberry

from auth.permissions import Permission
from resolvers.policy.sharing_texts import PURPOSE_LABELS
from resolvers.rules.bundles import Bundle
from resolvers.rules.share_codes import ShareCodeFacts, ShareCodeState, share_code_state
from schema.connection import ListedRow, Listing, PageInfo
from schema.context import Info
from schema.employer import Employer
from schema.enums import SharingPurpose
from schema.field import field_for
from schema.labels import SHARE_CODE_STATE_LABELS
from schema.row import Row
from schema.shared_record import SharedBundle

strawberry.enum(ShareCodeState, description="Whether a share code is good, or why it is not.")

code_field = field_for(Permission.SHARE_CODE_READ)
_STATE_READS = ("revoked_at", "expires_at", "uses_left")


@strawberry.type(description="A share code that the holder has made; see docs/share-codes.md.")
class ShareCode:
    row: strawberry.Private[Row]

    @code_field("Random, stable id of the record; it opens nothing.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @code_field("The last two characters of the code, to tell one from another.", reads=("ending",))
    def ending(self) -> str:
        ending: str = self.row["ending"]
        return ending

    @code_field("What it may be used for.", reads=("purpose",))
    def purpose(self) -> SharingPurpose:
        return SharingPurpose(self.row["purpose"])

    @code_field("The purpose in words, in the language of the request.", reads=("purpose",))
    def purpose_label(self, info: Info) -> str:
        purpose = SharingPurpose(self.row["purpose"])
        return info.context.text(PURPOSE_LABELS[purpose], purpose)

    @code_field("What it shows.", reads=("bundles",))
    def bundles(self) -> list[SharedBundle]:
        return [SharedBundle(of=Bundle(one)) for one in self.row["bundles"]]

    @code_field(
        "The one employer whose portal may use it; null for whoever bears it.", edge="employer"
    )
    def recipient(self, info: Info) -> Employer | None:
        rows = self.row.related(info)
        return Employer(row=Row("employers", rows[0])) if rows else None

    @code_field("When it was made.", reads=("made_at",))
    def made_at(self) -> datetime:
        at: datetime = self.row["made_at"]
        return at

    @code_field("From when on it is over.", reads=("expires_at",))
    def expires_at(self) -> datetime:
        at: datetime = self.row["expires_at"]
        return at

    @code_field("How often it was used.", reads=("uses",))
    def uses(self) -> int:
        uses: int = self.row["uses"]
        return uses

    @code_field("How often it can still be used.", reads=("uses_left",))
    def uses_left(self) -> int:
        left: int = self.row["uses_left"]
        return left

    @code_field("When it was last used.", reads=("last_used_at",))
    def last_used_at(self) -> datetime | None:
        at: datetime | None = self.row.get("last_used_at")
        return at

    @code_field("When the holder took it back.", reads=("revoked_at",))
    def revoked_at(self) -> datetime | None:
        at: datetime | None = self.row.get("revoked_at")
        return at

    @code_field("Whether it is good now.", reads=_STATE_READS, rule_edges=("attempts",))
    def state(self, info: Info) -> ShareCodeState:
        return self._state(info.context.now)

    @code_field(
        "The state in words, in the language of the request.",
        reads=_STATE_READS,
        rule_edges=("attempts",),
    )
    def state_label(self, info: Info) -> str:
        state = self._state(info.context.now)
        return info.context.text(SHARE_CODE_STATE_LABELS[state], state)

    def _state(self, now: datetime) -> ShareCodeState:
        attempts = self.row.for_rule("attempts")
        facts = ShareCodeFacts(
            revoked_at=self.row.get("revoked_at"),
            expires_at=self.row["expires_at"],
            uses_left=self.row["uses_left"],
            locked_until=attempts[0]["blocked_until"] if attempts else None,
        )
        return share_code_state(facts, now)


@strawberry.type(description="A share code and its place in the list.")
class ShareCodeEdge:
    listed: strawberry.Private[ListedRow]

    @code_field("To be given as `after`.")
    def cursor(self) -> str:
        return self.listed.cursor

    @code_field("The share code.")
    def node(self, info: Info) -> ShareCode:
        return ShareCode(row=self.listed.node(info))


@strawberry.type(description="A page of share codes, newest first.")
class ShareCodeConnection:
    listing: strawberry.Private[Listing]

    @code_field("The share codes of this page.")
    def edges(self, info: Info) -> list[ShareCodeEdge]:
        return [ShareCodeEdge(listed=listed) for listed in self.listing.listed(info)]

    @code_field("Where the page stands in the list.")
    def page_info(self) -> PageInfo:
        return self.listing.page_info()
