"""One holder's cards inside a transaction, and what becomes of one when another changes.

A lost or cancelled physical card makes the electronic one unusable in the same transaction; a loss
that is over brings back an electronic card that was suspended for that alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document, Transaction
from resolvers.gateway import Gateway
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.card_machines import (
    ELECTRONIC_MACHINE,
    PHYSICAL_MACHINE,
    ElectronicEvent,
    ElectronicState,
    PhysicalEvent,
    PhysicalState,
)
from resolvers.rules.card_rules import (
    LIVING_ELECTRONIC,
    current_physical,
    is_physical_lost,
    state_of,
)
from resolvers.rules.state_machine import Party
from resolvers.store.outgoing_events import Event, EventDetail, EventKind
from resolvers.vocabulary import CardCause, CardKind, CardState

ELECTRONIC_ACTIONS: Mapping[ElectronicEvent, AuditAction] = {
    ElectronicEvent.SUSPEND: AuditAction.CARD_SUSPENDED,
    ElectronicEvent.REACTIVATE: AuditAction.CARD_REACTIVATED,
    ElectronicEvent.CANCEL: AuditAction.CARD_CANCELLED,
}
PHYSICAL_ACTIONS: Mapping[PhysicalEvent, AuditAction] = {
    PhysicalEvent.ACTIVATE: AuditAction.CARD_ACTIVATED,
    PhysicalEvent.UNLOCK_PIN: AuditAction.CARD_PIN_UNLOCKED,
    PhysicalEvent.LOCK_PIN: AuditAction.CARD_PIN_LOCKED,
    PhysicalEvent.REPORT_TEMPORARY_LOSS: AuditAction.CARD_TEMPORARY_LOSS_REPORTED,
    PhysicalEvent.RELEASE: AuditAction.CARD_LOSS_RELEASED,
    PhysicalEvent.REPORT_LOSS: AuditAction.CARD_LOSS_REPORTED,
    PhysicalEvent.FOUND: AuditAction.CARD_FOUND,
    PhysicalEvent.SUPERSEDE: AuditAction.CARD_VOIDED,
    PhysicalEvent.CANCEL: AuditAction.CARD_CANCELLED,
}


class CardGone(Exception):
    """A card changed under a holder's lock; whoever writes cards must take the lock first."""


@dataclass
class HolderCards:
    """The cards of one holder, newest first, that no other transaction changes meanwhile. Collects
    what is to be told."""

    gateway: Gateway
    transaction: Transaction
    now: datetime
    holder_id: str
    cards: list[Document]
    lines: list[AuditLine] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @classmethod
    async def locked(
        cls, gateway: Gateway, holder_id: str, now: datetime, transaction: Transaction
    ) -> HolderCards:
        """With losses written down as over whose days are over."""
        await gateway.holders.lock(holder_id, transaction)
        cards = await gateway.cards.load_states(holder_id, transaction)
        held = cls(gateway, transaction, now, holder_id, cards)
        await held._settle()
        return held

    def card(self, card_id: str) -> Document:
        return next(card for card in self.cards if card["_id"] == card_id)

    @property
    def electronic(self) -> Document | None:
        """The living electronic card."""
        return next(
            (
                card
                for card in self.cards
                if card["kind"] == CardKind.ELECTRONIC and card["state"] in LIVING_ELECTRONIC
            ),
            None,
        )

    @property
    def physical(self) -> Document | None:
        return current_physical(self.cards)

    @property
    def is_physical_lost(self) -> bool:
        return is_physical_lost(self.cards, self.now)

    async def move_physical(
        self,
        card_id: str,
        event: PhysicalEvent,
        party: Party,
        changes: Mapping[str, Any] | None = None,
    ) -> Refused | None:
        """Follow an edge of the machine; WRONG_STATE where there is none for that party, or for a
        card that another has replaced."""
        card = self.card(card_id)
        transition = PHYSICAL_MACHINE.find(PhysicalState(card["state"]), event)
        if transition is None or party not in transition.parties:
            return self.refused(card_id, RefusalCode.WRONG_STATE)
        is_sealed = transition.source is PhysicalState.SEALED
        if not is_sealed and card is not self.physical:
            return self.refused(card_id, RefusalCode.WRONG_STATE)
        await self._turn(
            card,
            transition.target.value,
            PHYSICAL_ACTIONS[event],
            {"released_at": None, **(changes or {})},
            is_consequence=party is Party.SYSTEM,
        )
        return None

    async def move_electronic(
        self, card_id: str, event: ElectronicEvent, party: Party, cause: CardCause | None
    ) -> Refused | None:
        card = self.card(card_id)
        transition = ELECTRONIC_MACHINE.find(ElectronicState(card["state"]), event)
        if transition is None or party not in transition.parties:
            return self.refused(card_id, RefusalCode.WRONG_STATE)
        changes = {"cause": None if cause is None else str(cause), "released_at": None}
        await self._turn(
            card,
            transition.target.value,
            ELECTRONIC_ACTIONS[event],
            changes,
            is_consequence=party is Party.SYSTEM,
        )
        return None

    async def suspend_for_loss(self, released_at: datetime | None) -> None:
        """The physical card is lost, until `released_at` or for good. A card that the holder has
        suspended himself stays as it is."""
        card = self.electronic
        if card is None or card["cause"] == CardCause.HOLDER:
            return
        changes = {"cause": str(CardCause.PHYSICAL_CARD_LOST), "released_at": released_at}
        # Also of one that is suspended already: the loss may last longer now.
        action = AuditAction.CARD_SUSPENDED
        await self._turn(card, CardState.SUSPENDED.value, action, changes, is_consequence=True)

    async def bring_back(self) -> None:
        """The loss is over."""
        card = self.electronic
        if card is None or card["cause"] != CardCause.PHYSICAL_CARD_LOST or self.is_physical_lost:
            return
        await self.move_electronic(card["_id"], ElectronicEvent.REACTIVATE, Party.SYSTEM, None)

    async def cancel_with_physical(self) -> None:
        card = self.electronic
        if card is not None:
            cause = CardCause.PHYSICAL_CARD_CANCELLED
            await self.move_electronic(card["_id"], ElectronicEvent.CANCEL, Party.SYSTEM, cause)

    def refused(self, object_id: str, code: RefusalCode) -> Refused:
        return Refused(code, object_id, self.holder_id)

    def tell(
        self,
        action: AuditAction,
        kind: EventKind,
        object_id: str,
        *,
        city: str,
        related: Sequence[str] = (),
        detail: EventDetail | None = None,
    ) -> None:
        self.lines.append(AuditLine(action, self.holder_id, objects=(object_id, *related)))
        authority = f"human-resources-{city}"
        self.events.append(
            Event(
                kind,
                object_id,
                self.holder_id,
                authority=authority,
                related=related,
                detail=detail,
            )
        )

    async def _settle(self) -> None:
        for card in self.cards:
            state = state_of(card, self.now)
            if state == card["state"]:
                continue
            is_physical = card["kind"] == CardKind.PHYSICAL
            action = AuditAction.CARD_LOSS_RELEASED if is_physical else AuditAction.CARD_REACTIVATED
            ended = {"state_since": card["released_at"], "released_at": None, "cause": None}
            await self._write(card, state.value, ended)
            # The field says that the clock did it, not who asks.
            line = AuditLine(
                action, self.holder_id, objects=(card["_id"],), fields=("cards.released_at",)
            )
            self.lines.append(line)
            self._tell_changed(card, is_consequence=not is_physical)

    async def _turn(
        self,
        card: Document,
        state: str,
        action: AuditAction,
        changes: Mapping[str, Any],
        *,
        is_consequence: bool,
    ) -> None:
        since = {} if state == card["state"] else {"state_since": self.now}
        await self._write(card, state, {**since, **changes})
        self.lines.append(AuditLine(action, self.holder_id, objects=(card["_id"],)))
        self._tell_changed(card, is_consequence=is_consequence)

    async def _write(self, card: Document, state: str, changes: Mapping[str, Any]) -> None:
        written = {**changes, "state": state}
        moved = await self.gateway.cards.advance(card, written, self.now, self.transaction)
        if moved is None:
            raise CardGone
        card.update({**written, "revision": moved["revision"]})

    def _tell_changed(self, card: Document, *, is_consequence: bool) -> None:
        self.events.append(
            Event(
                EventKind.CARD_CHANGED,
                card["_id"],
                self.holder_id,
                authority=f"human-resources-{card['city']}",
                detail=EventDetail.CONSEQUENCE if is_consequence else None,
            )
        )
