"""Logging in, as a stored state machine. Pure: which event leads from which state to which.

    STARTED ──name confirmed─────────────────────────────► REAL_NAME
       │                                                      ▲
       └─name confirmed, physical card─► SECOND_PROOF_DUE     │
                                          │    ▲              │
                                     code sent │ code sent    │ code confirmed
                                          ▼    │ again        │
                                        SECOND_PROOF_SENT ────┘
    REAL_NAME ──consent given──► CONSENTED ──check started──► CHALLENGED
                                    ▲                          │  ▲  │
                                    └──────proof refused───────┘  └──┘ check started again
                                                               │
                                                          proof accepted
                                                               ▼
                                  COMPLETED ◄──completed── VERIFIED

A step takes a limited number of attempts (MAX_…); used up, the flow stays where it is and another
must be started. A flow past its expiry is over, whatever its state.
A step-up flow starts at CONSENTED, or at REAL_NAME when the consent on file is of an older version.
REAL_NAME and what follows is assurance REAL_NAME; only COMPLETED makes tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

FLOW_LIFETIME = timedelta(minutes=10)
COMPLETION_GRACE = timedelta(seconds=20)
"""How long a completed flow, asked again, still gives the same answer."""
MAX_NAME_ATTEMPTS = 5
MAX_CODE_ATTEMPTS = 5
MAX_CODE_SENDS = 3
MAX_PERSON_ATTEMPTS = 3
MAX_CHECK_STARTS = 6


class FlowKind(StrEnum):
    LOGIN = "LOGIN"
    STEP_UP = "STEP_UP"


class FlowState(StrEnum):
    STARTED = "STARTED"
    SECOND_PROOF_DUE = "SECOND_PROOF_DUE"
    SECOND_PROOF_SENT = "SECOND_PROOF_SENT"
    REAL_NAME = "REAL_NAME"
    CONSENTED = "CONSENTED"
    CHALLENGED = "CHALLENGED"
    VERIFIED = "VERIFIED"
    COMPLETED = "COMPLETED"


class FlowEvent(StrEnum):
    NAME_CONFIRMED = "NAME_CONFIRMED"
    NAME_CONFIRMED_CARD_EXISTS = "NAME_CONFIRMED_CARD_EXISTS"
    CODE_SENT = "CODE_SENT"
    CODE_CONFIRMED = "CODE_CONFIRMED"
    CONSENT_GIVEN = "CONSENT_GIVEN"
    CHECK_STARTED = "CHECK_STARTED"
    PROOF_REFUSED = "PROOF_REFUSED"
    PROOF_ACCEPTED = "PROOF_ACCEPTED"
    COMPLETED = "COMPLETED"


_S, _E = FlowState, FlowEvent

TRANSITIONS: Mapping[tuple[FlowState, FlowEvent], FlowState] = {
    (_S.STARTED, _E.NAME_CONFIRMED): _S.REAL_NAME,
    (_S.STARTED, _E.NAME_CONFIRMED_CARD_EXISTS): _S.SECOND_PROOF_DUE,
    (_S.SECOND_PROOF_DUE, _E.CODE_SENT): _S.SECOND_PROOF_SENT,
    (_S.SECOND_PROOF_SENT, _E.CODE_SENT): _S.SECOND_PROOF_SENT,
    (_S.SECOND_PROOF_SENT, _E.CODE_CONFIRMED): _S.REAL_NAME,
    (_S.REAL_NAME, _E.CONSENT_GIVEN): _S.CONSENTED,
    (_S.CONSENTED, _E.CHECK_STARTED): _S.CHALLENGED,
    (_S.CHALLENGED, _E.CHECK_STARTED): _S.CHALLENGED,
    (_S.CHALLENGED, _E.PROOF_REFUSED): _S.CONSENTED,
    (_S.CHALLENGED, _E.PROOF_ACCEPTED): _S.VERIFIED,
    (_S.VERIFIED, _E.COMPLETED): _S.COMPLETED,
}


def next_state(state: FlowState, event: FlowEvent) -> FlowState | None:
    """Where `event` leads from `state`, or None where it is out of order."""
    return TRANSITIONS.get((state, event))


def states_before(event: FlowEvent) -> tuple[FlowState, ...]:
    """The states in which `event` is in order: what a conditional write matches on."""
    return tuple(state for state, possible in TRANSITIONS if possible is event)
