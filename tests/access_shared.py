"""The access table's lines of what a holder shows to others."""

from __future__ import annotations

from tests.access_rows import OWN, RECORD, SHARED, Row

SHARED_TYPES: tuple[tuple[str, Row, str], ...] = (
    ("Holder", OWN, "shareCodes"),
    ("ShareCodeConnection", OWN, "edges pageInfo"),
    ("ShareCodeEdge", OWN, "cursor node"),
    (
        "ShareCode",
        OWN,
        (
            "id ending purpose purposeLabel bundles recipient madeAt expiresAt uses usesLeft"
            " lastUsedAt revokedAt state stateLabel"
        ),
    ),
    ("SharedBundle", RECORD, "code label fields"),
    ("SharedField", RECORD, "name label"),
    (
        "SharedRecord",
        SHARED,
        (
            "asOf bundles identity passport permit permitHistory residencePermit insurance cards"
            " contact"
        ),
    ),
    ("SharedIdentity", SHARED, "fullName chineseName birthDate nationality source"),
    ("SharedPassport", SHARED, "number country validUntil source"),
    ("SharedEmployer", SHARED, "creditCode name"),
    (
        "SharedPermit",
        SHARED,
        (
            "number category categoryLabel employer post city validFrom validUntil status"
            " statusLabel source"
        ),
    ),
    (
        "SharedPastPermit",
        SHARED,
        "category categoryLabel employer validFrom validUntil status statusLabel source",
    ),
    (
        "SharedResidencePermit",
        SHARED,
        "state stateLabel isValid validFrom validUntil source",
    ),
    ("SharedInsurance", SHARED, "socialSecurityNumber enrolments source"),
    ("SharedEnrolment", SHARED, "kind kindLabel state stateLabel"),
    ("SharedCard", SHARED, "kind kindLabel status statusLabel issuedAt source"),
    ("SharedContact", SHARED, "phone source"),
)
