"""The text of a CSV file of any size, whatever its encoding: in chunks, lines and records.

UTF-8 with or without a byte-order mark, UTF-16 with one, and UTF-8 in which single bytes are
Windows-1252 (a curly apostrophe is 0x92 there): such a byte is read as that letter and counted.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from itertools import chain

from payeratlas.formats.delimited import DOWNLOAD_AGAIN
from payeratlas.model.errors import FileError

END = "\x1a\x1a the end\n"
"""A line put behind the last one: inside a cell it comes back where a quote is never closed."""

MOST_CELL = 1 << 20  # characters of one cell: a quote that is never closed ends there
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_ESCAPED = re.compile("[\udc80-\udcff]")  # how Python holds a byte that is not UTF-8
_LETTERS = {
    chr(0xDC00 + byte): bytes((byte,)).decode("cp1252", "replace") for byte in range(0x80, 0x100)
}  # five bytes have no letter: they become U+FFFD


def text_chunks(
    chunks: Iterable[bytes], counts: Counter[str], where: str
) -> Generator[str, None, None]:
    """The text of the file in chunks; letters that were mended are counted in ``counts``, as
    windows_1252_letter.

    Raises FileError for UTF-16 that is cut short.
    """
    left = iter(chunks)
    head = b""
    while len(head) < len(codecs.BOM_UTF8) and (chunk := next(left, None)) is not None:
        head += chunk
    if (name := _UTF16.get(head[:2])) is not None:
        decoder = codecs.getincrementaldecoder(name)("strict")
        head = head[2:]
    else:
        decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        head = head.removeprefix(codecs.BOM_UTF8)
    try:
        yield _mended(decoder.decode(head), counts)
        for chunk in left:
            yield _mended(decoder.decode(chunk), counts)
        yield _mended(decoder.decode(b"", True), counts)
    except UnicodeDecodeError as error:
        raise FileError(
            f"it begins as {name} and goes on as something else ({error.reason}).",
            where=where,
            cure=DOWNLOAD_AGAIN,
        ) from error


def _mended(text: str, counts: Counter[str]) -> str:
    text, mended = _ESCAPED.subn(lambda found: _LETTERS[found.group()], text)
    if mended:
        counts["windows_1252_letter"] += mended
    return text


class Lines:
    """The lines of a text with their ends as they are: CR, LF or both, mixed as may be.

    Iterating gives one after the other; ``rest`` gives what has not been given so far.
    """

    def __init__(self, chunks: Iterable[str]) -> None:
        self._chunks = iter(chunks)
        self._lines: Iterator[str] = iter(())
        self._tail = ""  # a line that may go on, or the first half of CR LF

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while (line := next(self._lines, None)) is None:
            chunk = next(self._chunks, None)
            lines = list(io.StringIO(self._tail + (chunk or ""), newline=""))
            self._tail = lines.pop() if lines and chunk is not None else ""
            if chunk is None and not lines:
                raise StopIteration
            self._lines = iter(lines)
        return line

    def rest(self) -> Iterator[str]:
        """What has not been given yet, in chunks that are no lines."""
        yield "".join(self._lines) + self._tail
        self._tail = ""
        yield from self._chunks


def records(lines: Iterator[str], before: int, where: str) -> Iterator[list[str]]:
    """The records of CSV text; ``before`` of them were read already.

    Raises FileError where a quoted cell is never closed.
    """
    reader = csv.reader(chain(lines, (END,)))
    record = before
    while True:
        csv.field_size_limit(MOST_CELL)  # of the whole program: others may have set it meanwhile
        record += 1
        try:
            cells = next(reader)
        except csv.Error as error:
            raise never_closed(record, where) from error
        if END.strip() in cells[-1:]:
            return
        if cells and cells[-1].endswith(END):
            raise never_closed(record, where)
        yield cells


def never_closed(record: int, where: str) -> FileError:
    """The refusal of a file that ends, or goes on for too long, inside a quoted cell."""
    return FileError(
        "a quoted cell is never closed.",
        where=f"{where}, record {record}",
        cure="the file is cut short or was changed; " + DOWNLOAD_AGAIN,
    )
