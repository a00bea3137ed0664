"""In which window an application is filed, by what it states and the policy of that day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from auth.mongo import Document
from resolvers.gateway import Gateway
from resolvers.policy.procedures import ProcedurePolicy, policy_for
from resolvers.refusals import RefusalCode
from resolvers.rules.permit_status import printed_day, shanghai_day
from resolvers.rules.windows import FilingOutcome, WindowAnchor, filing_window
from resolvers.vocabulary import ProcedureKind

_REFUSED = {
    FilingOutcome.TOO_EARLY: RefusalCode.TOO_EARLY,
    FilingOutcome.TOO_LATE: RefusalCode.TOO_LATE,
}


def policy_of(application: Mapping[str, Any], at: datetime) -> ProcedurePolicy:
    """What holds for it on that day."""
    return policy_for(application["city"], shanghai_day(at))


def judged_by_window(
    gateway: Gateway, application: Mapping[str, Any], permit: Document | None, filed_at: datetime
) -> dict[str, Any] | RefusalCode:
    """`is_late` of a filing at that instant. `permit` where there is one."""
    rule = policy_of(application, filed_at).windows[ProcedureKind(application["procedure"])]
    if rule.anchor is not WindowAnchor.EXPIRY:
        anchor = date.fromisoformat(_stated_anchor(rule.anchor, application["facts"]))
    elif permit is not None:
        anchor = printed_day(permit["valid_until"])
    else:
        raise ValueError("a window by expiry needs a permit")
    outcome = filing_window(rule, anchor, gateway.calendar).outcome_at(filed_at)
    code = _REFUSED.get(outcome)
    return code if code is not None else {"is_late": outcome is FilingOutcome.LATE}


def judged_again(
    gateway: Gateway, returned: Document, stated: Mapping[str, Any]
) -> dict[str, Any] | RefusalCode:
    """What is stated otherwise after a return, by the first filing: the return does not lose the
    window that it was filed in, and other days must have been in theirs. A day that stays as it was
    is not judged again, though another calendar may have arrived."""
    filed_at = returned["filed_at"]
    rule = policy_of(returned, filed_at).windows[ProcedureKind(returned["procedure"])]
    before, now = (_stated_anchor(rule.anchor, one["facts"]) for one in (returned, stated))
    if before == now:
        return {}
    return judged_by_window(gateway, {**returned, **stated}, None, filed_at)


def _stated_anchor(anchor: WindowAnchor, facts: Mapping[str, Any]) -> Any:
    """The stated day that a window hangs on, in ISO form; None where it hangs on the permit."""
    match anchor:
        case WindowAnchor.EXPIRY:
            return None
        case WindowAnchor.EVENT:
            return facts["changed_on"] or facts["happened_on"]
        case WindowAnchor.ENTRY:
            return facts["planned_entry_on"] or facts["entered_on"]
        case WindowAnchor.STAY_END:
            return facts["stay_until"]
