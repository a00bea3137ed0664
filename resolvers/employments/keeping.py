"""Keeping employments in step with permits, in the transaction that changes either of them.

The holder is locked by the caller, or registered in the same transaction: so no two changes of one
holder's permits meet here.
"""

from __future__ import annotations

from auth.master_keys import WrapBroken
from auth.mongo import Document, Transaction
from auth.sealing import HolderVault
from resolvers.employments.name_digests import (
    NameDigests,
    frozen_fields,
    name_digests,
    registered_name,
    registered_number,
)
from resolvers.employments.planning import planned_writes
from resolvers.gateway import Gateway
from resolvers.rules.names import RegisteredName


async def keep_employments(gateway: Gateway, holder_id: str, transaction: Transaction) -> bool:
    """Store what the holder's permits say; whether anything was not in step. To be called after
    every change of a permit."""
    permits = await gateway.sponsored_permits.load(holder_id, transaction)
    employments = await gateway.employments.load_of_holder(holder_id, transaction)
    name, number = await _found_by(gateway, holder_id, transaction)

    def digests_for(employer_id: str) -> NameDigests:
        return name_digests(gateway.digester, employer_id, name, number)

    writes = planned_writes(
        permits, employments, digests_for, lambda: gateway.new_id("emt"), gateway.now()
    )
    if writes.inserts:
        await gateway.employments.insert(writes.inserts, transaction)
    for employment_id, fields in writes.changes.items():
        await gateway.employments.change(employment_id, fields, transaction)
    if writes.removals:
        await gateway.employments.remove(writes.removals, transaction)
    if writes.permits:
        await gateway.sponsored_permits.set_employments(writes.permits, transaction)
    return bool(writes.inserts or writes.changes or writes.removals or writes.permits)


async def rename_in_employments(
    gateway: Gateway,
    holder_id: str,
    vault: HolderVault,
    former: RegisteredName,
    name: RegisteredName,
    transaction: Transaction,
) -> None:
    """A new name, before it is stored: who sponsors the holder now finds it under that one, and
    whoever did before keeps the name that he knew, ended by mere expiry or not."""
    await keep_employments(gateway, holder_id, transaction)
    now = gateway.now()
    _, number = await _found_by(gateway, holder_id, transaction)
    for employment in await gateway.employments.load_of_holder(holder_id, transaction):
        if now < employment["ends_at"]:
            made = name_digests(gateway.digester, employment["employer_id"], name, number)
            await gateway.employments.change(employment["_id"], made.fields, transaction)
            await gateway.sponsored_permits.set_name(
                holder_id, employment["_id"], made.repeated, transaction
            )
        elif employment["name"] is None:
            frozen = frozen_fields(vault, former)
            await gateway.employments.change(employment["_id"], frozen, transaction)


async def _found_by(
    gateway: Gateway, holder_id: str, transaction: Transaction
) -> tuple[RegisteredName | None, str | None]:
    """The holder's name and work permit number."""
    holder: Document | None = await gateway.registration.find(holder_id, transaction)
    wrapped = await gateway.holder_keys.find(holder_id, transaction)
    if wrapped is None:
        return None, None
    try:
        vault = gateway.sealer.vault_for(holder_id, wrapped)
    except WrapBroken:
        return None, None
    return registered_name(holder, vault), registered_number(holder, vault)
