"""Clients of employers, registered and revoked by an administrator. Both are audited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from auth.audit import AuditAction, AuditLine
from auth.client_keys import ClientKey
from auth.client_terms import USUAL_LIMITS, ClientLimits
from auth.clients import Client, ClientState
from auth.mongo import DuplicateKeyError, Transaction, in_transaction
from auth.scopes import ClientScope
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.store.employers import EmployerRecord
from resolvers.webhooks.subscribing import remove_of_client

SOURCE: Final = "onecard-gateway"
_ATTEMPTS: Final = 3


@dataclass(frozen=True)
class NewEmployer:
    """Public facts of an employer that is not known yet. `name` has `en` and `zh`."""

    name: Mapping[str, str]
    city: str


@dataclass(frozen=True)
class NewClient:
    """`credit_code` is canonical; `employer` is used only when nobody has that code. What the
    client is held to (from `callbacks` on) is checked, sorted and bounded (`auth.client_terms`)."""

    credit_code: str
    name: str
    keys: tuple[ClientKey, ...]
    scopes: tuple[ClientScope, ...]
    employer: NewEmployer | None = None
    callbacks: tuple[str, ...] = ()
    allowed_documents: tuple[str, ...] | None = None
    limits: ClientLimits = USUAL_LIMITS
    requires_dpop: bool = False


@dataclass(frozen=True)
class ClientRegistered:
    """`is_new` is false when it was registered just so before: nothing was changed then."""

    client: Client
    is_new: bool


class ClientRefusal(StrEnum):
    EMPLOYER_UNKNOWN = "EMPLOYER_UNKNOWN"
    KEY_TAKEN = "KEY_TAKEN"
    """A key belongs to another client, or to this one registered otherwise, or to a revoked one."""


class ClientRevocation(StrEnum):
    REVOKED = "REVOKED"
    REVOKED_BEFORE = "REVOKED_BEFORE"
    NOT_FOUND = "NOT_FOUND"


async def register_client(
    gateway: Gateway, ask: Ask, new: NewClient
) -> ClientRegistered | ClientRefusal:
    """One transaction: the client, its employer if that is new, and their audit lines."""
    employer_id = gateway.new_id("emp")
    client_id, session_id = gateway.new_id("cli"), gateway.new_id("ses")
    now = gateway.now()

    async def work(transaction: Transaction) -> ClientRegistered | ClientRefusal:
        known = await gateway.employers.find_id(new.credit_code, transaction)
        if known is None and new.employer is None:
            return ClientRefusal.EMPLOYER_UNKNOWN
        taken = await gateway.clients.find_by_keys(new.keys, transaction)
        if taken is not None:
            is_same = taken.is_active and taken.employer_id == known and _is_such(taken, new)
            return ClientRegistered(taken, is_new=False) if is_same else ClientRefusal.KEY_TAKEN
        lines = []
        if known is None and new.employer is not None:
            record = EmployerRecord(
                employer_id, new.credit_code, new.employer.name, new.employer.city, SOURCE, now
            )
            await gateway.employers.insert(record, transaction)
            lines.append(AuditLine(AuditAction.EMPLOYER_REGISTERED, None, objects=(employer_id,)))
        client = Client(
            client_id=client_id,
            employer_id=known or employer_id,
            name=new.name,
            keys=new.keys,
            scopes=new.scopes,
            state=ClientState.ACTIVE,
            session_id=session_id,
            created_at=now,
            callbacks=new.callbacks,
            allowed_documents=new.allowed_documents,
            limits=new.limits,
            requires_dpop=new.requires_dpop,
        )
        await gateway.clients.insert(client, transaction)
        told = (client_id, client.employer_id)
        lines.append(AuditLine(AuditAction.CLIENT_REGISTERED, None, objects=told))
        await append_audit(gateway, ask, *lines, transaction=transaction)
        return ClientRegistered(client, is_new=True)

    for _ in range(_ATTEMPTS):
        try:
            return await in_transaction(gateway.database, work)
        except DuplicateKeyError:  # another registration of the same was first: find it
            continue
    raise RuntimeError("a client was registered again and again")


def _is_such(client: Client, new: NewClient) -> bool:
    return (
        client.name == new.name
        and set(client.keys) == set(new.keys)
        and set(client.scopes) == set(new.scopes)
        and client.callbacks == new.callbacks
        and client.allowed_documents == new.allowed_documents
        and client.limits == new.limits
        and client.requires_dpop == new.requires_dpop
    )


async def revoke_client(gateway: Gateway, ask: Ask, client_id: str) -> ClientRevocation:
    """No more tokens at once, and its live ones stop everywhere within a second."""
    now = gateway.now()

    async def work(transaction: Transaction) -> bool:
        revoked = await gateway.clients.revoke(client_id, now, transaction)
        if revoked is None:
            return False
        told = (client_id, revoked.employer_id)
        line = AuditLine(AuditAction.CLIENT_REVOKED, None, objects=told)
        ended = await remove_of_client(gateway, client_id, transaction)
        await append_audit(gateway, ask, line, *ended, transaction=transaction)
        return True

    if await in_transaction(gateway.database, work):
        return ClientRevocation.REVOKED
    known = await gateway.clients.find(client_id)
    return ClientRevocation.NOT_FOUND if known is None else ClientRevocation.REVOKED_BEFORE
