"""The steps that a filer sees (FACTS.md), as a machine. Pure.

An application is returned at most once: that is a rule of the use case, as is that whoever
pre-checked or accepted a case does not decide it, and that a review is taken over only from an
officer who can no longer decide it.
"""

from __future__ import annotations

from enum import StrEnum

from resolvers.rules.state_machine import Machine, Party, edges
from resolvers.vocabulary import ApplicationState

_S = ApplicationState


class ApplicationEvent(StrEnum):
    UPDATE = "UPDATE"
    CONFIRM = "CONFIRM"
    SUBMIT = "SUBMIT"
    RETURN = "RETURN"
    PRE_CHECK = "PRE_CHECK"
    ACCEPT = "ACCEPT"
    START_REVIEW = "START_REVIEW"
    TAKE_OVER_REVIEW = "TAKE_OVER_REVIEW"
    APPROVE = "APPROVE"
    REJECT = "REJECT"
    WITHDRAW = "WITHDRAW"
    LAPSE = "LAPSE"


_E = ApplicationEvent

EDITABLE = (_S.DRAFT, _S.RETURNED)
"""Where the filer may change statements and papers."""
OPEN = (
    *(_S.DRAFT, _S.SUBMITTED, _S.RETURNED),
    *(_S.PRE_CHECKED, _S.ACCEPTED, _S.UNDER_REVIEW),
)
FILED = tuple(state for state in OPEN if state is not _S.DRAFT)
"""Open and with the authority, or returned by it: these keep others off the same permit."""

APPLICATION_MACHINE = Machine(
    name="application",
    states=ApplicationState,
    events=ApplicationEvent,
    initial=(_S.DRAFT,),
    transitions=(
        *edges(_E.UPDATE, [_S.DRAFT], _S.DRAFT, Party.FILER),
        *edges(_E.UPDATE, [_S.RETURNED], _S.RETURNED, Party.FILER),
        *edges(_E.CONFIRM, [_S.DRAFT], _S.DRAFT, Party.HOLDER),
        *edges(_E.CONFIRM, [_S.RETURNED], _S.RETURNED, Party.HOLDER),
        *edges(_E.SUBMIT, EDITABLE, _S.SUBMITTED, Party.FILER),
        *edges(_E.RETURN, [_S.SUBMITTED], _S.RETURNED, Party.CHECKER),
        *edges(_E.PRE_CHECK, [_S.SUBMITTED], _S.PRE_CHECKED, Party.CHECKER),
        *edges(_E.ACCEPT, [_S.PRE_CHECKED], _S.ACCEPTED, Party.CHECKER),
        *edges(_E.START_REVIEW, [_S.ACCEPTED], _S.UNDER_REVIEW, Party.DECIDER),
        *edges(_E.TAKE_OVER_REVIEW, [_S.UNDER_REVIEW], _S.UNDER_REVIEW, Party.DECIDER),
        *edges(_E.APPROVE, [_S.UNDER_REVIEW], _S.APPROVED, Party.DECIDER),
        *edges(_E.REJECT, [_S.UNDER_REVIEW], _S.REJECTED, Party.DECIDER),
        *edges(_E.WITHDRAW, OPEN, _S.WITHDRAWN, Party.FILER),
        *edges(_E.LAPSE, EDITABLE, _S.WITHDRAWN, Party.SYSTEM),
    ),
)
