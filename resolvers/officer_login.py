"""Officers log in with a password and a code, keep a session alive, and end it.

Nothing in answer, commands or work tells an unknown name from a wrong password, a wrong code, a
code that was used already, or an account that is disabled: every attempt is charged before it is
looked at, and both factors are always checked, with a decoy where there is no officer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from auth.audit import RESULT_OK, AuditAction, AuditLine
from auth.mongo import Transaction, in_transaction
from auth.officer_sessions import OfficerEndReason, OfficerSession
from auth.officers import Credentials, Officer
from auth.passwords import PasswordsBusy
from auth.principal import Assurance
from auth.tokens import ACCESS_TOKEN_LIFETIME, SubjectKind
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.policy.throttling import OFFICER_ADDRESS, OFFICER_NAME, counted_address

CLIENT_ID = "officer-desk"
METHODS = ("pwd", "otp")  # RFC 8176
BUSY_WAIT = timedelta(seconds=2)


class OfficerLoginRefusalCode(StrEnum):
    LOGIN_REFUSED = "LOGIN_REFUSED"
    TOO_MANY_ATTEMPTS = "TOO_MANY_ATTEMPTS"
    SESSION_ENDED = "SESSION_ENDED"


@dataclass(frozen=True)
class LoginRefused:
    code: OfficerLoginRefusalCode
    retry_after: timedelta | None = None


@dataclass(frozen=True)
class OfficerTokens:
    """An access token of a session that ends at `session_ends_at` whatever is done."""

    officer: Officer
    session_id: str
    access_token: str
    access_token_expires_at: datetime
    session_ends_at: datetime


@dataclass(frozen=True)
class Attempt:
    """A login as typed, bounded by the caller. `login_name` is in lower case."""

    login_name: str
    password: str
    code: str


async def log_in(gateway: Gateway, ask: Ask, attempt: Attempt) -> OfficerTokens | LoginRefused:
    now = gateway.now()
    blind = gateway.digester.blind
    name_key = blind("officer-name", attempt.login_name).value
    address_key = blind("officer-address", counted_address(ask.address)).value
    charges = [
        await gateway.throttle.charge(name_key, OFFICER_NAME, now),
        await gateway.throttle.charge(address_key, OFFICER_ADDRESS, now),
    ]
    waits = [charge.waits for charge in charges if charge.waits is not None]
    if waits:
        return await _too_many(gateway, ask, max(waits))
    found = await gateway.officers.find_by_name(attempt.login_name)
    try:
        step = await _proved_step(gateway, found, attempt, now)
    except PasswordsBusy:
        return await _too_many(gateway, ask, BUSY_WAIT)
    if found is not None and step is not None:
        session = await _opened(gateway, ask, found[0], step)
        if session is not None:
            await gateway.throttle.forget(name_key)
            return _tokens(gateway, found[0], session, now)
    line = _line(
        AuditAction.OFFICER_LOGIN_REFUSED,
        () if found is None else (found[0].officer_id,),
        OfficerLoginRefusalCode.LOGIN_REFUSED,
    )
    await append_audit(gateway, ask, line)
    retry_after = max(charge.next_delay for charge in charges)
    return LoginRefused(OfficerLoginRefusalCode.LOGIN_REFUSED, retry_after or None)


async def _too_many(gateway: Gateway, ask: Ask, retry_after: timedelta) -> LoginRefused:
    """Whoever is named: nothing about the name was looked at."""
    code = OfficerLoginRefusalCode.TOO_MANY_ATTEMPTS
    await append_audit(gateway, ask, _line(AuditAction.OFFICER_LOGIN_REFUSED, (), code))
    return LoginRefused(code, retry_after)


async def _proved_step(
    gateway: Gateway, found: tuple[Officer, Credentials] | None, attempt: Attempt, now: datetime
) -> int | None:
    """The step of the code, when both factors are right and may be used."""
    officer, stored = found if found is not None else (None, None)
    password_is_right = await gateway.passwords.is_right(
        None if stored is None else stored.password_hash, attempt.password
    )
    step = gateway.code_secrets.matching_step(
        None if officer is None else officer.officer_id,
        None if stored is None else stored.code_secret,
        attempt.code,
        now,
    )
    if officer is None or stored is None or step is None:
        return None
    is_good = password_is_right and officer.is_active and step > stored.last_code_step
    return step if is_good else None


async def _opened(gateway: Gateway, ask: Ask, officer: Officer, step: int) -> OfficerSession | None:
    """The new session; None when another login burnt the code, or the account was disabled,
    meanwhile."""
    session_id = gateway.new_id("ses")
    now = gateway.now()

    async def work(transaction: Transaction) -> OfficerSession | None:
        if not await gateway.officers.burn_code(officer, step, transaction):
            return None
        session = await gateway.officer_sessions.open(
            session_id, officer.officer_id, now, transaction
        )
        line = _line(AuditAction.OFFICER_LOGGED_IN, (officer.officer_id, session_id))
        await append_audit(gateway, ask, line, transaction=transaction)
        return session

    return await in_transaction(gateway.database, work)


async def renew_session(gateway: Gateway, ask: Ask) -> OfficerTokens | LoginRefused:
    """A new access token, with the duties that the account has now."""
    now = gateway.now()
    officer_id = ask.principal.officer_id()
    session_id = ask.principal.own_session_id()
    session = await gateway.officer_sessions.renew(session_id, officer_id, now)
    officer = None if session is None else await gateway.officers.find(officer_id)
    if session is None or officer is None or not officer.is_active:
        return LoginRefused(OfficerLoginRefusalCode.SESSION_ENDED)
    return _tokens(gateway, officer, session, now)


async def log_out(gateway: Gateway, ask: Ask) -> bool:
    """End the session that asks, everywhere within one second; False when it was over before."""
    principal = ask.principal
    officer_id, session_id = principal.officer_id(), principal.own_session_id()
    now = gateway.now()

    async def work(transaction: Transaction) -> tuple[str, ...]:
        ended = await gateway.officer_sessions.end(
            officer_id, OfficerEndReason.LOGGED_OUT, now, transaction, session_id=session_id
        )
        if ended:
            line = ended_line(officer_id, ended, OfficerEndReason.LOGGED_OUT)
            await append_audit(gateway, ask, line, transaction=transaction)
        return ended

    ended = await in_transaction(gateway.database, work)
    gateway.officer_sessions.tell_ended(ended)
    return bool(ended)


def ended_line(
    officer_id: str, session_ids: tuple[str, ...], reason: OfficerEndReason
) -> AuditLine:
    return _line(AuditAction.OFFICER_SESSION_ENDED, (officer_id, *session_ids), reason)


def _line(action: AuditAction, objects: tuple[str, ...], result: str = RESULT_OK) -> AuditLine:
    return AuditLine(action, holder_id=None, result=str(result), objects=objects)


def _tokens(
    gateway: Gateway, officer: Officer, session: OfficerSession, now: datetime
) -> OfficerTokens:
    # A token is no older than its login, also where that was opened a moment after `now` was read.
    issued_at = max(now, session.authenticated_at)
    token = gateway.tokens.mint_access(
        subject=officer.officer_id,
        kind=SubjectKind.OFFICER,
        client_id=CLIENT_ID,
        session_id=session.session_id,
        scope=officer.scopes,
        acr=Assurance.NONE.acr,
        amr=METHODS,
        authenticated_at=session.authenticated_at,
        token_id=gateway.new_id("tok"),
        issued_at=issued_at,
        ends_by=session.expires_at,
    )
    return OfficerTokens(
        officer=officer,
        session_id=session.session_id,
        access_token=token,
        access_token_expires_at=min(
            issued_at.replace(microsecond=0) + ACCESS_TOKEN_LIFETIME,
            session.expires_at.replace(microsecond=0),
        ),
        session_ends_at=session.expires_at,
    )
