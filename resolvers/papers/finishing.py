"""All bytes are there: the content is judged, and becomes a paper or nothing.

The last part is not staged: it is judged with the others, and the offset reaches the length in the
one transaction that stores the paper. So an upload that looks whole is a paper, whenever the
process dies, and a last part whose answer was lost is answered by the offset.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document, Transaction, in_transaction
from auth.sealing import HolderVault, SealBroken
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.paper_scanner import ScannerUnavailable, ScanVerdict, scan_within_limit
from resolvers.papers.content import content_fault
from resolvers.papers.outcomes import PaperCode, PaperRefused, Upload
from resolvers.papers.parties import find_filed, refusal_line, refusal_of, refuse
from resolvers.papers.sealed_content import SealedPiece, open_content, seal_content
from resolvers.papers.uploads import upload_of
from resolvers.policy.papers import RETENTION_DAYS
from resolvers.rules.application_machine import EDITABLE
from resolvers.store import paper_files, paper_parts
from resolvers.store.outgoing_events import Event, EventKind, encode_event
from resolvers.store.papers import MAX_PAPERS
from resolvers.vocabulary import PaperKind

FIRST_REVIEW: Final = timedelta(days=min(RETENTION_DAYS.values()))
"""No paper is past its retention sooner than this after it was stored."""


async def finish_upload(
    gateway: Gateway,
    ask: Ask,
    paper: Document,
    vault: HolderVault,
    parts: Sequence[SealedPiece],
    chunk: bytes,
) -> Upload | PaperRefused:
    """`chunk` is the last part, `parts` are those before it."""
    try:
        judged = await gateway.heavy_work.run(_judge, vault, paper, parts, chunk)
    except SealBroken:
        if await gateway.papers.find(paper["_id"]) == paper:
            raise
        return refusal_of(PaperCode.OFFSET_CONFLICT, paper)  # its parts went on while we read
    code = judged.fault or await _scan_fault(gateway, judged.content)
    if code is PaperCode.SCANNER_UNAVAILABLE:
        return refusal_of(code, paper)
    if code is not None:
        return await _discard(gateway, ask, paper, code)
    pieces = await gateway.heavy_work.run(_sealed, vault, paper, judged.content)
    return await _store(gateway, ask, paper, pieces)


@dataclass(frozen=True)
class _Judged:
    content: bytes
    fault: PaperCode | None


def _judge(
    vault: HolderVault, paper: Document, parts: Sequence[SealedPiece], chunk: bytes
) -> _Judged:
    opened = open_content(
        vault,
        paper_parts.NAME,
        paper["_id"],
        parts,
        expected=paper["offset"],
        total=paper["bytes"],
    )
    content = opened + chunk
    fault = content_fault(content, paper["media_type"], PaperKind(paper["kind"]))
    return _Judged(content, fault)


def _sealed(vault: HolderVault, paper: Document, content: bytes) -> list[bytes]:
    pieces = seal_content(
        vault, paper_files.CHUNKS, paper["_id"], content, first=0, total=len(content)
    )
    return [sealed for _, sealed in pieces]


async def _scan_fault(gateway: Gateway, content: bytes) -> PaperCode | None:
    try:
        verdict = await scan_within_limit(gateway.paper_scanner, content)
    except ScannerUnavailable:
        return PaperCode.SCANNER_UNAVAILABLE
    return None if verdict is ScanVerdict.CLEAN else PaperCode.MALWARE_FOUND


async def _discard(gateway: Gateway, ask: Ask, paper: Document, code: PaperCode) -> PaperRefused:
    """Nothing is left but the audit line."""
    refused = refusal_of(code, paper)

    async def work(transaction: Transaction) -> PaperRefused:
        if not await gateway.papers.remove(paper, transaction):
            return refusal_of(PaperCode.OFFSET_CONFLICT, paper)
        await gateway.paper_parts.remove(paper["_id"], transaction)
        await append_audit(gateway, ask, refusal_line(refused), transaction=transaction)
        return refused

    return await in_transaction(gateway.database, work)


async def _store(
    gateway: Gateway, ask: Ask, paper: Document, pieces: Sequence[bytes]
) -> Upload | PaperRefused:
    now, event_id = gateway.now(), gateway.new_id("evt")
    paper_id, holder_id = paper["_id"], paper["holder_id"]
    line = AuditLine(
        AuditAction.PAPER_STORED, holder_id, objects=(paper_id, paper["application_id"])
    )

    async def work(transaction: Transaction) -> Upload | PaperRefused:
        application = await find_filed(gateway, ask.principal, paper["application_id"], transaction)
        code = await _obstacle(gateway, application, transaction)
        if code is not None or application is None:
            return refusal_of(code or PaperCode.NOT_FOUND, paper)
        if not await gateway.papers.store(paper, now, now + FIRST_REVIEW, transaction):
            return refusal_of(PaperCode.OFFSET_CONFLICT, paper)
        changed = await change_papers(gateway, application, now, transaction)
        await gateway.paper_parts.remove(paper_id, transaction)
        await gateway.paper_files.insert(paper_id, pieces, now, transaction)
        await append_audit(gateway, ask, line, transaction=transaction)
        event = paper_event(EventKind.PAPER_STORED, paper_id, application)
        await gateway.events.append(
            [encode_event(event_id, event, now, ask.principal.kind)], transaction
        )
        return upload_of(paper | {"offset": paper["bytes"], "expires_at": None}, changed)

    outcome = await in_transaction(gateway.database, work)
    return await refuse(gateway, ask, outcome) if isinstance(outcome, PaperRefused) else outcome


async def _obstacle(
    gateway: Gateway, application: Document | None, transaction: Transaction
) -> PaperCode | None:
    if application is None:
        return PaperCode.NOT_FOUND
    if application["state"] not in EDITABLE:
        return PaperCode.WRONG_STATE
    stored = await gateway.papers.count_stored(application["_id"], transaction)
    return PaperCode.TOO_MANY_PAPERS if stored >= MAX_PAPERS else None


async def change_papers(
    gateway: Gateway, application: Document, now: datetime, transaction: Transaction
) -> Document:
    """The application with another revision, since its papers change: whoever submits it writes it
    too, so one of the two is told to look again. A confirmation falls: what the holder confirms is
    a revision, with the papers that it had."""
    changed = await gateway.applications.advance(
        application, {"confirmed_at": None}, None, now, transaction
    )
    if changed is None:
        raise ApplicationMoved
    return changed


class ApplicationMoved(Exception):
    """An application that changed within the snapshot of a transaction: MongoDB has none such."""


def paper_event(kind: EventKind, paper_id: str, application: Document) -> Event:
    return Event(
        kind,
        paper_id,
        holder_id=application["holder_id"],
        employer_id=application["employer_id"],
        authority=application["authority"],
        related=(application["_id"],),
    )
