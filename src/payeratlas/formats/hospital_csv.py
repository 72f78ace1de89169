"""The plain reader of hospitals' standard-charge files in CMS's CSV templates, tall and wide.

Versions 2.0 to 3.0, whatever a file declares: headings decide (see ``hospital_headings``). Records
are handed on as they are read, so memory holds one of them. It judges the fast reader
(``hospital_arrow``), which gives the same rows.

What is odd in a cell is kept and counted (``hospital_rows``). A record whose cells do not stand
under their headings is rejected by name; a file in which no charges are found is a FileError.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from payeratlas.formats.csv_text import Lines, records, text_chunks
from payeratlas.formats.delimited import DOWNLOAD_AGAIN, refuse_page
from payeratlas.formats.hospital_account import HospitalAccount, account_of
from payeratlas.formats.hospital_headings import (
    Group,
    Headings,
    are_general,
    are_headings,
    file_row,
    read_general,
    read_headings,
)
from payeratlas.formats.hospital_rows import (
    SETTINGS,
    Amount,
    HospitalCharge,
    HospitalItem,
    Texts,
    amount_of,
    split_modifiers,
    trimmed,
)
from payeratlas.model.errors import FileError

Emit = Callable[[str, tuple[object, ...]], None]

AMONG = 50  # records among which the headings must stand
ITEM_AMOUNTS = ("gross", "cash", "minimum", "maximum")
CHARGE_AMOUNTS = ("dollar", "percentage", "estimated", "median", "p10", "p90")
CHARGE_TEXTS = ("payer_name", "plan_name", "algorithm", "count", "methodology", "notes")
_SNIFFED = 2048


class Opened(NamedTuple):
    """A file whose headings were read: its row, its columns, and where its charges begin.

    ``first`` is the number of records up to the headings of the charges.
    """

    general: dict[str, str | None]
    headings: Headings
    first: int
    lines: Lines


def read(chunks: Iterable[bytes], emit: Emit, *, where: str = "the file") -> HospitalAccount:
    """Read a CSV file from chunks of its unpacked bytes; ``emit(table, row)`` gets every row.

    The row of hospital_file comes last. Raises FileError for what is no such file.
    """
    counts: Counter[str] = Counter()
    sized = Sized(chunks)
    opened = open_csv(sized, counts, where)
    headings = opened.headings
    record = opened.first
    for cells in records(opened.lines, record, where):
        record += 1
        counts["records.read"] += 1
        if (reason := fault(cells, headings)) is not None:
            counts[f"records.rejected.{reason}"] += 1
            continue
        counts["records.kept"] += 1
        for table, row in rows_of(cells, headings, record, opened.first, counts):
            emit(table, row)
    emit("hospital_file", file_row(headings.layout, opened.general))
    return account_of(headings.layout, sized.size, counts)


class Sized:
    """Chunks on their way; ``size`` is how many bytes have passed."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            yield chunk


def open_csv(chunks: Iterable[bytes], counts: Counter[str], where: str) -> Opened:
    """Read as far as the headings of the charges.

    Raises FileError for a web page, and where no such headings stand among the first records: an
    older layout of a hospital's own, or another file altogether.
    """
    lines = Lines(text_chunks(chunks, counts, where))
    above: list[list[str]] = []
    for cells in records(lines, 0, where):
        if not above:
            refuse_page(",".join(cells)[:_SNIFFED].encode(), where)
        counts["records.read"] += 1
        if are_headings(cells):
            break
        above.append(cells)
        if len(above) == AMONG:
            raise _no_template(above, where)
    else:
        raise _no_template(above, where)
    at = next((n for n, cells in enumerate(above) if are_general(cells)), None)
    general: dict[str, str | None] = {}
    if at is None:
        counts["hospital_file.general_headings_missing"] += 1
    else:
        values = next((row for row in above[at + 1 :] if any(map(trimmed, row))), [])
        general = read_general(above[at], values, counts)
    named = 1 + (0 if at is None else 1 + (len(above) > at + 1))
    counts["records.rejected.heading"] += named
    if preamble := len(above) + 1 - named:
        counts["records.rejected.preamble"] += preamble
    headings = read_headings(cells)
    for name, count in headings.unread.items():
        counts[f"hospital_file.{name}"] += count
    return Opened(general, headings, len(above) + 1, lines)


def _no_template(above: Sequence[Sequence[str]], where: str) -> FileError:
    seen = " | ".join(cell[:30] for cell in (above[0] if above else [])[:5])
    return FileError(
        f"no record of headings with description and code|1 stands among its first {AMONG}"
        + (f" (the first begins: {seen})." if seen else ": it is empty."),
        where=f"{where}, record 1",
        cure="check that it follows CMS's template of July 2024 or later; files of a hospital's "
        "own older layout cannot be read. " + DOWNLOAD_AGAIN.capitalize(),
    )


def fault(cells: Sequence[str], headings: Headings) -> str | None:
    """Why a record of the charges is not read; None where it is.

    ``blank``: nothing stands in it. ``cells_too_many``: something stands beyond the headings.
    ``cells_too_few``: it ends before the headings do, and its setting is none, so that what it
    has may not stand under its headings (a program may leave blank cells at the end out).
    """
    if not any(map(trimmed, cells)):
        return "blank"
    if len(cells) > headings.width and any(map(trimmed, cells[headings.width :])):
        return "cells_too_many"
    if len(cells) < headings.width:
        at = headings.item.get("setting", len(cells))
        if at >= len(cells) or (trimmed(cells[at]) or "").lower() not in SETTINGS:
            return "cells_too_few"
    return None


def rows_of(
    cells: Sequence[str], headings: Headings, record: int, first: int, counts: Counter[str]
) -> Iterator[tuple[str, tuple[object, ...]]]:
    """The item of a record, and its charges; what is odd about them is counted."""
    width = len(cells)

    def text(column: int | None) -> str | None:
        return trimmed(cells[column]) if column is not None and column < width else None

    def amounts(table: str, names: Sequence[str], columns: dict[str, int]) -> list[Amount]:
        found = []
        for name in names:
            value = amount_of(text(columns.get(name)))
            for odd in value.oddities():
                counts[f"{table}.{name}_{odd}"] += 1
            found.append(value)
        return found

    at = headings.item
    number = record - first
    code, code_type, untaken = codes_of([(text(c), text(t)) for c, t in headings.codes])
    if untaken:
        counts["hospital_item.code_type_alone"] += untaken
    gross, cash, least, most = amounts("hospital_item", ITEM_AMOUNTS, at)
    item = HospitalItem(
        number,
        record,
        0,
        code,
        code_type,
        split_modifiers(text(at.get("modifiers"))),
        text(at.get("setting")),
        text(at.get("billing_class")),
        text(at.get("drug_unit")),
        text(at.get("drug_type")),
        *gross,
        *cash,
        *least,
        *most,
        text(at.get("notes")),
    )
    counts["items.read"] += 1
    counts["items.kept"] += 1
    for odd in item.oddities():
        counts[f"hospital_item.{odd}"] += 1
    yield "hospital_item", item
    charged = False
    for ordinal, group in enumerate(headings.groups, 1):
        columns = group.columns
        if not any(text(column) for column in columns.values()):
            continue
        charged = True
        charge = _charge(
            number,
            ordinal,
            group,
            {name: text(columns.get(name)) for name in CHARGE_TEXTS},
            amounts("hospital_charge", CHARGE_AMOUNTS, columns),
        )
        counts["charges.read"] += 1
        counts["charges.kept"] += 1
        for odd in charge.oddities():
            counts[f"hospital_charge.{odd}"] += 1
        yield "hospital_charge", charge
    if not charged:
        counts["hospital_item.no_payer"] += 1


def _charge(
    item: int, ordinal: int, group: Group, texts: dict[str, str | None], amounts: list[Amount]
) -> HospitalCharge:
    dollar, percentage, estimated, median, p10, p90 = amounts
    return HospitalCharge(
        item,
        ordinal,
        group.column,
        texts["payer_name"] if group.payer is None else group.payer or None,
        texts["plan_name"] if group.plan is None else group.plan or None,
        *dollar,
        *percentage,
        texts["algorithm"],
        *estimated,
        *median,
        *p10,
        *p90,
        texts["count"],
        texts["methodology"],
        texts["notes"],
    )


def codes_of(pairs: Sequence[tuple[str | None, str | None]]) -> tuple[Texts, Texts, int]:
    """Codes and their types from their cells, and how many types stand without a code."""
    held = [(code, kind or "") for code, kind in pairs if code]
    alone = sum(1 for code, kind in pairs if kind and not code)
    if not held:
        return None, None, alone
    return tuple(code for code, _ in held), tuple(kind for _, kind in held), alone
