"""How a holder wants to be disturbed, as the holder sets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auth.audit import AuditAction, AuditLine
from auth.mongo import Transaction
from resolvers.changes import Changed, Command, Done, change
from resolvers.gateway import Ask, Gateway
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.notice_preferences import (
    BadQuietHours,
    NoticeChannel,
    NoticeGroup,
    NoticePreferences,
    QuietHours,
)


@dataclass(frozen=True)
class PreferencesAsked:
    """The whole of them: a group that is not named is on. `quiet` are two times of a day."""

    revision: int
    channels: Mapping[NoticeGroup, frozenset[NoticeChannel]]
    quiet: tuple[str, str] | None


async def set_preferences(
    gateway: Gateway, ask: Ask, command: Command, asked: PreferencesAsked
) -> Done | Refused:
    holder_id, now = ask.principal.holder_id(), gateway.now()
    off = frozenset(
        (group, channel)
        for group, on in asked.channels.items()
        for channel in NoticeChannel
        if channel not in on
    )

    async def work(transaction: Transaction) -> Changed | Refused:
        before = await gateway.inboxes.find_preferences(holder_id, transaction)
        if before.revision != asked.revision:
            return Refused(RefusalCode.STALE_REVISION, holder_id, holder_id)
        try:
            quiet = None if asked.quiet is None else QuietHours.of(*asked.quiet)
        except BadQuietHours:
            return Refused(RefusalCode.BAD_QUIET_HOURS, holder_id, holder_id)
        after = NoticePreferences(off, quiet, before.revision + 1)
        await gateway.inboxes.set_preferences(holder_id, after, now, transaction)
        line = AuditLine(AuditAction.NOTICE_PREFERENCES_SET, holder_id, objects=(holder_id,))
        return Changed(holder_id, [line])

    return await change(gateway, ask, command, work)
