"""Holders made to order, straight into the database, all of them fictional."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from api.clock import utc_now
from api.ids import new_id
from auth.digests import Digester
from auth.keys import KeySet
from auth.master_keys import LocalMasterKeys
from auth.mongo import Database, Document
from auth.sealing import HolderVault, Sealer
from resolvers.employments.sponsoring import sponsored_documents
from resolvers.rules.check_digits import luhn_check_digit, uscc_check_character
from resolvers.rules.identifiers import canonical, canonical_passport
from resolvers.rules.names import RegisteredName
from resolvers.store import cards as card_store
from resolvers.store import (
    employers,
    employments,
    holder_keys,
    holders,
    identity_documents,
    permits,
)
from resolvers.store.cards import CardRecord, encode_card
from resolvers.store.employers import EmployerRecord, encode_employer
from resolvers.store.holder_keys import encode_holder_key
from resolvers.store.holders import HolderRecord, encode_holder
from resolvers.store.identity_documents import IdentityDocumentRecord, encode_identity_document
from resolvers.store.permits import PermitRecord, encode_permit
from resolvers.vocabulary import (
    BankState,
    CardKind,
    CardReason,
    CardState,
    IdentifierKind,
    IdentityDocumentKind,
    Language,
    PermitCategory,
    PermitEvent,
    PermitForm,
    PermitState,
)

_serial = itertools.count(1)
CITY = "440100"
AUTHORITY = f"foreign-experts-{CITY}"


@dataclass(frozen=True)
class PermitPlan:
    """A permit relative to now, in days."""

    starts: int = -100
    ends: int = 265
    form: PermitForm = PermitForm.INTEGRATED
    state: PermitState = PermitState.ISSUED
    category: PermitCategory = PermitCategory.A


@dataclass(frozen=True)
class Person:
    """What a test knows of a holder in the database."""

    holder_id: str
    name: str
    numbers: dict[IdentifierKind, str]
    country: str
    phone: str | None
    bank_card: str | None
    permit_ids: tuple[str, ...] = field(default=())

    def identifier(self, kind: IdentifierKind = IdentifierKind.WORK_PERMIT) -> dict[str, Any]:
        number = self.numbers[kind]
        match kind:
            case IdentifierKind.WORK_PERMIT:
                return {"workPermitNumber": number}
            case IdentifierKind.SOCIAL_SECURITY:
                return {"socialSecurityNumber": number}
            case IdentifierKind.PASSPORT:
                return {"passport": {"country": self.country, "number": number}}
            case IdentifierKind.PERMANENT_RESIDENT:
                return {"permanentResidentId": number}


async def make_person(
    database: Database,
    key_set: KeySet,
    *,
    given_names: str = "Nora",
    surname: str = "Beispiel",
    permit_plans: tuple[PermitPlan, ...] = (PermitPlan(),),
    physical: CardState | None = None,
    phone: str | None = "13800138000",
    city: str = CITY,
    now: datetime | None = None,
    employer_id: str | None = None,
) -> Person:
    """One holder with passport, permits and, if asked, a physical card in a given state; by real
    time, where `now` says nothing else. Employed by `employer_id`, or by an employer made with
    him."""
    serial = next(_serial)
    sealer, digester = Sealer(LocalMasterKeys(key_set)), Digester(key_set)
    holder_id, now = new_id("hld"), now or utc_now()
    vault, wrapped = sealer.new_vault(holder_id)
    passport = f"X{serial:08d}"
    numbers = {
        IdentifierKind.WORK_PERMIT: f"GD44{serial:08d}",
        IdentifierKind.SOCIAL_SECURITY: f"DEU0{passport}",
        IdentifierKind.PASSPORT: passport,
        IdentifierKind.PERMANENT_RESIDENT: f"DEU{serial:012d}",
    }
    record = HolderRecord(
        holder_id=holder_id,
        surname=surname,
        given_names=given_names,
        chinese_name="贝诺拉",
        native_name=None,
        birth_date="1984-02-29",
        phone=phone,
        nationality="DEU",
        numbers=numbers,
        language=Language.EN,
        created_at=now,
        authority=AUTHORITY,
        updated_at=now,
    )
    digests = [
        (kind, digester.digest(kind, canonical_of(kind, number)))
        for kind, number in numbers.items()
    ]
    documents: dict[str, list[Document]] = {
        holder_keys.NAME: [encode_holder_key(holder_id, wrapped)],
        holders.NAME: [encode_holder(record, vault, digests)],
        identity_documents.NAME: [_passport(holder_id, passport, vault, digester, now)],
        employers.NAME: [],
        permits.NAME: [],
        employments.NAME: [],
        card_store.NAME: [],
    }
    code = f"91440101{serial:09d}"
    employer = EmployerRecord(
        employer_id or new_id("emp"),
        code + uscc_check_character(code),
        {"en": "Sample Robotics", "zh": "样例机器人"},
        city,
        "market-regulation",
        now,
    )
    if employer_id is None:
        documents[employers.NAME].append(encode_employer(employer))
    number = numbers[IdentifierKind.WORK_PERMIT]
    made = [_permit(plan, holder_id, employer, number, now) for plan in permit_plans]
    stored = [encode_permit(permit, vault) for permit in made]
    registered = RegisteredName(surname, given_names, record.chinese_name)
    ids = iter(lambda: new_id("emt"), "")
    for collection, document in sponsored_documents(stored, registered, number, digester, ids):
        documents[collection].append(document)
    bank_card = None
    if physical is not None:
        body = f"6222{serial:011d}"
        bank_card = body + luhn_check_digit(body)
        documents[card_store.NAME].append(
            encode_card(_card(holder_id, physical, bank_card, serial, city, now), vault)
        )
    for name, found in documents.items():
        if found:
            await database[name].insert_many(found)
    permit_ids = tuple(permit["_id"] for permit in documents[permits.NAME])
    name = f"{given_names} {surname}"
    return Person(holder_id, name, numbers, "DEU", phone, bank_card, permit_ids)


def canonical_of(kind: IdentifierKind, number: str) -> str:
    found = (
        canonical_passport("DEU", number)
        if kind is IdentifierKind.PASSPORT
        else canonical(kind, number)
    )
    assert found is not None, kind
    return found


def _passport(
    holder_id: str, number: str, vault: HolderVault, digester: Digester, now: datetime
) -> Document:
    record = IdentityDocumentRecord(
        document_id=new_id("idd"),
        holder_id=holder_id,
        kind=IdentityDocumentKind.PASSPORT,
        country="DEU",
        number=number,
        valid_from=now - timedelta(days=900),
        valid_until=now + timedelta(days=2_750),
        superseded_at=None,
        authority="exit-entry-440100",
        updated_at=now,
    )
    digest = digester.digest(IdentifierKind.PASSPORT, f"DEU{number}")
    return encode_identity_document(record, vault, digest)


def _permit(
    plan: PermitPlan, holder_id: str, employer: EmployerRecord, number: str, now: datetime
) -> PermitRecord:
    authority = f"foreign-experts-{employer.city}"
    midnight = datetime(now.year, now.month, now.day, 16, tzinfo=UTC)
    starts, ends = midnight + timedelta(days=plan.starts), midnight + timedelta(days=plan.ends)
    return PermitRecord(
        permit_id=new_id("pmt"),
        holder_id=holder_id,
        employer_id=employer.employer_id,
        number=number,
        category=plan.category,
        form=plan.form,
        state=plan.state,
        post={"en": "Engineer", "zh": "工程师"},
        city=employer.city,
        valid_from=starts,
        valid_until=ends,
        issued_at=starts,
        history=[(starts, PermitEvent.ISSUED, authority)],
        superseded_by=None,
        authority=authority,
        updated_at=now,
    )


def _card(
    holder_id: str, state: CardState, bank_card: str, serial: int, city: str, now: datetime
) -> CardRecord:
    return CardRecord(
        card_id=new_id("crd"),
        holder_id=holder_id,
        kind=CardKind.PHYSICAL,
        number=f"A{serial:08d}",
        state=state,
        state_since=now,
        bank_state=BankState.NORMAL,
        bank_account=bank_card,
        permit_id=None,
        city=city,
        reason=CardReason.NEW,
        issued_at=now - timedelta(days=30),
        authority=f"human-resources-{city}",
        updated_at=now,
        released_at=now + timedelta(days=10) if state is CardState.TEMPORARILY_LOST else None,
        activated_at=None if state is CardState.SEALED else now - timedelta(days=29),
    )


TWENTY_PERMITS = tuple(
    replace(PermitPlan(), starts=-100 - 400 * n, ends=265 - 400 * n) for n in range(20)
)
"""One for each of the last years, the newest still good."""
