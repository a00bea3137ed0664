"""What officers write about a case: bounded, and sealed under the person's key."""

from __future__ import annotations

from collections.abc import Sequence

from auth.mongo import Document
from auth.sealing import HolderVault
from resolvers.refusals import Gap, RefusalCode
from resolvers.store import applications

MAX_TEXT_LENGTH = 1_000
"""Characters of one note, and of the text of a decision."""
GAP_NOTE = "gaps.note"
DECISION_TEXT = "decision.text"


def refusal_of_text(text: str | None) -> RefusalCode | None:
    """None also for a text that was left out."""
    if text is None:
        return None
    if not text.strip():
        return RefusalCode.TEXT_EMPTY
    return RefusalCode.TEXT_TOO_LONG if len(text) > MAX_TEXT_LENGTH else None


def seal_text(vault: HolderVault, field: str, text: str | None) -> bytes | None:
    return None if text is None else vault.seal(applications.NAME, field, text)


def encode_gaps(vault: HolderVault, gaps: Sequence[Gap]) -> list[Document]:
    return [
        {
            "reason": str(gap.reason),
            "paper": None if gap.paper is None else str(gap.paper),
            "note": seal_text(vault, GAP_NOTE, gap.note),
        }
        for gap in gaps
    ]
