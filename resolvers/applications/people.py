"""The person of an application for a first permit: known already, or new and sealed from the start.

A new person gets a holder id and key with the draft, so that statements and papers are sealed under
that person's own key; the holder document itself is written by the approval. Nobody can log in as
a person whose permit has not been approved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from auth.digests import Digest
from auth.master_keys import WrappedKey
from auth.mongo import Document, Transaction
from auth.sealing import HolderVault
from resolvers.applications.statements import Applicant, StatedName, StatedPassport
from resolvers.gateway import Gateway
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules import numbers
from resolvers.rules.identifiers import canonical_passport
from resolvers.rules.names import RegisteredName, names_match
from resolvers.rules.permit_status import shanghai_day
from resolvers.store import applications, holders
from resolvers.store.holder_keys import decode_holder_key
from resolvers.store.holders import encode_name_parts
from resolvers.store.sealed import sealed_document
from resolvers.vocabulary import IdentifierKind

MAX_AGE_YEARS = 120

_Seal = Callable[[str, str, str | None], Document | None]
"""Field, mask and value to a sealed document."""


@dataclass(frozen=True)
class Subject:
    """Whose application it is. `new_key` is to be stored with the draft of a new person."""

    holder_id: str
    is_registered: bool
    vault: HolderVault
    new_key: WrappedKey | None


async def subject_of(gateway: Gateway, applicant: Applicant) -> Subject | Refused:
    """The holder of this passport, if the name is his; a new one where nobody has it."""
    canonical = canonical_passport(applicant.passport.country, applicant.passport.number)
    if canonical is None or not _is_well_formed(applicant, gateway.now()):
        return Refused(RefusalCode.BAD_APPLICANT)
    candidates = gateway.digester.candidates(IdentifierKind.PASSPORT, canonical)
    found = await gateway.holders.find_for_login(candidates)
    if found is None:
        holder_id = gateway.new_id("hld")
        vault, wrapped = gateway.sealer.new_vault(holder_id)
        return Subject(holder_id, False, vault, wrapped)
    vault = gateway.sealer.vault_for(found["_id"], decode_holder_key(found["key"]))
    parts = holders.decode_name_parts(vault.open(holders.NAME, "name_parts", found["name_parts"]))
    if not names_match(_full_name(applicant.name), RegisteredName(*parts)):
        return Refused(RefusalCode.APPLICANT_MISMATCH)
    return Subject(found["_id"], True, vault, None)


def _is_well_formed(applicant: Applicant, now: datetime) -> bool:
    today = shanghai_day(now)
    age = today.year - applicant.birth_date.year
    return (
        numbers.normalise_country(applicant.nationality) is not None
        and applicant.birth_date < today
        and age <= MAX_AGE_YEARS
        and bool(_full_name(applicant.name).strip())
        and is_passport_well_formed(applicant.passport)
        and (applicant.phone is None or numbers.normalise_phone(applicant.phone) is not None)
    )


def is_passport_well_formed(passport: StatedPassport) -> bool:
    return (
        canonical_passport(passport.country, passport.number) is not None
        and passport.valid_from < passport.valid_until
    )


def _full_name(name: StatedName) -> str:
    return f"{name.given_names} {name.surname}".strip()


def sealed_particulars(
    vault: HolderVault,
    *,
    name: StatedName | None = None,
    passport: StatedPassport | None = None,
    applicant: Applicant | None = None,
) -> Document:
    """Everything stated about the person, each value sealed with its mask beside."""

    def sealed(field: str, kind: str, value: str | None) -> Document | None:
        if value is None:
            return None
        return sealed_document(vault, applications.NAME, f"particulars.{field}", kind, value)

    phone = None if applicant is None else applicant.phone
    return {
        **_sealed_name(vault, name, sealed),
        "birth_date": sealed(
            "birth_date",
            "birth_date",
            None if applicant is None else applicant.birth_date.isoformat(),
        ),
        "phone": sealed("phone", "phone", phone and numbers.normalise_phone(phone)),
        "nationality": applicant and numbers.normalise_country(applicant.nationality),
        "passport_number": sealed(
            "passport_number",
            "passport_number",
            None if passport is None else numbers.normalise_passport_number(passport.number),
        ),
        "passport_country": passport and numbers.normalise_country(passport.country),
        "passport_from": passport and passport.valid_from.isoformat(),
        "passport_until": passport and passport.valid_until.isoformat(),
    }


def _sealed_name(vault: HolderVault, name: StatedName | None, sealed: _Seal) -> Document:
    if name is None:
        return dict.fromkeys(("full_name", "chinese_name", "native_name", "name_parts"))
    parts = encode_name_parts(name.surname, name.given_names, name.chinese_name, name.native_name)
    return {
        "full_name": sealed("full_name", "name", _full_name(name)),
        "chinese_name": sealed("chinese_name", "chinese_name", name.chinese_name),
        "native_name": sealed("native_name", "name", name.native_name),
        "name_parts": vault.seal(applications.NAME, "particulars.name_parts", parts),
    }


async def vault_of(gateway: Gateway, holder_id: str, transaction: Transaction) -> HolderVault:
    """The person's vault; raises KeyMissing for a person who has been deleted."""
    wrapped = await gateway.holder_keys.find(holder_id, transaction)
    if wrapped is None:
        raise KeyMissing
    return gateway.sealer.vault_for(holder_id, wrapped)


class KeyMissing(Exception):
    """An application without its person's key: a fault of ours, both go together."""


def passport_digests(gateway: Gateway, country: str, number: str) -> list[Digest]:
    """Under every live key, newest first."""
    canonical = canonical_passport(country, number)
    if canonical is None:
        raise ValueError("a stored passport number has not the shape of one")
    return gateway.digester.candidates(IdentifierKind.PASSPORT, canonical)
