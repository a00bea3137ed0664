"""A letter as it lies before somebody who checks it: the printed page, its QR code, its code."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import zxingcpp
from PIL import Image

from resolvers.letters.printed import FIELDS_OF
from resolvers.policy.letter_texts import CITY_OF_CARD, LABELS
from resolvers.rules.check_addresses import CHECK_PATH
from resolvers.vocabulary import LetterKind
from tests.reading_pdf import picture_of

_CODE = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b")
_LONG = {"full_name", "chinese_name", "employer", "post"}
"""May go on in the next line; none of them stands last."""
_FILE_NUMBER = re.compile(r"File No\.\s+(\S+)")


@dataclass(frozen=True)
class Paper:
    """What a person reads off it, by nothing but its text and picture. `typed` has the code too."""

    kind: LetterKind
    address: str
    typed: Mapping[str, str]
    version: int
    """Of the QR code."""

    @property
    def path(self) -> str:
        return CHECK_PATH + self.address.partition(CHECK_PATH)[2]

    def altered(self, field: str, value: str) -> dict[str, str]:
        return {**self.typed, field: value}


def paper_of(kind: LetterKind, content: bytes, directory: Path) -> Paper:
    file = directory / f"{kind}.pdf"
    file.write_bytes(content)
    found = subprocess.run(
        ["pdftotext", "-raw", str(file), "-"], check=True, capture_output=True, timeout=30
    )
    lines = unicodedata.normalize("NFC", found.stdout.decode()).splitlines()
    typed = {field.value: _value(lines, field.value) for field in FIELDS_OF[kind]}
    text = "\n".join(lines)
    number, code = _FILE_NUMBER.search(text), _CODE.search(text)
    assert number is not None
    assert code is not None
    typed |= {"file_number": number[1], "code": code[0]}
    [seen] = zxingcpp.read_barcodes(Image.open(picture_of(file, resolution=150)))
    return Paper(kind, seen.text, typed, int(re.findall(r"Version': '(\d+)", str(seen.extra))[0]))


def _value(lines: list[str], field: str) -> str:
    """Behind its two labels; "" when it is not on the paper."""
    labels = {LABELS[field].en} if field in LABELS else set()
    if field == "city":
        labels.add(CITY_OF_CARD.en)
    everything = {"照片"} | {label.zh for label in (*LABELS.values(), CITY_OF_CARD)}
    for at, line in enumerate(lines):
        if line in labels:
            if field not in _LONG:
                return lines[at + 1]
            end = next(n for n in range(at + 1, len(lines)) if lines[n] in everything)
            return " ".join(lines[at + 1 : end])
    return ""
