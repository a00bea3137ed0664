"""Who may use what, written by hand: the expectation that the matrix test compares with.

Nothing here is computed from `auth.permissions` or `@access`. A field is reached through a root
field, so its row says what a caller meets who selects it below that root.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.access_cards import (
    CARD,
    CARD_BELOW,
    CARD_EXCEPTIONS,
    CARD_ROOTS,
    ORDER_LIST_TYPES,
    PERMIT,
)
from tests.access_rows import (
    ADVANCE,
    DESK,
    KNOWN,
    OWN,
    PROVE,
    PUBLIC,
    REVEAL,
    Row,
)

ROOTS: Mapping[str, Row] = {
    "Query.me": OWN,
    "Query.biometricConsentNotice": PUBLIC,
    "Query.assessTalentCategory": KNOWN,
    "Mutation.startLogin": PUBLIC,
    "Mutation.proveRealName": PROVE,
    "Mutation.sendSecondProofCode": PROVE,
    "Mutation.confirmSecondProof": PROVE,
    "Mutation.giveBiometricConsent": ADVANCE,
    "Mutation.startRealPersonCheck": ADVANCE,
    "Mutation.submitRealPersonProof": ADVANCE,
    "Mutation.completeLogin": ADVANCE,
    "Mutation.refreshTokens": PUBLIC,
    "Mutation.startStepUp": OWN,
    "Mutation.completeStepUp": ADVANCE,
    "Mutation.withdrawBiometricConsent": OWN,
    "Mutation.logout": OWN,
    "Mutation.logoutEverywhere": OWN,
    "Mutation.endSession": OWN,
    "Mutation.officerLogin": PUBLIC,
    "Mutation.renewOfficerSession": DESK,
    "Mutation.officerLogout": DESK,
    **CARD_ROOTS,
}

_REFUSED = ("LoginRefused", "code message retryAfterSeconds")
_OFFICER_REFUSED = ("OfficerLoginRefused", "code message retryAfterSeconds")
_COMPLETED = (
    "LoginCompleted",
    "sessionId accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt",
)

BELOW: Mapping[str, tuple[Row, tuple[tuple[str, str], ...]]] = {
    "Query.me": (
        OWN,
        (
            (
                "Holder",
                (
                    "id fullName chineseName nativeName birthDate phone nationality"
                    " workPermitNumber socialSecurityNumber permanentResidentId language permits"
                    " cards cardOrders identityDocuments sessions tasks residencePermit insurance"
                    " source"
                ),
            ),
            ("SealedText", "masked"),
            ("PermitConnection", "edges pageInfo"),
            ("PermitEdge", "cursor node"),
            PERMIT,
            ("PermitHolder", "fullName"),
            ("ExtensionWindow", "opensOn closesOn isOpen"),
            ("PermitHistoryEntry", "at event authority"),
            ("Employer", "id creditCode name city source"),
            ("Source", "authority updatedAt isStale staleAfter"),
            ("City", "code name"),
            ("Authority", "code name"),
            ("PageInfo", "hasNextPage endCursor"),
            ("CardConnection", "edges pageInfo electronicAbsence"),
            ("CardEdge", "cursor node"),
            CARD,
            *ORDER_LIST_TYPES,
            ("BankSide", "state stateLabel account"),
            ("NextAction", "code label"),
            ("Absence", "code message"),
            ("IdentityDocumentConnection", "edges pageInfo"),
            ("IdentityDocumentEdge", "cursor node"),
            (
                "IdentityDocument",
                "id kind country number validFrom validUntil isSuperseded source",
            ),
            ("SessionConnection", "edges pageInfo"),
            ("SessionEdge", "cursor node"),
            (
                "Session",
                (
                    "id deviceName devicePlatform createdAt lastUsedAt authenticatedAt expiresAt"
                    " isCurrent"
                ),
            ),
            ("TaskConnection", "edges pageInfo"),
            ("TaskEdge", "cursor node"),
            ("Task", "id kind kindLabel permitId dueOn daysLeft state openedAt doneAt"),
            (
                "ResidencePermit",
                "id number state isValid daysLeft city validFrom validUntil source",
            ),
            ("Insurance", "id employer enrolments city source"),
            (
                "InsuranceEnrolment",
                "kind kindLabel state stateLabel since until treatyCountry",
            ),
        ),
    ),
    "Query.biometricConsentNotice": (PUBLIC, (("BiometricConsentNotice", "version text"),)),
    "Query.assessTalentCategory": (
        KNOWN,
        (
            (
                "TalentAssessment",
                (
                    "total maximum category categoryLabel items nextCategory otherRoutes"
                    " tableVersion assessedOn"
                ),
            ),
            (
                "TalentItemResult",
                "code label points maximum band reason reasonLabel nextBand nextBandPoints",
            ),
            ("NextTalentCategory", "category categoryLabel pointsMissing"),
            ("OtherTalentRoute", "code category text"),
            ("TalentFactsRefused", "refusals"),
            ("TalentFactRefusal", "fact code message"),
        ),
    ),
    "Mutation.startLogin": (PUBLIC, (("LoginStarted", "flowToken expiresAt"), _REFUSED)),
    "Mutation.proveRealName": (
        PROVE,
        (("RealNameProved", "flowToken expiresAt secondProofDue"), _REFUSED),
    ),
    "Mutation.sendSecondProofCode": (
        PROVE,
        (("SecondProofCodeSent", "sendsLeft sandboxNotice sandboxCode"), _REFUSED),
    ),
    "Mutation.confirmSecondProof": (
        PROVE,
        (("SecondProofConfirmed", "flowToken expiresAt"), _REFUSED),
    ),
    "Mutation.giveBiometricConsent": (ADVANCE, (("BiometricConsentGiven", "version"), _REFUSED)),
    "Mutation.startRealPersonCheck": (
        ADVANCE,
        (
            (
                "RealPersonChallenge",
                "challengeId instructions provider expiresAt sandbox sandboxNotice",
            ),
            _REFUSED,
        ),
    ),
    "Mutation.submitRealPersonProof": (
        ADVANCE,
        (("RealPersonProved", "provider sandbox sandboxNotice"), _REFUSED),
    ),
    "Mutation.completeLogin": (ADVANCE, (_COMPLETED, _REFUSED)),
    "Mutation.refreshTokens": (PUBLIC, (_COMPLETED, _REFUSED)),
    "Mutation.startStepUp": (OWN, (("StepUpStarted", "flowToken expiresAt consentDue"), _REFUSED)),
    "Mutation.completeStepUp": (
        ADVANCE,
        (("StepUpCompleted", "accessToken accessTokenExpiresAt authenticatedAt"), _REFUSED),
    ),
    "Mutation.withdrawBiometricConsent": (
        OWN,
        (("BiometricConsentWithdrawn", "withdrawnAt"), ("NoBiometricConsent", "message")),
    ),
    "Mutation.logout": (OWN, (("SessionsEnded", "count"),)),
    "Mutation.logoutEverywhere": (OWN, (("SessionsEnded", "count"),)),
    "Mutation.endSession": (OWN, (("SessionsEnded", "count"), ("SessionNotFound", "message"))),
    "Mutation.officerLogin": (
        PUBLIC,
        (
            (
                "OfficerLoggedIn",
                (
                    "accessToken accessTokenExpiresAt sessionEndsAt officerId loginName authority"
                    " city duties"
                ),
            ),
            _OFFICER_REFUSED,
        ),
    ),
    "Mutation.renewOfficerSession": (
        DESK,
        (
            ("OfficerSessionRenewed", "accessToken accessTokenExpiresAt sessionEndsAt"),
            _OFFICER_REFUSED,
        ),
    ),
    "Mutation.officerLogout": (DESK, (("OfficerLoggedOut", "wasLive"),)),
    **CARD_BELOW,
}
"""Below each root: the row of its fields, type by type."""

EXCEPTIONS: Mapping[tuple[str, str, str], Row] = {
    ("Query.me", "SealedText", "revealed"): REVEAL,
    **CARD_EXCEPTIONS,
}
"""Fields whose row is not that of their root."""


@dataclass(frozen=True)
class Case:
    """One field as it is reached through one root field. `type_name` is Query or Mutation when it
    is the root field itself."""

    root: str
    type_name: str
    field: str

    def __str__(self) -> str:
        return f"{self.root} > {self.type_name}.{self.field}"


def table() -> Iterator[tuple[Case, Row]]:
    """Every line of the matrix."""
    for root, row in ROOTS.items():
        type_name, _, field = root.partition(".")
        yield Case(root, type_name, field), row
    for root, (row, types) in BELOW.items():
        for type_name, fields in types:
            for field in fields.split():
                yield Case(root, type_name, field), row
    for (root, type_name, field), row in EXCEPTIONS.items():
        yield Case(root, type_name, field), row
