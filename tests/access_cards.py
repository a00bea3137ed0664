"""The access table's rows of cards and orders, by their holder and at the counter."""

from __future__ import annotations

from collections.abc import Mapping

from tests.access_rows import DESK, EITHER, EITHER_REVEAL, OWN, REVEAL, Row

Types = tuple[tuple[str, str], ...]

CARD = (
    "Card",
    (
        "id kind kindLabel number revision status statusLabel statusSince releasedAt cause bank"
        " permit nextActions reason city issuedAt activatedAt source"
    ),
)
PERMIT = (
    "Permit",
    (
        "id number category categoryLabel employer holder post city validFrom validUntil status"
        " statusLabel daysLeft extensionWindow form isPlastic issuedAt history source"
    ),
)
_ORDER_FIELDS = (
    "id revision reason making channel collection city authority state stateLabel stages ticket"
    " orderedAt promisedAt isPromiseProvisional isPromiseKept minutesTaken photoFault"
    " photoFaultLabel card"
)
ORDER_TYPES: Types = (
    ("CardOrder", _ORDER_FIELDS),
    ("CardOrderStage", "stage label at"),
    ("CardOrderTicket", "number day ahead"),
)
ORDER_LIST_TYPES: Types = (
    ("CardOrderConnection", "edges pageInfo"),
    ("CardOrderEdge", "cursor node"),
    *ORDER_TYPES,
)
PLACE_TYPES: Types = (
    ("Source", "authority updatedAt isStale staleAfter"),
    ("City", "code name"),
    ("Authority", "code name"),
)
BELOW_CARD: Types = (
    CARD,
    ("SealedText", "masked"),
    ("BankSide", "state stateLabel account"),
    ("NextAction", "code label"),
    PERMIT,
    ("PermitHolder", "fullName"),
    ("ExtensionWindow", "opensOn closesOn isOpen"),
    ("PermitHistoryEntry", "at event authority"),
    ("Employer", "id creditCode name city source"),
    *PLACE_TYPES,
)
_REFUSED: Types = (
    ("ChangeRefused", "code message gaps"),
    ("ApplicationGap", "paper paperLabel reason reasonLabel note"),
)
_CARD_CHANGED: Types = (("CardChanged", "card"), *_REFUSED, *BELOW_CARD)
_ORDER_CHANGED: Types = (("CardOrderChanged", "order"), *_REFUSED, *ORDER_TYPES, *BELOW_CARD)

COUNTER_ORDER_TYPES: Types = (
    ("CounterOrder", f"{_ORDER_FIELDS} holder"),
    ("CardOrderStage", "stage label at"),
    ("CardOrderTicket", "number day ahead"),
)
"""In an officer's queue, and for a holder who stands at the counter."""
CASE_PERSON_TYPES: Types = (
    (
        "CasePerson",
        (
            "fullName chineseName birthDate phone nationality workPermitNumber permits cards"
            " identityDocuments residencePermit insurance source"
        ),
    ),
    ("PermitConnection", "edges pageInfo"),
    ("PermitEdge", "cursor node"),
    ("CardConnection", "edges pageInfo electronicAbsence"),
    ("CardEdge", "cursor node"),
    ("Absence", "code message"),
    ("IdentityDocumentConnection", "edges pageInfo"),
    ("IdentityDocumentEdge", "cursor node"),
    ("IdentityDocument", "id kind country number validFrom validUntil isSuperseded source"),
    ("ResidencePermit", "id number state isValid daysLeft city validFrom validUntil source"),
    ("Insurance", "id employer enrolments city source"),
    ("InsuranceEnrolment", "kind kindLabel state stateLabel since until treatyCountry"),
    ("PageInfo", "hasNextPage endCursor"),
)

_OF_CARD: Mapping[str, Row] = {
    "issueElectronicCard": OWN,
    "suspendElectronicCard": OWN,
    "reactivateElectronicCard": REVEAL,
    "cancelElectronicCard": OWN,
    "reportTemporaryLoss": OWN,
    "releaseTemporaryLoss": REVEAL,
    "makeCard": DESK,
    "activateCard": DESK,
    "reportLoss": DESK,
    "releaseLoss": DESK,
    "lockPin": DESK,
    "unlockPin": DESK,
    "cancelCard": DESK,
}
_OF_ORDER: Mapping[str, Row] = {
    "orderCard": OWN,
    "cancelCardOrder": EITHER,
    "orderCardAtCounter": DESK,
    "checkPhoto": DESK,
    "dispatchCard": DESK,
}

CARD_ROOTS: Mapping[str, Row] = {
    "Query.holderAtCounter": DESK,
    **{f"Mutation.{name}": row for name, row in {**_OF_CARD, **_OF_ORDER}.items()},
}

CARD_BELOW: Mapping[str, tuple[Row, Types]] = {
    "Query.holderAtCounter": (
        DESK,
        (
            ("HolderAtCounter", "cards orders"),
            *COUNTER_ORDER_TYPES,
            *CASE_PERSON_TYPES,
            *BELOW_CARD,
        ),
    ),
    **{f"Mutation.{name}": (row, _CARD_CHANGED) for name, row in _OF_CARD.items()},
    **{f"Mutation.{name}": (row, _ORDER_CHANGED) for name, row in _OF_ORDER.items()},
}


def _revealing(row: Row) -> Row:
    """A holder reveals with a fresh proof only."""
    if row is OWN:
        return REVEAL
    return EITHER_REVEAL if row is EITHER else row


CARD_EXCEPTIONS: Mapping[tuple[str, str, str], Row] = {
    (root, "SealedText", "revealed"): _revealing(row) for root, row in CARD_ROOTS.items()
}
