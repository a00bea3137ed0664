"""Reading the graph: one aggregation; and where it must leave a trace, one audit line more.

A holder's reveal and an officer's every look at a case are such reads: the line naming all rows is
acknowledged before anything is opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from auth import officers
from auth.audit import MAX_OBJECTS, MAX_PEOPLE, AuditAction, AuditLine
from auth.mongo import Document
from auth.officers import OfficerState
from auth.sealing import HolderVault
from resolvers.employments.at_end import as_sponsor_sees, with_sponsorship
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.graph import RELATIONS
from resolvers.joins import EDGES
from resolvers.reading import read_one
from resolvers.roster import Desk, TooManyLookups, charge_lookups, hangs_on_desk
from resolvers.selection import Edge, Selection, needs_key, reveals_anything
from resolvers.sights import sight_lines, sights_of
from resolvers.store import (
    applications,
    card_orders,
    cards,
    contests,
    employers,
    holder_keys,
    holders,
)
from resolvers.store.holder_keys import decode_holder_key

KEY_EDGE = "gateway:key"
"""No response key of a client has a colon, so none can collide."""
_KEY_PATHS = frozenset({"key_version", "wrapped"})


@dataclass(frozen=True)
class Read:
    """The root document with the rows of its edges; `vaults` by holder, of those whose sealed
    values are to be opened."""

    document: Document
    vaults: Mapping[str, HolderVault] = field(default_factory=dict)


async def read_own_holder(gateway: Gateway, ask: Ask, selection: Selection) -> Read | None:
    """The caller's own record. A reveal is audited."""
    holder_id = ask.principal.holder_id()
    selection = selection.once("with keys", partial(_with_keys, holders.NAME))
    scope, now = {"_id": holder_id}, gateway.now()
    found = await read_one(gateway.holders.aggregate, holders.NAME, scope, selection, now)
    if found is None:
        return None
    if selection.once("reveals", reveals_anything):
        rows = list(_revealed(holders.NAME, found, selection))
        objects = sorted({row for row, _ in rows})
        names = sorted({name for _, name in rows})
        action = AuditAction.IDENTITY_REVEALED
        await append_audit(gateway, ask, *_lines(action, holder_id, objects, names))
    return _opened(gateway, holders.NAME, found, selection)


async def read_own_employer(
    gateway: Gateway, ask: Ask, selection: Selection, *, after_change: bool = False
) -> Read | TooManyLookups | None:
    """The record of the employer whose client asks; whom it sees, masked or in full, stands in the
    audit trail. `after_change` it is told what it has just stated itself, which is no look at an
    application."""
    employer_id, now = ask.principal.employer_id(), gateway.now()
    blocked = await charge_lookups(gateway, employer_id, selection)
    if blocked is not None:
        return blocked
    sights = sights_of(selection)
    selection = _at_desk(Desk(employer_id, now, gateway.digester), selection)
    scope = {"_id": employer_id}
    found = await read_one(gateway.employers.aggregate, employers.NAME, scope, selection, now)
    if found is None:
        return None
    as_sponsor_sees(employers.NAME, found, selection, now)
    lines = sight_lines(found, sights, after_change=after_change)
    if lines:
        await append_audit(gateway, ask, *lines)
    return _opened(gateway, employers.NAME, found, selection)


def _at_desk(desk: Desk, selection: Selection) -> Selection:
    """What an employer reads for it; made once where it is the same for each at any time."""

    def made(one: Selection) -> Selection:
        narrowed = desk.narrowed(one, employers.NAME)
        return _with_keys(employers.NAME, with_sponsorship(employers.NAME, narrowed))

    if selection.once("hangs on the desk", hangs_on_desk):
        return made(selection)
    return selection.once("at any desk", made)


async def read_own_officer(gateway: Gateway, ask: Ask, selection: Selection) -> Read | None:
    """The officer's desk; every case that is read stands in the audit trail. None for an account
    that is not active."""
    selection = selection.once("with keys", partial(_with_keys, officers.NAME))
    scope = {"_id": ask.principal.officer_id(), "state": str(OfficerState.ACTIVE)}
    now = gateway.now()
    found = await read_one(gateway.officers.aggregate, officers.NAME, scope, selection, now)
    if found is None:
        return None
    lines = [
        line
        for collection, action in _OFFICERS_READ.items()
        for line in _look_lines(action, _looks(officers.NAME, found, selection, collection))
    ]
    if lines:
        await append_audit(gateway, ask, *lines)
    return _opened(gateway, officers.NAME, found, selection)


_OFFICERS_READ: Mapping[str, AuditAction] = {
    applications.NAME: AuditAction.CASE_READ,
    card_orders.NAME: AuditAction.CARD_ORDERS_READ,
    cards.NAME: AuditAction.CARDS_READ,
    contests.NAME: AuditAction.CONTESTS_READ,
}
"""What an officer reads of a person, and as what it stands in the trail."""
_OPENED: Mapping[str, frozenset[str]] = {
    contests.NAME: frozenset({contests.STATEMENT, contests.VALUES})
}
"""What is opened for an officer without a reveal, since it was written for the authority."""


def _lines(
    action: AuditAction, holder_id: str | None, objects: Sequence[str], names: Sequence[str]
) -> list[AuditLine]:
    """One, also of a look that found nothing; more only where a line cannot hold all rows."""
    return [
        AuditLine(action, holder_id, objects=objects[start : start + MAX_OBJECTS], fields=names)
        for start in range(0, max(1, len(objects)), MAX_OBJECTS)
    ]


def _with_keys(collection: str, selection: Selection) -> Selection:
    """The holder's key joined where sealed values are to be opened, at the topmost document of
    each holder; and `holder_id` of everything that the trail names."""
    if collection in _OFFICERS_READ:
        selection = replace(selection, paths=selection.paths | {"holder_id"})
    if "key" not in RELATIONS.get(collection, {}):
        return _with_keys_below(collection, selection)
    if not needs_key(selection):
        return selection
    key = Edge("key", Selection(_KEY_PATHS))
    return replace(selection, edges={**selection.edges, KEY_EDGE: key})


def _with_keys_below(collection: str, selection: Selection) -> Selection:
    edges = {
        key: replace(
            edge,
            selection=_with_keys(RELATIONS[collection][edge.relation].collection, edge.selection),
        )
        for key, edge in selection.edges.items()
    }
    return replace(selection, edges=edges)


def _opened(gateway: Gateway, collection: str, document: Document, selection: Selection) -> Read:
    vaults: dict[str, HolderVault] = {}
    if not selection.once("needs key", needs_key):
        return Read(document, vaults)
    for key in _rows(collection, document, selection, holder_keys.NAME):
        if key["_id"] not in vaults:
            vaults[key["_id"]] = gateway.sealer.vault_for(key["_id"], decode_holder_key(key))
    return Read(document, vaults)


def _rows(
    collection: str, document: Document, selection: Selection, wanted: str
) -> Iterator[Document]:
    """Every row of one collection in the tree below the document."""
    for key, edge in selection.edges.items():
        related = RELATIONS[collection][edge.relation].collection
        for row in document[EDGES][key]:
            if related == wanted:
                yield row
            yield from _rows(related, row, edge.selection, wanted)


@dataclass
class _Look:
    """What was read of one person, and what of it was revealed."""

    objects: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


def _looks(
    collection: str, document: Document, selection: Selection, wanted: str
) -> Mapping[str, _Look]:
    """By holder, of the rows of one collection under the edges of the document itself."""
    looks: dict[str, _Look] = {}
    for key, edge in selection.edges.items():
        if RELATIONS[collection][edge.relation].collection == wanted and edge.counted is None:
            for row in document[EDGES][key]:
                look = looks.setdefault(row["holder_id"], _Look())
                look.objects.add(row["_id"])
                look.names |= {name for _, name in _revealed(wanted, row, edge.selection)}
                look.names |= {f"{wanted}.{path}" for path in _opened_paths(wanted, edge)}
    return looks


def _opened_paths(collection: str, edge: Edge) -> frozenset[str]:
    return _OPENED.get(collection, frozenset()) & edge.selection.paths


def _look_lines(action: AuditAction, looks: Mapping[str, _Look]) -> list[AuditLine]:
    """Each person finds the line in its own ledger. What was revealed of somebody is a line of its
    own; those of whom only masks were shown share one, or as many as are needed to name them."""
    masked = sorted(holder_id for holder_id, look in looks.items() if not look.names)
    groups = [masked[start : start + MAX_PEOPLE] for start in range(0, len(masked), MAX_PEOPLE)]
    groups += [[holder_id] for holder_id, look in sorted(looks.items()) if look.names]
    return [
        replace(line, people=group)
        for group in groups
        for line in _lines(
            action,
            group[0] if len(group) == 1 else None,
            sorted({one for holder_id in group for one in looks[holder_id].objects}),
            sorted({name for holder_id in group for name in looks[holder_id].names}),
        )
    ]


def _revealed(
    collection: str, document: Document, selection: Selection
) -> Iterator[tuple[str, str]]:
    """(document id, collection.field) of everything that will be revealed."""
    for path in selection.reveals:
        yield document["_id"], f"{collection}.{path}"
    for key, edge in selection.edges.items():
        related = RELATIONS[collection][edge.relation].collection
        for row in document[EDGES][key]:
            yield from _revealed(related, row, edge.selection)
