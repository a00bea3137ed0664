"""Inputs of applications as the use cases take them: bounded, and of one shape each."""

import re

from resolvers.applications.statements import (
    Applicant,
    Cancellation,
    Change,
    ElectronicPermit,
    Extension,
    NewPermit,
    OriginalsCheck,
    StatedName,
    StatedPassport,
    Statement,
)
from resolvers.refusals import Gap
from schema.application_inputs import (
    ApplicantInput,
    CancellationInput,
    ChangeInput,
    ElectronicPermitInput,
    ExtensionInput,
    GapInput,
    NewFromAbroadInput,
    NewInChinaInput,
    OriginalsCheckInput,
    PostInput,
    StatedNameInput,
    StatedPassportInput,
    StatementInput,
)
from schema.failures import RequestError, RequestErrorCode

MAX_NAME = 100
MAX_POST = 200
MAX_NUMBER = 64
MAX_ID = 40
_UNPRINTABLE = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069"
_UNFIT_FOR_LINES = re.compile(f"[{_UNPRINTABLE}]")
_UNFIT_FOR_A_LINE = re.compile(f"[{_UNPRINTABLE}\t\n\u2028\u2029]")
"""Controls, breaks of the line, and turns of the direction of writing, by which a text would show
as another one in a letter or on a desk."""


def statement_of(given: StatementInput) -> Statement:
    """The one that was given. Raises BAD_USER_INPUT for a text that is too long."""
    for value in (
        *(given.new_from_abroad, given.new_in_china, given.originals_check, given.extension),
        *(given.change, given.cancellation, given.electronic_permit),
    ):
        if value:
            return _statement(value)
    raise RequestError(RequestErrorCode.BAD_USER_INPUT, "statement needs one procedure.")


_Given = (
    NewFromAbroadInput
    | NewInChinaInput
    | OriginalsCheckInput
    | ExtensionInput
    | ChangeInput
    | CancellationInput
    | ElectronicPermitInput
)


def _statement(given: _Given) -> Statement:
    match given:
        case NewFromAbroadInput() | NewInChinaInput():
            return NewPermit(
                applicant=_applicant(given.applicant),
                city=_bounded(given.city, "city", MAX_NUMBER),
                category=given.category,
                post=_post(given.post),
                contract_until=given.contract_until,
                requested_until=given.requested_until,
                planned_entry_on=given.planned_entry_on
                if isinstance(given, NewFromAbroadInput)
                else None,
                stay_until=given.stay_until if isinstance(given, NewInChinaInput) else None,
            )
        case OriginalsCheckInput():
            return OriginalsCheck(_id(given.permit_id), given.entered_on)
        case ExtensionInput():
            permit_id = _id(given.permit_id)
            return Extension(permit_id, given.contract_until, given.requested_until)
        case ChangeInput():
            return Change(
                _id(given.permit_id),
                given.changed_on,
                name=None if given.name is None else _name(given.name),
                passport=None if given.passport is None else _passport(given.passport),
                post=None if given.post is None else _post(given.post),
                category=given.category,
            )
        case CancellationInput():
            return Cancellation(_id(given.permit_id), given.happened_on, given.reason)
        case ElectronicPermitInput():
            return ElectronicPermit(_id(given.permit_id))


def gap_of(given: GapInput) -> Gap:
    note = None if given.note is None else officers_text(given.note, "note")
    return Gap(given.reason, given.paper, note)


def officers_text(text: str, field: str) -> str:
    """In lines and of any length: the use case bounds it, and its refusal is audited."""
    if _UNFIT_FOR_LINES.search(text):
        raise RequestError(
            RequestErrorCode.BAD_USER_INPUT, f"{field} has a character that cannot be shown."
        )
    return text


def _applicant(given: ApplicantInput) -> Applicant:
    return Applicant(
        name=_name(given.name),
        birth_date=given.birth_date,
        nationality=_bounded(given.nationality, "nationality", MAX_NUMBER),
        passport=_passport(given.passport),
        phone=_bounded_or_none(given.phone, "phone", MAX_NUMBER),
    )


def _name(given: StatedNameInput) -> StatedName:
    return StatedName(
        surname=_bounded(given.surname, "surname", MAX_NAME, minimum=0),
        given_names=_bounded(given.given_names, "givenNames", MAX_NAME, minimum=0),
        chinese_name=_bounded_or_none(given.chinese_name, "chineseName", MAX_NAME),
        native_name=_bounded_or_none(given.native_name, "nativeName", MAX_NAME),
    )


def _passport(given: StatedPassportInput) -> StatedPassport:
    return StatedPassport(
        country=_bounded(given.country, "country", MAX_NUMBER),
        number=_bounded(given.number, "number", MAX_NUMBER),
        valid_from=given.valid_from,
        valid_until=given.valid_until,
    )


def _post(given: PostInput) -> dict[str, str]:
    return {
        "en": _bounded(given.en, "post.en", MAX_POST),
        "zh": _bounded(given.zh, "post.zh", MAX_POST),
    }


def _id(given: str) -> str:
    return str(given)[:MAX_ID]


def _bounded_or_none(text: str | None, field: str, maximum: int) -> str | None:
    return None if text is None else _bounded(text, field, maximum)


def _bounded(text: str, field: str, maximum: int, minimum: int = 1) -> str:
    """The text, or BAD_USER_INPUT naming the field and never the text."""
    if not minimum <= len(text) <= maximum or _UNFIT_FOR_A_LINE.search(text):
        raise RequestError(
            RequestErrorCode.BAD_USER_INPUT,
            f"{field} needs {minimum} to {maximum} characters in one line.",
        )
    return text
