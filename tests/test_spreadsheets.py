"""Files that spreadsheets open: what is a cell, and that pages make one file."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from openpyxl import load_workbook

from resolvers.rules.spreadsheets import (
    MAX_CELL,
    CsvWriter,
    FileState,
    Rows,
    TableWriter,
    XlsxWriter,
    harmless,
)

HEADS = ["Name", "Post"]
FORMULAS = [
    "=1+1",
    '=HYPERLINK("http://x.example","y")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1",
    "  =1+1",
    "＝1+1",
    "\u200f=1+1",
    "\u202e\ufeff@SUM(A1)",
    "'=1+1",
]


def file_of(writer: TableWriter, *pages: Rows) -> bytes:
    data, state = writer.begin(HEADS)
    for page in pages:
        # Whoever goes on knows nothing but the state.
        more, state = writer.rows(page, FileState(**vars_of(state)))
        data += more
    more, state = writer.end(state)
    assert state.written == len(data + more)
    return data + more


def vars_of(state: FileState) -> dict[str, int]:
    return {name: getattr(state, name) for name in state.__dataclass_fields__}


def cells_of(workbook: bytes) -> list[list[object]]:
    sheet = load_workbook(io.BytesIO(workbook)).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "inlineStr", "n"}
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize("text", FORMULAS, ids=range(len(FORMULAS)))
def test_nothing_becomes_a_formula(text: str) -> None:
    data = file_of(CsvWriter(), [[text, "cook"]]).decode("utf-8-sig")
    [_, row] = csv.reader(io.StringIO(data, newline=""))
    assert (row[0][0], row[1]) == ("'", "cook")
    assert row[0].replace("'", "") == text.replace("'", "")
    [_, shown] = cells_of(file_of(XlsxWriter("Employees"), [[text, "cook"]]))
    assert str(shown[0]).replace("\r", "") == text.replace("\r", "")


@pytest.mark.parametrize("parted", [";", "\t", "\n", "; ", ';"', ";\u200f"])
def test_nothing_becomes_a_formula_where_other_signs_part_cells(parted: str) -> None:
    data = file_of(CsvWriter(), [["cook", f"Smith{parted}=1+1"]]).decode("utf-8-sig")
    for sign in ";\t":
        for row in csv.reader(io.StringIO(data, newline=""), delimiter=sign):
            assert not any(cell.strip(' "\u200f').startswith("=") for cell in row)


@pytest.mark.parametrize("text", ["Anna-Maria", "a=b", "陈星河", "O'Neil", "", "007", "2026-01-01"])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_pages_are_one_file_however_they_are_cut() -> None:
    rows = [[f'Name {number}, "x"\n<&>', "厨师"] for number in range(50)]
    for writer in (CsvWriter(), XlsxWriter("员工")):
        one = file_of(writer, rows)
        many = file_of(writer, *([row] for row in rows))
        if isinstance(writer, CsvWriter):
            assert one == many
            assert list(csv.reader(io.StringIO(one.decode("utf-8-sig"), newline="")))[1:] == rows
        else:
            assert zipfile.ZipFile(io.BytesIO(many)).testzip() is None
            assert cells_of(one) == cells_of(many) == [HEADS, *rows]


def test_an_empty_table_has_its_heads() -> None:
    assert file_of(CsvWriter()) == b"\xef\xbb\xbfName,Post\r\n"
    assert cells_of(file_of(XlsxWriter("Permits"))) == [HEADS]


def test_what_xml_cannot_say_is_left_out_and_no_cell_is_too_long() -> None:
    [_, row] = cells_of(file_of(XlsxWriter("P"), [["a\x00b\x0b\ufffe", "x" * 40_000]]))
    assert row == ["ab", "x" * MAX_CELL]
