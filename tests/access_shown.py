"""The access table's lines of cards that are shown and of records that are contested."""

from __future__ import annotations

from tests.access_rows import CONTEST, DECIDE, OWN, Row

SHOWN_TYPES: tuple[tuple[str, Row, str], ...] = (
    ("Holder", OWN, "contests"),
    ("OfficerDesk", DECIDE, "contests contest"),
    ("ContestConnection", CONTEST, "edges pageInfo"),
    ("ContestEdge", CONTEST, "cursor node"),
    (
        "Contest",
        CONTEST,
        (
            "id revision recordKind recordKindLabel recordId authority fields statement state"
            " stateLabel note openedAt dueOn takenAt sourceChangedAt decision endedAt"
        ),
    ),
    ("Contest", DECIDE, "values"),
    ("ContestedField", CONTEST, "code label"),
    ("ContestedValue", DECIDE, "code label value isContested"),
    ("ContestDecision", CONTEST, "outcome at ground groundLabel text"),
    ("CardCode", OWN, "payload expiresAt refreshAfter qr"),
    ("CardCodeRefused", OWN, "code message"),
    ("QrCode", OWN, "version size svg"),
)
