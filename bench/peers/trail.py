"""The line of a read in the audit trail: whom an employer saw and what of them.

One for all pages of an operation, acknowledged before the answer goes out, as `resolvers.sights`
has it; for the lists of the benchmark alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from auth.audit import AuditAction, AuditLine
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.rules.seen import seen_names

_PERMIT: Final = ("number.masked", "category", "state", "valid_from", "valid_until")
LISTED_NAMES: Final = sorted(
    seen_names("permits", _PERMIT, ("employer",)) | seen_names("holders", ("full_name.masked",), ())
)
"""What a row of the lists shows."""


async def write_trail(gateway: Gateway, ask: Ask, permits: Sequence[Mapping[str, Any]]) -> None:
    """Of all permits that the answer shows; none leave no line."""
    if not permits:
        return
    people = sorted({permit["holder_id"] for permit in permits})
    line = AuditLine(
        AuditAction.EMPLOYEES_READ,
        people[0] if len(people) == 1 else None,
        objects=sorted({permit["_id"] for permit in permits}),
        fields=LISTED_NAMES,
        people=people,
    )
    await append_audit(gateway, ask, line)
