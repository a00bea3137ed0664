"""What an application states, as it is stored: whose it is, where, for which permit."""

from __future__ import annotations

from auth.mongo import Document, Transaction
from resolvers.applications.parties import filer_of, own_scope
from resolvers.applications.people import (
    Subject,
    is_passport_well_formed,
    passport_digests,
    sealed_particulars,
    vault_of,
)
from resolvers.applications.sponsoring import is_open_for
from resolvers.applications.statements import (
    Change,
    ForPermit,
    NewPermit,
    Statement,
    facts_of,
    procedure_of,
)
from resolvers.gateway import Ask, Gateway
from resolvers.policy.places import CITIES
from resolvers.refusals import RefusalCode, Refused
from resolvers.vocabulary import FilerKind


async def stated_by(
    gateway: Gateway,
    ask: Ask,
    statement: Statement,
    subject: Subject | None,
    transaction: Transaction,
    *,
    is_filed: bool = False,
) -> Document | Refused:
    """Whose, where and what, as the application stores it. `is_filed` after a return."""
    if isinstance(statement, NewPermit):
        if subject is None:
            raise ValueError("a first permit has an applicant")
        return _stated_new(ask, statement, subject)
    return await _stated_for_permit(gateway, ask, statement, transaction, is_filed=is_filed)


def _stated_new(ask: Ask, statement: NewPermit, subject: Subject) -> Document | Refused:
    if statement.city not in CITIES:
        return Refused(RefusalCode.UNKNOWN_CITY)
    applicant = statement.applicant
    return {
        "procedure": str(procedure_of(statement)),
        "holder_id": subject.holder_id,
        "is_registered": subject.is_registered,
        "employer_id": ask.principal.employer_id(),
        "city": statement.city,
        "category": str(statement.category),
        "permit_id": None,
        "particulars": sealed_particulars(
            subject.vault, name=applicant.name, passport=applicant.passport, applicant=applicant
        ),
        "facts": facts_of(statement),
    }


async def _stated_for_permit(
    gateway: Gateway,
    ask: Ask,
    statement: ForPermit,
    transaction: Transaction,
    *,
    is_filed: bool,
) -> Document | Refused:
    scope = own_scope(ask)
    permit = await gateway.permits.find(statement.permit_id, scope, transaction)
    if permit is None:
        return Refused(RefusalCode.NOT_FOUND)
    procedure = procedure_of(statement)
    filer = FilerKind(filer_of(ask)["kind"])
    if not await is_open_for(gateway, filer, procedure, permit, transaction, is_filed=is_filed):
        return Refused(RefusalCode.PERMIT_NOT_ELIGIBLE, permit["_id"], permit["holder_id"])
    particulars = None
    category = permit["category"]
    if isinstance(statement, Change):
        code = _refusal_of_change(statement)
        if code is not None:
            return Refused(code, permit["_id"], permit["holder_id"])
        category = str(statement.category or category)
        if await _is_passport_on_record(gateway, permit["holder_id"], statement, transaction):
            code = RefusalCode.PASSPORT_ON_RECORD
            return Refused(code, permit["_id"], permit["holder_id"])
        vault = await vault_of(gateway, permit["holder_id"], transaction)
        particulars = sealed_particulars(vault, name=statement.name, passport=statement.passport)
    return {
        "procedure": str(procedure),
        "holder_id": permit["holder_id"],
        "is_registered": True,
        "employer_id": permit["employer_id"],
        "city": permit["city"],
        "category": category,
        "permit_id": permit["_id"],
        "particulars": particulars,
        "facts": facts_of(statement),
    }


def _refusal_of_change(statement: Change) -> RefusalCode | None:
    if not any((statement.name, statement.passport, statement.post, statement.category)):
        return RefusalCode.NOTHING_CHANGES
    if statement.passport is not None and not is_passport_well_formed(statement.passport):
        return RefusalCode.BAD_APPLICANT
    return None


async def _is_passport_on_record(
    gateway: Gateway, holder_id: str, statement: Change, transaction: Transaction
) -> bool:
    """Whether the holder has or had this passport. Whether it is another's is told by the approval
    alone: who files learns nothing about anybody's passport."""
    if statement.passport is None:
        return False
    digests = passport_digests(gateway, statement.passport.country, statement.passport.number)
    return await gateway.identity_documents.is_of_holder(holder_id, digests, transaction)
