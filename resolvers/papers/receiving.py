"""The next part of an upload. All of it is kept, or nothing: a part whose request broke off is sent
again from the offset that the upload has."""

from __future__ import annotations

from typing import Final

from auth.mongo import Document, Transaction, in_transaction
from auth.sealing import HolderVault
from resolvers.gateway import Ask, Gateway
from resolvers.papers.finishing import finish_upload
from resolvers.papers.outcomes import Denied, PaperCode, PaperRefused, Upload
from resolvers.papers.parties import FILING, denied, refusal_of, refuse, vault_of
from resolvers.papers.sealed_content import seal_content
from resolvers.papers.uploads import OwnUpload, find_own, upload_of
from resolvers.rules.application_machine import EDITABLE
from resolvers.store import paper_parts

MAX_CHUNK_BYTES: Final = 1024 * 1024
MIN_CHUNK_BYTES: Final = 16 * 1024
"""Of every part but the last, so that an upload has a bounded number of them."""


async def take_chunk(
    gateway: Gateway, ask: Ask, paper_id: str, offset: int, chunk: bytes
) -> Upload | PaperRefused | Denied:
    """With the last part the content is judged and becomes a paper, or nothing is left of it."""
    denial = denied(gateway, ask, FILING)
    if denial is not None:
        return denial
    own = await find_own(gateway, ask.principal, paper_id)
    if isinstance(own, PaperRefused):
        return await refuse(gateway, ask, own)
    code = _fault(own, offset, chunk)
    if code is not None:
        return await refuse(gateway, ask, refusal_of(code, own.paper))
    if not chunk:
        return upload_of(own.paper, own.application)
    vault = await vault_of(gateway, own.paper["holder_id"])
    if offset + len(chunk) < own.paper["bytes"]:
        return await _stage(gateway, own.paper, vault, chunk)
    parts = await gateway.paper_parts.load(paper_id, own.paper["bytes"] // MIN_CHUNK_BYTES + 1)
    return await finish_upload(gateway, ask, own.paper, vault, parts, chunk)


def _fault(own: OwnUpload, offset: int, chunk: bytes) -> PaperCode | None:
    paper = own.paper
    end = offset + len(chunk)
    if offset != paper["offset"]:
        return PaperCode.OFFSET_CONFLICT
    if end > paper["bytes"]:
        return PaperCode.LENGTH_EXCEEDED
    if chunk and own.application["state"] not in EDITABLE:
        return PaperCode.WRONG_STATE
    if chunk and end < paper["bytes"] and len(chunk) < MIN_CHUNK_BYTES:
        return PaperCode.CHUNK_TOO_SMALL
    return None


async def _stage(
    gateway: Gateway, paper: Document, vault: HolderVault, chunk: bytes
) -> Upload | PaperRefused:
    first = paper["offset"]
    pieces = seal_content(
        vault, paper_parts.NAME, paper["_id"], chunk, first=first, total=paper["bytes"]
    )
    received = paper | {"offset": first + len(chunk)}

    async def work(transaction: Transaction) -> bool:
        if not await gateway.papers.receive(paper, received["offset"], transaction):
            return False
        await gateway.paper_parts.append(paper["_id"], pieces, paper["expires_at"], transaction)
        return True

    if await in_transaction(gateway.database, work):
        return upload_of(received)
    return refusal_of(PaperCode.OFFSET_CONFLICT, paper)
