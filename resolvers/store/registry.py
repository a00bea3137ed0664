"""All collections of the gateway, in one list."""

from __future__ import annotations

from collections.abc import Sequence

from auth import audit, login_flows, revocation_documents, session_documents, throttle
from auth.collections import CollectionSpec
from resolvers.store import (
    cards,
    employers,
    holder_keys,
    holders,
    identity_documents,
    insurance_enrolments,
    meta,
    permits,
    residence_permits,
)

SPECS: Sequence[CollectionSpec] = (
    meta.SPEC,
    holders.SPEC,
    holder_keys.SPEC,
    identity_documents.SPEC,
    permits.SPEC,
    cards.SPEC,
    residence_permits.SPEC,
    insurance_enrolments.SPEC,
    employers.SPEC,
    login_flows.SPEC,
    session_documents.SPEC,
    revocation_documents.SPEC,
    throttle.SPEC,
    audit.SPEC,
)
