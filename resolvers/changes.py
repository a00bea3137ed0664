"""Every change runs here: what it writes, its audit lines, its outgoing events and the answer to
a repeated request are one transaction, all of it or nothing.

A request that its caller repeats with the same key and input finds the first one's result and
changes nothing; the same key with another input is refused. A refusal changes nothing and leaves
one audit line.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from auth.audit import AuditAction, AuditLine
from auth.mongo import DuplicateKeyError, Transaction, in_transaction
from auth.principal import PrincipalKind
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.refusals import RefusalCode, Refused
from resolvers.store.idempotency import KeptResult
from resolvers.store.outgoing_events import Event, encode_event


@dataclass(frozen=True)
class Command:
    """One mutation as asked for: its name in the graph, the caller's key, and a keyed digest of
    its whole input."""

    name: str
    idempotency_key: str
    fingerprint: bytes


@dataclass(frozen=True)
class Changed:
    """What was written: the document that the answer shows, and what is told of it; no lines where
    it stood already."""

    object_id: str
    lines: Sequence[AuditLine]
    events: Sequence[Event] = ()


@dataclass(frozen=True)
class Done:
    """The change stands, by this request or by an earlier one with the same key."""

    object_id: str


Work = Callable[[Transaction], Coroutine[Any, Any, Changed | Refused]]
"""Reads and writes in the transaction. It runs again after a conflict: make ids outside."""


async def change(gateway: Gateway, ask: Ask, command: Command, work: Work) -> Done | Refused:
    key = _key(gateway, ask, command)
    now = gateway.now()
    # Made outside, so that a transaction run again writes the same ids.
    event_ids = _Ids(gateway, "evt")

    async def attempt(transaction: Transaction) -> Done | Refused:
        kept = await gateway.idempotency.find(key, now, transaction)
        if kept is not None:
            return _answer_again(kept, command)
        outcome = await work(transaction)
        if isinstance(outcome, Refused):
            await transaction.abort_transaction()
            return outcome
        if outcome.lines:
            await append_audit(gateway, ask, *outcome.lines, transaction=transaction)
        if outcome.events:
            await gateway.events.append(
                [
                    encode_event(event_ids.of(place), event, now, ask.principal.kind)
                    for place, event in enumerate(outcome.events)
                ],
                transaction,
            )
        result = KeptResult(command.name, command.fingerprint, outcome.object_id)
        await gateway.idempotency.keep(key, result, now, transaction)
        return Done(outcome.object_id)

    try:
        done = await in_transaction(gateway.database, attempt)
    except DuplicateKeyError:
        # Two first requests with one key met, or a unique index of the change itself spoke after
        # our snapshot: now the other one's writes are visible.
        done = await in_transaction(gateway.database, attempt)
    if isinstance(done, Refused):
        await _audit_refusal(gateway, ask, command, done)
    return done


def _key(gateway: Gateway, ask: Ask, command: Command) -> bytes:
    """An employer's clients know nothing of each other's keys: each has its own. A holder's
    request may be repeated from whichever device."""
    principal = ask.principal
    caller = f"{principal.kind}\x1f{principal.subject}"
    if principal.kind is PrincipalKind.EMPLOYER:
        caller += f"\x1f{principal.client_id}"
    whose = f"{caller}\x1f{command.idempotency_key}"
    return gateway.digester.blind("idempotency", whose).value


def _answer_again(kept: KeptResult, command: Command) -> Done | Refused:
    if kept.command != command.name or kept.fingerprint != command.fingerprint:
        return Refused(RefusalCode.IDEMPOTENCY_KEY_REUSED)
    return Done(kept.object_id)


async def _audit_refusal(gateway: Gateway, ask: Ask, command: Command, refused: Refused) -> None:
    line = refused.line or AuditLine(
        AuditAction.CHANGE_REFUSED,
        refused.holder_id,
        result=str(refused.code),
        objects=() if refused.object_id is None else (refused.object_id,),
        fields=(command.name,),
    )
    await append_audit(gateway, ask, line)


class _Ids:
    """The same id for the same place, however often the transaction runs."""

    def __init__(self, gateway: Gateway, prefix: str) -> None:
        self._gateway = gateway
        self._prefix = prefix
        self._made: list[str] = []

    def of(self, place: int) -> str:
        while len(self._made) <= place:
            self._made.append(self._gateway.new_id(self._prefix))
        return self._made[place]
