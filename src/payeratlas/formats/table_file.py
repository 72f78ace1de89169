"""A pinned file to the records of a table, whatever it is wrapped in.

One door for first reading and for re-opening a citation: the same file, member, encoding and
delimiter give the same records under the same ordinals.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from payeratlas.formats.archive import GZIP_MAGIC, ZIP_MAGIC, gunzip, unzip, zip_members
from payeratlas.formats.delimited import csv_records
from payeratlas.formats.sheet import is_workbook, sheet_records
from payeratlas.formats.source_file import SourceFile

XLSX = "xlsx"
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", XLSX)
Kind = Literal["text", "gzip", "workbook", "archive"]


def kind(data: bytes, where: str) -> Kind:
    """What the bytes are, told by their content and never by a name."""
    if data.startswith(GZIP_MAGIC):
        return "gzip"
    if data.startswith(ZIP_MAGIC):
        return "workbook" if is_workbook(data, where) else "archive"
    return "text"


def members(file: SourceFile) -> tuple[str, ...]:
    """The files in an archive; ``("",)`` for a file that is not one (gzip has no members)."""
    name = file.artifact.name
    if kind(file.data, name) == "archive" or name.lower().endswith(".zip"):
        return zip_members(file.data, where=name)
    return ("",)


def unpacked(file: SourceFile, member: str = "") -> bytes:
    """The bytes of a file or of one member of it, gzip undone and everything verified."""
    where = place(file, member)
    data = unzip(file.data, member, where=file.artifact.name) if member else file.data
    if data.startswith(GZIP_MAGIC) or (not member and where.lower().endswith(".gz")):
        return gunzip(data, where=where)
    return data


def place(file: SourceFile, member: str = "") -> str:
    """How errors name a file or a member of it."""
    return f"{file.artifact.name}!{member}" if member else file.artifact.name


def records(
    file: SourceFile, member: str = "", encoding: str = "utf-8", delimiter: str = ","
) -> Iterator[tuple[int, list[str]]]:
    """(ordinal, cells) of every record of a table, counted from 1.

    ``encoding`` is one of ENCODINGS: that of the text, whose cells ``delimiter`` parts, or
    ``"xlsx"`` for the first sheet of a workbook. Raises FileError for anything that is not what it
    should be.
    """
    data, where = unpacked(file, member), place(file, member)
    if encoding == XLSX:
        return sheet_records(data, where=where)
    return csv_records(data, where=where, encoding=encoding, delimiter=delimiter)
