"""What an approval writes about the person: a new holder, a new name, a new passport."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from auth.mongo import Document, Transaction
from auth.sealing import HolderVault
from resolvers.applications.people import passport_digests, vault_of
from resolvers.employments.keeping import rename_in_employments
from resolvers.gateway import Gateway
from resolvers.refusals import RefusalCode
from resolvers.rules.identifiers import canonical
from resolvers.rules.names import RegisteredName
from resolvers.rules.permit_status import ends_at, starts_at
from resolvers.store import applications, holders, permits
from resolvers.store.holders import (
    HolderRecord,
    decode_name_parts,
    encode_holder,
    encode_name_parts,
)
from resolvers.store.identity_documents import (
    IdentityDocumentRecord,
    encode_identity_document,
)
from resolvers.store.sealed import sealed_document
from resolvers.vocabulary import IdentifierKind, IdentityDocumentKind, Language

_NUMBER_MASK = "work_permit_number"


async def register_holder(
    gateway: Gateway,
    application: Document,
    new_number: str,
    document_id: str,
    transaction: Transaction,
) -> Document | RefusalCode:
    """The holder's work permit number, sealed for a permit: one for each person, for life. A new
    person is registered with `new_number`; the first passport goes into the social security
    number, which stays when the passport changes (FACTS.md)."""
    holder_id = application["holder_id"]
    vault = await vault_of(gateway, holder_id, transaction)
    newest = await gateway.permits.find_newest(holder_id, transaction)
    if newest is not None:
        number: Document = newest["number"]
        return number
    if application["is_registered"]:
        return await _number_of_registered(gateway, holder_id, vault, new_number, transaction)
    return await _register(gateway, application, vault, new_number, document_id, transaction)


async def _number_of_registered(
    gateway: Gateway,
    holder_id: str,
    vault: HolderVault,
    new_number: str,
    transaction: Transaction,
) -> Document:
    """Of a holder without a permit so far, who may have a number already."""
    holder = await gateway.registration.find(holder_id, transaction)
    stored = None if holder is None else holder["work_permit_number"]
    if stored is not None:
        new_number = vault.open(holders.NAME, "work_permit_number", bytes(stored["sealed"]))
    else:
        field = "work_permit_number"
        sealed = sealed_document(vault, holders.NAME, field, _NUMBER_MASK, new_number)
        await gateway.registration.change(holder_id, {field: sealed}, transaction)
        digest = gateway.digester.digest(IdentifierKind.WORK_PERMIT, new_number)
        await gateway.registration.replace_digest(
            holder_id, IdentifierKind.WORK_PERMIT, digest, transaction
        )
    return sealed_document(vault, permits.NAME, "number", _NUMBER_MASK, new_number)


async def _register(
    gateway: Gateway,
    application: Document,
    vault: HolderVault,
    new_number: str,
    document_id: str,
    transaction: Transaction,
) -> Document | RefusalCode:
    now, stated = gateway.now(), application["particulars"]
    country = stated["passport_country"]
    passport = _opened(vault, application, "passport_number")
    if passport is None:
        raise ValueError("a first permit states a passport")
    kind, social_security_number = IdentifierKind.SOCIAL_SECURITY, f"{country}0{passport}"
    canonical_number = canonical(kind, social_security_number)
    if canonical_number is None:
        return RefusalCode.BAD_APPLICANT
    digests = passport_digests(gateway, country, passport)
    # The number of somebody whose first passport this was outlives that passport.
    numbers = [*digests, *gateway.digester.candidates(kind, canonical_number)]
    if await gateway.registration.is_known(
        numbers, transaction
    ) or await gateway.identity_documents.is_known(digests, transaction):
        return RefusalCode.APPLICANT_ALREADY_REGISTERED
    parts = vault.open(applications.NAME, "particulars.name_parts", bytes(stated["name_parts"]))
    surname, given_names, chinese_name, native_name = decode_name_parts(parts)
    record = HolderRecord(
        holder_id=application["holder_id"],
        surname=surname,
        given_names=given_names,
        chinese_name=chinese_name,
        native_name=native_name,
        birth_date=_opened(vault, application, "birth_date") or "",
        phone=_opened(vault, application, "phone"),
        nationality=stated["nationality"],
        numbers={
            IdentifierKind.WORK_PERMIT: new_number,
            kind: social_security_number,
        },
        language=Language.EN,
        created_at=now,
        authority=application["authority"],
        updated_at=now,
    )
    entries = [
        (IdentifierKind.WORK_PERMIT, gateway.digester.digest("WORK_PERMIT", new_number)),
        (kind, gateway.digester.digest(kind, canonical_number)),
        (IdentifierKind.PASSPORT, digests[0]),
    ]
    await gateway.registration.insert(encode_holder(record, vault, entries), transaction)
    await _insert_passport(gateway, application, vault, passport, document_id, transaction)
    return sealed_document(vault, permits.NAME, "number", _NUMBER_MASK, new_number)


async def take_over_particulars(
    gateway: Gateway, application: Document, document_id: str, transaction: Transaction
) -> RefusalCode | None:
    """A changed name and a changed passport reach the holder's record; the old passport stays in
    the history."""
    stated, holder_id, now = application["particulars"], application["holder_id"], gateway.now()
    if stated is None:
        return None
    vault = await vault_of(gateway, holder_id, transaction)
    if stated["name_parts"] is not None:
        parts = vault.open(applications.NAME, "particulars.name_parts", bytes(stated["name_parts"]))
        await _rename(gateway, holder_id, vault, parts, transaction)
    passport = _opened(vault, application, "passport_number")
    if passport is None:
        return None
    digests = passport_digests(gateway, stated["passport_country"], passport)
    if await gateway.registration.is_known(
        digests, transaction
    ) or await gateway.identity_documents.is_known(digests, transaction):
        return RefusalCode.APPLICANT_MISMATCH
    await gateway.identity_documents.supersede_passports(holder_id, now, transaction)
    await _insert_passport(gateway, application, vault, passport, document_id, transaction)
    await gateway.registration.replace_digest(
        holder_id, IdentifierKind.PASSPORT, digests[0], transaction
    )
    return None


async def _rename(
    gateway: Gateway, holder_id: str, vault: HolderVault, parts: str, transaction: Transaction
) -> None:
    """The Chinese and the native name stay where the change states none."""
    name = RegisteredName(*decode_name_parts(parts))
    holder = await gateway.registration.find(holder_id, transaction)
    if holder is not None:
        stored = vault.open(holders.NAME, "name_parts", bytes(holder["name_parts"]))
        former = RegisteredName(*decode_name_parts(stored))
        name = replace(
            name,
            chinese_name=name.chinese_name or former.chinese_name,
            native_name=name.native_name or former.native_name,
        )
        await rename_in_employments(gateway, holder_id, vault, former, name, transaction)
    await gateway.registration.change(holder_id, _name_fields(vault, name), transaction)


def _name_fields(vault: HolderVault, name: RegisteredName) -> Document:
    parts = encode_name_parts(name.surname, name.given_names, name.chinese_name, name.native_name)

    def sealed(field: str, kind: str, value: str | None) -> Document | None:
        return None if value is None else sealed_document(vault, holders.NAME, field, kind, value)

    return {
        "full_name": sealed("full_name", "name", f"{name.given_names} {name.surname}".strip()),
        "chinese_name": sealed("chinese_name", "chinese_name", name.chinese_name),
        "native_name": sealed("native_name", "name", name.native_name),
        "name_parts": vault.seal(holders.NAME, "name_parts", parts),
    }


async def _insert_passport(
    gateway: Gateway,
    application: Document,
    vault: HolderVault,
    number: str,
    document_id: str,
    transaction: Transaction,
) -> None:
    stated = application["particulars"]
    record = IdentityDocumentRecord(
        document_id=document_id,
        holder_id=application["holder_id"],
        kind=IdentityDocumentKind.PASSPORT,
        country=stated["passport_country"],
        number=number,
        valid_from=starts_at(date.fromisoformat(stated["passport_from"])),
        valid_until=ends_at(date.fromisoformat(stated["passport_until"])),
        superseded_at=None,
        authority=application["authority"],
        updated_at=gateway.now(),
    )
    digest = passport_digests(gateway, record.country, number)[0]
    await gateway.identity_documents.insert(
        encode_identity_document(record, vault, digest), transaction
    )


def _opened(vault: HolderVault, application: Document, field: str) -> str | None:
    stored = application["particulars"][field]
    if stored is None:
        return None
    return vault.open(applications.NAME, f"particulars.{field}", bytes(stored["sealed"]))
