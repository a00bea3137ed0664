"""Inputs of the login as the use cases take them: bounded, normalised, named."""

import strawberry

from auth.verification import SecondProofMethod
from resolvers.login.real_name import ClaimedIdentity
from resolvers.rules import numbers
from resolvers.vocabulary import IdentifierKind
from schema.failures import RequestError, RequestErrorCode
from schema.login_types import IdentifierInput, ProveRealNameInput, SendSecondProofCodeInput

MAX_INPUT_LENGTH = 200


def bounded(text: str, field: str, maximum: int) -> str:
    """The text, or BAD_USER_INPUT naming the field and never the text."""
    if not 1 <= len(text) <= maximum:
        raise RequestError(
            RequestErrorCode.BAD_USER_INPUT, f"{field} needs 1 to {maximum} characters."
        )
    return text
