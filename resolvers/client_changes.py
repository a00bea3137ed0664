"""A client's keys rotated, and what it is held to changed, by an administrator. Both are audited.

A live token never means more than its client may: when scopes are taken away, or anything changes
that each request is judged by, the client gets a new token family in the same transaction, and the
tokens of the old one stop everywhere within a second (`auth/known_terms.py` says why it must). More
scopes, other addresses and other keys leave live tokens alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from auth.audit import AuditAction, AuditLine
from auth.client_keys import MAX_KEYS, ClientKey
from auth.client_terms import ClientLimits
from auth.clients import Client
from auth.mongo import DuplicateKeyError, Transaction, in_transaction
from auth.scopes import ClientScope
from auth.stored_keys import MAX_KEYS_EVER, RetiredKey
from resolvers.gateway import Ask, Gateway, append_audit


class ChangeFault(StrEnum):
    NOT_FOUND = "NOT_FOUND"
    REVOKED = "REVOKED"
    KEY_TAKEN = "KEY_TAKEN"
    """It is or was another client's, or was retired."""
    KID_TAKEN = "KID_TAKEN"
    """This client has or had another key of that name."""
    TOO_MANY_KEYS = "TOO_MANY_KEYS"
    TOO_MANY_EVER = "TOO_MANY_EVER"
    NO_SUCH_KEY = "NO_SUCH_KEY"
    LAST_KEY = "LAST_KEY"


@dataclass(frozen=True)
class ClientChanged:
    """`changed` names what is other than before; `ends_tokens` says whether live tokens stop."""

    client: Client
    changed: tuple[str, ...] = ()
    ends_tokens: bool = False


@dataclass(frozen=True)
class NewTerms:
    """None leaves a thing as it is; `any_document` lifts the list. All is checked and sorted."""

    callbacks: tuple[str, ...] | None = None
    allowed_documents: tuple[str, ...] | None = None
    any_document: bool = False
    limits: ClientLimits | None = None
    requires_dpop: bool | None = None
    scopes: tuple[ClientScope, ...] | None = None


_Amend = Callable[[Client], Client | ChangeFault]


async def change_client(
    gateway: Gateway, ask: Ask, client_id: str, wanted: NewTerms
) -> ClientChanged | ChangeFault:
    def amend(client: Client) -> Client:
        documents = client.allowed_documents
        if wanted.any_document or wanted.allowed_documents is not None:
            documents = wanted.allowed_documents
        dpop = client.requires_dpop if wanted.requires_dpop is None else wanted.requires_dpop
        return replace(
            client,
            callbacks=client.callbacks if wanted.callbacks is None else wanted.callbacks,
            allowed_documents=documents,
            limits=wanted.limits or client.limits,
            requires_dpop=dpop,
            scopes=client.scopes if wanted.scopes is None else wanted.scopes,
        )

    return await _amended(gateway, ask, client_id, AuditAction.CLIENT_CHANGED, amend)


async def add_keys(
    gateway: Gateway, ask: Ask, client_id: str, keys: tuple[ClientKey, ...]
) -> ClientChanged | ChangeFault:
    """Keys that it has already are left as they are."""

    def amend(client: Client) -> Client | ChangeFault:
        new = [key for key in keys if key not in client.keys]
        had = [*client.keys, *(one.key for one in client.retired_keys)]
        if {key.fingerprint for key in new} & {key.fingerprint for key in had}:
            return ChangeFault.KEY_TAKEN
        if {key.kid for key in new} & {key.kid for key in had}:
            return ChangeFault.KID_TAKEN
        if len(client.keys) + len(new) > MAX_KEYS:
            return ChangeFault.TOO_MANY_KEYS
        if len(had) + len(new) > MAX_KEYS_EVER:
            return ChangeFault.TOO_MANY_EVER
        return replace(client, keys=(*client.keys, *new))

    return await _amended(gateway, ask, client_id, AuditAction.CLIENT_KEYS_ADDED, amend)


async def retire_key(
    gateway: Gateway, ask: Ask, client_id: str, kid: str, *, end_tokens: bool = False
) -> ClientChanged | ChangeFault:
    """It proves the client no more, from the next assertion on. Tokens that it got live on for
    their five minutes unless they are to end."""
    now = gateway.now()

    def amend(client: Client) -> Client | ChangeFault:
        key = client.key(kid)
        if key is None:
            return ChangeFault.NO_SUCH_KEY
        if len(client.keys) == 1:
            return ChangeFault.LAST_KEY
        kept = tuple(one for one in client.keys if one != key)
        return replace(client, keys=kept, retired_keys=_with(client, key, now))

    return await _amended(
        gateway, ask, client_id, AuditAction.CLIENT_KEY_RETIRED, amend, end_tokens=end_tokens
    )


def _with(client: Client, key: ClientKey, now: datetime) -> tuple[RetiredKey, ...]:
    return (*client.retired_keys, RetiredKey(key, now))


async def _amended(
    gateway: Gateway,
    ask: Ask,
    client_id: str,
    action: AuditAction,
    amend: _Amend,
    *,
    end_tokens: bool = False,
) -> ClientChanged | ChangeFault:
    """One transaction: the client, its new family if it needs one, and the audit line."""
    session_id = gateway.new_id("ses")

    async def work(transaction: Transaction) -> ClientChanged | ChangeFault:
        before = await gateway.clients.find(client_id, transaction)
        if before is None:
            return ChangeFault.NOT_FOUND
        if not before.is_active:
            return ChangeFault.REVOKED
        after = amend(before)
        if isinstance(after, ChangeFault):
            return after
        changed = _changed(before, after)
        if not changed:
            return ClientChanged(before)
        ends_tokens = end_tokens or not _keeps_tokens(before, after)
        if ends_tokens:
            after = replace(after, session_id=session_id)
        await gateway.clients.amend(before, after, transaction)
        objects = (client_id, before.employer_id, *_key_names(before, after))
        fields = tuple(f"employer_clients.{name}" for name in changed)
        line = AuditLine(action, None, objects=objects, fields=fields)
        await append_audit(gateway, ask, line, transaction=transaction)
        return ClientChanged(after, changed, ends_tokens)

    try:
        return await in_transaction(gateway.database, work)
    except DuplicateKeyError:  # the index of keys: another client has or had one of them
        return ChangeFault.KEY_TAKEN


def _keeps_tokens(before: Client, after: Client) -> bool:
    return before.terms == after.terms and set(before.scopes) <= set(after.scopes)


_FIELDS = ("keys", "callbacks", "allowed_documents", "limits", "requires_dpop", "scopes")


def _changed(before: Client, after: Client) -> tuple[str, ...]:
    return tuple(name for name in _FIELDS if getattr(before, name) != getattr(after, name))


def _key_names(before: Client, after: Client) -> list[str]:
    """Of the keys that were added or retired, by their fingerprints: a kid may be any text."""
    other = set(before.keys) ^ set(after.keys)
    return sorted(f"key:{key.fingerprint.hex()[:32]}" for key in other)
