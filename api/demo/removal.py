"""Removing the demo identities with all that logins and procedures have added to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auth import session_documents
from auth.mongo import Database, Document, Transaction
from resolvers.store import (
    application_documents,
    calendar_feeds,
    card_orders,
    cards,
    check_proofs,
    contests,
    deliveries,
    email_proofs,
    employments,
    grants,
    holder_keys,
    holders,
    identity_documents,
    inboxes,
    insurance_enrolments,
    letter_pieces,
    letters,
    notices,
    paper_files,
    paper_parts,
    papers,
    permits,
    push_endpoints,
    residence_permits,
    share_codes,
    tasks,
)

_OF_HOLDERS = (
    *(identity_documents.NAME, permits.NAME, cards.NAME, card_orders.NAME),
    *(residence_permits.NAME, insurance_enrolments.NAME, tasks.NAME),
    *(application_documents.NAME, papers.NAME, notices.NAME),
    *(push_endpoints.NAME, calendar_feeds.NAME),
    *(share_codes.NAME, check_proofs.NAME),
    *(letters.NAME, employments.NAME),
    *(contests.NAME, grants.NAME),
)
_OF_PAPERS = (
    *((paper_parts.NAME, "paper_id"), (paper_files.FILES, "_id")),
    (paper_files.CHUNKS, "files_id"),
)


async def remove_holders(
    database: Database,
    holder_ids: Sequence[str],
    employer_ids: Sequence[str],
    transaction: Transaction,
) -> None:
    """The demo's holders, and the people for whom its employers have filed since. Audit lines and
    outgoing events stay: they name nobody."""
    people = await _filed_for(database, employer_ids, transaction)
    ids = [*holder_ids, *people]
    stored = await _ids(database, papers.NAME, {"holder_id": {"$in": ids}}, transaction)
    for name, field in _OF_PAPERS:
        await database[name].delete_many({field: {"$in": stored}}, session=transaction)
    issued = await _ids(database, letters.NAME, {"holder_id": {"$in": ids}}, transaction)
    pieces = database[letter_pieces.NAME]
    await pieces.delete_many({"letter_id": {"$in": issued}}, session=transaction)
    endpoints = await _ids(database, push_endpoints.NAME, {"holder_id": {"$in": ids}}, transaction)
    await database[deliveries.NAME].delete_many(
        {"endpoint_id": {"$in": endpoints}}, session=transaction
    )
    for name in _OF_HOLDERS:
        await database[name].delete_many({"holder_id": {"$in": ids}}, session=transaction)
    for name in (holders.NAME, holder_keys.NAME, inboxes.NAME, email_proofs.NAME):
        await database[name].delete_many({"_id": {"$in": ids}}, session=transaction)
    # A demo holder is there again at once, and stays logged in; these are gone.
    sessions = database[session_documents.NAME]
    await sessions.delete_many({"holder_id": {"$in": people}}, session=transaction)


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


async def _ids(
    database: Database, name: str, wanted: Document, transaction: Transaction
) -> list[str]:
    found = database[name].find(wanted, {"_id": 1}, session=transaction)
    return [document["_id"] async for document in found]
