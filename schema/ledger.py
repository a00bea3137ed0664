"""The holder's ledger: who else looked at the holder's data, or tried to; never a value."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import strawberry

from auth.audit import AuditAction
from auth.permissions import Permission
from auth.principal import PrincipalKind
from auth.repeated_looks import MAX_REPEATS
from resolvers.policy.access_texts import ACCESS_LABELS, ACTOR_LABELS
from resolvers.policy.places import AUTHORITIES
from resolvers.policy.sharing_texts import PURPOSE_LABELS
from schema.connection import ListedRow, Listing, PageInfo
from schema.context import Info
from schema.enums import SharingPurpose
from schema.field import field_for
from schema.row import Row
from schema.shared_record import SharedField

ledger_field = field_for(Permission.ACCESS_READ)


class ActorKind(StrEnum):
    """Who looked. BEARER: somebody to whom the holder showed a letter, a card or a share code."""

    EMPLOYER = "EMPLOYER"
    OFFICER = "OFFICER"
    BEARER = "BEARER"
    SYSTEM = "SYSTEM"


_KINDS: Mapping[PrincipalKind, ActorKind] = {
    PrincipalKind.EMPLOYER: ActorKind.EMPLOYER,
    PrincipalKind.OFFICER: ActorKind.OFFICER,
    PrincipalKind.SYSTEM: ActorKind.SYSTEM,
    PrincipalKind.ADMINISTRATOR: ActorKind.SYSTEM,
}
strawberry.enum(ActorKind, description="Who looked at a holder's data.")


@strawberry.type(description="One look at the holder's data by somebody else, or one in vain.")
class Access:
    row: strawberry.Private[Row]

    @ledger_field("When.", reads=("at",))
    def at(self) -> datetime:
        at: datetime = self.row["at"]
        return at

    @ledger_field(
        "When the same caller looked at the same again within an hour of `at`, newest first; "
        f"{MAX_REPEATS} at most, since the next look then has a line of its own.",
        rule_edges=("again",),
    )
    def again(self) -> list[datetime]:
        return [look["at"] for look in self.row.for_rule("again")]

    @ledger_field("What kind of caller it was.", reads=("actor.kind",))
    def actor_kind(self) -> ActorKind:
        return _KINDS.get(self._principal_kind(), ActorKind.BEARER)

    @ledger_field(
        "Who: an employer by its name, an officer by the authority, in the language of the "
        "request.",
        reads=("actor.kind",),
        rule_edges=("actor_employer", "actor_officer"),
    )
    def actor_name(self, info: Info) -> str:
        kind = self._principal_kind()
        if kind is PrincipalKind.EMPLOYER:
            for employer in self.row.for_rule("actor_employer"):
                return info.context.localised(employer["name"])
        if kind is PrincipalKind.OFFICER:
            for officer in self.row.for_rule("actor_officer"):
                authority: str = officer["authority"]
                return info.context.text(AUTHORITIES.get(authority), authority)
        label = ACTOR_LABELS.get(kind, ACTOR_LABELS[PrincipalKind.ANONYMOUS])
        return info.context.text(label, kind)

    @ledger_field("What was done, as a stable code.", reads=("action",))
    def action(self) -> str:
        action: str = self.row["action"]
        return action

    @ledger_field("The same in words, in the language of the request.", reads=("action",))
    def action_label(self, info: Info) -> str:
        action = AuditAction(self.row["action"])
        return info.context.text(ACCESS_LABELS.get(action), action)

    @ledger_field("What it was for, as a stable code, where that was stated.", reads=("purpose",))
    def purpose(self) -> SharingPurpose | None:
        return self._purpose()

    @ledger_field("The purpose in words, in the language of the request.", reads=("purpose",))
    def purpose_label(self, info: Info) -> str | None:
        purpose = self._purpose()
        return None if purpose is None else info.context.text(PURPOSE_LABELS[purpose], purpose)

    @ledger_field(
        "Which fields were shown; what was shown masked has a name of its own. Their values are "
        "nowhere kept.",
        reads=("fields",),
    )
    def fields(self) -> list[SharedField]:
        return [SharedField(of=name) for name in self.row["fields"]]

    @ledger_field("`OK`, or the stable code of why nothing was shown.", reads=("result",))
    def result(self) -> str:
        result: str = self.row["result"]
        return result

    def _principal_kind(self) -> PrincipalKind:
        return PrincipalKind(self.row["actor"]["kind"])

    def _purpose(self) -> SharingPurpose | None:
        stored: Any = self.row["purpose"]
        return SharingPurpose(stored) if stored in set(SharingPurpose) else None


@strawberry.type(description="A line of the ledger and its place in it.")
class AccessEdge:
    listed: strawberry.Private[ListedRow]

    @ledger_field("To be given as `after`.")
    def cursor(self) -> str:
        return self.listed.cursor

    @ledger_field("The line.")
    def node(self, info: Info) -> Access:
        return Access(row=self.listed.node(info))


@strawberry.type(description="A page of the ledger, newest first.")
class AccessConnection:
    listing: strawberry.Private[Listing]

    @ledger_field("The lines of this page.")
    def edges(self, info: Info) -> list[AccessEdge]:
        return [AccessEdge(listed=listed) for listed in self.listing.listed(info)]

    @ledger_field("Where the page stands in the ledger.")
    def page_info(self) -> PageInfo:
        return self.listing.page_info()
