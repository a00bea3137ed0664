"""The address in a letter's QR: `<issuer>/check/<token>`. Pure.

The token is in the path, so that the page works without script and any camera opens it. It names
nobody, and the access log shows the route alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from auth.letter_tokens import LetterClaims, LetterTokens
from resolvers.letters.printed import checked_values, printed_digest
from resolvers.rules.check_addresses import check_link
from resolvers.vocabulary import LetterKind

SHORT_KINDS: Final[Mapping[LetterKind, str]] = {
    LetterKind.PERMIT_NOTIFICATION: "PN",
    LetterKind.DECISION: "DE",
    LetterKind.CANCELLATION_PROOF: "CP",
    LetterKind.PERMIT_CERTIFICATE: "PC",
    LetterKind.CARD_RECEIPT: "CR",
}
"""As a token writes them: letters that are out there name them for good."""


def kind_of(short: str) -> LetterKind | None:
    for kind, written in SHORT_KINDS.items():
        if written == short:
            return kind
    return None


def check_address(
    tokens: LetterTokens,
    issuer: str,
    kind: LetterKind,
    letter_id: str,
    issued_on: date,
    rows: Mapping[str, str],
    code: str,
) -> str:
    """What the QR of a letter is to say. `rows` is what is printed, by the name of the row, with
    the `file_number`; `code` is as `new_printed_code` gave it.

    Raises ValueError for a row that would be printed and escape the digest.
    """
    digest = printed_digest(kind, letter_id, issued_on, checked_values(kind, rows), code)
    token = tokens.mint(LetterClaims(SHORT_KINDS[kind], letter_id, issued_on, digest))
    return check_link(issuer, token)
