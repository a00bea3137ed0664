"""Names as an employer's lists find them: digests of their beginnings, under that employer's kind;
and beside them one of the work permit number, by which it looks people up.

The kind holds the employer's id, so the same name has unrelated digests with another employer: who
reads two lists cannot tell who is on both (docs/decisions, "name prefixes").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from auth.digests import Digester
from auth.mongo import Document
from auth.sealing import HolderVault, SealBroken
from resolvers.rules.identifiers import canonical
from resolvers.rules.names import RegisteredName
from resolvers.rules.names.prefixes import prefixes_of, searched_prefixes
from resolvers.store import employments, holders
from resolvers.store.holders import decode_name_parts
from resolvers.store.sealed import sealed_document
from resolvers.vocabulary import IdentifierKind

PREFIX_BYTES: Final = 8
NAME_PARTS: Final = "name_parts"
NUMBER: Final = "number_digest"
UNREADABLE: Final = b""
WORK_PERMIT_NUMBER: Final = holders.NUMBER_FIELDS[IdentifierKind.WORK_PERMIT][0]


@dataclass(frozen=True)
class NameDigests:
    """`key_version` is None where the name could not be read; then nobody is found by it. `number`
    is empty where that could not, and None only until upkeep has made it."""

    key_version: int | None = None
    prefixes: tuple[bytes, ...] = field(default=(), repr=False)
    number: bytes | None = field(default=UNREADABLE, repr=False)

    @property
    def repeated(self) -> Document:
        """What the permits of an employment have of it."""
        return {"name_key_version": self.key_version, "name_prefixes": list(self.prefixes)}

    @property
    def fields(self) -> Document:
        return {**self.repeated, NUMBER: self.number}

    @classmethod
    def stored_in(cls, stored: Document) -> NameDigests:
        """Of an employment."""
        prefixes, number = tuple(map(bytes, stored["name_prefixes"])), stored[NUMBER]
        return cls(stored["name_key_version"], prefixes, None if number is None else bytes(number))


def name_digests(
    digester: Digester, employer_id: str, name: RegisteredName | None, number: str | None
) -> NameDigests:
    """In the order of their bytes. `number` is the work permit number in its canonical form."""
    if name is None:
        return NameDigests()
    return prefix_digests(digester, employer_id, prefixes_of(name), number)


def prefix_digests(
    digester: Digester, employer_id: str, prefixes: Sequence[str], number: str | None
) -> NameDigests:
    """The same where the beginnings are known, for several employers of one holder."""
    made = digester.digest_all(_kind(employer_id), prefixes)
    stored = sorted({one[:PREFIX_BYTES] for one in made})
    found_by = UNREADABLE
    if number is not None:
        found_by = digester.digest(_number_kind(employer_id), number).value
    return NameDigests(digester.current_version, tuple(stored), found_by)


def looked_up_digests(digester: Digester, employer_id: str, number: str) -> Sequence[bytes]:
    """How a number may be stored with the people of an employer. What cannot be one has a digest of
    nobody."""
    kind, plain = _number_kind(employer_id), canonical(IdentifierKind.WORK_PERMIT, number)
    if plain is None:
        return [digester.blind(kind, number).value]
    return [digest.value for digest in digester.candidates(kind, plain)]


def searched_digests(digester: Digester, employer_id: str, text: str) -> Sequence[Sequence[bytes]]:
    """For each word of `text` the digests under every live key, newest first: a document is found
    that has one of each. Empty where no word is long enough to be searched."""
    kind = _kind(employer_id)
    return [
        [one.value[:PREFIX_BYTES] for one in digester.candidates(kind, prefix)]
        for prefix in searched_prefixes(text)
    ]


def registered_name(holder: Document | None, vault: HolderVault | None) -> RegisteredName | None:
    """The holder's name as it is now; None where there is none, or it does not open."""
    if holder is None or vault is None:
        return None
    return _opened(vault, holders.NAME, holder[NAME_PARTS])


def registered_number(holder: Document | None, vault: HolderVault | None) -> str | None:
    """The holder's work permit number; None where there is none, or it does not open."""
    if holder is None or vault is None or not holder.get(WORK_PERMIT_NUMBER):
        return None
    sealed = bytes(holder[WORK_PERMIT_NUMBER]["sealed"])
    try:
        opened = vault.open(holders.NAME, WORK_PERMIT_NUMBER, sealed)
    except SealBroken:
        return None
    return canonical(IdentifierKind.WORK_PERMIT, opened)


def frozen_name(employment: Document, vault: HolderVault | None) -> RegisteredName | None:
    """The name as it was at the end of an employment, None as above."""
    if vault is None or employment[NAME_PARTS] is None:
        return None
    return _opened(vault, employments.NAME, employment[NAME_PARTS])


def frozen_fields(vault: HolderVault, name: RegisteredName) -> Document:
    """What an employment that is over keeps of the name, before the holder takes another one."""
    full_name = f"{name.given_names} {name.surname}".strip()
    parts = holders.encode_name_parts(
        name.surname, name.given_names, name.chinese_name, name.native_name
    )
    return {
        "name": sealed_document(vault, employments.NAME, "name", "name", full_name),
        NAME_PARTS: vault.seal(employments.NAME, NAME_PARTS, parts),
    }


def _opened(vault: HolderVault, collection: str, sealed: bytes) -> RegisteredName | None:
    try:
        return RegisteredName(*decode_name_parts(vault.open(collection, NAME_PARTS, sealed)))
    except SealBroken:
        return None


def _kind(employer_id: str) -> str:
    return f"name-prefix/{employer_id}"


def _number_kind(employer_id: str) -> str:
    return f"employee-number/{employer_id}"
