"""A letter is issued: made once, signed once, stored, and the same file ever after.

What it tells of is read in one snapshot. The file is made before the change's transaction, since it
takes a while, and stored in it only if nobody has issued that letter meanwhile and the record is
still as it was read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document, Transaction, in_transaction
from resolvers.changes import Changed, Command, Done, change
from resolvers.gateway import Ask, Gateway
from resolvers.letter_press import PressBusy
from resolvers.letter_signer import SignerUnavailable
from resolvers.letters.content import sheet_of
from resolvers.letters.facts import LetterFacts
from resolvers.letters.gathering import gather_facts
from resolvers.letters.marking import marks_of
from resolvers.letters.printing import TEMPLATE, NotPrintable, print_letter
from resolvers.papers.sealed_content import SealedPiece, seal_content
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.permit_status import ends_at
from resolvers.store import letter_pieces
from resolvers.store.letters import LetterRecord, Printed, encode_letter
from resolvers.store.outgoing_events import Event, EventKind
from resolvers.vocabulary import LetterKind

TRIES: Final = 3
"""How often a letter is made anew because its record changed while it was made."""


async def request_letter(
    gateway: Gateway, ask: Ask, command: Command, kind: LetterKind, about_id: str
) -> Done | Refused:
    """Done names the letter, whoever was the first to ask for it."""
    for _ in range(TRIES - 1):
        done = await _tried(gateway, ask, command, kind, about_id)
        if done is not None:
            return done
    last = await _tried(gateway, ask, command, kind, about_id)
    return last or await _refuse(gateway, ask, command, Refused(RefusalCode.LETTERS_BUSY))


async def _tried(
    gateway: Gateway, ask: Ask, command: Command, kind: LetterKind, about_id: str
) -> Done | Refused | None:
    """None when the record was changed in the meantime."""
    prepared = await _prepare(gateway, ask, kind, about_id)
    if isinstance(prepared, Refused):
        return await _refuse(gateway, ask, command, prepared)

    async def work(transaction: Transaction) -> Changed | Refused:
        now = await gather_facts(gateway, ask, kind, about_id, transaction)
        if isinstance(now, Refused):
            return now
        if now.key != prepared.facts.key or now.revision != prepared.facts.revision:
            raise _Outdated
        issued = await gateway.letters.find_id(now.key, transaction)
        if issued is not None:
            return Changed(issued, ())
        if prepared.made is None:
            raise _Outdated
        return await _store(gateway, prepared.facts, prepared.made, transaction)

    try:
        return await change(gateway, ask, command, work)
    except _Outdated:
        return None


class _Outdated(Exception):
    """The record is no longer as the letter tells."""


@dataclass(frozen=True)
class _Made:
    """A letter as it is to be stored."""

    letter: Document = field(repr=False)
    pieces: Sequence[SealedPiece] = field(repr=False)


@dataclass(frozen=True)
class _Prepared:
    """`made` is None for a letter that was issued already."""

    facts: LetterFacts
    made: _Made | None


async def _prepare(
    gateway: Gateway, ask: Ask, kind: LetterKind, about_id: str
) -> _Prepared | Refused:
    async def read(transaction: Transaction) -> tuple[LetterFacts, bool] | Refused:
        facts = await gather_facts(gateway, ask, kind, about_id, transaction)
        if isinstance(facts, Refused):
            return facts
        return facts, await gateway.letters.find_id(facts.key, transaction) is not None

    found = await in_transaction(gateway.database, read)
    if isinstance(found, Refused):
        return found
    facts, is_issued = found
    if is_issued:
        return _Prepared(facts, None)
    letter_id, file_number = gateway.new_id("ltr"), _file_number(gateway, facts.as_of)
    try:
        made = await gateway.letter_press.run(lambda: _make(gateway, facts, letter_id, file_number))
    except (PressBusy, SignerUnavailable):
        return Refused(RefusalCode.LETTERS_BUSY, about_id, facts.holder_id)
    except NotPrintable:
        return Refused(RefusalCode.LETTER_NOT_PRINTABLE, about_id, facts.holder_id)
    return _Prepared(facts, made)


def _make(gateway: Gateway, facts: LetterFacts, letter_id: str, file_number: str) -> _Made:
    """Keeps a processor busy for some 50 ms."""
    sheet = sheet_of(facts, file_number)
    marks = marks_of(gateway, letter_id, sheet)
    sheet, printed = print_letter(sheet, marks, facts.as_of)
    signed = gateway.letter_signer.sign(printed, facts.as_of)
    record = LetterRecord(
        letter_id=letter_id,
        key=facts.key,
        holder_id=facts.holder_id,
        employer_id=facts.employer_id,
        file_number=file_number,
        issued_at=facts.as_of,
        issued_on=sheet.issued_on,
        valid_until=None if sheet.letter_until is None else ends_at(sheet.letter_until),
        authority=facts.authority,
        template=TEMPLATE,
        key_version=gateway.letter_tokens.key_version,
        bytes=len(signed),
        sha256=hashlib.sha256(signed).hexdigest(),
        printed=Printed(sheet.values(), marks.code),
    )
    pieces = seal_content(
        facts.vault, letter_pieces.NAME, letter_id, signed, first=0, total=len(signed)
    )
    return _Made(encode_letter(record, facts.vault), pieces)


def _file_number(gateway: Gateway, at: datetime) -> str:
    """FACTS.md: opaque. The year for those who file papers; the rest is random."""
    return f"OCG-{at.year}-{gateway.new_id('fil')[-8:].upper()}"


async def _store(
    gateway: Gateway, facts: LetterFacts, made: _Made, transaction: Transaction
) -> Changed:
    letter_id = made.letter["_id"]
    await gateway.letters.insert(made.letter, transaction)
    await gateway.letter_pieces.insert(letter_id, made.pieces, transaction)
    about_id = facts.key.about_id
    line = AuditLine(AuditAction.LETTER_ISSUED, facts.holder_id, objects=(letter_id, about_id))
    event = Event(
        EventKind.LETTER_ISSUED,
        letter_id,
        holder_id=facts.holder_id,
        employer_id=facts.employer_id,
        authority=facts.authority,
        related=(about_id,),
    )
    return Changed(letter_id, [line], [event])


async def _refuse(gateway: Gateway, ask: Ask, command: Command, refused: Refused) -> Done | Refused:
    """Through the one place of changes: a repeated request finds its letter, a refusal its line."""

    async def work(_transaction: Transaction) -> Changed | Refused:
        return refused

    return await change(gateway, ask, command, work)
