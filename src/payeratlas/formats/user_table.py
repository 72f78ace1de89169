"""A table that a user made, in whatever way a spreadsheet saves one, to records.

Publishers' files are pinned and declared; a user's is neither. Here the encoding and the delimiter
are found out, and errors name the file, the record and the cure, never what is in a cell: what a
practice is paid is nobody's business but its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from payeratlas.formats.archive import GZIP_MAGIC, ZIP_MAGIC
from payeratlas.formats.delimited import UTF8_MARK, csv_records
from payeratlas.formats.sheet import is_workbook, sheet_records
from payeratlas.model.errors import FileError

Records = Iterator[tuple[int, list[str]]]

DELIMITERS = (",", ";", "\t", "|")
MOST_BYTES = 64 << 20
"""The largest file that is read. A hundred thousand rows are about a tenth of it."""

_SAVE = "open it in your spreadsheet program and save it as CSV (UTF-8) or xlsx."
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_PDF = b"%PDF-"
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def readings(data: bytes, where: str) -> Iterator[tuple[str, Callable[[], Records]]]:
    """Each way to read the file: the delimiter (empty for a workbook), and the records.

    A record is (its number counted from 1 with blank ones, its cells): the row number that a
    spreadsheet shows. Only the first sheet of a workbook is read. Raises FileError where the file
    is no table at all; so do the records, for what is wrong inside.
    """
    _refuse(data, where)
    if data.startswith(ZIP_MAGIC):
        yield "", lambda: _sheet(data, where)
        return
    text = _as_utf8(data, where)
    for delimiter in DELIMITERS:
        yield delimiter, lambda delimiter=delimiter: _delimited(text, delimiter, where)  # type: ignore[misc]


def _refuse(data: bytes, where: str) -> None:
    if len(data) > MOST_BYTES:
        raise FileError(
            f"the file is larger than {MOST_BYTES >> 20} MiB.",
            where=where,
            cure="divide it, or leave out columns that are not needed.",
        )
    if not data.removeprefix(UTF8_MARK).strip():
        raise FileError("the file is empty.", where=where, cure=_SAVE)
    if data.startswith(_OLD_OFFICE):
        raise FileError(
            "this is an old (xls) workbook, or one protected by a password.",
            where=where,
            cure=_SAVE,
        )
    if data.startswith((GZIP_MAGIC, _PDF)):
        kind = "a PDF" if data.startswith(_PDF) else "a packed file (gzip)"
        raise FileError(f"this is {kind}, not a table.", where=where, cure=_SAVE)


def _sheet(data: bytes, where: str) -> Records:
    try:
        if not is_workbook(data, where):
            raise FileError("not a workbook")
        yield from sheet_records(data, where=where)
    except FileError:
        # The reader's own words may quote a cell.
        raise FileError(
            "this is not an xlsx workbook that can be read, or it is too large.",
            where=where,
            cure=_SAVE,
        ) from None


def _as_utf8(data: bytes, where: str) -> bytes:
    """Text as UTF-8: as it is, or from UTF-16 with a mark, or from cp1252 (Excel's "CSV")."""
    encoding = _UTF16.get(data[:2], "")
    if encoding:
        data = data[2:]
    else:
        try:
            data.decode("utf-8")
            return data
        except UnicodeDecodeError:
            encoding = "cp1252"
    try:
        return data.decode(encoding).encode("utf-8")
    except UnicodeError as error:
        place = f" (byte {error.start})" if isinstance(error, UnicodeDecodeError) else ""
        raise FileError(
            f"the text is neither UTF-8 nor UTF-16 nor Windows text{place}.",
            where=where,
            cure=_SAVE,
        ) from None


def _delimited(data: bytes, delimiter: str, where: str) -> Records:
    record = 0
    try:
        for record, cells in csv_records(data, where=where, delimiter=delimiter):
            yield record, cells
    except FileError as error:
        place = f"{where}, row {record + 1}" if "record" in error.where else where
        raise FileError(error.what, where=place, cure=_SAVE) from None
