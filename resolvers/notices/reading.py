"""What a holder does with the notices of the inbox: read, archive, and take out of the archive.

Each is one transaction that writes the inbox too, so what the inbox counts as unread is exact
whatever is posted, read or withdrawn meanwhile. A notice that is as asked for already is left so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document, Transaction
from resolvers.changes import Changed, Command, Done, change
from resolvers.gateway import Ask, Gateway
from resolvers.refusals import RefusalCode, Refused

Marks = Mapping[str, datetime | None]


async def mark_read(gateway: Gateway, ask: Ask, command: Command, notice_id: str) -> Done | Refused:
    def marks(notice: Document, now: datetime) -> Marks:
        return {"read_at": notice["read_at"] or now}

    return await _mark(gateway, ask, command, notice_id, marks, AuditAction.NOTICE_MARKED_READ)


async def archive(gateway: Gateway, ask: Ask, command: Command, notice_id: str) -> Done | Refused:
    """What is archived has been read."""

    def marks(notice: Document, now: datetime) -> Marks:
        return {
            "read_at": notice["read_at"] or now,
            "archived_at": notice["archived_at"] or now,
        }

    return await _mark(gateway, ask, command, notice_id, marks, AuditAction.NOTICE_ARCHIVED)


async def unarchive(gateway: Gateway, ask: Ask, command: Command, notice_id: str) -> Done | Refused:
    def marks(_notice: Document, _now: datetime) -> Marks:
        return {"archived_at": None}

    return await _mark(gateway, ask, command, notice_id, marks, AuditAction.NOTICE_UNARCHIVED)


async def mark_all_read(
    gateway: Gateway, ask: Ask, command: Command, up_to_id: str
) -> Done | Refused:
    """Up to that notice, itself included: one that arrives meanwhile stays unread."""
    holder_id, now = ask.principal.holder_id(), gateway.now()

    async def work(transaction: Transaction) -> Changed | Refused:
        await gateway.inboxes.lock(holder_id, transaction)
        newest_at = await gateway.notices.find_place(up_to_id, holder_id, transaction)
        if newest_at is None:
            return Refused(RefusalCode.NOT_FOUND, None, holder_id)
        count = await gateway.notices.mark_all_read(holder_id, newest_at, now, transaction)
        await gateway.inboxes.take_off_unread({holder_id: count}, transaction)
        line = AuditLine(AuditAction.NOTICES_MARKED_READ, holder_id, objects=(up_to_id,))
        return Changed(up_to_id, [line])

    return await change(gateway, ask, command, work)


async def _mark(
    gateway: Gateway,
    ask: Ask,
    command: Command,
    notice_id: str,
    marks: Callable[[Document, datetime], Marks],
    action: AuditAction,
) -> Done | Refused:
    holder_id, now = ask.principal.holder_id(), gateway.now()

    async def work(transaction: Transaction) -> Changed | Refused:
        await gateway.inboxes.lock(holder_id, transaction)
        notice = await gateway.notices.find(notice_id, holder_id, transaction)
        if notice is None:
            return Refused(RefusalCode.NOT_FOUND, None, holder_id)
        wanted = marks(notice, now)
        if any(notice[field] != value for field, value in wanted.items()):
            await gateway.notices.mark(notice_id, wanted, transaction)
        if notice["read_at"] is None and wanted.get("read_at") is not None:
            await gateway.inboxes.take_off_unread({holder_id: 1}, transaction)
        return Changed(notice_id, [AuditLine(action, holder_id, objects=(notice_id,))])

    return await change(gateway, ask, command, work)
