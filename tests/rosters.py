"""An employer with as many people as a test wants, straight into the database, all fictional.

Names are made of syllables by the number of the person, so that some beginnings are common and some
rare, whatever the size.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.ids import new_id
from auth.digests import Digester
from auth.keys import KeySet
from auth.master_keys import LocalMasterKeys
from auth.mongo import Database, Document
from auth.sealing import Sealer
from resolvers.employments.sponsoring import sponsored_documents
from resolvers.rules.check_digits import uscc_check_character
from resolvers.rules.names import RegisteredName
from resolvers.rules.permit_status import ends_at, shanghai_day, starts_at
from resolvers.store import employers, employments, holder_keys, holders, permits
from resolvers.store.employers import EmployerRecord, encode_employer
from resolvers.store.holder_keys import encode_holder_key
from resolvers.store.holders import HolderRecord, encode_holder
from resolvers.store.permits import PermitRecord, encode_permit
from resolvers.vocabulary import (
    IdentifierKind,
    Language,
    PermitCategory,
    PermitEvent,
    PermitForm,
    PermitState,
)

BATCH = 2_000
CITIES = ("440100", "440300", "310000", "110000")
SPANS = (365, 730, 730, 1_825)
_BEGINNINGS = ["ka", "mo", "le", "ri", "su", "ta", "vo", "ne", "gi", "po"]
_ENDINGS = ["lan", "ber", "dor", "min", "rus", "tel", "vik", "zan"]
_serial = itertools.count(1)


@dataclass(frozen=True)
class Hired:
    """What a test knows of an employee."""

    holder_id: str
    permit_id: str
    employment_id: str
    name: str
    number: str

    @property
    def permit_ids(self) -> tuple[str, ...]:
        return (self.permit_id,)


def name_of(place: int) -> RegisteredName:
    """Every tenth surname begins alike; a given name repeats after eighty."""
    ten, eighty = place % 10, place % 80
    surname = f"{_BEGINNINGS[ten]}{_ENDINGS[eighty // 10]}{_ENDINGS[place // 80 % 8]}".title()
    given = f"{_BEGINNINGS[place // 10 % 10]}{_ENDINGS[place % 8]}".title()
    return RegisteredName(surname, given)


async def make_employer(database: Database, now: datetime, city: str = CITIES[0]) -> str:
    code = f"91440104{next(_serial):09d}"
    record = EmployerRecord(
        new_id("emp"),
        code + uscc_check_character(code),
        {"en": "Sample Works", "zh": "样例制造"},
        city,
        "market-regulation",
        now,
    )
    await database[employers.NAME].insert_one(encode_employer(record))
    return record.employer_id


async def hire(
    database: Database,
    key_set: KeySet,
    employer_id: str,
    count: int,
    now: datetime,
    first: int = 0,
    cities: Sequence[str] = CITIES,
) -> list[Hired]:
    """`count` people with a permit each: hired over the last five years, for one, two or five
    years; every thirtieth cancelled, every fortieth still to show the originals. `first` is the
    number of the first of them, another one for each time that an employer hires."""
    sealer, digester = Sealer(LocalMasterKeys(key_set)), Digester(key_set)
    hired: list[Hired] = []
    for start in range(first, first + count, BATCH):
        places = range(start, min(start + BATCH, first + count))
        batch: dict[str, list[Document]] = {}
        for place in places:
            made = _person(sealer, digester, employer_id, place, now, cities)
            documents = dict[str, Document]()
            for collection, document in made:
                batch.setdefault(collection, []).append(document)
                documents[collection] = document
            name = name_of(place)
            hired.append(
                Hired(
                    documents[holders.NAME]["_id"],
                    documents[permits.NAME]["_id"],
                    documents[employments.NAME]["_id"],
                    f"{name.given_names} {name.surname}",
                    _number(hired_number=place, employer_id=employer_id),
                )
            )
        for collection, found in batch.items():
            await database[collection].insert_many(found, ordered=False)
    return hired


def _number(*, hired_number: int, employer_id: str) -> str:
    return f"{employer_id[4:10].upper()}{hired_number:08d}"


def _person(
    sealer: Sealer,
    digester: Digester,
    employer_id: str,
    place: int,
    now: datetime,
    cities: Sequence[str],
) -> Iterator[tuple[str, Document]]:
    holder_id, name, city = new_id("hld"), name_of(place), cities[place % len(cities)]
    vault, wrapped = sealer.new_vault(holder_id)
    number, authority = _number(hired_number=place, employer_id=employer_id), f"labour-{city}"
    numbers = {IdentifierKind.WORK_PERMIT: number, IdentifierKind.SOCIAL_SECURITY: f"DEU0{number}"}
    record = HolderRecord(
        holder_id=holder_id,
        surname=name.surname,
        given_names=name.given_names,
        chinese_name=None,
        native_name=None,
        birth_date="1984-02-29",
        phone=None,
        nationality="DEU",
        numbers=numbers,
        language=Language.EN,
        created_at=now,
        authority=authority,
        updated_at=now,
    )
    kind = IdentifierKind.WORK_PERMIT
    digests = [(kind, digester.digest(kind, number))]
    today = shanghai_day(now)
    first = today - timedelta(days=(place * 37) % 1_825)
    last = first + timedelta(days=SPANS[place % len(SPANS)])
    is_cancelled, is_awaiting = place % 30 == 7, place % 40 == 11
    state = PermitState.AWAITING_ORIGINALS if is_awaiting else PermitState.ISSUED
    issued_at = starts_at(first) + timedelta(seconds=place % 28_800)
    history = [(issued_at, PermitEvent.ISSUED, authority)]
    if is_cancelled:
        state = PermitState.CANCELLED
        history.append((min(now, starts_at(last)), PermitEvent.CANCELLED, authority))
    permit = PermitRecord(
        permit_id=new_id("pmt"),
        holder_id=holder_id,
        employer_id=employer_id,
        number=number,
        category=tuple(PermitCategory)[place % 3],
        form=PermitForm.INTEGRATED,
        state=state,
        post={"en": "Engineer", "zh": "工程师"},
        city=city,
        valid_from=starts_at(first),
        valid_until=ends_at(last),
        issued_at=issued_at,
        history=history,
        superseded_by=None,
        authority=authority,
        updated_at=now,
    )
    yield holder_keys.NAME, encode_holder_key(holder_id, wrapped)
    yield holders.NAME, encode_holder(record, vault, digests)
    ids = iter(lambda: new_id("emt"), "")
    yield from sponsored_documents([encode_permit(permit, vault)], name, number, digester, ids)
