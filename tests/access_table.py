"""Who may use what, written by hand: the expectation that the matrix test compares with.

Nothing here is computed from `auth.permissions` or `@access`. A line is a type, a row and the
fields that have it. The row says what a caller meets who selects the field where the way to it is
open; below a field that is denied nothing is looked at, so the row of the way is then the answer.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.access_payloads import PAYLOADS, ROOTS
from tests.access_rows import (
    CASE,
    COUNTER,
    EMPLOYER,
    ITS_CASES,
    ITS_EXPORTS,
    ITS_LETTERS,
    ITS_PERMITS,
    ITS_TASKS,
    KNOWN,
    LETTER,
    OFFICER,
    ORDER,
    OWN,
    PERSON,
    PUBLIC,
    RECORD,
    REVEAL,
    TASK,
    Row,
)
from tests.access_shared import SHARED_TYPES
from tests.access_sharing import SHARING_TYPES
from tests.access_shown import SHOWN_TYPES
from tests.access_webhooks import WEBHOOK_ROOTS, WEBHOOK_TYPES

Line = tuple[str, Row, str]

ROOT_TYPES: tuple[Line, ...] = (
    (
        "Holder",
        OWN,
        (
            "id fullName chineseName nativeName birthDate phone nationality workPermitNumber"
            " socialSecurityNumber permanentResidentId language permits cards cardOrders"
            " identityDocuments sessions tasks notices noticePreferences residencePermit insurance"
            " applications application letters source"
        ),
    ),
    ("Holder", OWN, "pushEndpoints calendarFeed deviceKeys"),
    ("DeviceKey", OWN, "id algorithm thumbprint registeredAt sessionId isOfThisSession"),
    ("CalendarFeed", OWN, "id createdAt lastReadOn"),
    (
        "PushEndpoint",
        OWN,
        "id kind maskedAddress registeredAt lastSuccessAt isOfThisSession",
    ),
    ("DeliveryChannels", PUBLIC, "webPushKey email vendor"),
    ("EmployerDesk", EMPLOYER, "employer dashboard"),
    ("Dashboard", ITS_PERMITS, "current byStatus byCategory byCity expiring"),
    ("Dashboard", ITS_CASES, "openApplications"),
    ("Dashboard", ITS_TASKS, "openTasks overdueTasks"),
    ("StatusCount", ITS_PERMITS, "status count label"),
    ("CategoryCount", ITS_PERMITS, "category count label"),
    ("CityCount", ITS_PERMITS, "city count"),
    ("StateCount", ITS_CASES, "state count label"),
    ("TaskCount", ITS_TASKS, "kind count overdue label"),
    ("EmployerDesk", ITS_PERMITS, "permits employees employeesByNumber"),
    (
        "Employee",
        ITS_PERMITS,
        "id startedOn endedOn isCurrent name number permit permits",
    ),
    ("EmployeeConnection", ITS_PERMITS, "edges pageInfo totalCount"),
    ("EmployeeEdge", ITS_PERMITS, "cursor node"),
    ("EmployerDesk", ITS_TASKS, "tasks"),
    ("EmployerDesk", ITS_EXPORTS, "export"),
    ("EmployerDesk", ITS_CASES, "applications application"),
    ("EmployerDesk", ITS_LETTERS, "letters"),
    ("OfficerDesk", OFFICER, "id authority city duties workList case statistics"),
    ("OfficerDesk", COUNTER, "counterQueue cardOrder counterStatistics"),
    ("HolderAtCounter", COUNTER, "cards orders"),
    ("BiometricConsentNotice", PUBLIC, "version text"),
)

RECORD_TYPES: tuple[Line, ...] = (
    ("SealedText", RECORD, "masked"),
    ("SealedText", REVEAL, "revealed"),
    ("Source", RECORD, "authority updatedAt isStale staleAfter"),
    ("City", RECORD, "code name"),
    ("Authority", RECORD, "code name"),
    ("PageInfo", RECORD, "hasNextPage endCursor"),
    ("Employer", RECORD, "id creditCode name city source"),
    ("PermitConnection", RECORD, "edges pageInfo"),
    ("PermitConnection", ITS_PERMITS, "totalCount"),
    ("Permit", ITS_PERMITS, "numberInFull holderName"),
    ("PermitEdge", RECORD, "cursor node"),
    (
        "Permit",
        RECORD,
        (
            "id number category categoryLabel employer holder post city validFrom validUntil"
            " status statusLabel daysLeft extensionWindow underReview form isPlastic issuedAt"
            " history source"
        ),
    ),
    ("PermitHolder", RECORD, "fullName"),
    ("ExtensionWindow", RECORD, "opensOn closesOn isOpen"),
    ("PermitHistoryEntry", RECORD, "at event authority"),
    ("CardConnection", PERSON, "edges pageInfo electronicAbsence"),
    ("CardEdge", PERSON, "cursor node"),
    (
        "Card",
        PERSON,
        (
            "id kind kindLabel number revision status statusLabel statusSince releasedAt cause"
            " bank permit nextActions reason city issuedAt activatedAt source"
        ),
    ),
    ("BankSide", PERSON, "state stateLabel account"),
    ("NextAction", PERSON, "code label"),
    ("Absence", PERSON, "code message"),
    ("IdentityDocumentConnection", PERSON, "edges pageInfo"),
    ("IdentityDocumentEdge", PERSON, "cursor node"),
    (
        "IdentityDocument",
        PERSON,
        "id kind country number validFrom validUntil isSuperseded source",
    ),
    (
        "ResidencePermit",
        PERSON,
        "id number state isValid daysLeft city validFrom validUntil source",
    ),
    ("Insurance", PERSON, "id employer enrolments city source"),
    ("InsuranceEnrolment", PERSON, "kind kindLabel state stateLabel since until treatyCountry"),
    ("SessionConnection", OWN, "edges pageInfo"),
    ("SessionEdge", OWN, "cursor node"),
    (
        "Session",
        OWN,
        "id deviceName devicePlatform createdAt lastUsedAt authenticatedAt expiresAt isCurrent",
    ),
    ("NoticeConnection", OWN, "edges pageInfo unreadCount"),
    ("NoticeEdge", OWN, "cursor node"),
    ("Subscription", OWN, "noticeArrived"),
    ("NoticeArrival", OWN, "notice cursor unreadCount"),
    (
        "Notice",
        OWN,
        ("id kind kindLabel title text createdAt readAt archivedAt dueOn daysLeft about"),
    ),
    ("NoticeAbout", OWN, "kind id"),
    ("NoticePreferences", OWN, "revision groups quietHours"),
    ("NoticeGroupPreference", OWN, "group groupLabel push email"),
    ("NoticeQuietHours", OWN, "begins ends"),
    ("LetterConnection", LETTER, "edges pageInfo"),
    ("LetterEdge", LETTER, "cursor node"),
    (
        "Letter",
        LETTER,
        (
            "id kind kindLabel aboutId fileNumber authority issuedAt validUntil bytes sha256 url"
            " expiresAt"
        ),
    ),
    ("TaskConnection", TASK, "edges pageInfo"),
    ("TaskEdge", TASK, "cursor node"),
    ("Task", TASK, "id kind kindLabel permitId dueOn daysLeft state openedAt doneAt"),
)

CASE_TYPES: tuple[Line, ...] = (
    ("ApplicationConnection", CASE, "edges pageInfo"),
    ("ApplicationEdge", CASE, "cursor node"),
    (
        "Application",
        CASE,
        (
            "id revision procedure procedureLabel state stateLabel category city authority"
            " filedBy employer holder particulars facts permit resultPermit requiredPapers papers"
            " gaps promise isConfirmationDue confirmedAt submittedAt isLate lapsesOn"
            " originalsSeenAt talentAssessment decision steps nextActions createdAt updatedAt"
        ),
    ),
    ("CasePerson", CASE, "fullName"),
    (
        "CasePerson",
        OFFICER,
        (
            "chineseName birthDate phone nationality workPermitNumber permits cards"
            " identityDocuments residencePermit insurance source"
        ),
    ),
    (
        "ApplicationParticulars",
        CASE,
        (
            "fullName chineseName nativeName birthDate phone nationality passportNumber"
            " passportCountry passportValidUntil"
        ),
    ),
    (
        "ApplicationFacts",
        CASE,
        (
            "post category contractUntil requestedUntil plannedEntryOn stayUntil enteredOn"
            " changedOn happenedOn cancellationReason cancellationReasonLabel"
        ),
    ),
    ("RequiredPaperEntry", CASE, "kind label why"),
    ("ApplicationPaper", CASE, "id kind label mediaType size storedAt path"),
    ("ApplicationGap", PUBLIC, "paper paperLabel reason reasonLabel note"),
    (
        "ApplicationPromise",
        CASE,
        "stage dueOn daysLeft isOverdue isProvisional calendarVersion",
    ),
    ("ApplicationStep", CASE, "at event party partyLabel state stateLabel"),
    ("ApplicationAction", CASE, "code label"),
    (
        "ApplicationDecision",
        CASE,
        (
            "outcome at policyVersion grounds text remedies validUntil validityBound"
            " validityBoundLabel feeFen"
        ),
    ),
    ("DecisionGround", CASE, "code text"),
    ("DecisionRemedy", CASE, "kind label body limit unit law"),
    (
        "CaseStatisticRow",
        OFFICER,
        "procedure procedureLabel city month decided approved withinPromise medianDays p90Days",
    ),
    (
        "TalentAssessment",
        KNOWN,
        (
            "total maximum category categoryLabel items nextCategory otherRoutes tableVersion"
            " assessedOn"
        ),
    ),
    (
        "TalentItemResult",
        KNOWN,
        "code label points maximum band reason reasonLabel nextBand nextBandPoints",
    ),
    ("NextTalentCategory", KNOWN, "category categoryLabel pointsMissing"),
    ("OtherTalentRoute", KNOWN, "code category text"),
)

_ORDER_FIELDS = (
    "id revision reason making channel collection city authority state stateLabel stages ticket"
    " orderedAt promisedAt isPromiseProvisional isPromiseKept minutesTaken photoFault"
    " photoFaultLabel card"
)
ORDER_TYPES: tuple[Line, ...] = (
    ("CardOrderConnection", ORDER, "edges pageInfo"),
    ("CardOrderEdge", ORDER, "cursor node"),
    ("CardOrder", ORDER, _ORDER_FIELDS),
    ("CardOrderStage", ORDER, "stage label at"),
    ("CardOrderTicket", ORDER, "number day ahead"),
    ("CounterOrderConnection", COUNTER, "edges pageInfo"),
    ("CounterOrderEdge", COUNTER, "cursor node"),
    ("CounterOrder", ORDER, _ORDER_FIELDS),
    ("CounterOrder", COUNTER, "holder"),
    ("CounterPerson", COUNTER, "fullName chineseName identityDocument"),
    ("CounterIdentityDocument", COUNTER, "kind maskedNumber"),
    ("CounterPeriod", COUNTER, "period count medianMinutes p90Minutes shareWithinPromise"),
)

LINES = (
    *ROOTS,
    *PAYLOADS,
    *ROOT_TYPES,
    *RECORD_TYPES,
    *CASE_TYPES,
    *ORDER_TYPES,
    *SHARED_TYPES,
    *SHOWN_TYPES,
    *SHARING_TYPES,
    *WEBHOOK_ROOTS,
    *WEBHOOK_TYPES,
)


def table() -> Mapping[tuple[str, str], Row]:
    """(type, field) → row; raises ValueError for a field with two."""
    rows: dict[tuple[str, str], Row] = {}
    for type_name, row, fields in LINES:
        for field in fields.split():
            if (type_name, field) in rows:
                raise ValueError(f"{type_name}.{field} has two rows")
            rows[type_name, field] = row
    return rows
