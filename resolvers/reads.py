"""Reading the graph: one aggregation; and when something sealed is opened, one audit line more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document
from auth.sealing import HolderVault
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.graph import RELATIONS
from resolvers.pipeline import EDGES, compile_read
from resolvers.selection import Edge, Selection, reveals_anything
from resolvers.store import holders
from resolvers.store.holder_keys import decode_holder_key

KEY_EDGE = "gateway:key"
"""No response key of a client has a colon, so none can collide."""


@dataclass(frozen=True)
class HolderRead:
    """The holder's document tree; `vault` only when something is to be revealed."""

    document: Document
    vault: HolderVault | None


async def read_own_holder(gateway: Gateway, ask: Ask, selection: Selection) -> HolderRead | None:
    """The caller's own record. With reveals, the line naming all rows and fields is acknowledged
    before anything is opened."""
    holder_id = ask.principal.holder_id()
    revealing = reveals_anything(selection)
    if revealing:
        key = Edge("key", Selection(frozenset({"key_version", "wrapped"})))
        selection = Selection(
            selection.paths, selection.reveals, {**selection.edges, KEY_EDGE: key}
        )
    pipeline = compile_read(holders.NAME, {"_id": holder_id}, selection, gateway.now())
    found: list[Document] = await gateway.holders.aggregate(pipeline)
    if not found:
        return None
    document = found[0]
    if not revealing:
        return HolderRead(document, None)
    rows = list(_revealed(holders.NAME, document, selection))
    line = AuditLine(
        AuditAction.IDENTITY_REVEALED,
        holder_id,
        objects=sorted({row for row, _ in rows}),
        fields=sorted({name for _, name in rows}),
    )
    await append_audit(gateway, ask, line)
    wrapped = decode_holder_key(document[EDGES][KEY_EDGE][0])
    return HolderRead(document, gateway.sealer.vault_for(holder_id, wrapped))


def _revealed(
    collection: str, document: Document, selection: Selection
) -> Iterator[tuple[str, str]]:
    """(document id, collection.field) of everything that will be opened."""
    for path in selection.reveals:
        yield document["_id"], f"{collection}.{path}"
    for key, edge in selection.edges.items():
        related = RELATIONS[collection][edge.relation].collection
        for row in document[EDGES][key]:
            yield from _revealed(related, row, edge.selection)
