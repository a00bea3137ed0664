"""What makes a letter checkable: the printed code, and the address behind the QR code."""

from __future__ import annotations

import os

from resolvers.gateway import Gateway
from resolvers.letters.addresses import check_address
from resolvers.letters.printed import MAX_VALUE_LENGTH
from resolvers.letters.printed_code import RANDOM_BYTES, new_printed_code
from resolvers.letters.printing import Marks, NotPrintable
from resolvers.letters.sheet import Sheet


def marks_of(gateway: Gateway, letter_id: str, sheet: Sheet) -> Marks:
    """Raises NotPrintable for a value that is too long to be checked."""
    rows = sheet.values()
    if any(len(value) > MAX_VALUE_LENGTH for value in rows.values()):
        raise NotPrintable
    code = new_printed_code(os.urandom(RANDOM_BYTES))
    address = check_address(
        gateway.letter_tokens,
        gateway.letter_links.public_address,
        sheet.kind,
        letter_id,
        sheet.issued_on,
        rows,
        code,
    )
    return Marks(address, code)
