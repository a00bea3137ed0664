"""Keys of holders' devices: registered with a proof of possession, and removed.

A key ends with the session that registered it. One that another holder registers anew is that
holder's from then on: the phone was handed on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from auth.audit import AuditAction, AuditLine
from auth.client_keys import ClientKey
from auth.device_proofs import NONCE_LIFETIME, Nonce
from auth.mongo import Transaction
from auth.sessions import Ended
from resolvers.changes import Changed, Command, Done, change
from resolvers.gateway import Ask, Gateway
from resolvers.refusals import RefusalCode, Refused
from resolvers.store.device_keys import NewDeviceKey, encode_device_key
from resolvers.store.outgoing_events import Event, EventKind

MAX_DEVICE_KEYS: Final = 5
NONCE_USE: Final = "device_key_nonce"


@dataclass(frozen=True)
class BegunRegistration:
    """What the device is to sign."""

    nonce: str = field(repr=False)
    audience: str
    session_id: str
    expires_at: datetime


def begin_registration(gateway: Gateway, ask: Ask) -> BegunRegistration:
    """Nothing is stored until the nonce is used."""
    now, session_id = gateway.now(), ask.principal.own_session_id()
    proofs = gateway.credential_services.proofs
    nonce = proofs.nonce(session_id, gateway.new_id("non"), now)
    return BegunRegistration(nonce, proofs.audience, session_id, now + NONCE_LIFETIME)


async def register_device_key(
    gateway: Gateway, ask: Ask, command: Command, key: ClientKey | None, proof: str
) -> Done | Refused:
    """`key` is None for what is no key of a kind that we take. A session has one key: the new one
    takes the place of the former."""
    holder_id, session_id = ask.principal.holder_id(), ask.principal.own_session_id()
    now, services = gateway.now(), gateway.credential_services
    nonce = None if key is None else services.proofs.proved(proof, key, session_id, now)
    key_id = gateway.new_id("dvk")

    async def work(transaction: Transaction) -> Changed | Refused:
        if key is None:
            return Refused(RefusalCode.BAD_DEVICE_KEY, None, holder_id)
        if nonce is None or not await _use(gateway, nonce, session_id, transaction):
            return Refused(RefusalCode.DEVICE_PROOF_REFUSED, None, holder_id)
        new = NewDeviceKey(key_id, holder_id, session_id, key)
        return await _put(gateway, new, now, transaction)

    return await change(gateway, ask, command, work)


async def _use(gateway: Gateway, nonce: Nonce, session_id: str, transaction: Transaction) -> bool:
    return await gateway.credential_services.used.burn_within(
        NONCE_USE, session_id, nonce.nonce_id, nonce.expires_at, transaction
    )


async def _put(
    gateway: Gateway, new: NewDeviceKey, now: datetime, transaction: Transaction
) -> Changed | Refused:
    keys = gateway.credential_services.keys
    # Whoever registers for the same holder at once would count the same keys.
    await gateway.holders.lock(new.holder_id, transaction)
    same = await keys.find_same(new.key.fingerprint, transaction)
    own = await keys.load_of_holder(new.holder_id, transaction)
    is_known = same is not None and same["holder_id"] == new.holder_id
    key_id = same["_id"] if same is not None and is_known else new.key_id
    others = [one for one in own if one["_id"] != key_id]
    former = [one for one in others if one["session_id"] == new.session_id]
    if len(others) - len(former) >= MAX_DEVICE_KEYS:
        return Refused(RefusalCode.TOO_MANY_DEVICE_KEYS, None, new.holder_id)
    lines = [AuditLine(AuditAction.DEVICE_KEY_REGISTERED, new.holder_id, objects=(key_id,))]
    for one in former:
        await keys.remove(one["_id"], new.holder_id, transaction)
        lines.append(_removed(new.holder_id, one["_id"], "REPLACED"))
    if same is not None and not is_known:
        await keys.remove(same["_id"], same["holder_id"], transaction)
        lines.append(_removed(same["holder_id"], same["_id"], "TAKEN_OVER"))
    if is_known:
        await keys.renew(key_id, new.session_id, now, transaction)
    else:
        await keys.insert(encode_device_key(new, now), transaction)
    event = Event(EventKind.DEVICE_KEY_REGISTERED, key_id, new.holder_id)
    return Changed(key_id, lines, [event])


def _removed(holder_id: str, key_id: str, result: str) -> AuditLine:
    return AuditLine(AuditAction.DEVICE_KEY_REMOVED, holder_id, result, (key_id,))


async def remove_device_key(
    gateway: Gateway, ask: Ask, command: Command, key_id: str
) -> Done | Refused:
    """What was issued to it holds no longer, from the next status list on."""
    holder_id = ask.principal.holder_id()

    async def work(transaction: Transaction) -> Changed | Refused:
        keys = gateway.credential_services.keys
        if not await keys.remove(key_id, holder_id, transaction):
            return Refused(RefusalCode.NOT_FOUND, None, holder_id)
        line = AuditLine(AuditAction.DEVICE_KEY_REMOVED, holder_id, objects=(key_id,))
        return Changed(key_id, [line])

    return await change(gateway, ask, command, work)


async def end_keys_with_sessions(gateway: Gateway, ended: Ended, transaction: Transaction) -> None:
    """Part of the ending of sessions: a device that is logged out shows nothing any more."""
    await gateway.credential_services.keys.remove_of_sessions(
        ended.holder_id, ended.session_ids, transaction
    )
