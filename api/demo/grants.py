"""What the employer of a demo holder asked to see: one ask that waits for an answer, and one grant
that stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from api.demo.bundle import Secrets
from api.demo.days import ONE_DAY, midnight, office_hour
from api.demo.draw import drawn_id
from auth.mongo import Document
from auth.sealing import HolderVault
from resolvers.rules.bundles import Bundle, SharingPurpose
from resolvers.rules.grants import ASK_LIFETIME, GrantState, GrantStep
from resolvers.sharing.grant_steps import signed_record
from resolvers.store import grants
from resolvers.store.grants import AskRecord, encode_ask

_ASKED: Final = (Bundle.IDENTITY, Bundle.PASSPORT, Bundle.RESIDENCE_PERMIT)
_GRANTED: Final = (Bundle.RESIDENCE_PERMIT, Bundle.CONTACT)


def grant_documents(
    employments: Sequence[Mapping[str, Any]], vault: HolderVault, secrets: Secrets, today: date
) -> Iterator[Document]:
    """By the employer of the last of the holder's employments; none without one that goes on."""
    employment = max(employments, key=lambda one: one["ends_at"])
    if employment["ends_at"] <= midnight(today + ONE_DAY):
        return
    reason = "To book the company flat in your name."
    yield _ask(employment, vault, secrets, SharingPurpose.HOUSING, _ASKED, today, reason)
    granted = _ask(
        employment, vault, secrets, SharingPurpose.WORK, (*_GRANTED, Bundle.CARD), today, None
    )
    at = granted["asked_at"] + ONE_DAY
    accepted = granted | {
        "revision": 2,
        "state": str(GrantState.GRANTED),
        "bundles": [str(bundle) for bundle in _GRANTED],
        "expires_at": granted["asked_until"],
        "answered_at": at,
    }
    before = granted["records"]
    record = signed_record(secrets.grant_records, accepted, GrantStep.ACCEPT, before, at)
    yield accepted | {"records": [*before, record]}


def _ask(
    employment: Mapping[str, Any],
    vault: HolderVault,
    secrets: Secrets,
    purpose: SharingPurpose,
    bundles: Sequence[Bundle],
    today: date,
    reason: str | None,
) -> Document:
    asked_at: datetime = office_hour(today, 0) - 3 * ONE_DAY
    ask = AskRecord(
        grant_id=drawn_id("gnt", f"{employment['_id']}/{purpose}"),
        holder_id=employment["holder_id"],
        employer_id=employment["employer_id"],
        employment_id=employment["_id"],
        purpose=purpose,
        reason=None if reason is None else vault.seal(grants.NAME, grants.REASON, reason),
        bundles=bundles,
        until=midnight(today + 181 * ONE_DAY),
        asked_at=asked_at,
        lapses_at=asked_at + ASK_LIFETIME,
    )
    made = encode_ask(ask, {})
    record = signed_record(secrets.grant_records, made, GrantStep.ASK, (), asked_at)
    return made | {"records": [record]}
