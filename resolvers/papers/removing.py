"""The filer takes back an upload, or a paper while the application may still be changed."""

from __future__ import annotations

from auth.audit import AuditAction, AuditLine
from auth.mongo import Transaction, in_transaction
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.papers.finishing import change_papers, paper_event
from resolvers.papers.outcomes import Denied, PaperCode, PaperRefused, Removed
from resolvers.papers.parties import FILING, denied, refusal_of, refuse
from resolvers.papers.uploads import OwnUpload, find_own
from resolvers.rules.application_machine import EDITABLE
from resolvers.store.outgoing_events import EventKind, encode_event


async def remove_paper(
    gateway: Gateway, ask: Ask, paper_id: str
) -> Removed | PaperRefused | Denied:
    """All of it at once. An upload that never became a paper leaves no trace, a paper its audit
    line."""
    denial = denied(gateway, ask, FILING)
    if denial is not None:
        return denial
    now, event_id = gateway.now(), gateway.new_id("evt")

    async def work(transaction: Transaction) -> Removed | PaperRefused:
        own = await find_own(gateway, ask.principal, paper_id, transaction)
        if isinstance(own, PaperRefused):
            return own
        if own.is_stored and own.application["state"] not in EDITABLE:
            return refusal_of(PaperCode.WRONG_STATE, own.paper)
        await gateway.papers.remove(own.paper, transaction)
        if not own.is_stored:
            await gateway.paper_parts.remove(paper_id, transaction)
            return Removed(paper_id)
        changed = await change_papers(gateway, own.application, now, transaction)
        await gateway.paper_files.remove(paper_id, transaction)
        await append_audit(gateway, ask, _line(own), transaction=transaction)
        event = paper_event(EventKind.PAPER_DELETED, paper_id, own.application)
        await gateway.events.append(
            [encode_event(event_id, event, now, ask.principal.kind)], transaction
        )
        return Removed(paper_id, changed["revision"])

    outcome = await in_transaction(gateway.database, work)
    return await refuse(gateway, ask, outcome) if isinstance(outcome, PaperRefused) else outcome


def _line(own: OwnUpload) -> AuditLine:
    paper = own.paper
    objects = (paper["_id"], paper["application_id"])
    return AuditLine(AuditAction.PAPER_DELETED, paper["holder_id"], objects=objects)
