"""What callers may do: one closed list of permissions and one table of who has them.

Pure. Every field of the graph names at least one permission (`@access` in the SDL); a field
without one does not start. A permission says what, the table says who and how sure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from auth.principal import Assurance, Principal, PrincipalKind
from auth.proof_levels import AssuranceLevel, Demands, ProofFamily, strongest

FRESH_PROOF_LIFETIME = timedelta(minutes=5)
"""How old the real-person proof of a reveal, or of bringing a card back, may be."""


class Permission(StrEnum):
    """`resource:scope:action`."""

    ANYONE = "service:public:read"
    LOGIN_START = "login_flow:new:start"
    LOGIN_PROVE = "login_flow:own:prove"
    LOGIN_ADVANCE = "login_flow:own:advance"
    SESSION_REFRESH = "session:bearer:refresh"
    HOLDER_READ = "holder:own:read"
    IDENTITY_REVEAL = "identity:own:reveal"
    SESSION_READ = "session:own:read"
    SESSION_END = "session:own:end"
    CONSENT_WITHDRAW = "holder:own:withdraw_consent"
    STEP_UP = "session:own:step_up"
    TALENT_ASSESS = "talent:any:assess"
    APPLICATION_READ = "application:own:read"
    APPLICATION_FILE = "application:own:file"
    APPLICATION_CONFIRM = "application:own:confirm"
    EMPLOYER_READ = "employer:own:read"
    EMPLOYER_PERMIT_READ = "permit:employer:read"
    EMPLOYER_TASK_READ = "task:employer:read"
    EMPLOYER_APPLICATION_READ = "application:employer:read"
    EMPLOYER_APPLICATION_FILE = "application:employer:file"
    PAPER_READ = "paper:own:read"
    PAPER_FILE = "paper:own:file"
    EMPLOYER_PAPER_READ = "paper:employer:read"
    EMPLOYER_PAPER_FILE = "paper:employer:file"
    LETTER_READ = "letter:own:read"
    EMPLOYER_LETTER_READ = "letter:employer:read"
    GRANT_READ = "grant:own:read"
    GRANT_ACCEPT = "grant:own:accept"
    GRANT_END = "grant:own:end"
    EMPLOYER_GRANT_ASK = "grant:employer:ask"
    EMPLOYER_SHARED_READ = "shared:employer:read"
    ACCESS_READ = "access:own:read"
    EMPLOYER_WEBHOOK_MANAGE = "webhook:employer:manage"
    CASE_READ = "case:authority:read"
    CASE_REVEAL = "case:authority:reveal"
    CASE_CHECK = "case:authority:check"
    CASE_DECIDE = "case:authority:decide"
    CARD_MANAGE = "card:own:manage"
    CARD_REACTIVATE = "card:own:reactivate"
    CARD_SHOW = "card:own:show"
    CARD_CHECK = "card:shown:check"
    OFFICER_CARD_CHECK = "card:shown:check_by_officer"
    CARD_ORDER = "card_order:own:place"
    CARD_MAKE = "card:authority:make"
    CONTEST_READ = "contest:own:read"
    CONTEST_FILE = "contest:own:file"
    CONTEST_DECIDE = "contest:authority:decide"
    NOTICE_READ = "notice:own:read"
    NOTICE_MANAGE = "notice:own:manage"
    PUSH_READ = "push_endpoint:own:read"
    PUSH_MANAGE = "push_endpoint:own:manage"
    EXPORT_MAKE = "export:employer:make"
    DEVICE_KEY_READ = "device_key:own:read"
    DEVICE_KEY_REGISTER = "device_key:own:register"
    DEVICE_KEY_REMOVE = "device_key:own:remove"
    CREDENTIAL_ISSUE = "credential:own:issue"
    CALENDAR_READ = "calendar_feed:own:read"
    CALENDAR_MANAGE = "calendar_feed:own:manage"
    SHARE_CODE_READ = "share_code:own:read"
    SHARE_CODE_MAKE = "share_code:own:make"
    SHARE_CODE_REVOKE = "share_code:own:revoke"
    SHARE_CODE_CHECK = "share_code:any:check"
    OFFICER_LOGIN = "officer_session:new:start"
    OFFICER_SESSION = "officer_session:own:use"


class Denial(StrEnum):
    """Why not; also the stable code that the caller is told."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    STEP_UP_REQUIRED = "STEP_UP_REQUIRED"
    STRONGER_PROOF_REQUIRED = "STRONGER_PROOF_REQUIRED"


@dataclass(frozen=True)
class Rule:
    kinds: frozenset[PrincipalKind]
    assurance: Assurance = Assurance.NONE
    proof_lifetime: timedelta | None = None
    scope: str | None = None
    """What an employer's client must have been granted, or an officer's duty."""
    family: ProofFamily | None = None
    """Policy may ask for a better proof of what belongs to one."""


EVERYONE = frozenset(PrincipalKind) - {
    PrincipalKind.AUTHORITY,
    PrincipalKind.ADMINISTRATOR,
    PrincipalKind.SYSTEM,
}
"""All who can ask the graph over HTTP."""
_EMPLOYER = frozenset({PrincipalKind.EMPLOYER})
_OFFICER = frozenset({PrincipalKind.OFFICER})
_HOLDER = Rule(frozenset({PrincipalKind.HOLDER}), Assurance.REAL_PERSON)


def _fresh(family: ProofFamily | None = None) -> Rule:
    """A holder's, with a proof of just now."""
    return replace(_HOLDER, proof_lifetime=FRESH_PROOF_LIFETIME, family=family)


RULES: Mapping[Permission, Rule] = {
    Permission.ANYONE: Rule(EVERYONE),
    Permission.LOGIN_START: Rule(EVERYONE),
    Permission.LOGIN_PROVE: Rule(frozenset({PrincipalKind.FLOW})),
    Permission.LOGIN_ADVANCE: Rule(frozenset({PrincipalKind.FLOW}), Assurance.REAL_NAME),
    # The refresh token in the input is the credential; the access token may be long dead.
    Permission.SESSION_REFRESH: Rule(EVERYONE),
    Permission.HOLDER_READ: _HOLDER,
    Permission.IDENTITY_REVEAL: _fresh(ProofFamily.REVEALING),
    Permission.SESSION_READ: _HOLDER,
    Permission.SESSION_END: _HOLDER,
    Permission.CONSENT_WITHDRAW: _HOLDER,
    Permission.STEP_UP: _HOLDER,
    # It computes from what the caller states: no record is read, so no real-person proof is asked.
    Permission.TALENT_ASSESS: Rule(
        frozenset({PrincipalKind.HOLDER, PrincipalKind.EMPLOYER, PrincipalKind.OFFICER})
    ),
    Permission.APPLICATION_READ: _HOLDER,
    Permission.APPLICATION_FILE: _HOLDER,
    Permission.APPLICATION_CONFIRM: _HOLDER,
    Permission.EMPLOYER_READ: Rule(_EMPLOYER),
    Permission.EMPLOYER_PERMIT_READ: Rule(_EMPLOYER, scope="permits:read"),
    Permission.EMPLOYER_TASK_READ: Rule(_EMPLOYER, scope="tasks:read"),
    Permission.EMPLOYER_APPLICATION_READ: Rule(_EMPLOYER, scope="applications:read"),
    Permission.EMPLOYER_APPLICATION_FILE: Rule(_EMPLOYER, scope="applications:write"),
    Permission.PAPER_READ: _HOLDER,
    Permission.PAPER_FILE: _HOLDER,
    Permission.EMPLOYER_PAPER_READ: Rule(_EMPLOYER, scope="papers:read"),
    Permission.EMPLOYER_PAPER_FILE: Rule(_EMPLOYER, scope="papers:write"),
    Permission.LETTER_READ: _HOLDER,
    # A letter is made when it is first asked for: whoever may read it may ask for it.
    Permission.EMPLOYER_LETTER_READ: Rule(_EMPLOYER, scope="letters:read"),
    Permission.GRANT_READ: _HOLDER,
    Permission.GRANT_ACCEPT: _fresh(ProofFamily.SHARING),
    # Taking back is as easy as giving, and refusing easier.
    Permission.GRANT_END: _HOLDER,
    Permission.ACCESS_READ: _HOLDER,
    Permission.EMPLOYER_GRANT_ASK: Rule(_EMPLOYER, scope="grants:ask"),
    Permission.EMPLOYER_SHARED_READ: Rule(_EMPLOYER, scope="shared:read"),
    Permission.EMPLOYER_WEBHOOK_MANAGE: Rule(_EMPLOYER, scope="webhooks:manage"),
    Permission.CASE_READ: Rule(_OFFICER),
    Permission.CASE_REVEAL: Rule(_OFFICER),
    Permission.CASE_CHECK: Rule(_OFFICER, scope="case:check"),
    Permission.CASE_DECIDE: Rule(_OFFICER, scope="case:decide"),
    Permission.CARD_MANAGE: _HOLDER,
    Permission.CARD_REACTIVATE: _fresh(),
    Permission.CARD_SHOW: _HOLDER,
    Permission.CARD_CHECK: Rule(_EMPLOYER, scope="checks:make"),
    Permission.OFFICER_CARD_CHECK: Rule(_OFFICER),
    Permission.CARD_ORDER: _HOLDER,
    Permission.CARD_MAKE: Rule(_OFFICER, scope="card:make"),
    Permission.CONTEST_READ: _HOLDER,
    # Whoever finds a record wrong says so: the law asks for no more proof than a login.
    Permission.CONTEST_FILE: _HOLDER,
    Permission.CONTEST_DECIDE: Rule(_OFFICER, scope="record:correct"),
    Permission.NOTICE_READ: _HOLDER,
    Permission.NOTICE_MANAGE: _HOLDER,
    Permission.PUSH_READ: _HOLDER,
    Permission.PUSH_MANAGE: _HOLDER,
    Permission.EXPORT_MAKE: Rule(_EMPLOYER, scope="exports:make"),
    Permission.DEVICE_KEY_READ: _HOLDER,
    Permission.DEVICE_KEY_REGISTER: _fresh(ProofFamily.DEVICE_CHANGES),
    Permission.DEVICE_KEY_REMOVE: _HOLDER,
    # It holds name and numbers in full: as much as a reveal.
    Permission.CREDENTIAL_ISSUE: _fresh(ProofFamily.REVEALING),
    Permission.CALENDAR_READ: _HOLDER,
    Permission.CALENDAR_MANAGE: _HOLDER,
    Permission.SHARE_CODE_READ: _HOLDER,
    # Its preview shows what a reveal shows, and the code shows it to others.
    Permission.SHARE_CODE_MAKE: _fresh(ProofFamily.SHARING),
    Permission.SHARE_CODE_REVOKE: _HOLDER,
    # Without a portal a code is checked at `/check/code`, by anybody.
    Permission.SHARE_CODE_CHECK: Rule(_EMPLOYER, scope="checks:make"),
    Permission.OFFICER_LOGIN: Rule(EVERYONE),
    Permission.OFFICER_SESSION: Rule(_OFFICER),
}


def denial_for(
    principal: Principal,
    any_of: Iterable[Permission],
    now: datetime,
    demands: Demands = MappingProxyType({}),
) -> Denial | None:
    """Why `principal` may not use a field guarded by `any_of`, or None when it may.

    The mildest denial is told: one that a proof can lift goes before one that it can't. `demands`
    is what policy asks of the families; where no permission has one, none need be given.
    """
    denials = [_denial(principal, RULES[permission], now, demands) for permission in any_of]
    if not denials:
        return Denial.FORBIDDEN
    if None in denials:
        return None
    mildest_first = (
        Denial.STEP_UP_REQUIRED,
        Denial.STRONGER_PROOF_REQUIRED,
        Denial.UNAUTHENTICATED,
        Denial.FORBIDDEN,
    )
    return next(denial for denial in mildest_first if denial in denials)


def level_for(any_of: Iterable[Permission], demands: Demands) -> AssuranceLevel:
    """What a holder's proof must be worth to be refused by none of them."""
    return strongest(_demanded(RULES[permission], demands) for permission in any_of)


def _demanded(rule: Rule, demands: Demands) -> AssuranceLevel:
    if rule.family is None:
        return AssuranceLevel.SANDBOX
    return demands.get(rule.family, AssuranceLevel.SANDBOX)


def _denial(principal: Principal, rule: Rule, now: datetime, demands: Demands) -> Denial | None:
    if principal.kind not in rule.kinds:
        anonymous = principal.kind in (PrincipalKind.ANONYMOUS, PrincipalKind.FLOW)
        return Denial.UNAUTHENTICATED if anonymous else Denial.FORBIDDEN
    if principal.assurance < rule.assurance:
        return Denial.UNAUTHENTICATED
    if rule.scope is not None and rule.scope not in principal.scopes:
        return Denial.FORBIDDEN
    if rule.family is not None and principal.assurance < _demanded(rule, demands).assurance:
        return Denial.STRONGER_PROOF_REQUIRED
    if rule.proof_lifetime is None:
        return None
    proved_at = principal.authenticated_at
    if proved_at is None or now - proved_at > rule.proof_lifetime:
        return Denial.STEP_UP_REQUIRED
    return None
