"""Who may move an application: its filer, its holder, an officer of its authority."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auth.mongo import Document, Transaction
from auth.officers import Duty, Officer
from auth.principal import OwnerMissing, PrincipalKind
from resolvers.gateway import Ask, Gateway
from resolvers.refusals import RefusalCode, Refused
from resolvers.vocabulary import FilerKind


def own_scope(ask: Ask) -> Mapping[str, Any]:
    """Which applications a holder or an employer may see. Raises OwnerMissing for anybody else."""
    match ask.principal.kind:
        case PrincipalKind.HOLDER:
            return {"holder_id": ask.principal.holder_id()}
        case PrincipalKind.EMPLOYER:
            return {"employer_id": ask.principal.employer_id()}
        case _:
            raise OwnerMissing


def filer_of(ask: Ask) -> dict[str, str]:
    """`filed_by` of what the caller begins."""
    if ask.principal.kind is PrincipalKind.HOLDER:
        return {"kind": str(FilerKind.HOLDER), "subject": ask.principal.holder_id()}
    return {"kind": str(FilerKind.EMPLOYER), "subject": ask.principal.employer_id()}


async def find_own(
    gateway: Gateway, ask: Ask, application_id: str, transaction: Transaction
) -> Document | Refused:
    """One of the caller's applications, as filer or as its holder; another's is NOT_FOUND. What a
    holder files about a permit is not its sponsor's."""
    scope = own_scope(ask)
    if ask.principal.kind is PrincipalKind.EMPLOYER:
        scope = {**scope, "filed_by.kind": str(FilerKind.EMPLOYER)}
    found = await gateway.applications.find(application_id, scope, transaction)
    return found if found is not None else Refused(RefusalCode.NOT_FOUND)


async def find_filed(
    gateway: Gateway, ask: Ask, application_id: str, transaction: Transaction
) -> Document | Refused:
    """One that the caller files."""
    found = await find_own(gateway, ask, application_id, transaction)
    if isinstance(found, Refused):
        return found
    if found["filed_by"] != filer_of(ask):
        return refused(found, RefusalCode.NOT_THE_FILER)
    return found


async def find_case(
    gateway: Gateway, ask: Ask, application_id: str, duty: Duty, transaction: Transaction
) -> tuple[Document, Officer] | Refused:
    """A case of the officer's own authority, and the officer as he is now, whatever his token
    says. Another authority's case, and a draft, are NOT_FOUND."""
    officer = await gateway.officers.find(ask.principal.officer_id(), transaction)
    if officer is None or not officer.is_active:
        return Refused(RefusalCode.OFFICER_NOT_ACTIVE)
    if duty not in officer.duties:
        return Refused(RefusalCode.DUTY_MISSING)
    scope = {"authority": officer.authority, "city": officer.city, "filed_at": {"$ne": None}}
    found = await gateway.applications.find(application_id, scope, transaction)
    if found is None:
        return Refused(RefusalCode.NOT_FOUND)
    return found, officer


def refused(application: Document, code: RefusalCode) -> Refused:
    """A refusal about an application that the caller may see."""
    return Refused(code, application["_id"], application["holder_id"])
