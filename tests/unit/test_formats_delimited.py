"""CSV records: counted, strict, and refused with place and cure where they are not CSV."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payeratlas.formats.delimited import csv_records, decoded, refuse_page
from payeratlas.model.errors import FileError


def read(data: bytes, encoding: str = "utf-8") -> list[tuple[int, list[str]]]:
    return list(csv_records(data, where="f.csv", encoding=encoding))


def refusal(data: bytes, encoding: str = "utf-8") -> FileError:
    with pytest.raises(FileError) as caught:
        read(data, encoding)
    assert caught.value.where.startswith("f.csv")
    assert caught.value.cure
    return caught.value


def test_records_are_counted_from_one_and_are_not_lines() -> None:
    data = b'a,b\r\n"two\r\nlines",c\r\n\r\nd,e\r\n'
    assert read(data) == [(1, ["a", "b"]), (2, ["two\r\nlines", "c"]), (3, []), (4, ["d", "e"])]


def test_csv_spectrum(shared_data: Path) -> None:
    folder = shared_data / "hostile" / "csv-spectrum"
    names = sorted(path.stem for path in (folder / "csvs").glob("*.csv"))
    assert len(names) == 12
    for name in names:
        (_, head), *rows = read((folder / "csvs" / f"{name}.csv").read_bytes())
        found = [dict(zip(head, cells, strict=True)) for _, cells in rows]
        answer = json.loads((folder / "json" / f"{name}.json").read_bytes())
        if name == "location_coordinates":  # the corpus hid this number in its answer alone
            assert answer["Contact Phone Number"] == "1234567890"
            answer = [answer | {"Contact Phone Number": "2095257564"}]
        assert found == answer, name


cell = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@given(st.lists(st.lists(cell, min_size=1, max_size=5), min_size=1, max_size=8))
def test_what_a_writer_quotes_comes_back(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    assert read(out.getvalue().encode("utf-8")) == list(enumerate(rows, start=1))


@given(st.binary(min_size=1, max_size=60))
def test_any_bytes_give_records_or_a_refusal(data: bytes) -> None:
    for encoding in ("utf-8", "cp1252"):
        try:
            found = read(data, encoding)
        except FileError:
            continue
        assert [ordinal for ordinal, _ in found] == list(range(1, len(found) + 1))


def test_a_byte_order_mark_is_no_text() -> None:
    for encoding in ("utf-8", "utf-8-sig"):
        assert read(b"\xef\xbb\xbfa,b\n", encoding) == [(1, ["a", "b"])]


def test_windows_text_is_read_where_it_is_declared() -> None:
    assert read(b"it\x92s,5\n", "cp1252") == [(1, ["it\u2019s", "5"])]
    error = refusal(b"it\x92s,5\n")
    assert "byte 2 (0x92) is not utf-8" in error.what
    assert "layouts.toml" in error.cure


def test_dos_text_is_read_where_it_is_declared() -> None:
    assert read(b"Mayag\x81ez,5\xff\n", "cp437") == [(1, ["Mayagüez", "5\xa0"])]
    assert "byte 5 (0x81) is not cp1252" in refusal(b"Mayag\x81ez,5\n", "cp1252").what


def test_tabs_part_cells_where_they_are_declared() -> None:
    data = b'a,b\t"two\r\nlines"\t"x ""y"""\r\nc\t\t\r\n'
    assert list(csv_records(data, where="f.txt", delimiter="\t")) == [
        (1, ["a,b", "two\r\nlines", 'x "y"']),
        (2, ["c", "", ""]),
    ]


def test_the_offset_of_a_bad_byte_counts_the_mark() -> None:
    assert "byte 4 (0xFF)" in refusal(b"\xef\xbb\xbfa\xff\n").what
    assert "byte 1 (0x81) is not cp1252" in refusal(b"a\x81\n", "cp1252").what


def test_an_undeclared_encoding_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="latin-1"):
        decoded(b"a", "latin-1", "f.csv")


@pytest.mark.parametrize("data", ["a,b\n".encode("utf-16"), "a,b\n".encode("utf-16-be")])
def test_utf16_is_refused(data: bytes) -> None:
    assert "UTF-16" in refusal(data).what or "NUL" in refusal(data).what


def test_nul_is_refused_with_its_place() -> None:
    assert "byte 3 is NUL" in refusal(b"a,b\0\n").what


@pytest.mark.parametrize("data", [b"", b"\n \r\n", b"\xef\xbb\xbf\n"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    assert "empty" in refusal(data).what


def test_an_open_quote_is_refused_at_its_record() -> None:
    error = refusal(b'a,b\nc,"never closed\n' + b"x,y\n" * 1000)
    assert error.where == "f.csv, record 2"
    assert "never closed" in error.what


def test_text_after_a_closing_quote_is_refused() -> None:
    assert refusal(b'a,b\n"c"d,e\n').where == "f.csv, record 2"


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html><html><body>License</body></html>",
        b"\xef\xbb\xbf\r\n  <html lang='en'>",
        b"<HEAD><title>x</title>",
        b"<!-- served -->\n<html>",
        b"<script>location='/'</script>",
    ],
)
def test_a_web_page_saved_as_csv_is_named_as_such(page: bytes) -> None:
    error = refusal(page)
    assert "web page" in error.what
    assert "download" in error.cure


def test_an_xml_message_is_named_as_such() -> None:
    assert "XML" in refusal(b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>").what


def test_a_table_that_speaks_of_pages_is_none() -> None:
    refuse_page(b"code,text\n1,<html>\n", "f.csv")
    refuse_page(b"<5 units,yes\n", "f.csv")


def test_pages_in_the_real_files_are_refused(shared_data: Path) -> None:
    folder = shared_data / "hospital" / "v2-raw" / "html_negative"
    pages = [path for path in folder.rglob("*") if path.is_file()]
    assert pages
    for path in pages:
        with pytest.raises(FileError, match="web page"):
            list(csv_records(path.read_bytes(), where=path.name))
