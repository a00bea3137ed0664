"""Loading the demo identities into a database, once, and again when their days have drifted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from enum import Enum, auto

from api.demo.bundle import Secrets, documents_of
from api.demo.contests import CONTESTING, contest_documents
from api.demo.days import day_of, midnight
from api.demo.draw import drawn_id
from api.demo.employer_clients import client_documents, client_id
from api.demo.employers import employer_id
from api.demo.grants import grant_documents
from api.demo.identities import (
    DATA_SET,
    EMPLOYERS,
    demo_clients,
    demo_employers,
    demo_people,
)
from api.demo.notices import inbox_documents
from api.demo.officers import OFFICERS, officer_documents, officer_id
from api.demo.removal import remove_holders
from api.demo.share_codes import share_code_document
from api.demo.tasks import task_documents
from api.demo.webhooks import remove_webhooks, webhook_documents
from auth import clients, officer_sessions, officers
from auth.keys import KeySet, UnknownKeyVersion
from auth.master_keys import WrapBroken
from auth.mongo import Database, Document, Transaction, in_transaction
from auth.sealing import HolderVault
from resolvers.store import (
    contests,
    employers,
    employments,
    grants,
    holder_keys,
    inboxes,
    meta,
    notices,
    permits,
    share_codes,
    tasks,
)

FRESH_LIFETIME = timedelta(days=7)
"""How long the demo's days may drift; after that `load_demo` replaces its holders."""

_MARKER = "demo"
_REVISION = 11
"""Goes up with every change to the demo identities, so that a kept database gets them."""

_MOST_HOLDERS = 64


class DemoLoad(Enum):
    """What `load_demo` found and did."""

    LOADED = auto()
    REPLACED = auto()
    PRESENT = auto()


async def has_demo_data(database: Database) -> bool:
    """Whether demo identities were loaded; a production server must not start on such data."""
    return await database[meta.NAME].find_one({"_id": _MARKER}, {"_id": 1}) is not None


async def load_demo(database: Database, key_set: KeySet, *, now: datetime) -> DemoLoad:
    """Loads the demo identities into a prepared database, all in one transaction.

    They are replaced, with all that logins and procedures have added to them since, when they were
    loaded more than `FRESH_LIFETIME` ago, by another version, or under other keys; otherwise left
    alone. Any number of processes may do so at once.
    """
    secrets = Secrets.of(key_set)
    today = day_of(now)
    marker = {
        "_id": _MARKER,
        "loaded_on": midnight(today),
        "revision": _REVISION,
    }

    async def load(transaction: Transaction) -> DemoLoad:
        found = await database[meta.NAME].find_one({"_id": _MARKER}, session=transaction)
        fresh = found is not None and _is_fresh(found, marker)
        if fresh and await _opens(database, secrets, transaction):
            return DemoLoad.PRESENT
        await _remove(database, transaction)
        for name, documents in _documents(today, secrets).items():
            await database[name].insert_many(documents, session=transaction)
        await database[meta.NAME].replace_one(
            {"_id": _MARKER}, marker, upsert=True, session=transaction
        )
        return DemoLoad.LOADED if found is None else DemoLoad.REPLACED

    return await in_transaction(database, load)


def _is_fresh(found: Document, wanted: Document) -> bool:
    drift: timedelta = abs(wanted["loaded_on"] - found["loaded_on"])
    return bool(found["revision"] == wanted["revision"]) and drift <= FRESH_LIFETIME


async def _opens(database: Database, secrets: Secrets, transaction: Transaction) -> bool:
    """Whether our keys open what was loaded."""
    holder_id = _holder_id(0)
    stored = await database[holder_keys.NAME].find_one({"_id": holder_id}, session=transaction)
    if stored is None:
        return False
    try:
        secrets.sealer.vault_for(holder_id, holder_keys.decode_holder_key(stored))
    except (WrapBroken, UnknownKeyVersion):
        return False
    return True


def _holder_id(ordinal: int) -> str:
    return drawn_id("hld", f"{DATA_SET}/{ordinal}")


def _documents(today: date, secrets: Secrets) -> dict[str, list[Document]]:
    made: dict[str, list[Document]] = {
        employers.NAME: [employers.encode_employer(one) for one in demo_employers(today)],
        clients.NAME: client_documents(demo_clients(today)),
        officers.NAME: officer_documents(DATA_SET, secrets, today),
    }
    made |= webhook_documents(demo_clients(today)[0].client, today, secrets)
    people = demo_people(today)
    made[share_codes.NAME] = [share_code_document(people[0], today, secrets)]
    for place, person in enumerate(people):
        documents = list(documents_of(person, secrets))
        for name, document in documents:
            made.setdefault(name, []).append(document)
        if place == 0:
            made[grants.NAME] = list(_grants(documents, secrets, today))
        if place == CONTESTING:
            made[contests.NAME] = list(_contest(documents, secrets, today))
        made.setdefault(tasks.NAME, []).extend(task_documents(person))
        told, inbox = inbox_documents(person, today)
        made.setdefault(notices.NAME, []).extend(told)
        made.setdefault(inboxes.NAME, []).extend(inbox)
    return made


async def _remove(database: Database, transaction: Transaction) -> None:
    holder_ids = [_holder_id(ordinal) for ordinal in range(_MOST_HOLDERS)]
    employer_ids = [employer_id(DATA_SET, number) for number in range(EMPLOYERS)]
    await remove_holders(database, holder_ids, employer_ids, transaction)
    await database[employers.NAME].delete_many({"_id": {"$in": employer_ids}}, session=transaction)
    client_ids = [client_id(DATA_SET, number) for number in range(EMPLOYERS)]
    await remove_webhooks(database, client_ids, transaction)
    await database[clients.NAME].delete_many({"_id": {"$in": client_ids}}, session=transaction)
    ours = {"$in": [officer_id(DATA_SET, number) for number in range(OFFICERS)]}
    await database[officers.NAME].delete_many({"_id": ours}, session=transaction)
    await database[officer_sessions.NAME].delete_many({"officer_id": ours}, session=transaction)


def _grants(
    documents: Sequence[tuple[str, Document]], secrets: Secrets, today: date
) -> Iterator[Document]:
    """To the employer of this person."""
    sponsored = [one for name, one in documents if name == employments.NAME]
    yield from grant_documents(sponsored, _vault(documents, secrets), secrets, today)


def _vault(documents: Sequence[tuple[str, Document]], secrets: Secrets) -> HolderVault:
    [key] = [one for name, one in documents if name == holder_keys.NAME]
    return secrets.sealer.vault_for(key["_id"], holder_keys.decode_holder_key(key))


def _contest(
    documents: Sequence[tuple[str, Document]], secrets: Secrets, today: date
) -> Iterator[Document]:
    """Of the newest permit of this person."""
    permit = [one for name, one in documents if name == permits.NAME][-1]
    vault = _vault(documents, secrets)
    yield from contest_documents(permit, vault, today)
