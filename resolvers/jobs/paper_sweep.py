"""What is over is removed: uploads that nobody finished, contents that belong to nothing, and
papers past their retention (`resolvers.policy.papers.RETENTION_DAYS`).

Safe to stop anywhere and to run twice at once. The papers of an application go in one transaction
with their audit lines and events.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document, Transaction, in_transaction
from auth.principal import Principal, PrincipalKind
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.papers.finishing import paper_event
from resolvers.policy.papers import RETENTION_DAYS
from resolvers.store.outgoing_events import EventKind, encode_event
from resolvers.vocabulary import ApplicationState

BATCH_SIZE: Final = 200
NEXT_REVIEW: Final = timedelta(days=1)
"""When to look again at the papers of an application that has not ended."""
_DIGITS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Of an id; see `api.ids`."""


@dataclass(frozen=True)
class PaperSweep:
    """How many of each were removed."""

    uploads: int
    orphans: int
    papers: int


async def sweep_papers(gateway: Gateway, now: datetime) -> PaperSweep:
    uploads = await gateway.papers.remove_lapsed(now)
    await gateway.paper_parts.remove_lapsed(now)
    orphans = await _sweep_orphans(gateway, now)
    papers = 0
    while due := await gateway.papers.load_due(now, BATCH_SIZE):
        for application_id, holder_id in sorted(due):
            papers += await _review(gateway, application_id, holder_id, now)
    return PaperSweep(uploads, orphans, papers)


def prefix_at(now: datetime) -> str:
    """The ids whose turn it is: of their 1,024 beginnings, one each minute, all in a day."""
    turn = (now.hour * 60 + now.minute) % len(_DIGITS) ** 2
    return f"ppr_{_DIGITS[turn // len(_DIGITS)]}{_DIGITS[turn % len(_DIGITS)]}"


async def _sweep_orphans(gateway: Gateway, now: datetime) -> int:
    """What a restored backup or a hand in the database left: nothing of ours leaves any, so that
    a share of all papers at a time is enough."""
    count = 0
    prefix = prefix_at(now)
    while found := await gateway.paper_files.load_orphans(prefix):
        for paper_id in found:
            await gateway.paper_files.remove(paper_id)
        count += len(found)
    return count


async def _review(gateway: Gateway, application_id: str, holder_id: str, now: datetime) -> int:
    """Remove the papers of an application, or say when to look again."""
    ask = Ask(Principal(PrincipalKind.SYSTEM), "", gateway.new_id("req"))

    async def work(transaction: Transaction) -> int:
        scope = {"holder_id": holder_id}
        application = await gateway.applications.find(application_id, scope, transaction)
        kept_until = None if application is None else _kept_until(application, now)
        if kept_until is not None and kept_until > now:
            await gateway.papers.review_later(application_id, kept_until, transaction)
            return 0
        papers = await gateway.papers.load_of_application(application_id, transaction)
        for paper in papers:
            await gateway.papers.remove(paper, transaction)
            await gateway.paper_files.remove(paper["_id"], transaction)
        if application is not None and application["state"] == ApplicationState.DRAFT:
            # Whoever submits it at this moment is told to look again.
            await gateway.applications.advance(application, {}, None, now, transaction)
        if papers:
            lines = [_line(paper) for paper in papers]
            await append_audit(gateway, ask, *lines, transaction=transaction)
        if papers and application is not None:
            deleted = EventKind.PAPER_DELETED
            told = [paper_event(deleted, paper["_id"], application) for paper in papers]
            encoded = [
                encode_event(gateway.new_id("evt"), event, now, ask.principal.kind)
                for event in told
            ]
            await gateway.events.append(encoded, transaction)
        return len(papers)

    return await in_transaction(gateway.database, work)


def _kept_until(application: Document, now: datetime) -> datetime:
    days = RETENTION_DAYS.get(ApplicationState(application["state"]))
    if days is None:
        return now + NEXT_REVIEW
    updated_at: datetime = application["updated_at"]
    return updated_at + timedelta(days=days)


def _line(paper: Document) -> AuditLine:
    objects = (paper["_id"], paper["application_id"])
    return AuditLine(AuditAction.PAPER_DELETED, paper["holder_id"], objects=objects)
