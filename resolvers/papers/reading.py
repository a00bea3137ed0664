"""A paper is handed out, to those whom it is for, with an audit line before its first byte."""

from __future__ import annotations

from dataclasses import replace

from auth.audit import AuditAction, AuditLine, looked_at
from auth.mongo import Document
from auth.sealing import PIECE_BYTES, HolderVault
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.papers.outcomes import Denied, PaperCode, PaperContent, PaperRefused
from resolvers.papers.parties import (
    READING,
    denied,
    find_readable,
    refusal_line,
    refusal_of,
    refuse,
    vault_of,
)
from resolvers.papers.sealed_content import open_content
from resolvers.store import paper_files
from resolvers.vocabulary import PaperState


async def read_paper(
    gateway: Gateway, ask: Ask, paper_id: str
) -> PaperContent | PaperRefused | Denied:
    """The whole content, checked. Raises SealBroken when what is stored has been changed."""
    denial = denied(gateway, ask, READING)
    if denial is not None:
        return denial
    paper = await gateway.papers.find(paper_id)
    if paper is None or paper["state"] != PaperState.STORED:
        return await refuse(gateway, ask, PaperRefused(PaperCode.NOT_FOUND))
    if await find_readable(gateway, ask.principal, paper["application_id"]) is None:
        refused = refusal_of(PaperCode.NOT_FOUND, paper)
        people = looked_at(ask.principal, paper["holder_id"])
        await append_audit(gateway, ask, replace(refusal_line(refused), people=people))
        return refused
    vault = await vault_of(gateway, paper["holder_id"])
    pieces = await gateway.paper_files.load(paper_id, paper["bytes"] // PIECE_BYTES + 1)
    content = await gateway.heavy_work.run(_opened, vault, paper, pieces)
    line = AuditLine(
        AuditAction.PAPER_DOWNLOADED,
        paper["holder_id"],
        objects=(paper_id, paper["application_id"]),
        people=looked_at(ask.principal, paper["holder_id"]),
    )
    await append_audit(gateway, ask, line)
    return PaperContent(paper_id, paper["media_type"], content)


def _opened(vault: HolderVault, paper: Document, pieces: list[bytes]) -> bytes:
    placed = [(n * PIECE_BYTES, sealed) for n, sealed in enumerate(pieces)]
    size = paper["bytes"]
    return open_content(vault, paper_files.CHUNKS, paper["_id"], placed, expected=size, total=size)
