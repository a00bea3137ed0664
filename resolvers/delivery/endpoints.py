"""Where a holder is told that there is news: registered, taken over, removed.

A device's endpoint ends with the session that registered it. One that another holder registers
anew is that holder's from then on: the phone was handed on.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document, Transaction
from auth.sealing import HolderVault
from auth.sessions import Ended
from resolvers.changes import Changed, Command, Done, change
from resolvers.gateway import Ask, Gateway
from resolvers.policy.delivery import MAX_DEVICES
from resolvers.policy.masking import mask
from resolvers.push_channel import EndpointKind, PushTarget
from resolvers.refusals import RefusalCode, Refused
from resolvers.store.push_endpoints import (
    DEVICES,
    DIGEST_KIND,
    NewEndpoint,
    digested_text,
    encode_endpoint,
)

MAX_READ = 50
"""Endpoints of one holder, more than there can be."""


class HolderKeyMissing(Exception):
    """A session whose holder has no key: a fault of ours, since both go together."""


async def register_device(
    gateway: Gateway, ask: Ask, command: Command, kind: EndpointKind, target: PushTarget
) -> Done | Refused:
    """The device that asks. A session has one: the new one takes the place of the former."""
    holder_id = ask.principal.holder_id()
    channel = gateway.outlets.channels.get(kind)
    if channel is None:
        return await refuse(gateway, ask, command, RefusalCode.CHANNEL_NOT_OFFERED)
    if not channel.accepts(target):
        return await refuse(gateway, ask, command, RefusalCode.BAD_PUSH_ENDPOINT)
    new, vault = await new_endpoint(gateway, ask, kind, target)

    async def work(transaction: Transaction) -> Changed | Refused:
        put = await put_endpoint(gateway, new, vault, transaction)
        own = await _devices(gateway, holder_id, transaction)
        others = [one for one in own if one["_id"] != put.object_id]
        former = [one for one in others if one["session_id"] == new.session_id]
        # Newest first: the oldest of the others make room.
        elder = [one for one in others if one not in former][MAX_DEVICES - 1 :]
        for one in [*former, *elder]:
            scope = {"holder_id": holder_id}
            await gateway.push_endpoints.remove(one["_id"], scope, transaction)
        return put

    return await change(gateway, ask, command, work)


async def refuse(gateway: Gateway, ask: Ask, command: Command, code: RefusalCode) -> Done | Refused:
    """What is wrong by itself, whatever is stored; unless the same request was done before."""

    async def work(_transaction: Transaction) -> Changed | Refused:
        return Refused(code, None, ask.principal.holder_id())

    return await change(gateway, ask, command, work)


async def new_endpoint(
    gateway: Gateway, ask: Ask, kind: EndpointKind, target: PushTarget
) -> tuple[NewEndpoint, HolderVault]:
    """What is to be stored of a target that its channel accepts."""
    holder_id = ask.principal.holder_id()
    wrapped = await gateway.holder_keys.find(holder_id)
    if wrapped is None:
        raise HolderKeyMissing
    new = NewEndpoint(
        endpoint_id=gateway.new_id("pep"),
        holder_id=holder_id,
        session_id=ask.principal.own_session_id(),
        kind=kind,
        target=target,
        masked=masked_target(kind, target),
        digest=gateway.digester.digest(DIGEST_KIND, digested_text(kind, target)),
    )
    return new, gateway.sealer.vault_for(holder_id, wrapped)


async def put_endpoint(
    gateway: Gateway, new: NewEndpoint, vault: HolderVault, transaction: Transaction
) -> Changed:
    """Stored as the holder's, whoever had it before."""
    now = gateway.now()
    candidates = gateway.digester.candidates(DIGEST_KIND, digested_text(new.kind, new.target))
    same = await gateway.push_endpoints.find_same(candidates, transaction)
    encoded = encode_endpoint(new, vault, now)
    line = AuditLine(
        AuditAction.PUSH_ENDPOINT_REGISTERED, new.holder_id, objects=(new.endpoint_id,)
    )
    if same is None:
        await gateway.push_endpoints.insert(encoded, transaction)
        return Changed(new.endpoint_id, [line])
    if same["holder_id"] == new.holder_id:
        await gateway.push_endpoints.renew(same["_id"], encoded, now, transaction)
        known = AuditLine(line.action, line.holder_id, objects=(same["_id"],))
        return Changed(same["_id"], [known])
    former = {"holder_id": same["holder_id"]}
    await gateway.push_endpoints.remove(same["_id"], former, transaction)
    await gateway.push_endpoints.insert(encoded, transaction)
    taken = AuditLine(
        AuditAction.PUSH_ENDPOINT_REMOVED, same["holder_id"], "TAKEN_OVER", (same["_id"],)
    )
    return Changed(new.endpoint_id, [line, taken])


async def remove_endpoint(
    gateway: Gateway, ask: Ask, command: Command, endpoint_id: str
) -> Done | Refused:
    holder_id = ask.principal.holder_id()

    async def work(transaction: Transaction) -> Changed | Refused:
        own = {"holder_id": holder_id}
        if not await gateway.push_endpoints.remove(endpoint_id, own, transaction):
            return Refused(RefusalCode.NOT_FOUND, None, holder_id)
        line = AuditLine(AuditAction.PUSH_ENDPOINT_REMOVED, holder_id, objects=(endpoint_id,))
        return Changed(endpoint_id, [line])

    return await change(gateway, ask, command, work)


async def end_with_sessions(gateway: Gateway, ended: Ended, transaction: Transaction) -> None:
    """Part of the ending of sessions: their devices are told nothing more."""
    await gateway.push_endpoints.remove_of_sessions(ended.holder_id, ended.session_ids, transaction)


def masked_target(kind: EndpointKind, target: PushTarget) -> str:
    """Enough for a holder to tell his own apart."""
    match kind:
        case EndpointKind.WEB_PUSH:
            return urlsplit(target.address).hostname or ""
        case EndpointKind.EMAIL:
            return mask("email", target.address)
        case EndpointKind.VENDOR:
            return mask("push_token", target.address)


async def _devices(gateway: Gateway, holder_id: str, transaction: Transaction) -> list[Document]:
    own = await gateway.push_endpoints.load_of_holders([holder_id], MAX_READ, transaction)
    return [one for one in own if one["kind"] in DEVICES]
