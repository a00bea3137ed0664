"""Contests: a holder says that a record is wrong, and its source authority decides. Pure.

A contest is about one record and some of its fields. It changes nothing of the record, the permit
or the card: whoever contests goes on working, and the record changes where it is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

from resolvers.rules.state_machine import Machine, Party, edges


class ContestState(StrEnum):
    OPEN = "OPEN"
    UNDER_REVIEW = "UNDER_REVIEW"
    CORRECTED = "CORRECTED"
    UPHELD = "UPHELD"
    WITHDRAWN = "WITHDRAWN"


class ContestEvent(StrEnum):
    TAKE = "TAKE"
    CORRECT = "CORRECT"
    UPHOLD = "UPHOLD"
    WITHDRAW = "WITHDRAW"


_S, _E = ContestState, ContestEvent
RUNNING: Final = (_S.OPEN, _S.UNDER_REVIEW)

CONTEST_MACHINE = Machine(
    name="contest",
    states=ContestState,
    events=ContestEvent,
    initial=(_S.OPEN,),
    transitions=(
        *edges(_E.TAKE, RUNNING, _S.UNDER_REVIEW, Party.RECORDS),
        *edges(_E.CORRECT, [_S.UNDER_REVIEW], _S.CORRECTED, Party.RECORDS),
        *edges(_E.UPHOLD, [_S.UNDER_REVIEW], _S.UPHELD, Party.RECORDS),
        *edges(_E.WITHDRAW, RUNNING, _S.WITHDRAWN, Party.HOLDER),
    ),
)


class ContestOutcome(StrEnum):
    """CORRECTED: the authority corrects its record. UPHELD: it stays as it is."""

    CORRECTED = "CORRECTED"
    UPHELD = "UPHELD"


class ContestGround(StrEnum):
    CORRECTED_AS_STATED = "CORRECTED_AS_STATED"
    CORRECTED_OTHERWISE = "CORRECTED_OTHERWISE"
    MATCHES_ORIGINALS = "MATCHES_ORIGINALS"
    NOT_PROVED = "NOT_PROVED"
    NEEDS_A_PROCEDURE = "NEEDS_A_PROCEDURE"
    NOT_OUR_RECORD = "NOT_OUR_RECORD"


GROUNDS_OF: Final[Mapping[ContestOutcome, frozenset[ContestGround]]] = {
    ContestOutcome.CORRECTED: frozenset(
        {ContestGround.CORRECTED_AS_STATED, ContestGround.CORRECTED_OTHERWISE}
    ),
    ContestOutcome.UPHELD: frozenset(ContestGround)
    - {ContestGround.CORRECTED_AS_STATED, ContestGround.CORRECTED_OTHERWISE},
}
EVENT_OF: Final[Mapping[ContestOutcome, ContestEvent]] = {
    ContestOutcome.CORRECTED: _E.CORRECT,
    ContestOutcome.UPHELD: _E.UPHOLD,
}


class ContestedKind(StrEnum):
    """What kind of record is contested."""

    PERMIT = "PERMIT"
    IDENTITY_DOCUMENT = "IDENTITY_DOCUMENT"
    RESIDENCE_PERMIT = "RESIDENCE_PERMIT"
    INSURANCE = "INSURANCE"
    CARD = "CARD"
    HOLDER = "HOLDER"


class ContestField(StrEnum):
    """What of a record is contested."""

    NUMBER = "NUMBER"
    CATEGORY = "CATEGORY"
    EMPLOYER = "EMPLOYER"
    POST = "POST"
    CITY = "CITY"
    STATE = "STATE"
    VALID_FROM = "VALID_FROM"
    VALID_UNTIL = "VALID_UNTIL"
    COUNTRY = "COUNTRY"
    ENROLMENTS = "ENROLMENTS"
    PERMIT_ON_CARD = "PERMIT_ON_CARD"
    FULL_NAME = "FULL_NAME"
    CHINESE_NAME = "CHINESE_NAME"
    NATIVE_NAME = "NATIVE_NAME"
    BIRTH_DATE = "BIRTH_DATE"
    NATIONALITY = "NATIONALITY"
    SOCIAL_SECURITY_NUMBER = "SOCIAL_SECURITY_NUMBER"
    WORK_PERMIT_NUMBER = "WORK_PERMIT_NUMBER"


_F = ContestField
FIELDS_OF: Final[Mapping[ContestedKind, Mapping[ContestField, str]]] = {
    ContestedKind.PERMIT: {
        _F.NUMBER: "number",
        _F.CATEGORY: "category",
        _F.EMPLOYER: "employer_id",
        _F.POST: "post",
        _F.CITY: "city",
        _F.STATE: "state",
        _F.VALID_FROM: "valid_from",
        _F.VALID_UNTIL: "valid_until",
    },
    ContestedKind.IDENTITY_DOCUMENT: {
        _F.NUMBER: "number",
        _F.COUNTRY: "country",
        _F.VALID_FROM: "valid_from",
        _F.VALID_UNTIL: "valid_until",
    },
    ContestedKind.RESIDENCE_PERMIT: {
        _F.NUMBER: "number",
        _F.STATE: "state",
        _F.CITY: "city",
        _F.VALID_FROM: "valid_from",
        _F.VALID_UNTIL: "valid_until",
    },
    ContestedKind.INSURANCE: {
        _F.EMPLOYER: "employer_id",
        _F.CITY: "city",
        _F.ENROLMENTS: "enrolments",
    },
    ContestedKind.CARD: {
        _F.NUMBER: "number",
        _F.STATE: "state",
        _F.PERMIT_ON_CARD: "permit_id",
        _F.CITY: "city",
    },
    ContestedKind.HOLDER: {
        _F.FULL_NAME: "full_name",
        _F.CHINESE_NAME: "chinese_name",
        _F.NATIVE_NAME: "native_name",
        _F.BIRTH_DATE: "birth_date",
        _F.NATIONALITY: "nationality",
        _F.SOCIAL_SECURITY_NUMBER: "social_security_number",
        _F.WORK_PERMIT_NUMBER: "work_permit_number",
    },
}
"""Of each kind: what can be contested, and where it stands in the document."""

KIND_BY_PREFIX: Final[Mapping[str, ContestedKind]] = {
    "pmt": ContestedKind.PERMIT,
    "idd": ContestedKind.IDENTITY_DOCUMENT,
    "rsp": ContestedKind.RESIDENCE_PERMIT,
    "ins": ContestedKind.INSURANCE,
    "crd": ContestedKind.CARD,
    "hld": ContestedKind.HOLDER,
}


def contested_kind(record_id: str) -> ContestedKind | None:
    """By the prefix of its id; None for a record that cannot be contested."""
    return KIND_BY_PREFIX.get(record_id.partition("_")[0])


def are_contestable(kind: ContestedKind, fields: Collection[ContestField]) -> bool:
    """At least one, each once, all of this kind of record."""
    return bool(fields) and len(set(fields)) == len(fields) and set(fields) <= set(FIELDS_OF[kind])
