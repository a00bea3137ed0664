"""A person as documents: sealed under a key of its own, with the digests that find it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from api.demo.draw import drawn_id
from api.demo.people import Person
from api.settings import DEFAULT_ISSUER
from auth.digests import Digest, Digester
from auth.grant_records import GrantRecords
from auth.keys import KeySet
from auth.master_keys import LocalMasterKeys
from auth.mongo import Document
from auth.one_time_codes import CodeSecrets
from auth.sealing import Sealer
from auth.webhook_secrets import WebhookSecrets
from resolvers.employments.sponsoring import sponsored_documents
from resolvers.rules.identifiers import canonical, canonical_passport
from resolvers.rules.names import RegisteredName
from resolvers.store import (
    cards,
    holder_keys,
    holders,
    identity_documents,
    insurance_enrolments,
    permits,
    residence_permits,
)
from resolvers.store.identity_documents import IdentityDocumentRecord
from resolvers.vocabulary import CardReason, IdentifierKind, IdentityDocumentKind


@dataclass(frozen=True)
class Secrets:
    """What the gateway seals and digests with."""

    sealer: Sealer
    digester: Digester
    code_secrets: CodeSecrets
    webhook_secrets: WebhookSecrets
    grant_records: GrantRecords

    @classmethod
    def of(cls, key_set: KeySet) -> Secrets:
        master_keys = LocalMasterKeys(key_set)
        return cls(
            Sealer(master_keys),
            Digester(key_set),
            CodeSecrets(master_keys),
            WebhookSecrets(master_keys),
            GrantRecords(key_set, issuer=DEFAULT_ISSUER),
        )


def documents_of(person: Person, secrets: Secrets) -> Iterator[tuple[str, Document]]:
    """Collection and document, the holder last."""
    digester = secrets.digester
    vault, wrapped = secrets.sealer.new_vault(person.holder.holder_id)
    yield holder_keys.NAME, holder_keys.encode_holder_key(person.holder.holder_id, wrapped)
    digests = [
        (kind, _digest(digester, kind, canonical(kind, number)))
        for kind, number in person.holder.numbers.items()
    ]
    for paper in person.documents:
        kind, digest = _document_digest(digester, paper)
        if paper is person.passport:
            digests.append((kind, digest))
        yield (
            identity_documents.NAME,
            identity_documents.encode_identity_document(paper, vault, digest),
        )
    yield from sponsored_documents(
        [permits.encode_permit(permit, vault) for permit in person.permits],
        _registered_name(person),
        person.holder.numbers.get(IdentifierKind.WORK_PERMIT),
        digester,
        (drawn_id("emt", f"{person.path}/{ordinal}") for ordinal in itertools.count()),
    )
    for card in person.cards:
        number_digest = (
            None
            # A card that keeps its predecessor's number registers none of its own.
            if card.number is None or card.reason is CardReason.EXCHANGE
            else digester.digest(cards.CARD_NUMBER, card.number)
        )
        yield cards.NAME, cards.encode_card(card, vault, number_digest)
    for residence in person.residence_permits:
        yield residence_permits.NAME, residence_permits.encode_residence_permit(residence, vault)
    for insurance in person.insurance:
        yield insurance_enrolments.NAME, insurance_enrolments.encode_insurance(insurance)
    yield holders.NAME, holders.encode_holder(person.holder, vault, digests)


def _registered_name(person: Person) -> RegisteredName:
    holder = person.holder
    return RegisteredName(
        holder.surname, holder.given_names, holder.chinese_name, holder.native_name
    )


def _document_digest(
    digester: Digester, paper: IdentityDocumentRecord
) -> tuple[IdentifierKind, Digest]:
    match paper.kind:
        case IdentityDocumentKind.PASSPORT:
            kind = IdentifierKind.PASSPORT
            return kind, _digest(digester, kind, canonical_passport(paper.country, paper.number))
        case IdentityDocumentKind.PERMANENT_RESIDENT_ID:
            kind = IdentifierKind.PERMANENT_RESIDENT
            return kind, _digest(digester, kind, canonical(kind, paper.number))


def _digest(digester: Digester, kind: IdentifierKind, number: str | None) -> Digest:
    if number is None:
        raise ValueError(f"a made {kind} number has not the shape of one")
    return digester.digest(kind, number)
