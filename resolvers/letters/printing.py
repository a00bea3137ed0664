"""A sheet → a tagged PDF (PDF/UA-1) with its fonts in it, by Typst; the same sheet, the same bytes.

Typst refuses a text that no font can show, so nothing is printed as an empty box: a name in its own
script is then left out, as the passport's is what counts, and any other text makes the letter
impossible. Its messages quote the text; none of them goes further than here.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from resolvers.letters.sheet import Sheet
from resolvers.policy.letter_texts import QR_ALT
from resolvers.policy.named import Named

if TYPE_CHECKING:
    from typst import Fonts

TEMPLATE: Final = "1"
"""Of layout, words and fonts. Letters keep the one that they were made with."""
STANDARD: Final = "ua-1"
_FONT_PACKAGES: Final = (
    ("fontpkg_noto_serif", "files"),
    ("fontpkg_noto_sans", "files"),
    ("fontpkg_noto_sans_arabic", "files"),
    ("pylopdf_fonts_zh_cn", ""),
    ("pylopdf_fonts_ko", ""),
)
_BESIDE_PHOTO: Final = 5
NO_GLYPH: Final = "could not be displayed with"


class NotPrintable(Exception):
    """A text of the letter has a character that no font of ours has. Carries nothing of it."""


@dataclass(frozen=True)
class Marks:
    """What proves the letter: the address behind the QR code, and the code printed beside it."""

    address: str
    code: str

    def __repr__(self) -> str:
        return "Marks()"


def print_letter(sheet: Sheet, marks: Marks, at: datetime) -> tuple[Sheet, bytes]:
    """The sheet as it was printed, and the file. Raises NotPrintable."""
    printed = _typeset(sheet, marks, at)
    if printed is None:
        sheet = replace(sheet, rows=[row for row in sheet.rows if row.name != "native_name"])
        printed = _typeset(sheet, marks, at)
    if printed is None:
        raise NotPrintable
    return sheet, printed


def _typeset(sheet: Sheet, marks: Marks, at: datetime) -> bytes | None:
    """None for a text that cannot be shown."""
    # Here and not above: they cost 0.1 s, which a process that prints nothing need not pay.
    import typst

    try:
        printed = typst.compile(
            _template(),
            font_paths=fonts(),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"sheet": json.dumps(_plain(sheet, marks), ensure_ascii=False)},
            pdf_standards=[STANDARD],
            timestamp=int(at.astimezone(UTC).timestamp()),
        )
    except typst.TypstError as error:
        if NO_GLYPH in error.message:
            return None
    else:
        return printed
    raise RuntimeError("a letter cannot be laid out")


def _plain(sheet: Sheet, marks: Marks) -> dict[str, Any]:
    return {
        "title": _both(sheet.title),
        "authority": _both(sheet.authority),
        "file_number": sheet.file_number,
        "issued_on": sheet.issued_on.isoformat(),
        "photo": sheet.has_photo,
        "beside_photo": _BESIDE_PHOTO,
        "rows": [
            {
                "label": _both(row.label),
                "lang": row.language,
                "value": row.value,
            }
            for row in sheet.rows
        ],
        "paragraphs": [_both(paragraph) for paragraph in sheet.paragraphs],
        "qr": _qr(marks.address),
        "qr_alt": f"{QR_ALT.zh} {QR_ALT.en}",
        "code": marks.code,
    }


def _both(named: Named) -> dict[str, str]:
    return {"en": named.en, "zh": named.zh}


def _qr(address: str) -> str:
    """As paths, so that it is sharp at any size; some 15% of it may be hidden or dirty."""
    import segno

    drawn = io.BytesIO()
    code = segno.make_qr(address, error="m", boost_error=False)
    code.save(drawn, kind="svg", border=4, omitsize=True, xmldecl=False)
    return drawn.getvalue().decode("ascii")


@cache
def _template() -> bytes:
    return files("resolvers.letters").joinpath("letter.typ").read_bytes()


@cache
def fonts() -> Fonts:
    """Those of the pinned packages and no other, whatever the machine has."""
    import typst

    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=_font_directories(),
    )


def _font_directories() -> list[str]:
    return [str(files(package).joinpath(below)) for package, below in _FONT_PACKAGES]
