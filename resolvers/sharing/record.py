"""Reading what is shown of a holder: the only place that opens a holder's values for others.

Share codes, standing grants and proofs of a check all show exactly this. Whoever calls it has
made sure that the viewer may see these bundles, and writes the line of the audit trail before it
shows anything: `shown_fields` names what it shows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from auth.mongo import Document
from auth.sealing import HolderVault
from resolvers.gateway import Gateway
from resolvers.joins import EDGES
from resolvers.reading import read_many
from resolvers.rules.bundles import FIELDS, Bundle
from resolvers.rules.card_rules import CARD_FACTS, state_of
from resolvers.rules.permit_status import first_day, permit_status, printed_day
from resolvers.selection import Edge, Selection
from resolvers.sharing.parts import (
    SharedCard,
    SharedContact,
    SharedEmployer,
    SharedEnrolment,
    SharedIdentity,
    SharedInsurance,
    SharedPassport,
    SharedPastPermit,
    SharedPermit,
    SharedRecord,
    SharedResidencePermit,
    SharedSource,
)
from resolvers.store import holders, identity_documents, permits
from resolvers.store.holder_keys import decode_holder_key
from resolvers.vocabulary import (
    CardKind,
    IdentityDocumentKind,
    InsuranceKind,
    InsuranceState,
    PermitCategory,
    PermitState,
    PermitStatus,
    ResidenceState,
)

MAX_WANTED: Final = 100


async def load_shared(
    gateway: Gateway, holder_id: str, bundles: Collection[Bundle]
) -> SharedRecord | None:
    """What these bundles show of the holder now; None when there is no such holder. One command."""
    [record] = await load_shared_each(gateway, [(holder_id, bundles)])
    return record


Wanted = tuple[str, Collection[Bundle]]
"""A holder, and the bundles that are to be shown of it."""


async def load_shared_each(gateway: Gateway, wanted: Sequence[Wanted]) -> list[SharedRecord | None]:
    """The same for each of several, in their order; at most 100. One command, none for none.

    The same holder may be wanted more than once, with other bundles: each record shows its own.
    """
    if len(wanted) > MAX_WANTED:
        raise ValueError(f"at most {MAX_WANTED} at a time")
    if not wanted:
        return []
    now = gateway.now()
    selection = _selection({bundle for _, bundles in wanted for bundle in bundles})
    holder_ids = sorted({holder_id for holder_id, _ in wanted})
    aggregate = partial(gateway.holders.aggregate, most=len(holder_ids))
    found = await read_many(aggregate, holders.NAME, holder_ids, selection, now)
    known = {holder["_id"]: holder for holder in found if holder[EDGES]["key"]}
    return [
        _record(gateway, known[holder_id], bundles, now) if holder_id in known else None
        for holder_id, bundles in wanted
    ]


def shown_fields(bundles: Iterable[Bundle]) -> list[str]:
    """What the audit trail and the holder's ledger call the fields of these bundles."""
    return sorted({field for bundle in bundles for field in FIELDS[bundle]})


_EMPLOYER = {"employer": Edge("employer", Selection(frozenset({"credit_code", "name"})))}
_EDGES: Mapping[Bundle, Mapping[str, Edge]] = {
    Bundle.IDENTITY: {},
    Bundle.PASSPORT: {
        "current_identity_document": Edge(
            "current_identity_document",
            Selection(frozenset({"number.sealed", "country", "valid_until", "source"})),
            where={"kind": str(IdentityDocumentKind.PASSPORT)},
        )
    },
    Bundle.PERMIT: {
        "permits": Edge(
            "permits",
            Selection(
                frozenset(
                    {"number.sealed", "category", "post", "city", "state", "source"}
                    | {"valid_from", "valid_until"}
                ),
                edges=_EMPLOYER,
            ),
        )
    },
    Bundle.PERMIT_HISTORY: {
        "permit_history": Edge(
            "permits",
            Selection(
                frozenset({"category", "state", "valid_from", "valid_until", "source"}),
                edges=_EMPLOYER,
            ),
        )
    },
    Bundle.RESIDENCE_PERMIT: {
        "residence_permit": Edge(
            "residence_permit",
            Selection(frozenset({"state", "valid_from", "valid_until", "source"})),
        )
    },
    Bundle.INSURANCE: {
        "insurance": Edge("insurance", Selection(frozenset({"enrolments", "source"})))
    },
    Bundle.CARD: {
        "cards": Edge("cards", Selection(frozenset({*CARD_FACTS, "issued_at", "source"})))
    },
    Bundle.CONTACT: {},
}
_PATHS: Mapping[Bundle, frozenset[str]] = {
    Bundle.IDENTITY: frozenset(
        {"full_name.sealed", "chinese_name.sealed", "birth_date.sealed", "nationality"}
    ),
    Bundle.INSURANCE: frozenset({"social_security_number.sealed"}),
    Bundle.CONTACT: frozenset({"phone.sealed"}),
}


def _selection(bundles: Collection[Bundle]) -> Selection:
    edges = {"key": Edge("key", Selection(frozenset({"key_version", "wrapped"})))}
    paths = {"source"}
    for bundle in bundles:
        edges |= _EDGES[bundle]
        paths |= _PATHS.get(bundle, frozenset())
    return Selection(frozenset(paths), edges=edges)


def _record(
    gateway: Gateway, holder: Document, bundles: Collection[Bundle], now: datetime
) -> SharedRecord:
    """Only these bundles are opened, whatever else was read for another holder."""
    key = decode_holder_key(holder[EDGES]["key"][0])
    vault = gateway.sealer.vault_for(holder["_id"], key)
    shown = [bundle for bundle in Bundle if bundle in bundles]
    parts: dict[str, Any] = {}
    for bundle in shown:
        parts |= _part(bundle, holder, vault, now)
    return SharedRecord(holder_id=holder["_id"], as_of=now, bundles=tuple(shown), **parts)


def _part(bundle: Bundle, holder: Document, vault: HolderVault, now: datetime) -> dict[str, Any]:
    match bundle:
        case Bundle.IDENTITY:
            return {"identity": _identity(holder, vault)}
        case Bundle.PASSPORT:
            return {"passport": _passport(holder, vault)}
        case Bundle.PERMIT:
            return {"permit": _permit(holder, vault, now)}
        case Bundle.PERMIT_HISTORY:
            rows = holder[EDGES]["permit_history"]
            return {"permit_history": tuple(_past_permit(row, now) for row in rows)}
        case Bundle.RESIDENCE_PERMIT:
            return {"residence_permit": _residence_permit(holder, now)}
        case Bundle.INSURANCE:
            return {"insurance": _insurance(holder, vault)}
        case Bundle.CARD:
            return {"cards": _cards(holder, now)}
        case Bundle.CONTACT:
            phone = _opened(vault, holders.NAME, "phone", holder)
            return {"contact": SharedContact(phone, _source(holder)) if phone else None}


def _identity(holder: Document, vault: HolderVault) -> SharedIdentity:
    return SharedIdentity(
        full_name=_opened(vault, holders.NAME, "full_name", holder) or "",
        chinese_name=_opened(vault, holders.NAME, "chinese_name", holder),
        birth_date=_opened(vault, holders.NAME, "birth_date", holder) or "",
        nationality=holder["nationality"],
        source=_source(holder),
    )


def _passport(holder: Document, vault: HolderVault) -> SharedPassport | None:
    for row in holder[EDGES]["current_identity_document"]:
        return SharedPassport(
            number=_opened(vault, identity_documents.NAME, "number", row) or "",
            country=row["country"],
            valid_until=printed_day(row["valid_until"]),
            source=_source(row),
        )
    return None


def _permit(holder: Document, vault: HolderVault, now: datetime) -> SharedPermit | None:
    rows = holder[EDGES]["permits"]
    active = [row for row in rows if _status(row, now) is PermitStatus.ACTIVE]
    for row in active or rows:
        return SharedPermit(
            number=_opened(vault, permits.NAME, "number", row) or "",
            category=PermitCategory(row["category"]),
            employer=_employer(row),
            post=row["post"],
            city=row["city"],
            valid_from=first_day(row["valid_from"]),
            valid_until=printed_day(row["valid_until"]),
            status=_status(row, now),
            source=_source(row),
        )
    return None


def _past_permit(row: Document, now: datetime) -> SharedPastPermit:
    return SharedPastPermit(
        category=PermitCategory(row["category"]),
        employer=_employer(row),
        valid_from=first_day(row["valid_from"]),
        valid_until=printed_day(row["valid_until"]),
        status=_status(row, now),
        source=_source(row),
    )


def _residence_permit(holder: Document, now: datetime) -> SharedResidencePermit | None:
    for row in holder[EDGES]["residence_permit"]:
        state = ResidenceState(row["state"])
        in_time = row["valid_from"] <= now < row["valid_until"]
        return SharedResidencePermit(
            state=state,
            is_valid=in_time and state is ResidenceState.ISSUED,
            valid_from=first_day(row["valid_from"]),
            valid_until=printed_day(row["valid_until"]),
            source=_source(row),
        )
    return None


def _insurance(holder: Document, vault: HolderVault) -> SharedInsurance:
    rows = holder[EDGES]["insurance"]
    return SharedInsurance(
        social_security_number=_opened(vault, holders.NAME, "social_security_number", holder) or "",
        enrolments=tuple(
            SharedEnrolment(InsuranceKind(one["kind"]), InsuranceState(one["state"]))
            for row in rows
            for one in row["enrolments"]
        ),
        source=_source(rows[0] if rows else holder),
    )


def _cards(holder: Document, now: datetime) -> tuple[SharedCard, ...]:
    newest: dict[CardKind, SharedCard] = {}
    for row in holder[EDGES]["cards"]:
        kind = CardKind(row["kind"])
        card = SharedCard(kind, state_of(row, now), row["issued_at"], _source(row))
        newest.setdefault(kind, card)
    return tuple(newest.values())


def _opened(vault: HolderVault, collection: str, field: str, row: Document) -> str | None:
    stored = row.get(field)
    return vault.open(collection, field, bytes(stored["sealed"])) if stored else None


def _employer(row: Document) -> SharedEmployer:
    employer = row[EDGES]["employer"][0]
    return SharedEmployer(employer["credit_code"], employer["name"])


def _status(row: Document, now: datetime) -> PermitStatus:
    return permit_status(PermitState(row["state"]), row["valid_from"], row["valid_until"], now)


def _source(row: Document) -> SharedSource:
    return SharedSource(row["source"]["authority"], row["source"]["updated_at"])
