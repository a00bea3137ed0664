"""For which permits a procedure is open, and whether what was stated can be. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from resolvers.rules.permit_status import permit_status, shanghai_day
from resolvers.rules.windows import is_plausible
from resolvers.vocabulary import PermitForm, PermitState, PermitStatus, ProcedureKind

_S = PermitStatus
_STATUSES: dict[ProcedureKind, frozenset[PermitStatus]] = {
    ProcedureKind.ORIGINALS_CHECK: frozenset({_S.AWAITING_ORIGINALS}),
    ProcedureKind.EXTENSION: frozenset({_S.ACTIVE}),
    ProcedureKind.CHANGE: frozenset({_S.ACTIVE}),
    ProcedureKind.CANCELLATION: frozenset({_S.ACTIVE, _S.NOT_YET_VALID, _S.AWAITING_ORIGINALS}),
    ProcedureKind.ELECTRONIC_PERMIT: frozenset({_S.ACTIVE}),
}


def is_permit_eligible(
    procedure: ProcedureKind,
    form: PermitForm,
    state: PermitState,
    valid_from: datetime,
    valid_until: datetime,
    now: datetime,
    *,
    filed: bool = False,
) -> bool:
    """Whether the procedure is open for a permit that stands so. An extension that was filed in
    time may be decided after the permit has run out: `filed`."""
    if procedure is ProcedureKind.ELECTRONIC_PERMIT and form is not PermitForm.PLASTIC:
        return False
    status = permit_status(state, valid_from, valid_until, now)
    if filed and procedure is ProcedureKind.EXTENSION and status is _S.EXPIRED:
        return True
    return status in _STATUSES.get(procedure, frozenset())


def are_days_possible(
    past: Iterable[date | None], coming: Iterable[date | None], now: datetime
) -> bool:
    """`past` days have happened, `coming` ones have not ended; all are within 20 years."""
    today = shanghai_day(now)
    happened = [day for day in past if day is not None]
    ahead = [day for day in coming if day is not None]
    return (
        all(is_plausible(day, now) for day in (*happened, *ahead))
        and all(day <= today for day in happened)
        and all(day >= today for day in ahead)
    )
