"""A letter as it is stored, without a file: for tests that read and do not download."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from api.ids import new_id
from auth.mongo import Document
from auth.sealing import HolderVault
from resolvers.store.letters import LetterKey, LetterRecord, Printed, encode_letter
from resolvers.vocabulary import LetterKind


def letter_document(
    vault: HolderVault, employer_id: str | None, about_id: str, authority: str, now: datetime
) -> Document:
    """A decision about this application."""
    record = LetterRecord(
        letter_id=new_id("ltr"),
        key=LetterKey(LetterKind.DECISION, about_id, "decision"),
        holder_id=vault.holder_id,
        employer_id=employer_id,
        file_number=f"OCG-2026-{new_id('fil')[-8:].upper()}",
        issued_at=now,
        issued_on=now.date(),
        valid_until=now + timedelta(days=180),
        authority=authority,
        template="1",
        key_version=1,
        bytes=1_000,
        sha256=hashlib.sha256(about_id.encode()).hexdigest(),
        printed=Printed({"full_name": "Nora Beispiel"}, "7K3M-9Q2X-ABCD"),
    )
    return encode_letter(record, vault)
