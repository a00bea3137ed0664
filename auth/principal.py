"""Who asks, and how sure we are.

Assurance grows NONE < REAL_NAME < REAL_PERSON < REAL_PERSON_LOCAL < REAL_PERSON_REMOTE and is what
tokens carry as `acr`. REAL_PERSON says that the step was passed and not who looked: a sandbox.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Final

from auth.client_terms import ClientTerms

SUB_USER: Final = "[A-Za-z0-9._-]{1,64}"
"""One of an employer's own users, by a number that only the employer can resolve."""


class PrincipalKind(StrEnum):
    ANONYMOUS = "anonymous"
    FLOW = "flow"
    HOLDER = "holder"
    OFFICER = "officer"
    EMPLOYER = "employer"
    AUTHORITY = "authority"
    """Another authority that feeds us its records: known by its signature, never in the graph."""
    ADMINISTRATOR = "administrator"
    """Whoever runs `onecard` on a machine of the operator: in the audit, never over HTTP."""
    SYSTEM = "system"
    """The gateway itself, when a time is over: in the audit, never over HTTP."""


class Assurance(IntEnum):
    NONE = 0
    REAL_NAME = 1
    REAL_PERSON = 2
    REAL_PERSON_LOCAL = 3
    """By an engine on the operator's own machines."""
    REAL_PERSON_REMOTE = 4
    """By an engine elsewhere."""

    @property
    def acr(self) -> str:
        return f"urn:onecard:acr:{self.name.lower().replace('_', '-')}"

    @classmethod
    def of_acr(cls, acr: str) -> Assurance:
        """NONE for a value that we never issued."""
        return _BY_ACR.get(acr, cls.NONE)


_BY_ACR: Final = {level.acr: level for level in Assurance}


@dataclass(frozen=True)
class Principal:
    """The caller of one request.

    `subject` is the id of the holder, officer or employer client; `session_id` the token family
    of a holder; `flow_id` the only login flow that a flow token opens; `authenticated_at` the
    instant of the last real-person proof (`auth_time`); `methods` how it was proved (`amr`);
    `scopes` what an employer's client was granted, or an officer's duties; `token_ends_at` when the
    access token is over; `terms` what an employer's client is held to, None for everybody else;
    `sub_user` which of its own users it asks for, if it says so: a staff number, for the audit.
    """

    kind: PrincipalKind
    subject: str | None = None
    client_id: str | None = None
    session_id: str | None = None
    flow_id: str | None = None
    assurance: Assurance = Assurance.NONE
    authenticated_at: datetime | None = None
    methods: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    token_ends_at: datetime | None = None
    sub_user: str | None = None
    terms: ClientTerms | None = field(default=None, repr=False)

    def holder_id(self) -> str:
        """The holder's own id. Raises when there is none: MongoDB would match a missing owner
        against every document without one."""
        if self.kind is not PrincipalKind.HOLDER or not self.subject:
            raise OwnerMissing
        return self.subject

    def employer_id(self) -> str:
        if self.kind is not PrincipalKind.EMPLOYER or not self.subject:
            raise OwnerMissing
        return self.subject

    def officer_id(self) -> str:
        if self.kind is not PrincipalKind.OFFICER or not self.subject:
            raise OwnerMissing
        return self.subject

    def own_session_id(self) -> str:
        if not self.session_id:
            raise OwnerMissing
        return self.session_id

    def own_flow_id(self) -> str:
        if self.kind is not PrincipalKind.FLOW or not self.flow_id:
            raise OwnerMissing
        return self.flow_id


class OwnerMissing(Exception):
    """A use case was reached by a caller that owns nothing; the access rule should have refused."""


ANONYMOUS = Principal(PrincipalKind.ANONYMOUS)
