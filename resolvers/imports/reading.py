"""One line of NDJSON → a record with its shape checked, or why not. No database, nothing kept."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from auth.strict_json import json_object
from resolvers.imports.lines import RawLine
from resolvers.imports.members import BadLine, Members
from resolvers.imports.outcomes import ImportCode, LineRefused
from resolvers.imports.records import (
    HolderNumber,
    StatedEnrolment,
    StatedInsurance,
    StatedPortrait,
    StatedRecord,
    StatedResidence,
)
from resolvers.policy.freshness import RecordKind
from resolvers.policy.sources import SOURCES
from resolvers.rules.country_codes import NUMERIC_BY_ALPHA_3
from resolvers.rules.identifiers import canonical, canonical_passport
from resolvers.rules.numbers import normalise_credit_code, normalise_residence_permit_number
from resolvers.rules.permit_status import ends_at, starts_at
from resolvers.vocabulary import (
    IdentifierKind,
    InsuranceKind,
    InsuranceState,
    ResidenceState,
)

CLOCK_LEEWAY = timedelta(minutes=5)
"""By how much the clock of an authority may be ahead of ours."""

_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
_SHARED = ("kind", "source", "holder", "city", "updated_at")


def read_line(line: RawLine, source: str | None, now: datetime) -> StatedRecord | LineRefused:
    """`source` is the authority that sends the lines; None where each line names its own."""
    if line.content is None:
        return LineRefused(ImportCode.LINE_TOO_LONG)
    members = json_object(line.content)
    if members is None:
        return LineRefused(ImportCode.NOT_JSON)
    try:
        return _record(line.number, Members(members, now), source, now)
    except BadLine as bad:
        return bad.refused


def _record(line: int, members: Members, source: str | None, now: datetime) -> StatedRecord:
    kind_text = members.text("kind")
    if kind_text not in set(RecordKind):
        raise BadLine(ImportCode.UNKNOWN_KIND, "kind")
    kind = RecordKind(kind_text)
    authority = _authority(members, source)
    scope = SOURCES[authority]
    content: StatedResidence | StatedInsurance | StatedPortrait
    match kind:
        case RecordKind.RESIDENCE_PERMIT:
            members.close(*_SHARED, "number", "state", "valid_from", "valid_until")
            content = _residence(members)
        case RecordKind.INSURANCE:
            members.close(*_SHARED, "employer", "started_on", "enrolments")
            content = _insurance(members)
        case RecordKind.PORTRAIT:
            members.close(*_SHARED, "picture")
            content = StatedPortrait(members.number("picture", _file_name))
    if kind is not scope.kind:
        raise BadLine(ImportCode.FOREIGN_SOURCE, "kind")
    city = members.text("city")
    if city != scope.city:
        raise BadLine(ImportCode.FOREIGN_SOURCE, "city")
    updated_at = members.instant("updated_at")
    if updated_at > now + CLOCK_LEEWAY:
        raise BadLine(ImportCode.FROM_THE_FUTURE, "updated_at")
    holder = _holder(members.nested("holder"))
    return StatedRecord(line, authority, city, holder, updated_at, content)


def _file_name(text: str) -> str | None:
    """A name and no path."""
    return text if _FILE_NAME.fullmatch(text) else None


def _authority(members: Members, source: str | None) -> str:
    """The one that sends; a line may name it, and may not name another."""
    named = members.text("source") if members.has("source") or source is None else source
    if source is not None and named != source:
        raise BadLine(ImportCode.FOREIGN_SOURCE, "source")
    if named not in SOURCES:
        raise BadLine(ImportCode.UNKNOWN_SOURCE, "source")
    return named


_NUMBERS = {
    "work_permit_number": IdentifierKind.WORK_PERMIT,
    "social_security_number": IdentifierKind.SOCIAL_SECURITY,
}


def _holder(members: Members) -> HolderNumber:
    """By exactly one number."""
    members.close(*_NUMBERS, "passport")
    given = [name for name in (*_NUMBERS, "passport") if members.has(name)]
    if len(given) != 1:
        raise BadLine(ImportCode.BAD_VALUE if given else ImportCode.MISSING_FIELD, "holder")
    [name] = given
    if name == "passport":
        return HolderNumber(IdentifierKind.PASSPORT, _passport(members.nested(name)))
    kind = _NUMBERS[name]
    return HolderNumber(kind, members.number(name, lambda text: canonical(kind, text)))


def _passport(members: Members) -> str:
    members.close("country", "number")
    country = members.text("country")
    return members.number("number", lambda text: canonical_passport(country, text))


def _residence(members: Members) -> StatedResidence:
    first, last = members.day("valid_from"), members.day("valid_until")
    if last < first:
        raise members.bad_date("valid_until")
    return StatedResidence(
        number=members.number("number", normalise_residence_permit_number),
        state=members.word("state", ResidenceState),
        valid_from=starts_at(first),
        valid_until=ends_at(last),
    )


def _insurance(members: Members) -> StatedInsurance:
    enrolments = [_enrolment(one) for one in members.listed("enrolments", len(InsuranceKind))]
    if len({one.kind for one in enrolments}) != len(enrolments):
        raise BadLine(ImportCode.BAD_VALUE, "enrolments.kind")
    return StatedInsurance(
        credit_code=members.number("employer", normalise_credit_code),
        started_at=starts_at(members.day("started_on")),
        enrolments=enrolments,
    )


def _enrolment(members: Members) -> StatedEnrolment:
    members.close("kind", "state", "since", "until", "treaty_country")
    state = members.word("state", InsuranceState)
    since, until = members.optional_day("since"), members.optional_day("until")
    if since is not None and until is not None and until < since:
        raise members.bad_date("until")
    return StatedEnrolment(
        kind=members.word("kind", InsuranceKind),
        state=state,
        since=None if since is None else starts_at(since),
        until=None if until is None else ends_at(until),
        treaty_country=_treaty_country(members, state),
    )


def _treaty_country(members: Members, state: InsuranceState) -> str | None:
    """Given where a treaty exempts, and only there."""
    name = "treaty_country"
    if state is not InsuranceState.EXEMPT_BY_TREATY:
        if members.has(name):
            raise members.bad(name)
        return None
    country = members.text(name)
    if country not in NUMERIC_BY_ALPHA_3:
        raise members.bad(name)
    return country
