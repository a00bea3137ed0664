"""The access table's lines of the roots, and of the payloads that mutations end in."""

from __future__ import annotations

from tests.access_rows import (
    ADVANCE,
    CARD_CHECK,
    CASE,
    CHECK,
    CHECKS,
    CONTEST,
    COUNTER,
    DECIDE,
    EMPLOYER,
    FILE,
    FRESH,
    ITS_EXPORTS,
    KNOWN,
    LETTER,
    OFFICER,
    ORDER,
    OWN,
    PROVE,
    PUBLIC,
    Row,
)

ROOTS: tuple[tuple[str, Row, str], ...] = (
    ("Query", OWN, "me"),
    ("Query", EMPLOYER, "employer"),
    ("Query", OFFICER, "officer"),
    ("Query", COUNTER, "holderAtCounter"),
    ("Query", PUBLIC, "biometricConsentNotice"),
    ("Query", KNOWN, "assessTalentCategory"),
    ("Mutation", PUBLIC, "startLogin refreshTokens officerLogin"),
    ("Mutation", PROVE, "proveRealName sendSecondProofCode confirmSecondProof"),
    (
        "Mutation",
        ADVANCE,
        (
            "giveBiometricConsent startRealPersonCheck submitRealPersonProof completeLogin"
            " completeStepUp"
        ),
    ),
    (
        "Mutation",
        OWN,
        "startStepUp logout logoutEverywhere endSession withdrawBiometricConsent",
    ),
    ("Mutation", OFFICER, "renewOfficerSession officerLogout"),
    (
        "Mutation",
        FILE,
        (
            "createApplication updateApplication submitApplication withdrawApplication"
            " attachTalentAssessment"
        ),
    ),
    ("Mutation", OWN, "confirmApplication"),
    ("Mutation", CHECK, "returnApplication preCheckApplication acceptApplication"),
    ("Mutation", DECIDE, "startReview takeOverReview approveApplication rejectApplication"),
    (
        "Mutation",
        OWN,
        (
            "issueElectronicCard suspendElectronicCard cancelElectronicCard reportTemporaryLoss"
            " orderCard"
        ),
    ),
    ("Query", PUBLIC, "deliveryChannels"),
    ("Query", OWN, "cardCode"),
    ("Mutation", OWN, "contestRecord withdrawContest"),
    ("Mutation", DECIDE, "takeContest decideContest"),
    ("Mutation", CARD_CHECK, "verifyCard"),
    ("Mutation", OWN, "createCalendarFeed revokeCalendarFeed"),
    ("Query", FRESH, "previewShare"),
    ("Mutation", FRESH, "makeShareCode"),
    ("Mutation", OWN, "revokeShareCode"),
    ("Mutation", CHECKS, "redeemShareCode"),
    ("Query", FRESH, "deviceKeyNonce"),
    ("Mutation", ITS_EXPORTS, "startExport cancelExport"),
    ("Mutation", FRESH, "registerDeviceKey issuePermitCredential"),
    ("Mutation", OWN, "removeDeviceKey"),
    ("Mutation", OWN, "registerPushEndpoint registerEmail confirmEmail removePushEndpoint"),
    ("Mutation", FRESH, "reactivateElectronicCard releaseTemporaryLoss"),
    ("Mutation", ORDER, "cancelCardOrder"),
    ("Mutation", LETTER, "requestLetter"),
    (
        "Mutation",
        OWN,
        ("markNoticeRead markAllNoticesRead archiveNotice unarchiveNotice setNoticePreferences"),
    ),
    (
        "Mutation",
        COUNTER,
        (
            "orderCardAtCounter checkPhoto makeCard dispatchCard activateCard reportLoss"
            " releaseLoss lockPin unlockPin cancelCard"
        ),
    ),
)

PAYLOADS: tuple[tuple[str, Row, str], ...] = (
    ("LoginStarted", PUBLIC, "flowToken expiresAt"),
    ("LoginRefused", PUBLIC, "code message retryAfterSeconds"),
    ("RealNameProved", PUBLIC, "flowToken expiresAt secondProofDue"),
    ("SecondProofCodeSent", PUBLIC, "sendsLeft sandboxNotice sandboxCode"),
    ("SecondProofConfirmed", PUBLIC, "flowToken expiresAt"),
    ("BiometricConsentGiven", PUBLIC, "version"),
    (
        "RealPersonChallenge",
        PUBLIC,
        "challengeId instructions provider expiresAt sandbox sandboxNotice",
    ),
    ("RealPersonProved", PUBLIC, "provider sandbox sandboxNotice"),
    (
        "LoginCompleted",
        PUBLIC,
        "sessionId accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt",
    ),
    ("StepUpStarted", PUBLIC, "flowToken expiresAt consentDue"),
    ("StepUpCompleted", PUBLIC, "accessToken accessTokenExpiresAt authenticatedAt"),
    ("SessionsEnded", OWN, "count"),
    ("SessionNotFound", OWN, "message"),
    ("BiometricConsentWithdrawn", OWN, "withdrawnAt"),
    ("NoBiometricConsent", OWN, "message"),
    (
        "OfficerLoggedIn",
        PUBLIC,
        "accessToken accessTokenExpiresAt sessionEndsAt officerId loginName authority city duties",
    ),
    ("OfficerLoginRefused", PUBLIC, "code message retryAfterSeconds"),
    ("OfficerSessionRenewed", OFFICER, "accessToken accessTokenExpiresAt sessionEndsAt"),
    ("OfficerLoggedOut", OFFICER, "wasLive"),
    ("ApplicationChanged", CASE, "application"),
    ("CalendarFeedCreated", OWN, "id url"),
    ("CalendarFeedRevoked", OWN, "id"),
    ("ShareCodeMade", FRESH, "plainCode shareCode"),
    ("ShareCodeRevoked", OWN, "shareCode"),
    (
        "ShareCodeRedeemed",
        CHECKS,
        "id purpose purposeLabel record followUpOn proof proofUrl proofExpiresAt",
    ),
    ("DeviceKeyNonce", FRESH, "nonce audience sessionId expiresAt"),
    ("ExportChanged", ITS_EXPORTS, "export"),
    (
        "Export",
        ITS_EXPORTS,
        "id list format state rowsDone rowsTotal bytes asOf expiresAt url urlExpiresAt",
    ),
    ("DeviceKeyRegistered", OWN, "deviceKey"),
    ("DeviceKeyRemoved", OWN, "id"),
    ("PermitCredentialIssued", FRESH, "id permitId issuedAt expiresAt text"),
    ("PushEndpointRegistered", OWN, "endpoint"),
    ("EmailCodeSent", OWN, "expiresAt sandboxNotice sandboxCode"),
    ("PushEndpointRemoved", OWN, "id"),
    ("CardChanged", ORDER, "card"),
    ("LetterIssued", LETTER, "letter"),
    ("ContestChanged", CONTEST, "contest"),
    (
        "CardCheck",
        CARD_CHECK,
        (
            "isValid verdict message checkedAt permitCategory permitCategoryLabel employerName"
            " lastValidDay maskedName fullName permitNumber permitStatus permitStatusLabel post"
            " city cardId cardState cardStateLabel cardCause"
        ),
    ),
    ("CardCheckRefused", CARD_CHECK, "message retryAfterSeconds"),
    ("CardOrderChanged", ORDER, "order"),
    ("NoticeChanged", OWN, "notice unreadCount"),
    ("NoticesRead", OWN, "unreadCount"),
    ("NoticePreferencesChanged", OWN, "preferences"),
    ("ChangeRefused", PUBLIC, "code message gaps"),
    ("TalentFactsRefused", KNOWN, "refusals"),
    ("TalentFactRefusal", KNOWN, "fact code message"),
)
"""Only who may use the root that ends in one ever meets it."""
