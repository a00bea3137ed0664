"""The permit that an approval makes, as a document: a first one, or one in another's place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from auth.mongo import Document
from resolvers.policy.procedures import policy_for
from resolvers.refusals import RefusalCode
from resolvers.rules.permit_status import ends_at, printed_day, shanghai_day, starts_at
from resolvers.rules.validity import (
    GrantedValidity,
    ValidityBound,
    ValidityOver,
    granted_validity,
)
from resolvers.store.permits import NO_EMPLOYMENT_YET, history_of
from resolvers.store.sealed import source_document
from resolvers.vocabulary import (
    PermitCategory,
    PermitEvent,
    PermitForm,
    PermitState,
    ProcedureKind,
)


def first_permit(
    application: Document, permit_id: str, number: Document, now: datetime
) -> tuple[Document, GrantedValidity] | RefusalCode:
    """`number` is the work permit number, sealed for the permits. From abroad a permit of a
    category whose originals are checked waits for that check."""
    facts, category = application["facts"], PermitCategory(application["category"])
    today = shanghai_day(now)
    policy = policy_for(application["city"], today)
    validity = granted_validity(
        cap_years=policy.validity_cap_years[category],
        first_day=today,
        requested_until=date.fromisoformat(facts["requested_until"]),
        contract_until=date.fromisoformat(facts["contract_until"]),
        passport_until=date.fromisoformat(application["particulars"]["passport_until"]),
    )
    if isinstance(validity, ValidityOver):
        return RefusalCode.VALIDITY_OVER
    waits = (
        ProcedureKind(application["procedure"]) is ProcedureKind.NEW_FROM_ABROAD
        and category in policy.originals_checked
    )
    permit = {
        "_id": permit_id,
        "revision": 1,
        "holder_id": application["holder_id"],
        "employer_id": application["employer_id"],
        "number": number,
        "category": str(category),
        "form": str(PermitForm.INTEGRATED),
        "state": str(PermitState.AWAITING_ORIGINALS if waits else PermitState.ISSUED),
        "post": facts["post"],
        "city": application["city"],
        **_validity_fields(validity),
        "issued_at": now,
        "history": history_of([PermitEvent.ISSUED], application["authority"], now),
        "superseded_by": None,
        **NO_EMPLOYMENT_YET,
        "source": source_document(application["authority"], now),
    }
    return permit, validity


_HAPPENED: Mapping[ProcedureKind, tuple[PermitEvent, ...]] = {
    ProcedureKind.EXTENSION: (PermitEvent.EXTENDED,),
    ProcedureKind.CHANGE: (PermitEvent.CHANGED,),
    ProcedureKind.ELECTRONIC_PERMIT: (),
}


def succession(
    application: Document,
    permit: Document,
    passport: Document | None,
    permit_id: str,
    now: datetime,
) -> tuple[Document, GrantedValidity, tuple[PermitEvent, ...]] | RefusalCode:
    """The successor, its validity, and what happened to the permit before. It is good from the
    day of the decision on, so that no day is without a permit."""
    procedure = ProcedureKind(application["procedure"])
    validity = _successor_validity(application, permit, passport, procedure, now)
    if isinstance(validity, ValidityOver):
        return RefusalCode.VALIDITY_OVER
    electronic = procedure is ProcedureKind.ELECTRONIC_PERMIT
    successor = {
        **permit,
        "_id": permit_id,
        "revision": 1,
        "category": application["category"],
        "form": str(PermitForm.ELECTRONIC if electronic else PermitForm.INTEGRATED),
        "state": str(PermitState.ISSUED),
        "post": application["facts"]["post"] or permit["post"],
        **_validity_fields(validity),
        "issued_at": now,
        "history": history_of([PermitEvent.ISSUED], application["authority"], now),
        "superseded_by": None,
        **NO_EMPLOYMENT_YET,
        "source": source_document(application["authority"], now),
    }
    return successor, validity, _HAPPENED[procedure]


def _successor_validity(
    application: Document,
    permit: Document,
    passport: Document | None,
    procedure: ProcedureKind,
    now: datetime,
) -> GrantedValidity | ValidityOver:
    today, until = shanghai_day(now), printed_day(permit["valid_until"])
    if procedure is ProcedureKind.ELECTRONIC_PERMIT:
        return GrantedValidity(today, until, ValidityBound.REQUESTED)
    facts: Mapping[str, Any] = application["facts"]
    requested = date.fromisoformat(facts["requested_until"]) if facts["requested_until"] else until
    contract = date.fromisoformat(facts["contract_until"]) if facts["contract_until"] else until
    policy = policy_for(application["city"], today)
    return granted_validity(
        cap_years=policy.validity_cap_years[PermitCategory(application["category"])],
        first_day=today,
        requested_until=requested,
        contract_until=contract,
        passport_until=_passport_until(application, passport) or requested,
    )


def _passport_until(application: Document, passport: Document | None) -> date | None:
    """The stated new passport's last day, else that of the registered one."""
    stated = (application["particulars"] or {}).get("passport_until")
    if stated is not None:
        return date.fromisoformat(stated)
    return None if passport is None else printed_day(passport["valid_until"])


def _validity_fields(validity: GrantedValidity) -> dict[str, datetime]:
    return {
        "valid_from": starts_at(validity.first_day),
        "valid_until": ends_at(validity.last_day),
    }
