"""Gateways whose provider is the engine of this machine, and people with a portrait."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from api.face import pool
from api.face.judging import Shot
from api.face.liveness import FaceAction
from api.providers import local_face
from api.settings import Settings
from auth import verification
from auth.keys import KeySet
from auth.master_keys import LocalMasterKeys
from auth.mongo import Database, in_transaction
from auth.sealing import Sealer
from resolvers.store.holder_keys import HolderKeyStore
from resolvers.store.portraits import PortraitRecord, PortraitStore, encode_portrait
from tests.app_client import START_CHECK, AppClient
from tests.face_bursts import ASKED
from tests.factories import Person
from tests.serving import Serving, serving_gateway

SLOW_MACHINE = timedelta(seconds=60)


@asynccontextmanager
async def serving_faces(
    settings: Settings,
    uri: str,
    database: Database,
    key_set: KeySet,
    monkeypatch: pytest.MonkeyPatch,
    asked: tuple[FaceAction, ...] | None = ASKED,
) -> AsyncIterator[Serving]:
    """Every check asks `asked` (None: what is drawn), and looking may take as long as it does
    here."""
    monkeypatch.setattr(pool, "JUDGEMENT_LIFETIME", SLOW_MACHINE)
    monkeypatch.setattr(verification, "FRAMES_LIFETIME", SLOW_MACHINE)
    if asked is not None:
        monkeypatch.setattr(local_face, "draw_actions", lambda _seed: asked)
    changes = {"person_provider": "local", "request_seconds": 60.0}
    changed = settings.model_copy(update=changes)
    async with serving_gateway(changed, uri, database, key_set) as running:
        yield running


async def give_portrait(serving: Serving, holder_id: str, picture: bytes) -> None:
    keys, portraits = HolderKeyStore(serving.database), PortraitStore(serving.database)
    wrapped = await keys.find(holder_id)
    assert wrapped is not None
    vault = Sealer(LocalMasterKeys(serving.key_set)).vault_for(holder_id, wrapped)
    now = serving.clock()
    record = PortraitRecord(holder_id, picture, "foreign-experts-440100", now, now)
    portrait = encode_portrait(record, vault)
    await in_transaction(serving.database, lambda one: portraits.put(portrait, one))


async def challenged(
    serving: Serving, person: Person | None = None, seconds_ago: float = 20
) -> tuple[AppClient, dict[str, object]]:
    """A client that has consented, and its challenge, which was given a while ago."""
    person = person or await serving.person()
    client = serving.client()
    await client.prove_real_name(person.name, person.identifier())
    await client.consent()
    challenge = await client.step(START_CHECK)
    serving.clock.advance(seconds=seconds_ago)
    return client, challenge


def sent(shots: Sequence[Shot]) -> list[tuple[int, bytes]]:
    return [(shot.at_ms, shot.content) for shot in shots]
