"""Read a licence holder's own file of descriptors, to be mounted in their store.

The file is delimited text whose heading names a column of codes and one of texts. Messages name
records and headings, never a text of the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from payeratlas.formats import SourceFile
from payeratlas.formats.delimited import csv_records
from payeratlas.model.codes import Coding
from payeratlas.model.errors import FileError, InputError
from payeratlas.model.provenance import RowAccount
from payeratlas.store.descriptors import Mounted

CODE_HEADING = re.compile(
    "((cpt|hcpcs|cpthcpcs|cdt|billing|procedure|service|concept)?codes?|cpt|hcpcs|cpthcpcs|cdt)"
)
"""What a heading of the column of codes says, without blanks, marks and case."""
TEXT_HEADING = re.compile(
    "((short|medium|long|full|consumer|clinician|code|procedure)?(text|descriptor|description|desc)"
    "|short|medium|long)"
)
"""What a heading of the column of texts says, without blanks, marks and case."""

_DELIMITERS = "\t,;|"
_SAMPLE = 65_536  # bytes in which the heading stands
_PREAMBLE = 60  # records above the heading, such as a notice of copyright
Record = tuple[int, list[str]]


def read_descriptors(
    path: Path, licence: str, *, code_column: str = "", text_column: str = ""
) -> Mounted:
    """Read a CSV or TSV file with one descriptor a row.

    The columns are those named, else those that the heading calls by a usual name. Every record is
    kept, rejected or merged for a named reason. InputError for an empty licence note and for a
    column that cannot be told; FileError where the file has no such heading or no usable row.
    """
    note = " ".join(licence.split())
    if not note:
        raise InputError(
            "descriptors are mounted under a licence, and none is named.",
            cure="--licence 'who grants it, to whom, until when'",
        )
    file = SourceFile.open(path)
    records = _records(file, str(path), code_column, text_column)
    place, code, text = _heading(records, str(path), code_column, text_column)
    heading = [cell.strip() for cell in records[place][1]]
    texts: dict[str, str] = {}
    rejected: Counter[str] = Counter({"above the heading": place, "heading": 1})
    merged: Counter[str] = Counter()
    for _, cells in records[place + 1 :]:
        found = _row(cells, code, text)
        if isinstance(found, str):
            rejected[found] += 1
        elif found[0] not in texts:
            texts[found[0]] = found[1]
        elif texts[found[0]] == found[1]:
            merged["listed twice with one text"] += 1
        else:
            rejected["listed twice, the first text kept"] += 1
    if not texts:
        raise FileError(
            f"no record below the heading has a code under '{heading[code]}' and a text under "
            f"'{heading[text]}'.",
            where=f"{path}, record {records[place][0] + 1} and on",
            cure="name the right columns with --code-column and --text-column.",
        )
    account = RowAccount(
        len(records),
        len(texts),
        tuple((reason, count) for reason, count in rejected.items() if count),
        tuple(merged.items()),
    )
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", path.stem).strip("_") or "descriptors"
    return Mounted(name, note, file.artifact, heading[code], heading[text], account, texts)


def _row(cells: Sequence[str], code: int, text: int) -> tuple[str, str] | str:
    """Code and text of a record, or the reason why it has none."""
    if not any(cell.strip() for cell in cells):
        return "blank record"
    try:
        named = Coding.parse(cells[code] if code < len(cells) else "").code
    except InputError:
        return "no code shape"
    words = " ".join(cells[text].split()) if text < len(cells) else ""
    return (named, words) if words else "empty text"


def _records(file: SourceFile, where: str, code_column: str, text_column: str) -> list[Record]:
    """All records, in the encoding and with the delimiter that the file shows.

    The delimiter is the one that parts a line into the two headings sought, else a comma.
    """
    try:
        file.data.decode("utf-8-sig")
        encoding = "utf-8-sig"
    except UnicodeDecodeError:
        encoding = "cp1252"
    lines = file.data[:_SAMPLE].decode("latin-1").splitlines()[:_PREAMBLE]
    fitting = (
        mark
        for mark in _DELIMITERS
        for cells in (line.split(mark) for line in lines)
        if _columns(cells, code_column, CODE_HEADING) and _columns(cells, text_column, TEXT_HEADING)
    )
    delimiter = next(fitting, ",")
    return list(csv_records(file.data, where=where, encoding=encoding, delimiter=delimiter))


def _heading(
    records: Sequence[Record], where: str, code_column: str, text_column: str
) -> tuple[int, int, int]:
    """Which record is the heading, and the columns of codes and texts in it."""
    for place, (ordinal, cells) in enumerate(islice(records, _PREAMBLE)):
        codes = _columns(cells, code_column, CODE_HEADING)
        texts = _columns(cells, text_column, TEXT_HEADING)
        if not codes or not texts or any(_is_code(cell) for cell in cells):
            continue
        for found, option in ((codes, "--code-column"), (texts, "--text-column")):
            if len(found) > 1:
                named = ", ".join(f"'{cells[i].strip()}'" for i in found)
                raise InputError(
                    f"the heading has several columns that may be meant: {named}.",
                    where=f"{where}, record {ordinal}",
                    cure=f"name one with {option}.",
                )
        if codes != texts:
            return place, codes[0], texts[0]
    sought = " and ".join(
        f"'{named}'" if named else words
        for named, words in ((code_column, "a column of codes"), (text_column, "one of texts"))
    )
    raise FileError(
        f"no heading with {sought} was found.",
        where=f"{where}, records 1 to {min(len(records), _PREAMBLE)}",
        cure="give the file a heading record, and name its columns with --code-column and "
        "--text-column.",
    )


def _columns(cells: Sequence[str], named: str, usual: re.Pattern[str]) -> list[int]:
    """The columns under the heading named, else under any usual one."""
    if named:
        return [i for i, cell in enumerate(cells) if _plain(cell) == _plain(named)]
    return [i for i, cell in enumerate(cells) if usual.fullmatch(_plain(cell))]


def _plain(heading: str) -> str:
    return re.sub(r"[^a-z0-9]", "", heading.lower())


def _is_code(cell: str) -> bool:
    try:
        return bool(Coding.parse(cell))
    except InputError:
        return False
