"""Who may have which letter, and whether there is anything that it could tell of."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

from auth.mongo import Document, Transaction
from auth.principal import PrincipalKind
from auth.sealing import HolderVault
from resolvers.applications.parties import find_own
from resolvers.applications.people import vault_of
from resolvers.applications.texts import DECISION_TEXT
from resolvers.gateway import Ask, Gateway
from resolvers.letters.facts import LetterFacts, NamedPerson
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.employment import as_at_end
from resolvers.rules.permit_status import shanghai_day
from resolvers.store import applications, employments, holders, identity_documents, permits
from resolvers.store.letters import LetterKey
from resolvers.vocabulary import (
    ApplicationState,
    CardOrderState,
    FilerKind,
    LetterKind,
    PermitState,
    ProcedureKind,
)

NOTIFIED = frozenset(
    {
        ProcedureKind.NEW_FROM_ABROAD,
        ProcedureKind.NEW_IN_CHINA,
        ProcedureKind.EXTENSION,
        ProcedureKind.CHANGE,
    }
)
"""Procedures whose approval is told by a notification letter."""
_DECIDED = (ApplicationState.APPROVED, ApplicationState.REJECTED)
_ONCE = "decision"
_AT_END = "decision.at-end"
"""What a former employer is told of a decision: another letter than its holder's."""

_Gather = Callable[
    [Gateway, Ask, LetterKind, str, Transaction], Coroutine[Any, Any, LetterFacts | Refused]
]


async def gather_facts(
    gateway: Gateway, ask: Ask, kind: LetterKind, about_id: str, transaction: Transaction
) -> LetterFacts | Refused:
    """NOT_FOUND for what is not the caller's; WRONG_STATE where there is no such letter of it."""
    return await _GATHER[kind](gateway, ask, kind, about_id, transaction)


async def _of_application(
    gateway: Gateway, ask: Ask, kind: LetterKind, about_id: str, transaction: Transaction
) -> LetterFacts | Refused:
    found = await find_own(gateway, ask, about_id, transaction)
    if isinstance(found, Refused):
        return found
    holder_id = found["holder_id"]
    permit_id = found["result_permit_id"]
    if not _is_told(kind, found):
        return Refused(RefusalCode.WRONG_STATE, about_id, holder_id)
    vault = await vault_of(gateway, holder_id, transaction)
    permit = None
    if permit_id is not None:
        permit = await gateway.permits.find(permit_id, {"holder_id": holder_id}, transaction)
    by_employer = found["filed_by"]["kind"] == FilerKind.EMPLOYER
    employment = await _ended(gateway, found, transaction) if by_employer else None
    person = await _person(gateway, holder_id, vault, found["particulars"], transaction)
    key, reader = _ONCE, found["employer_id"] if by_employer else None
    if employment is not None and ask.principal.kind is PrincipalKind.EMPLOYER:
        key, person = _AT_END, _as_known(person, vault, found, employment)
        if permit is not None:
            permit = dict(as_at_end(permit, employment["ends_at"], gateway.now()))
    elif employment is not None:
        # Of today, and so the holder's alone.
        reader = None
    text = found["decision"]["text"]
    return LetterFacts(
        key=LetterKey(kind, about_id, key),
        holder_id=holder_id,
        employer_id=reader,
        authority=found["authority"],
        city=found["city"],
        revision=found["revision"],
        as_of=gateway.now(),
        vault=vault,
        person=person,
        application=found,
        permit=permit,
        permit_number=_permit_number(vault, permit),
        employer=await _employer(gateway, found["employer_id"], transaction),
        decision_text=text and vault.open(applications.NAME, DECISION_TEXT, bytes(text)),
    )


async def _ended(
    gateway: Gateway, application: Document, transaction: Transaction
) -> Document | None:
    """The employment that the application was about, once it is over."""
    permit_id = application["result_permit_id"] or application["permit_id"]
    if permit_id is None:
        return None
    scope = {"holder_id": application["holder_id"]}
    permit = await gateway.permits.find(permit_id, scope, transaction)
    found = permit and await gateway.employments.find_of_permit(permit, transaction)
    return found if found and found["ends_at"] <= gateway.now() else None


def _as_known(
    person: NamedPerson, vault: HolderVault, application: Document, employment: Document
) -> NamedPerson:
    """What its employer of then stated or knew: the name at the end, and no passport of later."""
    stated = application["particulars"] or {}
    if stated.get("passport_number") is None:
        person = replace(person, passport_number=None)
    if stated.get("full_name") is not None:
        return person
    frozen = employment["name"]
    name = frozen and vault.open(employments.NAME, "name", bytes(frozen["sealed"]))
    return replace(person, full_name=name or person.full_name, chinese_name=None, native_name=None)


def _is_told(kind: LetterKind, application: Document) -> bool:
    if application["decision"] is None or application["state"] not in _DECIDED:
        return False
    # Of a person who was forgotten, or whose key is gone, nobody can be named.
    if not application["is_registered"] and application["particulars"] is None:
        return False
    if kind is LetterKind.DECISION:
        return True
    is_approved = application["state"] == ApplicationState.APPROVED
    return is_approved and application["procedure"] in NOTIFIED


async def _of_permit(
    gateway: Gateway, ask: Ask, kind: LetterKind, about_id: str, transaction: Transaction
) -> LetterFacts | Refused:
    if ask.principal.kind is not PrincipalKind.HOLDER:
        return Refused(RefusalCode.NOT_FOUND)
    holder_id = ask.principal.holder_id()
    permit = await gateway.permits.find(about_id, {"holder_id": holder_id}, transaction)
    if permit is None:
        return Refused(RefusalCode.NOT_FOUND)
    is_cancelled = permit["state"] == PermitState.CANCELLED
    if kind is LetterKind.CANCELLATION_PROOF and not is_cancelled:
        return Refused(RefusalCode.WRONG_STATE, about_id, holder_id)
    now = gateway.now()
    tells_of = f"{shanghai_day(now)}.{permit['revision']}"
    vault = await vault_of(gateway, holder_id, transaction)
    return LetterFacts(
        key=LetterKey(
            kind, about_id, tells_of if kind is LetterKind.PERMIT_CERTIFICATE else "cancellation"
        ),
        holder_id=holder_id,
        employer_id=None,
        authority=f"foreign-experts-{permit['city']}",
        city=permit["city"],
        revision=permit["revision"],
        as_of=now,
        vault=vault,
        person=await _person(gateway, holder_id, vault, None, transaction),
        permit=permit,
        permit_number=_permit_number(vault, permit),
        employer=await _employer(gateway, permit["employer_id"], transaction),
    )


async def _of_order(
    gateway: Gateway, ask: Ask, kind: LetterKind, about_id: str, transaction: Transaction
) -> LetterFacts | Refused:
    if ask.principal.kind is not PrincipalKind.HOLDER:
        return Refused(RefusalCode.NOT_FOUND)
    holder_id = ask.principal.holder_id()
    order = await gateway.card_orders.find(about_id, {"holder_id": holder_id}, transaction)
    if order is None:
        return Refused(RefusalCode.NOT_FOUND)
    if order["state"] == CardOrderState.CANCELLED:
        return Refused(RefusalCode.WRONG_STATE, about_id, holder_id)
    vault = await vault_of(gateway, holder_id, transaction)
    return LetterFacts(
        # A promise that is counted again is told by another receipt.
        key=LetterKey(kind, about_id, f"promised.{shanghai_day(order['promised_at'])}"),
        holder_id=holder_id,
        employer_id=None,
        authority=order["authority"],
        city=order["city"],
        revision=order["revision"],
        as_of=gateway.now(),
        vault=vault,
        person=await _person(gateway, holder_id, vault, None, transaction),
        order=order,
    )


_GATHER: Mapping[LetterKind, _Gather] = {
    LetterKind.PERMIT_NOTIFICATION: _of_application,
    LetterKind.DECISION: _of_application,
    LetterKind.CANCELLATION_PROOF: _of_permit,
    LetterKind.PERMIT_CERTIFICATE: _of_permit,
    LetterKind.CARD_RECEIPT: _of_order,
}


async def _person(
    gateway: Gateway,
    holder_id: str,
    vault: HolderVault,
    particulars: Mapping[str, Any] | None,
    transaction: Transaction,
) -> NamedPerson:
    """As the application states it, which its filer knows; for the rest as registered."""
    stated = particulars or {}
    registered = await gateway.letter_subjects.find_person(holder_id, transaction) or {}

    def opened(collection: str, field: str, found: Any) -> str | None:
        return None if found is None else vault.open(collection, field, bytes(found["sealed"]))

    def name(field: str) -> str | None:
        if stated.get("full_name") is not None:
            return opened(applications.NAME, f"particulars.{field}", stated.get(field))
        return opened(holders.NAME, field, registered.get(field))

    passport = opened(
        applications.NAME, "particulars.passport_number", stated.get("passport_number")
    )
    if passport is None:
        current = await gateway.identity_documents.find_current_passport(holder_id, transaction)
        passport = opened(identity_documents.NAME, "number", current and current["number"])
    return NamedPerson(
        full_name=name("full_name") or "",
        chinese_name=name("chinese_name"),
        native_name=name("native_name"),
        nationality=stated.get("nationality") or registered["nationality"],
        passport_number=passport,
    )


def _permit_number(vault: HolderVault, permit: Document | None) -> str | None:
    if permit is None:
        return None
    return vault.open(permits.NAME, "number", bytes(permit["number"]["sealed"]))


async def _employer(
    gateway: Gateway, employer_id: str | None, transaction: Transaction
) -> Document | None:
    if employer_id is None:
        return None
    return await gateway.letter_subjects.find_employer(employer_id, transaction)
