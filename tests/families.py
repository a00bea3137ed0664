"""Token families for tests, opened as a completed login opens them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from api.ids import new_id
from auth import revocation_documents, session_documents
from auth.collections import install
from auth.keys import KeySet, new_key_set
from auth.mongo import Database, Document, in_transaction
from auth.principal import Assurance
from auth.refresh_tokens import refresh_token
from auth.session_documents import NewSession, Session
from auth.sessions import SessionStore

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
KEYS = new_key_set(now=NOW)
SPECS = (session_documents.SPEC, revocation_documents.SPEC)


async def new_store(database: Database, keys: KeySet = KEYS) -> SessionStore:
    await install(database, SPECS)
    return SessionStore(database, keys, on_revoked=lambda _: None)


def new_session(**changed: Any) -> NewSession:
    fields: dict[str, Any] = {
        "session_id": new_id("ses"),
        "holder_id": new_id("hld"),
        "flow_id": new_id("flw"),
        "client_id": "onecard-app",
        "device": {"name": "Telephone", "platform": "ANDROID"},
        "authenticated_at": NOW - SECOND,
        "acr": Assurance.REAL_PERSON.acr,
        "amr": ("face", "otp"),
    }
    return NewSession(**fields | changed)


async def open_session(
    database: Database, store: SessionStore, now: datetime = NOW, **changed: Any
) -> Session:
    new = new_session(**changed)
    return await in_transaction(database, lambda transaction: store.open(new, now, transaction))


def token_of(session: Session, generation: int, keys: KeySet = KEYS) -> str:
    return refresh_token(keys, session.session_id, generation, session.refresh_key_version)


async def everything(database: Database) -> dict[str, list[Document]]:
    """All that is stored about sessions: to show that a refusal changed nothing."""
    return {
        spec.name: [found async for found in database[spec.name].find().sort("_id")]
        for spec in SPECS
    }
