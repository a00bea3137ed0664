"""What the trail and the holder's ledger say of a check by share code, and why one was in vain."""

from __future__ import annotations

from typing import Final

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document
from resolvers.rules.bundles import Bundle
from resolvers.sharing.record import shown_fields

WRONG_CODE: Final = "WRONG_CODE"
WRONG_BIRTH_DATE: Final = "WRONG_BIRTH_DATE"
OTHER_RECIPIENT: Final = "OTHER_RECIPIENT"
OVERTAKEN: Final = "OVERTAKEN"
REPEATED: Final = "REPEATED"
"""A request that was answered before, and is answered again no more."""


def checked_line(found: Document, proof_id: str) -> AuditLine:
    return AuditLine(
        AuditAction.SHARE_CODE_CHECKED,
        found["holder_id"],
        objects=(found["_id"], proof_id),
        fields=shown_fields(Bundle(one) for one in found["bundles"]),
        people=(found["holder_id"],),
        purpose=found["purpose"],
    )


def refused_line(found: Document | None, reason: str) -> AuditLine:
    """Of a code that is nobody's it is in nobody's ledger."""
    if found is None or reason == WRONG_CODE:
        return AuditLine(AuditAction.SHARE_CODE_REFUSED, None, result=WRONG_CODE)
    return AuditLine(
        AuditAction.SHARE_CODE_REFUSED,
        found["holder_id"],
        result=reason,
        objects=(found["_id"],),
        people=(found["holder_id"],),
        purpose=found["purpose"],
    )
