"""PDF (ISO 32000), as far as it can be judged without running anything that is in it: it begins
and ends as one, its cross-reference table stands where it says, and it is not encrypted.
"""

from __future__ import annotations

import re
from typing import Final

from resolvers.papers.outcomes import PaperCode

PDF_BEGIN: Final = b"%PDF-"

_VERSION = re.compile(rb"%PDF-(?:1\.[0-7]|2\.0)[\s%]")
_ENDING = re.compile(rb"startxref\s{1,4}(\d{1,10})\s{1,4}%%EOF")
_TABLE = re.compile(rb"\s{0,4}(?:xref\s|\d{1,10}\s+\d{1,5}\s+obj)")
_ENCRYPT = re.compile(rb"/" + b"".join(b"(?:%c|#%02x|#%02X)" % (c, c, c) for c in b"Encrypt"))
"""The name may be written with any letter as `#` and two digits; the dictionary that has it is
never compressed."""
_LONGEST_NAME_END: Final = rb"[\s<\[(/%\d]"
_ENCRYPTED = re.compile(_ENCRYPT.pattern + _LONGEST_NAME_END)


def walk_pdf(content: bytes) -> int | PaperCode:
    """The offset behind the last byte that belongs to it, or what is wrong."""
    if _VERSION.match(content) is None:
        return PaperCode.UNREADABLE
    ending = _ENDING.match(content, max(content.rfind(b"startxref"), 0))
    if ending is None:
        return PaperCode.TRUNCATED
    if _TABLE.match(content, int(ending[1])) is None:
        return PaperCode.UNREADABLE
    if _ENCRYPTED.search(content) is not None:
        return PaperCode.ENCRYPTED
    return ending.end()
