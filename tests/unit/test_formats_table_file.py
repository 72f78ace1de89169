"""One table, however it is wrapped: the same records under the same ordinals."""

from __future__ import annotations

import gzip

import pytest

from filekit import a_file, workbook, zipped
from payeratlas.formats import XLSX, kind, members, records, unpacked
from payeratlas.model.errors import FileError

ROWS = [["HCPCS", "MOD", "n"], ["64640", "", "5.26"], ["00100", "26", "3"]]
TEXT = "\r\n".join(",".join(row) for row in ROWS).encode()
EXPECTED = list(enumerate(ROWS, start=1))


def test_every_wrapping_gives_the_same_records() -> None:
    book = workbook([["HCPCS", "MOD", "n"], ["64640", "", 5.26], ["00100", "26", 3]])
    archive = a_file(
        "r.zip", zipped({"d/a.csv": TEXT, "b.csv.gz": gzip.compress(TEXT), "c.xlsx": book})
    )
    assert list(records(a_file("a.csv", TEXT))) == EXPECTED
    assert list(records(a_file("a.csv.gz", gzip.compress(TEXT)))) == EXPECTED
    assert list(records(archive, "d/a.csv")) == EXPECTED
    assert list(records(archive, "b.csv.gz")) == EXPECTED
    assert list(records(archive, "c.xlsx", XLSX)) == EXPECTED
    assert list(records(a_file("c.xlsx", book), "", XLSX)) == EXPECTED


def test_a_delimiter_holds_in_every_wrapping() -> None:
    text = TEXT.replace(b",", b"\t")
    archive = a_file("r.zip", zipped({"a.txt": text}))
    assert list(records(a_file("a.txt", text), delimiter="\t")) == EXPECTED
    assert list(records(archive, "a.txt", "cp437", "\t")) == EXPECTED


def test_content_and_not_the_name_says_what_a_file_is() -> None:
    book = workbook([["x"]])
    assert kind(TEXT, "a.zip") == "text"
    assert kind(gzip.compress(TEXT), "a.csv") == "gzip"
    assert kind(book, "a.csv") == "workbook"
    assert kind(zipped({"a.csv": TEXT}), "a.csv") == "archive"
    assert unpacked(a_file("misnamed.csv", gzip.compress(TEXT))) == TEXT


def test_members() -> None:
    assert members(a_file("r.zip", zipped({"d/a.csv": TEXT, "b.txt": "b"}))) == ("d/a.csv", "b.txt")
    for name, data in {
        "a.csv": TEXT,
        "a.csv.gz": gzip.compress(TEXT),
        "a.xlsx": workbook([["x"]]),
    }.items():
        assert members(a_file(name, data)) == ("",)


def test_a_promise_in_the_name_that_is_not_kept_is_refused() -> None:
    with pytest.raises(FileError, match=r"a\.zip: this is a web page"):
        members(a_file("a.zip", "<!DOCTYPE html>"))
    with pytest.raises(FileError, match=r"a\.zip: this is not a zip"):
        members(a_file("a.zip", TEXT))
    with pytest.raises(FileError, match=r"a\.csv\.gz: this is not a gzip"):
        unpacked(a_file("a.csv.gz", TEXT))


def test_errors_name_file_and_member() -> None:
    with pytest.raises(FileError) as caught:
        list(records(a_file("r.zip", zipped({"d/a.csv": b"<html>"})), "d/a.csv"))
    assert caught.value.where == "r.zip!d/a.csv"


def test_an_archive_in_an_archive_is_not_opened() -> None:
    inner = zipped({"a.csv": TEXT})
    with pytest.raises(FileError):
        list(records(a_file("r.zip", zipped({"inner.zip": inner})), "inner.zip"))
