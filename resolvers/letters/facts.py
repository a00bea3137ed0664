"""What a letter tells of, as one snapshot of the records says it; opened, and never shown in a
repr."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from auth.mongo import Document
from auth.sealing import HolderVault
from resolvers.store.letters import LetterKey


@dataclass(frozen=True)
class NamedPerson:
    """As the letter names somebody."""

    full_name: str
    chinese_name: str | None
    native_name: str | None
    nationality: str
    passport_number: str | None


@dataclass(frozen=True)
class LetterFacts:
    """`employer_id` is the one that may read the letter beside the holder. `revision` is that of
    the record it is about. Which of the documents are there hangs on the kind."""

    key: LetterKey
    holder_id: str
    employer_id: str | None
    authority: str
    city: str
    revision: int
    as_of: datetime
    vault: HolderVault = field(repr=False)
    person: NamedPerson = field(repr=False)
    application: Document | None = field(default=None, repr=False)
    permit: Document | None = field(default=None, repr=False)
    permit_number: str | None = field(default=None, repr=False)
    employer: Document | None = field(default=None, repr=False)
    order: Document | None = field(default=None, repr=False)
    decision_text: str | None = field(default=None, repr=False)
