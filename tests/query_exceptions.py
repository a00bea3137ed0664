"""Queries that read more than they answer, and why that is borne."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_ONE_PERSON: Final = "one person has few of these"
_ONE_APPLICATION: Final = "one application has few of these"
_ONE_WEBHOOK: Final = "by one field or the other, whichever MongoDB finds holds fewer"
_KEYS: Final = "`onecard keys` and `onecard doctor` ask, by hand; of what carries one key version"
_WITHOUT_ARRAY: Final = "`onecard doctor`; none is without its array but in this test"
_PASSED_OVER: Final = (
    "an employer's list in its order, with one index for each filter that leaves little; the others"
    " pass over rows, and a list of 100,000 people is measured by test_roster_size"
)

READING_PAST: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "OpenedHolders.load_passports: identity_documents by holder_id, kind, superseded_at",
            (
                "IdentityDocumentStore.find_current_passport: identity_documents"
                " by holder_id, kind, superseded_at"
            ),
            (
                "IdentityDocumentStore.supersede_passports: identity_documents"
                " by holder_id, kind, superseded_at"
            ),
            "DeviceKeyStore.remove_of_sessions: device_keys by holder_id, session_id",
            "PushEndpointStore.remove_of_sessions: push_endpoints by holder_id, session_id, kind",
            "DueRecordStore.without_outlasted: permits by holder_id, state, valid_until",
            "DueRecordStore.without_outlasted: residence_permits by holder_id, state, valid_until",
            (
                "DueRecordStore.without_outlasted: identity_documents"
                " by holder_id, superseded_at, valid_until"
            ),
            "InsuranceStore.find: insurance_enrolments by holder_id, employer_id",
            "NoticeStore.mark_all_read: notices by holder_id, at, read_at, withdrawn_at",
            (
                "ShareCodeStore.count_live: share_codes"
                " by holder_id, expires_at, revoked_at, uses_left"
            ),
            "ShownCardStore._find: cards by holder_id, kind",
            "SponsoredPermitStore.set_name: permits by holder_id, employment_id",
        ),
        _ONE_PERSON,
    ),
    **dict.fromkeys(
        (
            "PaperStore.load_of_application: papers by application_id, state",
            "PaperStore.count_stored: papers by application_id, state",
            "PaperStore.review_later: papers by application_id, state",
            "PaperStore.free_lapsed: papers by application_id, state, expires_at",
        ),
        _ONE_APPLICATION,
    ),
    "PaperStore.remove_lapsed: papers by state, expires_at": "only an upload has an end",
    **dict.fromkeys(
        (
            (
                "WebhookDeliveryStore.put_off_lane: webhook_deliveries"
                " by webhook_id, lane, state, due_at"
            ),
            "WebhookSecretStore.load_signing: webhook_secrets by webhook_id, signs_until",
            "WebhookSecretStore.retire: webhook_secrets by webhook_id, signs_until",
        ),
        _ONE_WEBHOOK,
    ),
    "PermitCredentialStore.load_standing: permit_credentials by list_id, expires_at, ended_at": (
        "a status list is made of all that stand in it, and those that are over are soon forgotten"
    ),
    "_permits_say_of_which_employment: permits by employment_id": "see SCANNING",
    **dict.fromkeys(
        (
            "count_needing: share_codes by digest.key_version, expires_at, revoked_at, uses_left",
            "count_needing: sessions by refresh_key_version, ended_at, idle_expires_at",
            (
                "find_unknown_versions: share_codes"
                " by digest.key_version, expires_at, revoked_at, uses_left"
            ),
            "find_unknown_versions: sessions by refresh_key_version, ended_at, idle_expires_at",
        ),
        _KEYS,
    ),
    "find_unknown_versions: holders by digests": _WITHOUT_ARRAY,
    "find_unknown_versions: grants by records": _WITHOUT_ARRAY,
    **dict.fromkeys(
        (
            *(
                f"ExportRowStore.load: {collection} by employer_id, {fields}{order}"
                for collection, at, by in (
                    ("employments", "permit", "started_at"),
                    ("permits", "shown", "shown.listed_from"),
                )
                for fields in (
                    f"{at}.state, {at}.valid_from, {at}.valid_until",
                    f"{at}.state, {at}.valid_until",
                    f"{at}.category",
                    "ends_at",
                    "name_prefixes",
                )
                for order in ("", f", {by}")
            ),
            (
                "ExportRowStore.count: permits"
                " by employer_id, shown.state, shown.valid_from, shown.valid_until"
            ),
            "ExportRowStore.count: permits by employer_id, shown.category",
            "ExportRowStore.count: permits by employer_id, name_prefixes",
            "ExportRowStore.count: employments by employer_id, name_prefixes",
        ),
        _PASSED_OVER,
    ),
}

_MIGRATION: Final = "a migration looks at every document of its collection once"
SCANNING: Final[Mapping[str, str]] = dict.fromkeys(
    (
        "_cards_say_why_and_until_when: cards by activated_at",
        "_clients_say_what_they_are_held_to: employer_clients by callbacks",
        "_consents_can_be_withdrawn: holders by biometric_consent, biometric_consent.withdrawn_at",
        "_employers_have_a_revision: employers by revision",
        "_employments_are_found_by_number: employments by number_digest",
        "_events_wait_for_those_who_take_them_on: outgoing_events by awaited_by",
        "_evidence_has_a_band_and_a_reference: login_flows by evidence, evidence.band",
        "_flows_await_results: login_flows by arrived",
        "_flows_count_codes_and_checks: login_flows by code_sends",
        "_lines_keep_evidence: audit by evidence",
        "_lines_name_sub_users: audit by actor.sub_user",
        "_permits_say_what_is_shown_of_them: permits by shown",
        "_throttle_counts_refusals: throttle by refused",
    ),
    _MIGRATION,
)
