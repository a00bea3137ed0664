"""The making of exports: page after page, each in one transaction with its audit line.

Killed anywhere, it has written whole pages only; whoever claims the export when the lease is over
goes on behind the last of them. One page is in memory at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document, Transaction, in_transaction
from auth.principal import Principal, PrincipalKind
from auth.scopes import ClientScope
from auth.sealing import PIECE_BYTES, HolderVault
from resolvers.exports.steps import piece_place
from resolvers.exports.tables import SHEETS, SHOWN_FIELDS, cells, heads, opened_row
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.rules.exports import ROWS_AT_ONCE, ExportFormat, ExportList, ExportState
from resolvers.rules.spreadsheets import CsvWriter, FileState, TableWriter, XlsxWriter
from resolvers.store.export_rows import Place
from resolvers.store.exports import match_of, wrapped_key
from resolvers.store.holder_keys import decode_holder_key
from resolvers.store.outgoing_events import Event, EventKind, encode_event
from resolvers.vocabulary import Language

_SCOPES = {ClientScope.EXPORTS_MAKE, ClientScope.PERMITS_READ}


async def make_exports(gateway: Gateway, _now: datetime) -> int:
    """All that wait, one by one; how many pages were written."""
    pages = 0
    while export := await gateway.exports.claim(gateway.new_id("lse"), gateway.now()):
        pages += await _make(gateway, export)
    return pages


async def _make(gateway: Gateway, claimed: Document) -> int:
    pages, export = 0, claimed
    vault = gateway.sealer.vault_for(export["_id"], wrapped_key(export))
    while True:
        if not await _may_go_on(gateway, export):
            await _stop(gateway, export)
            return pages
        changes = await _write_page(gateway, export, vault)
        if changes is None:
            return pages
        pages += 1
        export = {**export, **changes}
        if export["state"] != ExportState.WORKING:
            return pages


async def _may_go_on(gateway: Gateway, export: Document) -> bool:
    """Whether its client still may have it."""
    client = await gateway.clients.find(export["client_id"])
    return client is not None and client.is_active and set(client.scopes) >= _SCOPES


async def _stop(gateway: Gateway, export: Document) -> None:
    async def work(transaction: Transaction) -> None:
        await gateway.exports.end(
            export["_id"], export["employer_id"], ExportState.STOPPED, transaction
        )
        line = AuditLine(
            AuditAction.EXPORT_CANCELLED, None, "CLIENT_NOT_ALLOWED", objects=(export["_id"],)
        )
        ask = Ask(Principal(PrincipalKind.SYSTEM), "", gateway.new_id("req"))
        await append_audit(gateway, ask, line, transaction=transaction)
        await _tell(gateway, export, EventKind.EXPORT_STOPPED, transaction)

    await in_transaction(gateway.database, work)


async def _write_page(
    gateway: Gateway, export: Document, vault: HolderVault
) -> dict[str, Any] | None:
    """What has changed of the export; None when it is not ours any more."""
    wanted, behind = ExportList(export["list"]), export["place"]
    place = None if behind is None else Place(behind["at"], behind["id"])
    rows = await gateway.export_rows.load(wanted, match_of(export, vault), place, ROWS_AT_ONCE)
    before, now = FileState(**export["file"]), gateway.now()
    data, state = await gateway.heavy_work.run(
        _file_part, gateway, export, rows, now, is_last=len(rows) < ROWS_AT_ONCE
    )
    pieces = [
        (before.written + start, _sealed(vault, export, before.written + start, data, start))
        for start in range(0, len(data), PIECE_BYTES)
    ]
    changes: dict[str, Any] = {"rows_done": export["rows_done"] + len(rows), "file": asdict(state)}
    if rows:
        changes["place"] = {"at": rows[-1]["at"], "id": rows[-1]["_id"]}
    if len(rows) < ROWS_AT_ONCE:
        changes |= {"state": str(ExportState.READY), "ready_at": now}
        changes["rows_total"] = changes["rows_done"]

    async def work(transaction: Transaction) -> bool:
        if not await gateway.exports.advance(export, changes, now, transaction):
            return False
        await gateway.exports.append(export, pieces, transaction)
        if rows:
            await append_audit(
                gateway, _ask(gateway, export), _line(export, rows), transaction=transaction
            )
        if "ready_at" in changes:
            await _tell(gateway, export, EventKind.EXPORT_READY, transaction)
        return True

    return changes if await in_transaction(gateway.database, work) else None


async def _tell(
    gateway: Gateway, export: Document, kind: EventKind, transaction: Transaction
) -> None:
    """Its employer, by webhook."""
    event = Event(kind, export["_id"], employer_id=export["employer_id"])
    encoded = encode_event(gateway.new_id("evt"), event, gateway.now(), PrincipalKind.SYSTEM)
    await gateway.events.append([encoded], transaction)


def _sealed(vault: HolderVault, export: Document, offset: int, data: bytes, start: int) -> bytes:
    piece = data[start : start + PIECE_BYTES]
    return vault.seal_piece(piece_place(export["_id"], offset), piece)


def _file_part(
    gateway: Gateway, export: Document, rows: Sequence[Document], now: datetime, *, is_last: bool
) -> tuple[bytes, FileState]:
    """The next bytes of the file: its beginning before the first row, its end behind the last."""
    wanted, language = ExportList(export["list"]), Language(export["language"])
    writer, state = _writer(export, wanted, language), FileState(**export["file"])
    data = b""
    if state.written == 0:
        data, state = writer.begin(heads(wanted, language))
    table = []
    for row in filter(_is_whole, rows):
        vault = gateway.sealer.vault_for(row["holder_id"], decode_holder_key(row["key"]))
        table.append(cells(wanted, opened_row(row, vault, language, now)))
    if table:
        more, state = writer.rows(table, state)
        data += more
    if is_last:
        more, state = writer.end(state)
        data += more
    return data, state


def _is_whole(row: Document) -> bool:
    """Not of somebody who is being deleted at this moment, nor of a permit without employment."""
    return all(name in row for name in ("permit", "holder", "key", "employment"))


def _writer(export: Document, wanted: ExportList, language: Language) -> TableWriter:
    if ExportFormat(export["format"]) is ExportFormat.CSV:
        return CsvWriter()
    sheet = SHEETS[wanted]
    return XlsxWriter(sheet.zh if language is Language.ZH else sheet.en)


def _ask(gateway: Gateway, export: Document) -> Ask:
    """The employer's own: what a worker reads for it stands in the trail as its look."""
    principal = Principal(
        PrincipalKind.EMPLOYER, subject=export["employer_id"], client_id=export["client_id"]
    )
    return Ask(principal, "", gateway.new_id("req"))


def _line(export: Document, rows: Sequence[Document]) -> AuditLine:
    people = sorted({row["holder_id"] for row in rows if _is_whole(row)})
    return AuditLine(
        AuditAction.EMPLOYEES_READ,
        people[0] if len(people) == 1 else None,
        objects=(export["_id"],),
        fields=SHOWN_FIELDS[ExportList(export["list"])],
        people=people,
    )
