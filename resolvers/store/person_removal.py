"""What is stored of people, removed: in which collections it stands, and where only ids of it stay.

The holder's key goes too, so that whatever a backup or a page of the database's own files still has
of it stays sealed for good. Exports hold names under keys of their own: those of every employer of
the person go with it, and are asked for again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from auth import audit, login_flows, session_documents
from auth.mongo import Database, Document, Transaction
from resolvers.store import (
    application_documents,
    calendar_feeds,
    card_orders,
    cards,
    check_proofs,
    contests,
    deliveries,
    device_keys,
    email_proofs,
    employments,
    exports,
    grants,
    holder_keys,
    holders,
    identity_documents,
    inboxes,
    insurance_enrolments,
    letter_pieces,
    letters,
    notices,
    outgoing_events,
    paper_files,
    paper_parts,
    papers,
    permit_credentials,
    permits,
    portraits,
    push_endpoints,
    residence_permits,
    share_codes,
    tasks,
)

OF_HOLDERS: Final = (
    *(identity_documents.NAME, permits.NAME, cards.NAME, card_orders.NAME),
    *(residence_permits.NAME, insurance_enrolments.NAME, tasks.NAME),
    *(application_documents.NAME, papers.NAME, notices.NAME),
    *(push_endpoints.NAME, calendar_feeds.NAME),
    *(share_codes.NAME, check_proofs.NAME),
    *(device_keys.NAME, permit_credentials.NAME),
    *(letters.NAME, employments.NAME),
    *(contests.NAME, grants.NAME),
)
"""By `holder_id`."""
BY_ID: Final = (
    *(holders.NAME, holder_keys.NAME, portraits.NAME),
    *(inboxes.NAME, email_proofs.NAME),
)
_PIECES: Final = (
    (papers.NAME, paper_parts.NAME, "paper_id"),
    (papers.NAME, paper_files.FILES, "_id"),
    (papers.NAME, paper_files.CHUNKS, "files_id"),
    (letters.NAME, letter_pieces.NAME, "letter_id"),
    (push_endpoints.NAME, deliveries.NAME, "endpoint_id"),
)
"""What belongs to a document of the person: whose, which, by what."""
STAYING: Final[Mapping[str, str]] = {
    audit.NAME: "who did what to whose data is kept; it says ids, never a value",
    outgoing_events.NAME: "ids, for employers who are still to be told; gone after 90 days",
    login_flows.NAME: "ids and a device's name; gone an hour after the flow is over",
    session_documents.NAME: "removed by `remove_sessions`, once each is ended everywhere",
}
"""Collections that name a holder and are left alone here, and why."""


async def remove_people(
    database: Database, holder_ids: Sequence[str], transaction: Transaction
) -> None:
    of_them = {"holder_id": {"$in": list(holder_ids)}}
    for owner, name, field in _PIECES:
        owned = await _ids(database, owner, of_them, transaction)
        await database[name].delete_many({field: {"$in": owned}}, session=transaction)
    await _remove_exports(database, of_them, transaction)
    for name in OF_HOLDERS:
        await database[name].delete_many(of_them, session=transaction)
    for name in BY_ID:
        await database[name].delete_many({"_id": of_them["holder_id"]}, session=transaction)


async def remove_sessions(
    database: Database, holder_ids: Sequence[str], transaction: Transaction
) -> int:
    """Whose tokens are good no more; how many there were."""
    removed = await database[session_documents.NAME].delete_many(
        {"holder_id": {"$in": list(holder_ids)}}, session=transaction
    )
    return removed.deleted_count


async def _remove_exports(database: Database, of_them: Document, transaction: Transaction) -> None:
    """Nobody knows who stands in one: it is sealed."""
    employers = await database[employments.NAME].distinct(
        "employer_id", of_them, session=transaction
    )
    wanted = {"employer_id": {"$in": employers}}
    made = await _ids(database, exports.NAME, wanted, transaction)
    parts = database[exports.PARTS_NAME]
    await parts.delete_many({"export_id": {"$in": made}}, session=transaction)
    await database[exports.NAME].delete_many(wanted, session=transaction)


async def _ids(
    database: Database, name: str, wanted: Document, transaction: Transaction
) -> list[str]:
    found = database[name].find(wanted, {"_id": 1}, session=transaction)
    return [document["_id"] async for document in found]
