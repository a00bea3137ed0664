"""The lives of an electronic card, a physical card and an order, as machines (FACTS.md). Pure.

The social side alone: the bank side of a physical card has its own state, which no event here
touches. Issuing, making and ordering are the beginnings and so the initial states.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from resolvers.rules.state_machine import Machine, Party, edges
from resolvers.vocabulary import CardOrderState, CardState


class ElectronicState(StrEnum):
    """The states of `CardState` that an electronic card has."""

    NORMAL = CardState.NORMAL.value
    SUSPENDED = CardState.SUSPENDED.value
    CANCELLED = CardState.CANCELLED.value


class ElectronicEvent(StrEnum):
    """SUSPEND of a suspended card makes the suspension the holder's own: it then outlasts the loss
    of the physical card."""

    SUSPEND = "SUSPEND"
    REACTIVATE = "REACTIVATE"
    CANCEL = "CANCEL"


_ES, _EE = ElectronicState, ElectronicEvent

ELECTRONIC_MACHINE = Machine(
    name="electronic_card",
    states=ElectronicState,
    events=ElectronicEvent,
    initial=(_ES.NORMAL,),
    transitions=(
        *edges(_EE.SUSPEND, [_ES.NORMAL], _ES.SUSPENDED, Party.HOLDER, Party.SYSTEM),
        *edges(_EE.SUSPEND, [_ES.SUSPENDED], _ES.SUSPENDED, Party.HOLDER),
        *edges(_EE.REACTIVATE, [_ES.SUSPENDED], _ES.NORMAL, Party.HOLDER, Party.SYSTEM),
        *edges(
            *(_EE.CANCEL, [_ES.NORMAL, _ES.SUSPENDED], _ES.CANCELLED),
            *(Party.HOLDER, Party.SYSTEM),
        ),
    ),
)


class PhysicalState(StrEnum):
    """The states of `CardState` that a physical card has."""

    SEALED = CardState.SEALED.value
    NORMAL = CardState.NORMAL.value
    PIN_LOCKED = CardState.PIN_LOCKED.value
    TEMPORARILY_LOST = CardState.TEMPORARILY_LOST.value
    LOST = CardState.LOST.value
    VOID = CardState.VOID.value
    CANCELLED = CardState.CANCELLED.value


class PhysicalEvent(StrEnum):
    """REPLACE: a successor is ordered, and nothing changes yet. SUPERSEDE: it is activated."""

    ACTIVATE = "ACTIVATE"
    UNLOCK_PIN = "UNLOCK_PIN"
    REPORT_TEMPORARY_LOSS = "REPORT_TEMPORARY_LOSS"
    RELEASE = "RELEASE"
    REPORT_LOSS = "REPORT_LOSS"
    FOUND = "FOUND"
    LOCK_PIN = "LOCK_PIN"
    REPLACE = "REPLACE"
    SUPERSEDE = "SUPERSEDE"
    CANCEL = "CANCEL"


_PS, _PE = PhysicalState, PhysicalEvent

PHYSICAL_MACHINE = Machine(
    name="physical_card",
    states=PhysicalState,
    events=PhysicalEvent,
    initial=(_PS.SEALED,),
    transitions=(
        *edges(_PE.ACTIVATE, [_PS.SEALED], _PS.NORMAL, Party.COUNTER),
        *edges(_PE.UNLOCK_PIN, [_PS.PIN_LOCKED], _PS.NORMAL, Party.COUNTER),
        *edges(_PE.REPORT_TEMPORARY_LOSS, [_PS.NORMAL], _PS.TEMPORARILY_LOST, Party.HOLDER),
        *edges(
            *(_PE.RELEASE, [_PS.TEMPORARILY_LOST], _PS.NORMAL),
            *(Party.HOLDER, Party.COUNTER, Party.SYSTEM),
        ),
        *edges(
            *(_PE.REPORT_LOSS, [_PS.NORMAL, _PS.PIN_LOCKED, _PS.TEMPORARILY_LOST], _PS.LOST),
            Party.COUNTER,
        ),
        *edges(_PE.FOUND, [_PS.LOST], _PS.NORMAL, Party.COUNTER),
        *edges(_PE.LOCK_PIN, [_PS.NORMAL], _PS.PIN_LOCKED, Party.COUNTER),
        *edges(_PE.REPLACE, [_PS.NORMAL], _PS.NORMAL, Party.HOLDER, Party.COUNTER),
        *edges(_PE.REPLACE, [_PS.PIN_LOCKED], _PS.PIN_LOCKED, Party.HOLDER, Party.COUNTER),
        *edges(_PE.REPLACE, [_PS.LOST], _PS.LOST, Party.HOLDER, Party.COUNTER),
        *edges(
            _PE.SUPERSEDE,
            [_PS.NORMAL, _PS.PIN_LOCKED, _PS.TEMPORARILY_LOST, _PS.LOST],
            _PS.VOID,
            Party.SYSTEM,
        ),
        *edges(
            _PE.CANCEL,
            [_PS.SEALED, _PS.NORMAL, _PS.PIN_LOCKED, _PS.LOST],
            _PS.CANCELLED,
            Party.COUNTER,
        ),
    ),
)


class OrderEvent(StrEnum):
    ACCEPT_PHOTO = "ACCEPT_PHOTO"
    REFUSE_PHOTO = "REFUSE_PHOTO"
    MAKE = "MAKE"
    MARK_READY = "MARK_READY"
    SEND = "SEND"
    COLLECT = "COLLECT"
    CANCEL = "CANCEL"


_OS, _OE = CardOrderState, OrderEvent
_UNCHECKED = (_OS.ORDERED, _OS.PHOTO_REFUSED)

ORDER_MACHINE = Machine(
    name="card_order",
    states=CardOrderState,
    events=OrderEvent,
    initial=(_OS.ORDERED,),
    transitions=(
        *edges(_OE.ACCEPT_PHOTO, _UNCHECKED, _OS.PHOTO_CHECKED, Party.COUNTER),
        *edges(_OE.REFUSE_PHOTO, _UNCHECKED, _OS.PHOTO_REFUSED, Party.COUNTER),
        *edges(_OE.MAKE, [_OS.PHOTO_CHECKED], _OS.MADE, Party.COUNTER),
        *edges(_OE.MARK_READY, [_OS.MADE], _OS.READY, Party.COUNTER),
        *edges(_OE.SEND, [_OS.MADE], _OS.SENT, Party.COUNTER),
        *edges(_OE.COLLECT, [_OS.MADE, _OS.READY, _OS.SENT], _OS.COLLECTED, Party.COUNTER),
        *edges(
            *(_OE.CANCEL, [*_UNCHECKED, _OS.PHOTO_CHECKED], _OS.CANCELLED),
            *(Party.HOLDER, Party.COUNTER),
        ),
        # The sealed card is cancelled with it, which only the counter does.
        *edges(_OE.CANCEL, [_OS.MADE, _OS.READY, _OS.SENT], _OS.CANCELLED, Party.COUNTER),
    ),
)

WAITING_ORDERS = (*_UNCHECKED, _OS.PHOTO_CHECKED)
"""Orders whose card is still to be made."""
OPEN_ORDERS = (*WAITING_ORDERS, _OS.MADE, _OS.READY, _OS.SENT)


def present_state(state: CardState, released_at: datetime | None, now: datetime) -> CardState:
    """The state at an instant: a temporary loss ends at `released_at` by itself, and with it the
    suspension that it caused, whenever somebody gets round to writing that down."""
    if released_at is None or now < released_at:
        return state
    if state in (CardState.TEMPORARILY_LOST, CardState.SUSPENDED):
        return CardState.NORMAL
    return state
