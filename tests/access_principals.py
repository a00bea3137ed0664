"""The callers of the access matrix as the gateway knows them once their token is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from auth.principal import Assurance, Principal, PrincipalKind
from auth.scopes import ClientScope
from tests.access_rows import MISSING_SCOPE, Caller, column_of

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_DUTIES = {
    Caller.CHECKER: ("case:check",),
    Caller.DECIDER: ("case:decide", "record:correct"),
    Caller.COUNTER: ("card:make",),
}


def principal_of(caller: Caller) -> Principal:
    match column_of(caller):
        case Caller.ANONYMOUS:
            return Principal(PrincipalKind.ANONYMOUS)
        case Caller.STARTED_FLOW:
            return Principal(PrincipalKind.FLOW, flow_id="flw_1")
        case Caller.REAL_NAME_FLOW:
            return Principal(PrincipalKind.FLOW, flow_id="flw_1", assurance=Assurance.REAL_NAME)
        case Caller.REAL_NAME_TOKEN:
            return _holder(Assurance.REAL_NAME)
        case Caller.HOLDER:
            return _holder(Assurance.REAL_PERSON)
        case Caller.STALE_HOLDER:
            return _holder(Assurance.REAL_PERSON, timedelta(minutes=5, seconds=1))
        case Caller.EMPLOYER:
            granted = [str(one) for one in ClientScope if one is not MISSING_SCOPE.get(caller)]
            return Principal(PrincipalKind.EMPLOYER, subject="emp_1", scopes=tuple(granted))
        case officer:
            return Principal(PrincipalKind.OFFICER, subject="ofc_1", scopes=_DUTIES[officer])


def _holder(assurance: Assurance, age: timedelta = timedelta(0)) -> Principal:
    return Principal(
        PrincipalKind.HOLDER,
        subject="hld_1",
        session_id="ses_1",
        assurance=assurance,
        authenticated_at=NOW - age,
    )
