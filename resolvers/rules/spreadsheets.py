"""Tables as files that spreadsheets open, written page by page. Pure.

A writer's whole memory is `FileState`, a few numbers: whoever has them goes on where another
stopped, and no more than a page is ever in memory. CSV is RFC 4180 in UTF-8 with a BOM. XLSX is the
least of ECMA-376 that a workbook needs: one worksheet of inline strings, as the last entry of a zip
whose deflate stream is flushed after each page, so that the next page may come from anywhere.

Nothing becomes a formula: every cell of a worksheet is a string, and in CSV what a spreadsheet
would take for a formula is led by an apostrophe (OWASP, CSV Injection): at the beginning of a
cell, and inside it behind what parts cells or lines where the comma does not, since half the world
opens the file with semicolons.
"""

from __future__ import annotations

import csv
import io
import re
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol
from xml.sax.saxutils import escape

Rows = Sequence[Sequence[str]]

MAX_CELL: Final = 32_767
"""Characters of a cell, as Excel has it."""
_UNSEEN: Final = r"[\s\x00\"'\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
"""Spaces, quotes, marks of direction and others of no width, behind which a formula may begin."""
_BEGINS: Final = _UNSEEN + r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
_FORMULA: Final = re.compile(_BEGINS + r"|[\t\r\n\x00]")
_FURTHER: Final = re.compile(rf"([;\t\r\n])(?={_BEGINS})")
_NOT_XML: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True)
class FileState:
    """`written` bytes of the file, and what the end of a zip says of its last entry: CRC-32, size
    before and after deflating, and how long what stands before it is."""

    written: int = 0
    crc: int = 0
    raw: int = 0
    deflated: int = 0
    begins: int = 0


Step = tuple[bytes, FileState]


class TableWriter(Protocol):
    """Each step answers the next bytes of the file, and the state behind them."""

    def begin(self, heads: Sequence[str]) -> Step: ...

    def rows(self, rows: Rows, state: FileState) -> Step: ...

    def end(self, state: FileState) -> Step: ...


class CsvWriter:
    def begin(self, heads: Sequence[str]) -> Step:
        data = b"\xef\xbb\xbf" + _csv([heads])
        return data, FileState(written=len(data))

    def rows(self, rows: Rows, state: FileState) -> Step:
        data = _csv(rows)
        return data, replace(state, written=state.written + len(data))

    def end(self, state: FileState) -> Step:
        return b"", state


def _csv(rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(
        [[harmless(cell) for cell in row] for row in rows]
    )
    return text.getvalue().encode()


def harmless(cell: str) -> str:
    """The cell as text for every spreadsheet that reads it."""
    further = _FURTHER.sub(r"\1'", cell)
    return f"'{further}" if _FORMULA.match(cell) else further


class XlsxWriter:
    """`sheet` is the name of the worksheet: at most 31 plain letters."""

    def __init__(self, sheet: str) -> None:
        self._fixed = tuple(
            (name, text.format(sheet=escape(sheet)).encode()) for name, text in _PARTS
        )

    def begin(self, heads: Sequence[str]) -> Step:
        front = b"".join(_local(name, data) + data for name, data in self._fixed)
        begins = len(front)
        front += _streamed_local(_SHEET)
        state = FileState(written=len(front), begins=begins)
        body, state = _more(_HEAD.encode() + _sheet_rows([heads]), state)
        return front + body, state

    def rows(self, rows: Rows, state: FileState) -> Step:
        return _more(_sheet_rows(rows), state)

    def end(self, state: FileState) -> Step:
        body, state = _more(_TAIL.encode(), state, last=True)
        sizes = struct.pack("<III", state.crc, state.deflated, state.raw)
        data = body + b"PK\x07\x08" + sizes
        state = replace(state, written=state.written + 16)
        directory, offset = b"", 0
        for name, content in self._fixed:
            size = len(content)
            sums = struct.pack("<III", zlib.crc32(content), size, size)
            directory += _central(name, 0, 0, sums, offset)
            offset += len(_local(name, content)) + size
        directory += _central(_SHEET, 8, 8, sizes, state.begins)
        count = len(self._fixed) + 1
        data += directory + struct.pack(
            "<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(directory), state.written, 0
        )
        return data, replace(state, written=state.written + len(directory) + 22)


def _more(text: bytes, state: FileState, *, last: bool = False) -> Step:
    """Further bytes of the worksheet. A full flush ends on a byte and refers to nothing before."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    data = packer.compress(text) + packer.flush(zlib.Z_FINISH if last else zlib.Z_FULL_FLUSH)
    return data, replace(
        state,
        written=state.written + len(data),
        crc=zlib.crc32(text, state.crc),
        raw=state.raw + len(text),
        deflated=state.deflated + len(data),
    )


def _sheet_rows(rows: Rows) -> bytes:
    return "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows).encode()


def _cell(text: str) -> str:
    shown = escape(_NOT_XML.sub("", text)[:MAX_CELL])
    return f'<c t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'


_MIDNIGHT: Final = struct.pack("<HH", 0, 0x21)
"""1 January 1980, the first instant of a zip: when it was made is nobody's business."""


def _local(name: str, content: bytes) -> bytes:
    size = len(content)
    sums = struct.pack("<III", zlib.crc32(content), size, size)
    return _local_head(name, 0, 0, sums)


def _streamed_local(name: str) -> bytes:
    """Of an entry whose sums follow it (flag 8), deflated."""
    return _local_head(name, 8, 8, bytes(12))


def _local_head(name: str, flags: int, method: int, sums: bytes) -> bytes:
    head = struct.pack("<IHHH", 0x04034B50, 20, flags, method)
    return head + _MIDNIGHT + sums + struct.pack("<HH", len(name), 0) + name.encode()


def _central(name: str, flags: int, method: int, sums: bytes, offset: int) -> bytes:
    head = struct.pack("<IHHHH", 0x02014B50, 20, 20, flags, method)
    rest = struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, offset)
    return head + _MIDNIGHT + sums + rest + name.encode()


_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_KIND: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_SHEET: Final = "xl/worksheets/sheet1.xml"
_TYPES: Final = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/{_SHEET}" ContentType="{_KIND}.worksheet+xml"/></Types>'
)
_BOOK: Final = (
    f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="{sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


def _relation(kind: str, target: str) -> str:
    return (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )


_PARTS: Final = (
    ("[Content_Types].xml", _TYPES),
    ("_rels/.rels", _relation("officeDocument", "xl/workbook.xml")),
    ("xl/workbook.xml", _BOOK),
    ("xl/_rels/workbook.xml.rels", _relation("worksheet", "worksheets/sheet1.xml")),
)
_HEAD: Final = f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'
_TAIL: Final = "</sheetData></worksheet>"
