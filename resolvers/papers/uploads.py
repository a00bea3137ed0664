"""One upload, or the paper that it became, as its filer sees it."""

from __future__ import annotations

from dataclasses import dataclass

from auth.mongo import Document, Transaction
from auth.principal import Principal
from resolvers.gateway import Ask, Gateway
from resolvers.papers.outcomes import Denied, PaperCode, PaperRefused, Upload
from resolvers.papers.parties import FILING, denied, find_filed, refusal_of, refuse
from resolvers.vocabulary import PaperState


@dataclass(frozen=True)
class OwnUpload:
    """A document of `papers`, with the application that the caller filed."""

    paper: Document
    application: Document

    @property
    def is_stored(self) -> bool:
        return bool(self.paper["state"] == PaperState.STORED)


def upload_of(paper: Document, application: Document | None = None) -> Upload:
    """`application` as it is now, for an upload that may be a paper already."""
    is_whole = paper["expires_at"] is None
    return Upload(
        paper_id=paper["_id"],
        application_id=paper["application_id"],
        kind=paper["kind"],
        media_type=paper["media_type"],
        offset=paper["offset"],
        length=paper["bytes"],
        expires_at=paper["expires_at"],
        revision=application["revision"] if application is not None and is_whole else None,
    )


async def find_own(
    gateway: Gateway,
    principal: Principal,
    paper_id: str,
    transaction: Transaction | None = None,
) -> OwnUpload | PaperRefused:
    """NOT_FOUND also for an upload whose time is over, and for whoever is not its filer."""
    paper = await gateway.papers.find(paper_id, transaction)
    if paper is None or _is_over(gateway, paper):
        return PaperRefused(PaperCode.NOT_FOUND)
    application = await find_filed(gateway, principal, paper["application_id"], transaction)
    if application is None:
        return refusal_of(PaperCode.NOT_FOUND, paper)
    return OwnUpload(paper, application)


def _is_over(gateway: Gateway, paper: Document) -> bool:
    return paper["expires_at"] is not None and paper["expires_at"] <= gateway.now()


async def describe_upload(
    gateway: Gateway, ask: Ask, paper_id: str
) -> Upload | PaperRefused | Denied:
    denial = denied(gateway, ask, FILING)
    if denial is not None:
        return denial
    own = await find_own(gateway, ask.principal, paper_id)
    if isinstance(own, PaperRefused):
        return await refuse(gateway, ask, own)
    return upload_of(own.paper, own.application)
