"""Names and numbers on the page: as they are, whole, and to be copied from it."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from resolvers.letters.printing import Marks, NotPrintable, print_letter
from resolvers.letters.sheet import Sheet
from resolvers.vocabulary import LetterKind
from tests.letter_people import AT, LONGEST_WORD, MADE, Named, demo_names, sheet_for
from tests.reading_pdf import facts_of, fonts_of, picture_of, text_of

MARKS = Marks("https://onecard.example/check#a-token-of-some-length", "7K3M-9Q2X-ABCD")
COMBINING = MADE[3]
"""Letters with marks that Unicode has no one code for: Poppler gives some of them back twice."""
PEOPLE = [one for one in (*demo_names(), *MADE) if one is not COMBINING]


def printed(named: Named, tmp_path: Path, kind: LetterKind) -> tuple[Path, Sheet]:
    sheet, content = print_letter(sheet_for(named, kind), MARKS, AT)
    path = tmp_path / "letter.pdf"
    path.write_bytes(content)
    return path, sheet


@pytest.mark.parametrize("named", PEOPLE, ids=lambda one: one.label)
def test_names_and_numbers_come_back_from_the_text_of_the_page(
    named: Named, tmp_path: Path
) -> None:
    path, sheet = printed(named, tmp_path, LetterKind.PERMIT_CERTIFICATE)
    text = text_of(path)
    for row in sheet.rows:
        if is_right_to_left(row.value):
            continue  # Poppler gives it back in the order of the page
        value = unicodedata.normalize("NFC", " ".join(row.value.split()))
        assert value.replace(" ", "") in text.replace(" ", ""), row.name
    for value in ("OCG-2026-7K3M9Q2X", "GD4400000001", "X00000001", MARKS.code, "2026-11-27"):
        assert value in text


def is_right_to_left(text: str) -> bool:
    return any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)


def test_a_name_from_right_to_left_is_there_letter_by_letter(tmp_path: Path) -> None:
    [named] = [one for one in demo_names() if one.label == "Arabic name"]
    path, _ = printed(named, tmp_path, LetterKind.PERMIT_CERTIFICATE)
    assert named.person.native_name is not None
    text = text_of(path).replace("\u202b", "").replace("\u202c", "")
    assert sorted(named.person.native_name.replace(" ", "")) == sorted(
        char for char in text if is_right_to_left(char)
    )


def test_letters_with_marks_of_their_own_are_printed(tmp_path: Path) -> None:
    path, sheet = printed(COMBINING, tmp_path, LetterKind.PERMIT_CERTIFICATE)
    assert sheet.values()["full_name"] == COMBINING.person.full_name
    assert set(COMBINING.person.full_name) - {" "} <= set(
        unicodedata.normalize("NFD", text_of(path)) + text_of(path)
    )


def test_a_page_is_tagged_has_its_fonts_in_it_and_says_what_it_is(tmp_path: Path) -> None:
    path, _ = printed(demo_names()[9], tmp_path, LetterKind.PERMIT_CERTIFICATE)
    facts = facts_of(path)
    assert facts["Tagged"] == "yes"
    assert facts["Pages"] == "1"
    assert facts["Page size"].endswith("(A4)")
    assert facts["Title"].startswith("外国人工作许可状态证明 Certificate")
    content = path.read_bytes()
    assert b"/Lang" in content
    assert b"pdfuaid:part" in content
    for font in fonts_of(path):
        embedded, subset, unicode_known = font[-5:-2]
        assert (embedded, subset, unicode_known) == ("yes", "yes", "yes"), font
        assert "Noto" in font[0]


@pytest.mark.parametrize("named", MADE[:2], ids=lambda one: one.label)
def test_nothing_is_printed_beyond_its_place(named: Named, tmp_path: Path) -> None:
    """Not even the longest word: the margins, and the way to the photo, stay white."""
    path, _ = printed(named, tmp_path, LetterKind.PERMIT_CERTIFICATE)
    page = Image.open(picture_of(path, 72)).convert("L")
    width, height = page.size
    beside_photo = (432, 175, 438, 230)
    for box in ((0, 0, 60, height), (width - 60, 0, width, height), beside_photo):
        assert page.crop(box).histogram()[:250] == [0] * 250, box


def test_the_same_sheet_is_the_same_file(tmp_path: Path) -> None:
    sheet = sheet_for(demo_names()[11])
    assert print_letter(sheet, MARKS, AT) == print_letter(sheet, MARKS, AT)


def test_a_name_in_a_script_without_a_font_is_left_out_and_any_other_text_refused() -> None:
    sheet = sheet_for(MADE[-1])
    assert "native_name" in sheet.values()
    shown, _ = print_letter(sheet, MARKS, AT)
    assert "native_name" not in shown.values()
    [first, *others] = sheet.rows
    unknown = replace(sheet, rows=[replace(first, value="သော်တာ"), *others])
    with pytest.raises(NotPrintable) as refused:
        print_letter(unknown, MARKS, AT)
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


def test_what_is_printed_is_text_and_never_read_as_markup(tmp_path: Path) -> None:
    hostile = '#panic("x") $1$ *a* `b` <c> \\ [d] @e // f /* g'
    sheet = sheet_for(MADE[0])
    [first, *others] = sheet.rows
    _, content = print_letter(
        replace(sheet, rows=[replace(first, value=hostile), *others]), MARKS, AT
    )
    path = tmp_path / "letter.pdf"
    path.write_bytes(content)
    assert hostile in text_of(path)


def test_the_longest_word_is_longer_than_its_line() -> None:
    assert len(LONGEST_WORD) > 100
