"""Digests of numbers made anew from their sealed form. Pure: documents in, digests out."""

from __future__ import annotations

from collections.abc import Mapping

from auth.digests import Digester
from auth.mongo import Document
from auth.sealing import HolderVault, SealBroken
from resolvers.push_channel import EndpointKind, PushTarget
from resolvers.rules.identifiers import canonical, canonical_passport
from resolvers.rules.numbers import normalise_card_number
from resolvers.store import cards, holders, identity_documents, push_endpoints
from resolvers.store.holders import NUMBER_FIELDS
from resolvers.vocabulary import IdentifierKind, IdentityDocumentKind

HOLDER_FIELDS = ("digests", *(f"{name}.sealed" for name, _ in NUMBER_FIELDS.values()))
"""What `redigested_holder` needs of a holder."""

IDENTITY_DOCUMENT_FIELDS = ("holder_id", "kind", "country", "number.sealed", "digest")
"""What `redigested_document` needs of an identity document."""

CARD_FIELDS = ("holder_id", "number.sealed", "number_digest")
"""What `redigested_card` needs of a card."""

PUSH_ENDPOINT_FIELDS = ("holder_id", "kind", "target.sealed", "digest")
"""What `redigested_endpoint` needs of a push endpoint."""

IDENTIFIER_OF: Mapping[IdentityDocumentKind, IdentifierKind] = {
    IdentityDocumentKind.PASSPORT: IdentifierKind.PASSPORT,
    IdentityDocumentKind.PERMANENT_RESIDENT_ID: IdentifierKind.PERMANENT_RESIDENT,
}


def redigested_holder(
    holder: Document, passport: Document | None, vault: HolderVault, digester: Digester
) -> list[Document] | None:
    """The holder's `digests`, same kinds, under the current key; None if one number is missing,
    does not open or is none. `passport` is the holder's current one."""
    made = []
    for stored in holder["digests"]:
        kind = IdentifierKind(stored["kind"])
        if kind is IdentifierKind.PASSPORT:
            number = None if passport is None else _document_number(passport, vault)
        else:
            number = _holder_number(holder, kind, vault)
        if number is None:
            return None
        digest = digester.digest(kind, number)
        made.append({"kind": str(kind), "key_version": digest.version, "value": digest.value})
    return made


def redigested_document(
    stored: Document, vault: HolderVault, digester: Digester
) -> Document | None:
    """The identity document's `digest` under the current key, None as above."""
    number = _document_number(stored, vault)
    if number is None:
        return None
    digest = digester.digest(IDENTIFIER_OF[IdentityDocumentKind(stored["kind"])], number)
    return {"key_version": digest.version, "value": digest.value}


def redigested_card(stored: Document, vault: HolderVault, digester: Digester) -> Document | None:
    """The `number_digest` of a card's number under the current key, None as above."""
    number = _opened(stored, cards.NAME, "number", vault)
    canonical_number = None if number is None else normalise_card_number(number)
    if canonical_number is None:
        return None
    digest = digester.digest(cards.CARD_NUMBER, canonical_number)
    return {"key_version": digest.version, "value": digest.value}


def redigested_endpoint(
    stored: Document, vault: HolderVault, digester: Digester
) -> Document | None:
    """The `digest` of a push endpoint's target under the current key, None as above."""
    target = _opened(stored, push_endpoints.NAME, push_endpoints.TARGET, vault)
    if target is None:
        return None
    kind = EndpointKind(stored["kind"])
    text = push_endpoints.digested_text(kind, PushTarget.decode(target))
    digest = digester.digest(push_endpoints.DIGEST_KIND, text)
    return {"key_version": digest.version, "value": digest.value}


def _holder_number(holder: Document, kind: IdentifierKind, vault: HolderVault) -> str | None:
    name, _ = NUMBER_FIELDS[kind]
    number = _opened(holder, holders.NAME, name, vault)
    return None if number is None else canonical(kind, number)


def _document_number(stored: Document, vault: HolderVault) -> str | None:
    number = _opened(stored, identity_documents.NAME, "number", vault)
    if number is None:
        return None
    kind = IDENTIFIER_OF[IdentityDocumentKind(stored["kind"])]
    if kind is IdentifierKind.PASSPORT:
        return canonical_passport(stored["country"], number)
    return canonical(kind, number)


def _opened(stored: Document, collection: str, name: str, vault: HolderVault) -> str | None:
    value = stored.get(name)
    if value is None:
        return None
    try:
        return vault.open(collection, name, value["sealed"])
    except SealBroken:
        return None
