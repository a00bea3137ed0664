"""Removing the demo identities with all that logins and procedures have added to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auth.mongo import Database, Transaction
from resolvers.store import application_documents, holders
from resolvers.store.person_removal import remove_people, remove_sessions


async def remove_holders(
    database: Database,
    holder_ids: Sequence[str],
    employer_ids: Sequence[str],
    transaction: Transaction,
) -> None:
    """The demo's holders, and the people for whom its employers have filed since. Audit lines and
    outgoing events stay: they name nobody."""
    people = await _filed_for(database, employer_ids, transaction)
    await remove_people(database, [*holder_ids, *people], transaction)
    # A demo holder is there again at once, and stays logged in; these are gone.
    await remove_sessions(database, people, transaction)


async def _filed_for(
    database: Database, employer_ids: Iterable[str], transaction: Transaction
) -> list[str]:
    """Whom an application of one of these employers has made: not registered yet, or registered
    after it was begun. A holder who was there before is none of the demo's."""
    filed = {
        document["holder_id"]: document["created_at"]
        async for document in database[application_documents.NAME]
        .find(
            {"employer_id": {"$in": list(employer_ids)}, "permit_id": None},
            {"holder_id": 1, "created_at": 1},
            session=transaction,
        )
        .sort("created_at", -1)
    }
    registered = {
        document["_id"]: document["created_at"]
        async for document in database[holders.NAME].find(
            {"_id": {"$in": list(filed)}}, {"created_at": 1}, session=transaction
        )
    }
    return [one for one, began in filed.items() if one not in registered or registered[one] > began]
