"""Standing grants: what an employer asks to see, and what the holder lets it see. Pure.

An ask is answered within 30 days or lapses; a grant stands for a year at most, and never longer
than the employment in which it was asked. What follows from the clock is computed, not stored.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from resolvers.rules.bundles import Bundle
from resolvers.rules.permit_status import shanghai_day
from resolvers.rules.state_machine import Machine, Party, edges

ASK_LIFETIME: Final = timedelta(days=30)
MAX_GRANT_DAYS: Final = 365
MAX_OPEN_ASKS: Final = 3
"""Of one employer to one holder, each for another purpose."""
ASKING_SPAN: Final = timedelta(days=30)
MAX_ASKS_IN_SPAN: Final = 10
"""However they were answered: nobody is asked until he gives in."""
MAX_REASON_LENGTH: Final = 500


class GrantState(StrEnum):
    """What somebody decided. RETRACTED: the employer took the ask back. REPLACED: the holder
    accepted a later ask of the same employer for the same purpose."""

    ASKED = "ASKED"
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    LAPSED = "LAPSED"
    RETRACTED = "RETRACTED"
    WITHDRAWN = "WITHDRAWN"
    REPLACED = "REPLACED"


class GrantStatus(StrEnum):
    """What a grant is worth at an instant. STANDING: the employer may read. EXPIRED: its time is
    over. EMPLOYMENT_ENDED: the employer sponsors the holder no more."""

    ASKED = "ASKED"
    STANDING = "STANDING"
    REFUSED = "REFUSED"
    LAPSED = "LAPSED"
    RETRACTED = "RETRACTED"
    WITHDRAWN = "WITHDRAWN"
    REPLACED = "REPLACED"
    EXPIRED = "EXPIRED"
    EMPLOYMENT_ENDED = "EMPLOYMENT_ENDED"


class GrantEvent(StrEnum):
    ACCEPT = "ACCEPT"
    REFUSE = "REFUSE"
    LAPSE = "LAPSE"
    RETRACT = "RETRACT"
    WITHDRAW = "WITHDRAW"
    REPLACE = "REPLACE"


class GrantStep(StrEnum):
    """What a record is kept of: the ask that begins a grant, and every event after it."""

    ASK = "ASK"
    ACCEPT = "ACCEPT"
    REFUSE = "REFUSE"
    LAPSE = "LAPSE"
    RETRACT = "RETRACT"
    WITHDRAW = "WITHDRAW"
    REPLACE = "REPLACE"


_S, _E = GrantState, GrantEvent

GRANT_MACHINE = Machine(
    name="grant",
    states=GrantState,
    events=GrantEvent,
    initial=(_S.ASKED,),
    transitions=(
        *edges(_E.ACCEPT, [_S.ASKED], _S.GRANTED, Party.HOLDER),
        *edges(_E.REFUSE, [_S.ASKED], _S.REFUSED, Party.HOLDER),
        *edges(_E.RETRACT, [_S.ASKED], _S.RETRACTED, Party.EMPLOYER),
        *edges(_E.LAPSE, [_S.ASKED], _S.LAPSED, Party.SYSTEM),
        *edges(_E.WITHDRAW, [_S.GRANTED], _S.WITHDRAWN, Party.HOLDER),
        *edges(_E.REPLACE, [_S.GRANTED], _S.REPLACED, Party.SYSTEM),
    ),
)

GRANT_FACTS: Final = ("state", "lapses_at", "expires_at")
"""What `grant_status` needs of a stored grant."""


def grant_status(
    grant: Mapping[str, Any], employment_ends_at: datetime | None, now: datetime
) -> GrantStatus:
    """`employment_ends_at` is None where there is no such employment any more."""
    state = GrantState(grant["state"])
    is_over = employment_ends_at is None or now >= employment_ends_at
    match state:
        case GrantState.ASKED:
            if now >= grant["lapses_at"]:
                return GrantStatus.LAPSED
            return GrantStatus.EMPLOYMENT_ENDED if is_over else GrantStatus.ASKED
        case GrantState.GRANTED:
            if now >= grant["expires_at"]:
                return GrantStatus.EXPIRED
            return GrantStatus.EMPLOYMENT_ENDED if is_over else GrantStatus.STANDING
        case _:
            return GrantStatus(state.value)


class GrantFault(StrEnum):
    """Why an ask or an answer is not well-formed."""

    NO_BUNDLES = "NO_BUNDLES"
    NOT_ASKED_FOR = "NOT_ASKED_FOR"
    BAD_UNTIL = "BAD_UNTIL"


def fault_of_ask(bundles: Collection[Bundle], until: date, now: datetime) -> GrantFault | None:
    """`until` is the last day, in Asia/Shanghai: today at the earliest, in a year at the latest."""
    if not bundles:
        return GrantFault.NO_BUNDLES
    return None if 0 <= (until - shanghai_day(now)).days <= MAX_GRANT_DAYS else GrantFault.BAD_UNTIL


@dataclass(frozen=True)
class Asked:
    bundles: frozenset[Bundle]
    until: date


def fault_of_answer(
    asked: Asked, bundles: Collection[Bundle], until: date, now: datetime
) -> GrantFault | None:
    """In whole or in part: none but what was asked for, and no longer."""
    if not bundles:
        return GrantFault.NO_BUNDLES
    if not set(bundles) <= asked.bundles:
        return GrantFault.NOT_ASKED_FOR
    return None if shanghai_day(now) <= until <= asked.until else GrantFault.BAD_UNTIL
