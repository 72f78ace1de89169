"""A user's table: every way a spreadsheet saves it, and errors that quote no cell."""

from __future__ import annotations

import gzip

import pytest

from filekit import workbook, zipped
from payeratlas.formats.user_table import MOST_BYTES, readings
from payeratlas.model.errors import FileError

ROWS = [(1, ["payer", "rate"]), (2, ["Café", "89.50"])]


def read(data: bytes, delimiter: str = ",") -> list[tuple[int, list[str]]]:
    return next(list(make()) for mark, make in readings(data, "f.csv") if mark == delimiter)


def refusal(data: bytes, delimiter: str = ",") -> FileError:
    with pytest.raises(FileError) as caught:
        read(data, delimiter)
    assert caught.value.cure
    assert caught.value.where.startswith("f.csv")
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_text_in_the_encodings_that_spreadsheets_write(encoding: str) -> None:
    assert read("payer,rate\r\nCafé,89.50\r\n".encode(encoding)) == ROWS


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    text = f'payer{delimiter}rate\n"Café"{delimiter}89.50\n'
    assert read(text.encode(), delimiter) == ROWS


def test_a_workbook_has_one_reading() -> None:
    data = workbook([["payer", "rate"], ["Café", "89.50"]])
    assert [mark for mark, _ in readings(data, "f.xlsx")] == [""]
    assert read(data, "") == ROWS


def test_rows_are_counted_as_a_spreadsheet_shows_them() -> None:
    assert [row for row, _ in read(b'a,b\n\n"x\ny",1\n,\n')] == [1, 2, 3, 4]


def test_what_is_no_table_is_told_by_its_kind() -> None:
    assert "empty" in refusal(b"\xef\xbb\xbf \n").what
    assert "old (xls)" in refusal(b"\xd0\xcf\x11\xe0" + bytes(20)).what
    assert "a PDF" in refusal(b"%PDF-1.7 ...").what
    assert "packed" in refusal(gzip.compress(b"a,b")).what
    assert "web page" in refusal(b"<!doctype html><p>").what
    assert "not an xlsx workbook" in refusal(zipped({"a.csv": "x"}), "").what
    assert "NUL" in refusal(b"a,b\n\0,1\n").what
    assert "larger than 64 MiB" in refusal(bytes([65]) * (MOST_BYTES + 1)).what


def test_an_error_names_the_row_and_quotes_nothing() -> None:
    error = refusal(b'code,rate\n64640,1\n"64640,777.77\n')
    assert error.where == "f.csv, row 3"
    assert "777" not in str(error)
    assert error.__cause__ is None, "what the parser said may quote a cell"


def test_a_damaged_workbook_quotes_nothing() -> None:
    data = workbook([["code", "rate"], ["64640", "777.77"]]).replace(b"<sheetData", b"<sheetDat4")
    broken = data[: len(data) // 2] + b"777.77" + data[len(data) // 2 :]
    error = refusal(broken, "")
    assert "777" not in str(error)
    assert error.__cause__ is None
