"""Inputs of the login as the use cases take them: bounded, normalised, named."""

import re

from auth.verification import SecondProofMethod
from resolvers.login.real_name import ClaimedIdentity
from resolvers.rules import identifiers, numbers
from resolvers.vocabulary import IdentifierKind
from schema.failures import RequestError, RequestErrorCode
from schema.login_types import (
    IdentifierInput,
    PassportInput,
    ProveRealNameInput,
    SendSecondProofCodeInput,
)

MAX_INPUT_LENGTH = 200
_DEVICE_TEXT = re.compile(r"[A-Za-z0-9 .,_()/+-]{1,40}")


def bounded(text: str, field: str, maximum: int) -> str:
    """The text, or BAD_USER_INPUT naming the field and never the text."""
    if not 1 <= len(text) <= maximum:
        raise RequestError(
            RequestErrorCode.BAD_USER_INPUT, f"{field} needs 1 to {maximum} characters."
        )
    return text


def device_text(text: str, field: str) -> str:
    """A model or system. Free text would sooner or later be somebody's name, unsealed."""
    if _DEVICE_TEXT.fullmatch(text) is None:
        raise RequestError(
            RequestErrorCode.BAD_USER_INPUT,
            f"{field} needs 1 to 40 Latin letters, digits, spaces and .,_()/+-.",
        )
    return text


def claimed_identity(given: ProveRealNameInput) -> ClaimedIdentity:
    """Name and canonical number. An ill-formed number goes the same way as an unknown one, as
    typed and cut to a bound, so that nothing tells them apart."""
    kind, text = _identifier(given.identifier)
    number = identifiers.canonical(kind, text[:MAX_INPUT_LENGTH])
    return ClaimedIdentity(given.name, kind, number or f"?{text[:MAX_INPUT_LENGTH]}")


def _identifier(given: IdentifierInput) -> tuple[IdentifierKind, str]:
    if isinstance(given.passport, PassportInput):
        country = numbers.normalise_country(given.passport.country)
        return IdentifierKind.PASSPORT, f"{country or '???'}{given.passport.number}"
    texts = {
        IdentifierKind.WORK_PERMIT: given.work_permit_number,
        IdentifierKind.SOCIAL_SECURITY: given.social_security_number,
        IdentifierKind.PERMANENT_RESIDENT: given.permanent_resident_id,
    }
    for kind, text in texts.items():
        if isinstance(text, str):
            return kind, text
    raise RequestError(RequestErrorCode.BAD_USER_INPUT, "identifier needs one number.")


def second_proof(given: SendSecondProofCodeInput) -> tuple[SecondProofMethod, str]:
    """Method and canonical number; an ill-formed one goes the way of one that is not the
    holder's."""
    if isinstance(given.phone, str):
        number = numbers.normalise_phone(given.phone[:MAX_INPUT_LENGTH])
        return SecondProofMethod.PHONE, number or "?"
    if isinstance(given.bank_card, str):
        number = numbers.normalise_bank_card(given.bank_card[:MAX_INPUT_LENGTH])
        return SecondProofMethod.BANK_CARD, number or "?"
    raise RequestError(RequestErrorCode.BAD_USER_INPUT, "A phone or a bank card is needed.")
