"""Workbooks: read in a child process, numbers as a person reads them, bombs stopped."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from filekit import sheet_xml, workbook, workbook_parts, zipped
from payeratlas.formats.sheet import SheetLimits, is_workbook, sheet_records
from payeratlas.model.errors import FileError


def read(data: bytes) -> list[tuple[int, list[str]]]:
    return list(sheet_records(data, where="f.xlsx"))


def refusal(data: bytes, limits: SheetLimits = SheetLimits()) -> FileError:  # noqa: B008 (frozen)
    with pytest.raises(FileError) as caught:
        list(sheet_records(data, where="f.xlsx", limits=limits))
    assert caught.value.where == "f.xlsx"
    assert caught.value.cure
    return caught.value


def test_cells_read_as_a_person_reads_them() -> None:
    rows = [
        ["code", "n", "flag", "note"],
        ["00100", 99213.0, True, "a\nb"],
        ["64640", 0.869, False, None],
        [" 9 ", -1.5, None, "\u2019"],
        [None, 12345678901234.0, None, "x"],
    ]
    assert read(workbook(rows)) == [
        (1, ["code", "n", "flag", "note"]),
        (2, ["00100", "99213", "TRUE", "a\nb"]),
        (3, ["64640", "0.869", "FALSE", ""]),
        (4, [" 9 ", "-1.5", "", "\u2019"]),
        (5, ["", "12345678901234", "", "x"]),
    ]


def test_rows_and_columns_count_from_a1() -> None:
    found = read(workbook([[None, None], [None, "b2"]]))
    assert found == [(1, ["", ""]), (2, ["", "b2"])]


def test_the_first_sheet_is_read() -> None:
    assert read(workbook([["one"]], [["two"]])) == [(1, ["one"])]


def test_a_workbook_is_told_by_its_content() -> None:
    assert is_workbook(workbook([["x"]]), "f.xlsx")
    assert not is_workbook(zipped({"a.csv": "x"}), "f.zip")
    assert "not an xlsx workbook" in refusal(zipped({"a.csv": "x"})).what


def far_apart(row: int) -> bytes:
    """A workbook of two cells, the first and one in the last column of a row."""
    cells = f'<row r="{row}"><c r="XFD{row}"><v>2</v></c></row>'
    xml = sheet_xml([[1]]).replace("</sheetData>", f"{cells}</sheetData>")
    assert f"XFD{row}" in xml
    return zipped(workbook_parts(xml))


def test_two_far_cells_do_not_end_our_process() -> None:
    error = refusal(far_apart(1048576))
    assert "cannot be read" in error.what
    assert "csv" in error.cure


def test_the_child_has_a_ceiling_of_memory() -> None:
    data = far_apart(1000)  # 16 million cells
    error = refusal(data, SheetLimits(memory=300 << 20, text=1 << 40))
    assert "signal" in error.what or "memory" in error.what
    assert "bytes of text" in refusal(data, SheetLimits(memory=8 << 30, text=1 << 20)).what


def test_the_limits_hold() -> None:
    data = workbook([["x" * 1000]] * 50)
    assert "more than 500 bytes" in refusal(data, SheetLimits(text=500)).what
    assert "was stopped" in refusal(data, SheetLimits(seconds=0.001)).what


def test_a_damaged_sheet_is_refused() -> None:
    parts = workbook_parts("<worksheet><sheetData><row><c")
    assert "cannot be read" in refusal(zipped(parts)).what
    parts = workbook_parts(sheet_xml([["x"]]))
    del parts["xl/worksheets/sheet1.xml"]
    assert "cannot be read" in refusal(zipped(parts)).what


def test_a_workbook_cut_short_is_refused() -> None:
    whole = workbook([["x"]])
    assert "cut short" in refusal(whole[: len(whole) // 2]).what


def test_the_real_workbook_agrees_with_its_csv(shared_data: Path) -> None:
    folder = shared_data / "cms" / "pfs" / "rvu25a"
    with (folder / "25LOCCO.csv").open(newline="", encoding="utf-8") as text:
        rows = list(csv.reader(text))
    found = [cells for _, cells in read((folder / "25LOCCO.xlsx").read_bytes())]
    assert len(found) == len(rows) == 169
    for sheet, text_row in zip(found, rows, strict=True):
        assert [cell.strip().lstrip("0") for cell in sheet] == [
            cell.strip().lstrip("0") for cell in text_row
        ]
