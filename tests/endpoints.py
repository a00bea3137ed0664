"""Endpoints of holders, straight into the database."""

from __future__ import annotations

from api.ids import new_id
from auth.digests import Digester
from auth.sealing import HolderVault
from resolvers.push_channel import EndpointKind, PushTarget
from resolvers.store.push_endpoints import (
    DIGEST_KIND,
    NAME,
    NewEndpoint,
    digested_text,
    encode_endpoint,
)
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
