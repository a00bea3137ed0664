"""What an employer reads by a grant, and what a holder sees beforehand: one command for all that is
shown, and the lines of the audit trail before any of it.

Whoever looks, or tries to, stands in the holder's ledger: one line for each set of holders whose
purpose, fields and result are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auth.audit import MAX_PEOPLE, RESULT_OK, AuditAction, AuditLine
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.rules.bundles import Bundle
from resolvers.rules.employer_access import bundles_shown
from resolvers.rules.grants import GrantStatus, grant_status
from resolvers.sharing.parts import SharedRecord
from resolvers.sharing.record import load_shared_each, shown_fields


@dataclass(frozen=True)
class GrantRead:
    """A grant of the employer that asks, as it is now. `bundles` is empty unless it stands."""

    grant_id: str
    holder_id: str
    purpose: str
    status: GrantStatus
    bundles: frozenset[Bundle]

    @classmethod
    def of(
        cls, grant: Mapping[str, Any], employment_ends_at: datetime | None, now: datetime
    ) -> GrantRead:
        return cls(
            grant_id=grant["_id"],
            holder_id=grant["holder_id"],
            purpose=grant["purpose"],
            status=grant_status(grant, employment_ends_at, now),
            bundles=bundles_shown(grant, employment_ends_at, now),
        )

    @property
    def result(self) -> str:
        return RESULT_OK if self.status is GrantStatus.STANDING else str(self.status)


async def read_granted(
    gateway: Gateway, ask: Ask, reads: Sequence[GrantRead]
) -> list[SharedRecord | None]:
    """What each shows, None where it does not stand; at most 100."""
    standing = [read for read in reads if read.bundles]
    records = await load_shared_each(gateway, [(read.holder_id, read.bundles) for read in standing])
    await append_audit(gateway, ask, *_lines(reads))
    shown = dict(zip(standing, records, strict=True))
    return [shown.get(read) for read in reads]


def _lines(reads: Sequence[GrantRead]) -> list[AuditLine]:
    groups: dict[tuple[str, frozenset[Bundle], str], list[GrantRead]] = {}
    for read in reads:
        groups.setdefault((read.purpose, read.bundles, read.result), []).append(read)
    return [
        AuditLine(
            AuditAction.GRANT_READ,
            None,
            result=result,
            objects=sorted({read.grant_id for read in some}),
            fields=shown_fields(bundles),
            people=sorted({read.holder_id for read in some}),
            purpose=purpose,
        )
        for (purpose, bundles, result), group in groups.items()
        for start in range(0, len(group), MAX_PEOPLE)
        for some in [group[start : start + MAX_PEOPLE]]
    ]


async def preview_each(
    gateway: Gateway, ask: Ask, wanted: Sequence[frozenset[Bundle]]
) -> list[SharedRecord | None]:
    """Exactly what each of these sets of bundles would show of the holder who asks; at most 100.
    A reveal: its line names the fields, and the access rule asks for a fresh proof."""
    holder_id = ask.principal.holder_id()
    records = await load_shared_each(gateway, [(holder_id, bundles) for bundles in wanted])
    fields = shown_fields({bundle for bundles in wanted for bundle in bundles})
    line = AuditLine(AuditAction.IDENTITY_REVEALED, holder_id, objects=(holder_id,), fields=fields)
    await append_audit(gateway, ask, line)
    return records
