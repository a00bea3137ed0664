"""All collections of the gateway, in one list."""

from __future__ import annotations

from collections.abc import Sequence

from auth import (
    audit,
    clients,
    feed_sources,
    login_flows,
    officer_sessions,
    officers,
    revocation_documents,
    session_documents,
    throttle,
    used_once,
)
from auth.collections import CollectionSpec
from resolvers.store import (
    application_documents,
    card_orders,
    cards,
    employers,
    holder_keys,
    holders,
    idempotency,
    identity_documents,
    insurance_enrolments,
    meta,
    outgoing_events,
    paper_files,
    paper_parts,
    papers,
    permits,
    queue_tickets,
    residence_permits,
    tasks,
)

SPECS: Sequence[CollectionSpec] = (
    meta.SPEC,
    holders.SPEC,
    holder_keys.SPEC,
    identity_documents.SPEC,
    permits.SPEC,
    cards.SPEC,
    card_orders.SPEC,
    queue_tickets.SPEC,
    residence_permits.SPEC,
    insurance_enrolments.SPEC,
    tasks.SPEC,
    employers.SPEC,
    application_documents.SPEC,
    idempotency.SPEC,
    outgoing_events.SPEC,
    papers.SPEC,
    paper_parts.SPEC,
    paper_files.FILES_SPEC,
    paper_files.CHUNKS_SPEC,
    login_flows.SPEC,
    session_documents.SPEC,
    clients.SPEC,
    feed_sources.SPEC,
    used_once.SPEC,
    officers.SPEC,
    officer_sessions.SPEC,
    revocation_documents.SPEC,
    throttle.SPEC,
    audit.SPEC,
)
