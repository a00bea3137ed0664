"""An upload begins: what is going to arrive, for which application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from auth.mongo import Document, DuplicateKeyError
from resolvers.gateway import Ask, Gateway
from resolvers.papers.outcomes import Begun, Denied, PaperCode, PaperRefused
from resolvers.papers.parties import FILING, denied, find_filed, refuse
from resolvers.papers.uploads import upload_of
from resolvers.policy.papers import FILE_RULES
from resolvers.rules.application_machine import EDITABLE
from resolvers.store.papers import MAX_PAPERS, MAX_UPLOADS, UPLOAD_LIFETIME
from resolvers.vocabulary import PaperKind, PaperState

MAX_PAPER_BYTES: Final = max(rule.max_bytes for rule in FILE_RULES.values())


@dataclass(frozen=True)
class NewPaper:
    """As the client declares it: `length` in bytes, `media_type` compared with the content when
    that is there."""

    application_id: str
    kind: PaperKind
    media_type: str
    length: int


async def begin_upload(gateway: Gateway, ask: Ask, new: NewPaper) -> Begun | PaperRefused | Denied:
    denial = denied(gateway, ask, FILING)
    if denial is not None:
        return denial
    application = await find_filed(gateway, ask.principal, new.application_id)
    if application is None:
        return await refuse(gateway, ask, PaperRefused(PaperCode.NOT_FOUND))
    code = _fault(new, application) or await _crowding(gateway, application)
    if code is None:
        paper = await _inserted(gateway, new, application)
        if paper is not None:
            return Begun(upload_of(paper))
        code = PaperCode.TOO_MANY_UPLOADS
    refused = PaperRefused(code, application["holder_id"], (application["_id"],))
    return await refuse(gateway, ask, refused)


def _fault(new: NewPaper, application: Document) -> PaperCode | None:
    rule = FILE_RULES[new.kind]
    if application["state"] not in EDITABLE:
        return PaperCode.WRONG_STATE
    if new.media_type not in rule.media_types:
        return PaperCode.TYPE_NOT_ALLOWED
    if new.length == 0:
        return PaperCode.EMPTY
    return PaperCode.TOO_LARGE if new.length > rule.max_bytes else None


async def _crowding(gateway: Gateway, application: Document) -> PaperCode | None:
    """An early answer; what holds is counted when the paper is stored."""
    stored = await gateway.papers.count_stored(application["_id"])
    return PaperCode.TOO_MANY_PAPERS if stored >= MAX_PAPERS else None


async def _inserted(gateway: Gateway, new: NewPaper, application: Document) -> Document | None:
    """None when every slot is taken. Others may take one at the same time, as often as there are
    slots."""
    now = gateway.now()
    await gateway.papers.free_lapsed(application["_id"], now)
    paper: Document = {
        "_id": gateway.new_id("ppr"),
        "application_id": application["_id"],
        "holder_id": application["holder_id"],
        "kind": str(new.kind),
        "media_type": new.media_type,
        "bytes": new.length,
        "state": str(PaperState.UPLOADING),
        "offset": 0,
        "slot": None,
        "created_at": now,
        "stored_at": None,
        "expires_at": now + UPLOAD_LIFETIME,
        "review_at": None,
    }
    for _ in range(MAX_UPLOADS):
        taken = await gateway.papers.load_slots(application["_id"])
        free = next((slot for slot in range(MAX_UPLOADS) if slot not in taken), None)
        if free is None:
            return None
        try:
            await gateway.papers.insert(paper | {"slot": free})
        except DuplicateKeyError:
            continue
        return paper
    return None
