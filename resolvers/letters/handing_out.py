"""A letter is handed out: to whoever was given its address, with an audit line before its first
byte. Everybody else is answered alike, after the same work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from auth.audit import AuditAction, AuditLine, looked_at
from auth.letter_links import LinkClaim
from auth.mongo import Document
from auth.permissions import Permission, denial_for
from auth.principal import ANONYMOUS, Principal, PrincipalKind
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.papers.sealed_content import open_content
from resolvers.store import letter_pieces
from resolvers.vocabulary import LetterKind

READING: Final = (Permission.LETTER_READ, Permission.EMPLOYER_LETTER_READ)
NOT_FOUND: Final = "NOT_FOUND"


@dataclass(frozen=True)
class LetterFile:
    letter_id: str
    kind: LetterKind
    file_number: str
    sha256: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class NoLetter:
    """There is nothing here for this caller."""


async def read_letter(
    gateway: Gateway, ask: Ask, letter_id: str, claim: LinkClaim, *, is_download: bool
) -> LetterFile | NoLetter:
    """The whole file, checked; without `is_download` it is only described, which leaves no line.

    A refusal leaves one where somebody is named: nobody fills the trail without a token. Raises
    SealBroken when what is stored has been changed.
    """
    now = gateway.now()
    letter = await gateway.letters.find(letter_id)
    holds = gateway.letter_links.holds(letter_id, ask.principal, claim, now)
    may_read = denial_for(ask.principal, READING, now) is None
    if letter is None or not holds or not may_read or not _is_for(ask.principal, letter):
        if ask.principal != ANONYMOUS:
            await append_audit(
                gateway, ask, _line(ask, AuditAction.LETTER_REFUSED, letter, NOT_FOUND)
            )
        return NoLetter()
    wrapped = await gateway.holder_keys.find(letter["holder_id"])
    if wrapped is None:  # the person is being deleted
        return NoLetter()
    vault = gateway.sealer.vault_for(letter["holder_id"], wrapped)
    size = letter["bytes"]
    pieces = await gateway.letter_pieces.load(letter_id, size)
    content = await gateway.heavy_work.run(
        open_content, vault, letter_pieces.NAME, letter_id, pieces, expected=size, total=size
    )
    if is_download:
        await append_audit(gateway, ask, _line(ask, AuditAction.LETTER_DOWNLOADED, letter))
    return LetterFile(
        letter_id, LetterKind(letter["kind"]), letter["file_number"], letter["sha256"], content
    )


def _is_for(principal: Principal, letter: Document) -> bool:
    if principal.kind is PrincipalKind.HOLDER:
        return bool(letter["holder_id"] == principal.holder_id())
    return bool(letter["employer_id"] == principal.employer_id())


def _line(ask: Ask, action: AuditAction, letter: Document | None, result: str = "OK") -> AuditLine:
    if letter is None:
        return AuditLine(action, None, result=result)
    objects = (letter["_id"], letter["about_id"])
    holder_id = letter["holder_id"]
    people = looked_at(ask.principal, holder_id)
    return AuditLine(action, holder_id, result=result, objects=objects, people=people)
