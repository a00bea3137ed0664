"""Exports asked for, cancelled, and handed out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from auth.audit import AuditAction, AuditLine
from auth.letter_links import LinkClaim
from auth.mongo import Document, Transaction
from auth.permissions import Permission, denial_for
from auth.principal import ANONYMOUS
from auth.sealing import HolderVault, PiecePlace, SealBroken
from resolvers.changes import Changed, Command, Done, change
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.refusals import RefusalCode, Refused
from resolvers.roster import Desk
from resolvers.rules.exports import (
    MAX_KEPT,
    MAX_OPEN,
    MAX_ROWS,
    ExportFormat,
    ExportList,
    ExportState,
)
from resolvers.rules.roster import RosterFilter
from resolvers.store import employments, permits
from resolvers.store.exports import PARTS_NAME, NewExport, encode_export, wrapped_key
from resolvers.vocabulary import Language

NEEDED: Final = (Permission.EXPORT_MAKE, Permission.EMPLOYER_PERMIT_READ)
"""All of them: an export shows what the lists show."""


@dataclass(frozen=True)
class Wanted:
    list: ExportList
    filter: RosterFilter
    format: ExportFormat
    language: Language


async def start_export(
    gateway: Gateway, ask: Ask, command: Command, wanted: Wanted
) -> Done | Refused:
    employer_id, client_id = ask.principal.employer_id(), ask.principal.client_id or ""
    now, export_id = gateway.now(), gateway.new_id("exp")
    vault, wrapped = gateway.sealer.new_vault(export_id)
    desk = Desk(employer_id, now, gateway.digester)
    is_of_people = wanted.list is ExportList.EMPLOYEES
    # As of now: who comes later is in the next export, and the count stays what it is.
    began = {"started_at" if is_of_people else "shown.issued_at": {"$lte": now}}
    match: Mapping[str, Any] = {
        "employer_id": employer_id,
        **began,
        **desk.match(wanted.filter, employments.NAME if is_of_people else permits.NAME),
    }

    async def work(transaction: Transaction) -> Changed | Refused:
        if any(denial_for(ask.principal, (one,), now) is not None for one in NEEDED):
            return Refused(RefusalCode.PERMITS_NOT_GRANTED)
        # Whoever starts one for the same employer at once would count the same exports.
        await gateway.employers.lock(employer_id, transaction)
        states = await gateway.exports.load_states(employer_id, transaction)
        if states.count(ExportState.WORKING) >= MAX_OPEN or len(states) >= MAX_KEPT:
            return Refused(RefusalCode.TOO_MANY_EXPORTS)
        rows = await gateway.export_rows.count(wanted.list, match, MAX_ROWS + 1, transaction)
        if rows > MAX_ROWS:
            return Refused(RefusalCode.TOO_MANY_ROWS)
        new = NewExport(
            *(export_id, employer_id, client_id, wanted.list, wanted.format, wanted.language),
            match=match,
            rows_total=rows,
        )
        await gateway.exports.insert(encode_export(new, vault, wrapped, now), transaction)
        line = AuditLine(AuditAction.EXPORT_STARTED, None, objects=(export_id,))
        return Changed(export_id, [line])

    return await change(gateway, ask, command, work)


async def cancel_export(
    gateway: Gateway, ask: Ask, command: Command, export_id: str
) -> Done | Refused:
    """What was written of it is removed. A second time changes nothing."""
    employer_id = ask.principal.employer_id()

    async def work(transaction: Transaction) -> Changed | Refused:
        export = await gateway.exports.find(export_id, employer_id)
        if export is None:
            return Refused(RefusalCode.NOT_FOUND)
        ended = await gateway.exports.end(
            export_id, employer_id, ExportState.CANCELLED, transaction
        )
        line = AuditLine(AuditAction.EXPORT_CANCELLED, None, objects=(export_id,))
        return Changed(export_id, [line] if ended else [])

    return await change(gateway, ask, command, work)


@dataclass(frozen=True)
class ExportFile:
    export: Document
    vault: HolderVault = field(repr=False)
    ask: Ask

    @property
    def size(self) -> int:
        written: int = self.export["file"]["written"]
        return written


async def find_file(
    gateway: Gateway, ask: Ask, export_id: str, claim: LinkClaim, *, is_download: bool
) -> ExportFile | None:
    """The finished file, for whoever was given its address; None tells nobody why not."""
    now = gateway.now()
    holds = gateway.export_links.holds(export_id, ask.principal, claim, now)
    may_read = all(denial_for(ask.principal, (one,), now) is None for one in NEEDED)
    export = None
    if holds and may_read:
        export = await gateway.exports.find(export_id, ask.principal.employer_id())
    if export is None or export["state"] != ExportState.READY or now >= export["expires_at"]:
        if ask.principal != ANONYMOUS:
            line = AuditLine(AuditAction.EXPORT_REFUSED, None, "NOT_FOUND")
            await append_audit(gateway, ask, line)
        return None
    if is_download:
        line = AuditLine(AuditAction.EXPORT_DOWNLOADED, None, objects=(export_id,))
        await append_audit(gateway, ask, line)
    return ExportFile(export, gateway.sealer.vault_for(export_id, wrapped_key(export)), ask)


class DownloadStopped(Exception):
    """The client may not have the file any more: it ends where it is, and not as a whole one."""


async def read_bytes(
    gateway: Gateway, file: ExportFile, first: int, last: int
) -> AsyncIterator[bytes]:
    """From `first` to `last`, both included. Raises SealBroken where a part is missing or was
    changed, and DownloadStopped once the client is ended or held to other terms: a slow download
    lasts for minutes, and its rights are looked at before each piece."""
    export_id, at = file.export["_id"], first
    async for offset, sealed in gateway.exports.pieces(export_id, first, last):
        if not await _is_same_client(gateway, file.ask):
            line = AuditLine(
                AuditAction.EXPORT_REFUSED, None, "CLIENT_NOT_ALLOWED", objects=(export_id,)
            )
            await append_audit(gateway, file.ask, line)
            raise DownloadStopped
        place = piece_place(export_id, offset)
        piece = file.vault.open_piece(place, sealed)
        if offset + len(piece) <= first:
            continue
        if offset > at:
            raise SealBroken
        shown = piece[at - offset : last + 1 - offset]
        at += len(shown)
        yield shown
    if at != last + 1:
        raise SealBroken


async def _is_same_client(gateway: Gateway, ask: Ask) -> bool:
    """Whatever changes what a client may do gives it another token family (`ClientStore.amend`)."""
    client = await gateway.clients.find(ask.principal.client_id or "")
    return client is not None and client.is_active and client.session_id == ask.principal.session_id


def piece_place(export_id: str, offset: int) -> PiecePlace:
    """The length of the whole is known at the end only; `read_bytes` holds that nothing is cut."""
    return PiecePlace(PARTS_NAME, export_id, offset, 0)
