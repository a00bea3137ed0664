"""What a check proves, as the claims of a signed text, and how it is kept until it is downloaded.

The claims say what was asked, when, by whom, for what purpose and what was shown, and that it was
read at that instant. They name the holder by nothing but what was shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

from auth.mongo import Document
from auth.sealing import HolderVault, PiecePlace
from resolvers.rules.bundles import Bundle, SharingPurpose
from resolvers.sharing.parts import SharedRecord
from resolvers.store import check_proofs
from resolvers.vocabulary import PermitStatus

PART_OF: Final[Mapping[Bundle, str]] = {
    Bundle.IDENTITY: "identity",
    Bundle.PASSPORT: "passport",
    Bundle.PERMIT: "permit",
    Bundle.PERMIT_HISTORY: "permit_history",
    Bundle.RESIDENCE_PERMIT: "residence_permit",
    Bundle.INSURANCE: "insurance",
    Bundle.CARD: "cards",
    Bundle.CONTACT: "contact",
}
"""Bundle → the part of a `SharedRecord` that it shows."""


@dataclass(frozen=True)
class Checker:
    """The employer whose portal checked; None for whoever bore the code."""

    employer_id: str
    credit_code: str
    name: Mapping[str, str]


def claims_of(
    proof_id: str,
    issuer: str,
    purpose: SharingPurpose,
    checker: Checker | None,
    record: SharedRecord,
) -> dict[str, Any]:
    follow_up = follow_up_on(record)
    return {
        "iss": issuer,
        "iat": int(record.as_of.timestamp()),
        "jti": proof_id,
        "purpose": str(purpose),
        "bundles": [str(bundle) for bundle in record.bundles],
        "checked_at": _plain(record.as_of),
        "checked_by": {"kind": "bearer"}
        if checker is None
        else {
            "kind": "employer",
            "id": checker.employer_id,
            "credit_code": checker.credit_code,
            "name": dict(checker.name),
        },
        "live": True,
        "follow_up_on": None if follow_up is None else follow_up.isoformat(),
        "shown": shown_of(record),
    }


def shown_of(record: SharedRecord) -> dict[str, Any]:
    """As JSON has it, and as it comes back from there."""
    return {PART_OF[bundle]: _plain(getattr(record, PART_OF[bundle])) for bundle in record.bundles}


def follow_up_on(record: SharedRecord) -> date | None:
    """The last valid day of the permit to work or to stay, whichever ends first: by then it has to
    be checked again. None where neither is shown, or none holds."""
    days = []
    if record.permit is not None and record.permit.status is PermitStatus.ACTIVE:
        days.append(record.permit.valid_until)
    if record.residence_permit is not None and record.residence_permit.is_valid:
        days.append(record.residence_permit.valid_until)
    return min(days, default=None)


def _plain(value: Any) -> Any:
    """As JSON has it: names as in the dataclasses, instants in UTC, days as they are printed."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def sealed_claims(
    vault: HolderVault, proof_id: str, claims: Mapping[str, Any]
) -> tuple[int, bytes]:
    """How many bytes they have, and those, sealed for this proof alone."""
    content = json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode()
    return len(content), vault.seal_piece(_place(proof_id, len(content)), content)


def opened_claims(vault: HolderVault, stored: Document) -> dict[str, Any]:
    """Raises SealBroken."""
    place = _place(stored["_id"], stored["bytes"])
    claims: dict[str, Any] = json.loads(vault.open_piece(place, bytes(stored["content"])))
    return claims


def _place(proof_id: str, size: int) -> PiecePlace:
    return PiecePlace(check_proofs.NAME, proof_id, 0, size)
