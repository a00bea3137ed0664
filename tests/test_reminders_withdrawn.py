"""What was reminded of disappears when it no longer holds, and only then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from api.settings import Settings
from auth.mongo import Database, Document, in_transaction
from auth.principal import PrincipalKind
from resolvers.notices.projecting import project_events
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.rules.permit_status import ends_at
from resolvers.store.outgoing_events import Event, EventKind, encode_event
from tests.due_records import permit
from tests.reminding import Reminding, reminding_on
from tests.test_reminders import SOURCES

DAY = timedelta(days=1)
LAST = date(2027, 6, 30)
ANOTHER_END = {"valid_until": ends_at(LAST + 365 * DAY)}
ENDED: dict[NoticeKind, tuple[EventKind, Document]] = {
    NoticeKind.PERMIT_EXPIRING: (EventKind.PERMIT_SUPERSEDED, {"state": "SUPERSEDED"}),
    NoticeKind.RESIDENCE_PERMIT_EXPIRING: (EventKind.RECORD_IMPORTED, ANOTHER_END),
    NoticeKind.IDENTITY_DOCUMENT_EXPIRING: (
        EventKind.APPLICATION_APPROVED,
        {"superseded_at": ends_at(LAST)},
    ),
    NoticeKind.TASK_DUE: (EventKind.TASK_DONE, {"state": "DONE"}),
    NoticeKind.APPLICATION_LAPSING: (
        EventKind.APPLICATION_SUBMITTED,
        {"state": "SUBMITTED", "lapses_at": None},
    ),
}


@pytest.fixture
async def reminding(
    settings: Settings, mongod_uri: str, database: Database
) -> AsyncIterator[Reminding]:
    async with reminding_on(settings, mongod_uri, database) as made:
        yield made


async def told_and_projected(reminding: Reminding, record: Document, kind: EventKind) -> None:
    """The event of a change, committed and seen by the inbox."""
    gateway, now = reminding.gateway, reminding.clock.now
    event = Event(kind, record["_id"], record["holder_id"])
    document = encode_event(gateway.new_id("evt"), event, now, PrincipalKind.OFFICER)
    await in_transaction(
        gateway.database, lambda transaction: gateway.events.append([document], transaction)
    )
    assert await project_events(gateway, now) == 1


async def reminders_of(reminding: Reminding, record: Document) -> list[Document]:
    """Those that still hold."""
    wanted = {"object_id": record["_id"], "due_on": {"$ne": None}, "withdrawn_at": None}
    return await reminding.database["notices"].find(wanted).to_list(9)


async def test_of_each_kind_the_reminders_go_when_their_record_no_longer_holds(
    reminding: Reminding,
) -> None:
    await reminding.begin_on(LAST - 7 * DAY)
    records = {}
    for kind, (collection, made) in SOURCES.items():
        records[kind] = made(await reminding.new_holder(), LAST)
        await reminding.add(collection, records[kind])
    assert await reminding.run_on(LAST - 7 * DAY) == len(records)
    for kind, record in records.items():
        event, changes = ENDED[kind]
        # First something else of the same holder happens: all that holds stays.
        await told_and_projected(reminding, record, EventKind.RECORD_IMPORTED)
        assert len(await reminders_of(reminding, record)) == 1, kind
        stored = reminding.database[SOURCES[kind][0]]
        await stored.update_one({"_id": record["_id"]}, {"$set": changes})
        await told_and_projected(reminding, record, event)
        assert await reminders_of(reminding, record) == [], kind
        inbox = await reminding.database["inboxes"].find_one({"_id": record["holder_id"]})
        news = {"holder_id": record["holder_id"], "withdrawn_at": None, "read_at": None}
        assert inbox is not None
        assert inbox["unread"] == await reminding.database["notices"].count_documents(news)
    assert await reminding.run_on(LAST) == 0


async def test_the_reminders_of_an_extended_permit_go_when_the_extension_is_issued_ahead(
    reminding: Reminding,
) -> None:
    """The old one stands until its day; the later one is what counts."""
    await reminding.begin_on(LAST - 30 * DAY)
    old = permit(await reminding.new_holder(), LAST)
    await reminding.add("permits", old)
    assert await reminding.run_on(LAST - 30 * DAY) == 1
    new = permit(old["holder_id"], LAST + 365 * DAY, valid_from=ends_at(LAST))
    await reminding.add("permits", new)
    await told_and_projected(reminding, new, EventKind.PERMIT_ISSUED)
    assert await reminders_of(reminding, old) == []
    assert await reminding.run_on(LAST - 14 * DAY) == 0
