"""Officers' accounts, as administrators keep them: created, disabled, enabled, given new factors.

Disabling or resetting ends every session of the officer in the same transaction.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from auth.audit import AuditAction, AuditLine
from auth.mongo import DuplicateKeyError, Transaction, in_transaction
from auth.officer_sessions import OfficerEndReason
from auth.officers import (
    LOGIN_NAME_PATTERN,
    Credentials,
    Duty,
    Officer,
    OfficerState,
    encode_officer,
)
from auth.one_time_codes import new_secret
from auth.passwords import password_fault
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.officer_login import ended_line
from resolvers.policy.places import AUTHORITIES, CITIES

_LOCAL_AUTHORITY = re.compile(r"-([0-9]{6})$")
DUTIES: Mapping[str, frozenset[Duty]] = {
    "foreign-experts": frozenset({Duty.CHECK, Duty.DECIDE, Duty.RECORDS}),
    "human-resources": frozenset({Duty.COUNTER, Duty.RECORDS}),
    "exit-entry": frozenset({Duty.RECORDS}),
}
"""Kind of authority to what its officers can do: who makes cards has no permit cases to read, and
whoever keeps records answers for them."""


class AccountRefused(Exception):
    """Nothing was changed; the message is one line for the administrator."""


@dataclass(frozen=True)
class Post:
    """Where an officer works, and as what."""

    login_name: str
    authority: str
    city: str
    duties: Sequence[Duty]


@dataclass(frozen=True)
class Enrolled:
    """An account and its new secret, which is shown once and never again."""

    officer: Officer
    secret: bytes = field(repr=False)


def check_post(post: Post) -> None:
    """Raises `AccountRefused` for what no account can have."""
    if re.fullmatch(LOGIN_NAME_PATTERN, post.login_name) is None:
        raise AccountRefused(
            "a login name is a staff code of 3 to 40 small letters, digits, dots and hyphens, and "
            "begins with a letter or digit"
        )
    if post.authority not in AUTHORITIES:
        raise AccountRefused(f"there is no such authority: take one of {', '.join(AUTHORITIES)}")
    if post.city not in CITIES:
        raise AccountRefused(f"there is no such city: take one of {', '.join(CITIES)}")
    local = _LOCAL_AUTHORITY.search(post.authority)
    if local is not None and local[1] != post.city:
        raise AccountRefused(f"{post.authority} is the authority of city {local[1]}")
    if not post.duties:
        raise AccountRefused("an officer needs at least one duty")
    kind = _LOCAL_AUTHORITY.sub("", post.authority)
    foreign = [duty for duty in post.duties if duty not in DUTIES.get(kind, ())]
    if foreign:
        raise AccountRefused(f"{post.authority} has no duty {foreign[0].lower()}")


def check_password(password: str, login_name: str) -> None:
    """Raises `AccountRefused` for a password that will not do."""
    fault = password_fault(password, login_name)
    if fault is not None:
        raise AccountRefused(fault)


async def create_officer(gateway: Gateway, ask: Ask, post: Post, password: str) -> Enrolled:
    """A new account, active at once."""
    check_post(post)
    check_password(password, post.login_name)
    officer = Officer(
        officer_id=gateway.new_id("ofc"),
        revision=1,
        login_name=post.login_name,
        authority=post.authority,
        city=post.city,
        duties=tuple(duty for duty in Duty if duty in post.duties),
        state=OfficerState.ACTIVE,
        created_at=gateway.now(),
    )
    credentials, secret = await _new_credentials(gateway, officer.officer_id, password)

    async def work(transaction: Transaction) -> None:
        await gateway.officers.insert(encode_officer(officer, credentials), transaction)
        await _audit(gateway, ask, AuditAction.OFFICER_CREATED, officer, transaction)

    try:
        await in_transaction(gateway.database, work)
    except DuplicateKeyError:
        raise AccountRefused(
            "this login name is taken: names are never used again, take another"
        ) from None
    return Enrolled(officer, secret)


async def disable_officer(gateway: Gateway, ask: Ask, login_name: str) -> int:
    """Nobody logs in with it any more, and its sessions stop within a second; how many ended."""

    async def work(transaction: Transaction) -> tuple[str, ...]:
        officer, _ = await _found(gateway, login_name, transaction)
        if not officer.is_active:
            raise AccountRefused("this officer is disabled already")
        await gateway.officers.set_state(officer, OfficerState.DISABLED, transaction)
        await _audit(gateway, ask, AuditAction.OFFICER_DISABLED, officer, transaction)
        return await _end_all(gateway, ask, officer, OfficerEndReason.DISABLED, transaction)

    ended = await in_transaction(gateway.database, work)
    gateway.officer_sessions.tell_ended(ended)
    return len(ended)


async def enable_officer(gateway: Gateway, ask: Ask, login_name: str) -> None:
    """With the factors that it had."""

    async def work(transaction: Transaction) -> None:
        officer, _ = await _found(gateway, login_name, transaction)
        if officer.is_active:
            raise AccountRefused("this officer is not disabled")
        await gateway.officers.set_state(officer, OfficerState.ACTIVE, transaction)
        await _audit(gateway, ask, AuditAction.OFFICER_ENABLED, officer, transaction)

    await in_transaction(gateway.database, work)


async def reset_officer(gateway: Gateway, ask: Ask, login_name: str, password: str) -> Enrolled:
    """A new password and a new secret; a disabled account stays disabled."""
    check_password(password, login_name)
    officer, _ = await _found(gateway, login_name)
    credentials, secret = await _new_credentials(gateway, officer.officer_id, password)

    async def work(transaction: Transaction) -> tuple[str, ...]:
        present, before = await _found(gateway, login_name, transaction)
        # A step that was used stays used: there is one clock, whatever the secret.
        renewed = replace(credentials, last_code_step=before.last_code_step)
        await gateway.officers.set_credentials(present, renewed, transaction)
        await _audit(gateway, ask, AuditAction.OFFICER_RESET, present, transaction)
        return await _end_all(gateway, ask, present, OfficerEndReason.RESET, transaction)

    gateway.officer_sessions.tell_ended(await in_transaction(gateway.database, work))
    return Enrolled(officer, secret)


async def _new_credentials(
    gateway: Gateway, officer_id: str, password: str
) -> tuple[Credentials, bytes]:
    secret = new_secret()
    hashed = await gateway.passwords.hashed(password)
    wrapped = gateway.code_secrets.wrap(officer_id, secret)
    return Credentials(hashed, wrapped, last_code_step=0), secret


async def _found(
    gateway: Gateway, login_name: str, transaction: Transaction | None = None
) -> tuple[Officer, Credentials]:
    found = await gateway.officers.find_by_name(login_name, transaction)
    if found is None:
        raise AccountRefused("there is no such officer: see 'onecard officer list'")
    return found


async def _end_all(
    gateway: Gateway,
    ask: Ask,
    officer: Officer,
    reason: OfficerEndReason,
    transaction: Transaction,
) -> tuple[str, ...]:
    ended = await gateway.officer_sessions.end(
        officer.officer_id, reason, gateway.now(), transaction
    )
    if ended:
        line = ended_line(officer.officer_id, ended, reason)
        await append_audit(gateway, ask, line, transaction=transaction)
    return ended


async def _audit(
    gateway: Gateway, ask: Ask, action: AuditAction, officer: Officer, transaction: Transaction
) -> None:
    line = AuditLine(action, holder_id=None, objects=(officer.officer_id,))
    await append_audit(gateway, ask, line, transaction=transaction)
