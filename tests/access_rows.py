"""The callers of the access matrix, and the rows that they meet."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Caller(StrEnum):
    """The columns, in the order of a row."""

    ANONYMOUS = "anonymous"
    STARTED_FLOW = "flow token, real name not proved"
    REAL_NAME_FLOW = "flow token at the real-name level"
    REAL_NAME_TOKEN = "access token of a holder at the real-name level"
    HOLDER = "holder"
    STALE_HOLDER = "holder whose proof is over 5 minutes old"
    OTHER_HOLDER = "another holder"
    OFFICER = "officer"
    EMPLOYER = "employer client"


class Expected(StrEnum):
    """The code that the whole operation is refused with, or none."""

    ALLOWED = "ok"
    UNAUTHENTICATED = "401"
    FORBIDDEN = "403"
    STEP_UP_REQUIRED = "stale"


Row = Mapping[Caller, Expected]


def row_of(cells: str) -> Row:
    return dict(zip(Caller, map(Expected, cells.split()), strict=True))


#               anon  flow  flow+ name  own   stale other offic emplo
PUBLIC = row_of(" ok    ok    ok    ok    ok    ok    ok    ok    ok  ")
PROVE = row_of("  401   ok    ok    403   403   403   403   403   403 ")
ADVANCE = row_of("401   401   ok    403   403   403   403   403   403 ")
OWN = row_of("    401   401   401   401   ok    ok    ok    403   403 ")
REVEAL = row_of(" 401   401   401   401   ok    stale ok    403   403 ")
KNOWN = row_of("  401   401   401   ok    ok    ok    ok    ok    ok  ")
DESK = row_of("   401   401   401   403   403   403   403   ok    403 ")
EITHER = row_of(" 401   401   401   401   ok    ok    ok    ok    403 ")
EITHER_REVEAL = row_of("401 401 401 401 ok stale ok ok 403")
