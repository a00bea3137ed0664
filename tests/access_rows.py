"""The callers of the access matrix, and the rows of its table: what each of them meets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from auth.permissions import Denial
from auth.scopes import ClientScope


class Caller(StrEnum):
    """The first ten are the columns, in the order of a row; `column_of` tells whose the others
    share."""

    ANONYMOUS = "anonymous"
    STARTED_FLOW = "flow token, real name not proved"
    REAL_NAME_FLOW = "flow token at the real-name level"
    REAL_NAME_TOKEN = "access token of a holder at the real-name level"
    HOLDER = "holder"
    STALE_HOLDER = "holder whose proof is over 5 minutes old"
    CHECKER = "officer who checks cases"
    DECIDER = "officer who decides cases and answers for records"
    COUNTER = "officer who makes cards"
    EMPLOYER = "employer client with every scope"
    OTHER_HOLDER = "another holder"
    NO_PERMITS_READ = "employer client without permits:read"
    NO_TASKS_READ = "employer client without tasks:read"
    NO_APPLICATIONS_READ = "employer client without applications:read"
    NO_APPLICATIONS_WRITE = "employer client without applications:write"
    NO_LETTERS_READ = "employer client without letters:read"
    NO_CHECKS_MAKE = "employer client without checks:make"
    NO_GRANTS_ASK = "employer client without grants:ask"
    NO_SHARED_READ = "employer client without shared:read"
    NO_WEBHOOKS_MANAGE = "employer client without webhooks:manage"
    NO_EXPORTS_MAKE = "employer client without exports:make"


MISSING_SCOPE: Mapping[Caller, ClientScope] = {
    Caller.NO_PERMITS_READ: ClientScope.PERMITS_READ,
    Caller.NO_TASKS_READ: ClientScope.TASKS_READ,
    Caller.NO_APPLICATIONS_READ: ClientScope.APPLICATIONS_READ,
    Caller.NO_APPLICATIONS_WRITE: ClientScope.APPLICATIONS_WRITE,
    Caller.NO_LETTERS_READ: ClientScope.LETTERS_READ,
    Caller.NO_CHECKS_MAKE: ClientScope.CHECKS_MAKE,
    Caller.NO_GRANTS_ASK: ClientScope.GRANTS_ASK,
    Caller.NO_SHARED_READ: ClientScope.SHARED_READ,
    Caller.NO_WEBHOOKS_MANAGE: ClientScope.WEBHOOKS_MANAGE,
    Caller.NO_EXPORTS_MAKE: ClientScope.EXPORTS_MAKE,
}
"""Papers are not in the graph: tests/test_papers_access.py has their two scopes."""

OFFICERS = (Caller.CHECKER, Caller.DECIDER, Caller.COUNTER)
EMPLOYERS = (Caller.EMPLOYER, *MISSING_SCOPE)


class Expected(StrEnum):
    """The code that the whole operation is refused with, or none."""

    ALLOWED = "ok"
    UNAUTHENTICATED = "401"
    FORBIDDEN = "403"
    STEP_UP_REQUIRED = "stale"

    @property
    def denial(self) -> Denial | None:
        return None if self is Expected.ALLOWED else Denial(self.name)

    @property
    def status(self) -> int:
        """Of HTTP."""
        statuses = {Expected.ALLOWED: 200, Expected.FORBIDDEN: 403}
        return statuses.get(self, 401)


@dataclass(frozen=True)
class Row:
    """`scope` is what an employer's client needs beside being one."""

    cells: tuple[Expected, ...]
    scope: ClientScope | None = None

    def met_by(self, caller: Caller) -> Expected:
        if self.scope is not None and MISSING_SCOPE.get(caller) is self.scope:
            return Expected.FORBIDDEN
        return self.cells[list(Caller).index(column_of(caller))]


def column_of(caller: Caller) -> Caller:
    if caller is Caller.OTHER_HOLDER:
        return Caller.HOLDER
    return Caller.EMPLOYER if caller in MISSING_SCOPE else caller


def row_of(text: str) -> Row:
    """Cells in the order of the columns; the last one may be a scope, with which it is ok."""
    *cells, last = text.split()
    assert len(cells) == list(Caller).index(Caller.EMPLOYER)
    scope = ClientScope(last) if ":" in last else None
    return Row(tuple(map(Expected, [*cells, "ok" if scope else last])), scope)


#                       anon  flow  flow+ name  own   stale check decid count employer
PUBLIC = row_of("       ok    ok    ok    ok    ok    ok    ok    ok    ok    ok ")
PROVE = row_of("        401   ok    ok    403   403   403   403   403   403   403")
ADVANCE = row_of("      401   401   ok    403   403   403   403   403   403   403")
KNOWN = row_of("        401   401   401   ok    ok    ok    ok    ok    ok    ok ")
OWN = row_of("          401   401   401   401   ok    ok    403   403   403   403")
FRESH = row_of("        401   401   401   401   ok    stale 403   403   403   403")
REVEAL = row_of("       401   401   401   401   ok    stale ok    ok    ok    403")
PERSON = row_of("       401   401   401   401   ok    ok    ok    ok    ok    403")
RECORD = row_of("       401   401   401   401   ok    ok    ok    ok    ok    ok ")
OFFICER = row_of("      401   401   401   403   403   403   ok    ok    ok    403")
CHECK = row_of("        401   401   401   403   403   403   ok    403   403   403")
DECIDE = row_of("       401   401   401   403   403   403   403   ok    403   403")
COUNTER = row_of("      401   401   401   403   403   403   403   403   ok    403")
ORDER = row_of("        401   401   401   401   ok    ok    403   403   ok    403")
TASK = row_of("         401   401   401   401   ok    ok    403   403   403   ok ")
EMPLOYER = row_of("     401   401   401   403   403   403   403   403   403   ok ")
ITS_PERMITS = row_of("  401   401   401   403   403   403   403   403   403   permits:read")
ITS_TASKS = row_of("    401   401   401   403   403   403   403   403   403   tasks:read")
ITS_EXPORTS = row_of("  401   401   401   403   403   403   403   403   403   exports:make")
ITS_CASES = row_of("    401   401   401   403   403   403   403   403   403   applications:read")
CASE = row_of("         401   401   401   401   ok    ok    ok    ok    ok    applications:read")
FILE = row_of("         401   401   401   401   ok    ok    403   403   403   applications:write")
CONTEST = row_of("      401   401   401   401   ok    ok    403   ok    403   403")
LETTER = row_of("       401   401   401   401   ok    ok    403   403   403   letters:read")
SHARED = row_of("       401   401   401   401   ok    stale 403   403   403   ok ")
WEBHOOKS = row_of("     401   401   401   403   403   403   403   403   403   webhooks:manage")
CHECKS = row_of("       401   401   401   403   403   403   403   403   403   checks:make")
ITS_LETTERS = row_of("  401   401   401   403   403   403   403   403   403   letters:read")
CARD_CHECK = row_of("   401   401   401   403   403   403   ok    ok    ok    checks:make")
GRANT = row_of("        401   401   401   401   ok    ok    403   403   403   ok ")
ITS_ASKS = row_of("     401   401   401   403   403   403   403   403   403   grants:ask")
ITS_SHARED = row_of("   401   401   401   403   403   403   403   403   403   shared:read")
