"""Endpoints, calendar addresses and share codes of holders, straight into the database."""

from __future__ import annotations

import os
from datetime import timedelta

from api.ids import new_id
from auth.digests import Digester
from auth.sealing import HolderVault
from resolvers.push_channel import EndpointKind, PushTarget
from resolvers.rules.bundles import Bundle, SharingPurpose
from resolvers.store import calendar_feeds, share_codes
from resolvers.store.calendar_feeds import encode_feed
from resolvers.store.push_endpoints import (
    DIGEST_KIND,
    NAME,
    NewEndpoint,
    digested_text,
    encode_endpoint,
)
from resolvers.store.share_codes import ShareCodeRecord, encode_share_code
from tests.serving import Serving


async def put_endpoint(serving: Serving, vault: HolderVault) -> str:
    """A browser; its id."""
    target = PushTarget(f"https://{new_id('tst')[4:]}.push.example/a", {"auth": "none"})
    text = digested_text(EndpointKind.WEB_PUSH, target)
    new = NewEndpoint(
        endpoint_id=new_id("pep"),
        holder_id=vault.holder_id,
        session_id=new_id("ses"),
        kind=EndpointKind.WEB_PUSH,
        target=target,
        masked=target.address.split("/")[2],
        digest=Digester(serving.key_set).digest(DIGEST_KIND, text),
    )
    await serving.database[NAME].insert_one(encode_endpoint(new, vault, serving.clock()))
    return new.endpoint_id


async def put_feed(serving: Serving, holder_id: str) -> None:
    """An address that nobody knows."""
    feed = encode_feed(new_id("cal"), holder_id, os.urandom(32), serving.clock())
    await serving.database[calendar_feeds.NAME].insert_one(feed)


async def put_share_code(serving: Serving, holder_id: str, employer_id: str) -> None:
    """A code for that employer that nobody knows."""
    now, digester = serving.clock(), Digester(serving.key_set)
    record = ShareCodeRecord(
        code_id=new_id("shc"),
        holder_id=holder_id,
        purpose=SharingPurpose.WORK,
        bundles=[Bundle.PERMIT],
        employer_id=employer_id,
        digest=digester.digest("share-code", new_id("tst")),
        attempts_key=os.urandom(32),
        seed=os.urandom(32),
        ending="W2",
        made_at=now,
        expires_at=now + timedelta(days=1),
        uses=1,
        forgotten_at=now + timedelta(days=2),
    )
    await serving.database[share_codes.NAME].insert_one(encode_share_code(record))
