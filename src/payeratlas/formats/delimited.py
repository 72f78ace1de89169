"""Delimited text to records: strict, counted, and never guessed at.

A record is what RFC 4180 calls one: a quoted cell may hold line breaks, so records are not lines.
Records are counted from 1 and include headings and blank lines, as RFC 7111 locators do.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from payeratlas.model.errors import FileError

_UTF8 = ("utf-8", "utf-8-sig")
TEXT_ENCODINGS = (*_UTF8, "cp1252", "cp437")
"""Encodings of text that are read: cp1252 is that of Windows, cp437 that of DOS, in which Excel
saves what it calls "CSV (MS-DOS)"."""

UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|head|body|\?xml|script|meta|title|!--)", re.IGNORECASE)
_SNIFFED = 2048
DOWNLOAD_AGAIN = "download it again from the publisher's page, accepting its terms if asked."


def refuse_page(data: bytes, where: str) -> None:
    """Raise FileError where the bytes are a web page: an error or licence page saved as a file."""
    head = data[:_SNIFFED].removeprefix(UTF8_MARK)
    if _MARKUP.match(head):
        kind = "an XML message" if head.lstrip()[:5].lower() == b"<?xml" else "a web page (HTML)"
        raise FileError(
            f"this is {kind}, not a data file; the site answered with a page instead.",
            where=where,
            cure=DOWNLOAD_AGAIN,
        )


def decoded(data: bytes, encoding: str, where: str) -> str:
    """The text of a file in its declared encoding, one of TEXT_ENCODINGS.

    A UTF-8 byte-order mark is no part of the text. Raises FileError naming the byte offset of the
    first byte that has no meaning in the encoding, and for NUL bytes and UTF-16.
    """
    if encoding not in TEXT_ENCODINGS:
        raise ValueError(f"encoding {encoding!r} is not one of {', '.join(TEXT_ENCODINGS)}")
    if not data.removeprefix(UTF8_MARK).strip():
        raise FileError("the file is empty.", where=where, cure=DOWNLOAD_AGAIN)
    if data.startswith(_UTF16_MARKS):
        raise FileError(
            f"the text is UTF-16, where {encoding} is declared.",
            where=where,
            cure="use the publisher's file as served, not one saved again by a spreadsheet.",
        )
    if (nul := data.find(b"\0")) >= 0:
        raise FileError(
            f"byte {nul} is NUL: this is not text.",
            where=where,
            cure="check that it is a CSV file.",
        )
    skipped = len(UTF8_MARK) if data.startswith(UTF8_MARK) and encoding in _UTF8 else 0
    try:
        return data[skipped:].decode("utf-8" if encoding in _UTF8 else encoding)
    except UnicodeDecodeError as error:
        offset = error.start + skipped
        raise FileError(
            f"byte {offset} (0x{data[offset]:02X}) is not {encoding}.",
            where=where,
            cure="if the publisher changed the encoding, declare it in the source's layouts.toml; "
            "otherwise download the file again.",
        ) from error


def _lines(text: str) -> Iterable[str]:
    """The lines of a text with their ends as they are, held at one byte for a plain letter."""
    # A StringIO would hold four bytes for each letter, which counts in a file of millions of rows.
    return io.TextIOWrapper(io.BytesIO(text.encode("utf-8")), encoding="utf-8", newline="")


def csv_records(
    data: bytes, *, where: str, encoding: str = "utf-8", delimiter: str = ","
) -> Iterator[tuple[int, list[str]]]:
    """(ordinal, cells) of every record, counted from 1; quotes mean what they mean in CSV.

    Raises FileError for a web page, an undecodable or NUL byte, a quote that is never closed, and
    text after a closing quote; each names its record.
    """
    refuse_page(data, where)
    text = decoded(data, encoding, where)
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    del text  # the lines hold it in a smaller form
    ordinal = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            open_quote = "unexpected end" in str(error)
            raise FileError(
                "a quoted cell is never closed."
                if open_quote
                else f"this is not a well-formed CSV record: {error}.",
                where=f"{where}, record {ordinal + 1}",
                cure="the file is cut short or was changed; " + DOWNLOAD_AGAIN,
            ) from error
        ordinal += 1
        yield ordinal, cells
