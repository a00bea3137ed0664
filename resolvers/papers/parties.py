"""Who may do what with the papers of an application; and the one answer for everybody else."""

from __future__ import annotations

from typing import Any, Final

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document, Transaction
from auth.permissions import Permission, denial_for
from auth.principal import Principal, PrincipalKind
from auth.sealing import HolderVault
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.papers.outcomes import SLIPS, Denied, PaperCode, PaperRefused
from resolvers.vocabulary import FilerKind

FILING: Final = (Permission.PAPER_FILE, Permission.EMPLOYER_PAPER_FILE)
READING: Final = (Permission.PAPER_READ, Permission.EMPLOYER_PAPER_READ, Permission.CASE_READ)


def denied(gateway: Gateway, ask: Ask, any_of: tuple[Permission, ...]) -> Denied | None:
    denial = denial_for(ask.principal, any_of, gateway.now())
    return None if denial is None else Denied(denial)


async def find_filed(
    gateway: Gateway,
    principal: Principal,
    application_id: str,
    transaction: Transaction | None = None,
) -> Document | None:
    """The application, if the caller is its filer."""
    if principal.kind is PrincipalKind.EMPLOYER:
        filer = {"kind": str(FilerKind.EMPLOYER), "subject": principal.employer_id()}
    elif principal.kind is PrincipalKind.HOLDER:
        filer = {"kind": str(FilerKind.HOLDER), "subject": principal.holder_id()}
    else:
        return None
    scope = {f"filed_by.{name}": value for name, value in filer.items()}
    return await gateway.applications.find(application_id, scope, transaction)


async def find_readable(
    gateway: Gateway, principal: Principal, application_id: str
) -> Document | None:
    """The application, if the caller may read its papers: the filer; the holder whom it is about;
    an active officer of the authority that it was filed with, which has no drafts."""
    scope: dict[str, Any]
    if principal.kind is PrincipalKind.HOLDER:
        scope = {"holder_id": principal.holder_id()}
    elif principal.kind is PrincipalKind.OFFICER:
        officer = await gateway.officers.find(principal.officer_id())
        if officer is None or not officer.is_active:
            return None
        scope = {"authority": officer.authority, "filed_at": {"$ne": None}}
    else:
        return await find_filed(gateway, principal, application_id)
    return await gateway.applications.find(application_id, scope)


async def vault_of(gateway: Gateway, holder_id: str) -> HolderVault:
    """Raises LookupError when the holder has been erased meanwhile."""
    wrapped = await gateway.holder_keys.find(holder_id)
    if wrapped is None:
        raise LookupError("the holder of a paper has no key")
    return gateway.sealer.vault_for(holder_id, wrapped)


def refusal_of(code: PaperCode, paper: Document) -> PaperRefused:
    """A refusal that concerns an upload or a paper that exists."""
    return PaperRefused(code, paper["holder_id"], (paper["_id"], paper["application_id"]))


def refusal_line(refused: PaperRefused) -> AuditLine:
    return AuditLine(
        AuditAction.PAPER_REFUSED,
        refused.holder_id,
        result=str(refused.code),
        objects=refused.objects,
    )


async def refuse(gateway: Gateway, ask: Ask, refused: PaperRefused) -> PaperRefused:
    """With its audit line, where it is worth one."""
    if refused.code not in SLIPS:
        await append_audit(gateway, ask, refusal_line(refused))
    return refused
