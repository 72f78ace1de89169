"""The comparison of a user's own rates as an xlsx workbook: five sheets, values only.

No cell is a formula: text is written as text, also where a spreadsheet would run it. The workbook
is made in memory, because a temporary file on the disk would keep the user's rates; the same
comparison gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from payeratlas.publish.compare_words import (
    METHOD,
    PRIVATE,
    basis_words,
    cautions,
    code_words,
    medicare_used,
    medicare_words,
    payer_words,
    series_words,
    where_words,
    why,
)
from payeratlas.publish.spreadsheet import inert
from payeratlas.publish.wording import clean
from payeratlas.rates.benchmark import FileNote, Medicare
from payeratlas.rates.compare import REASONS, Comparison, Matched, OfPayer, Unmatched, line_of
from payeratlas.store.software import version

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

SHEETS = ("Summary", "Rows", "Opportunities", "Not matched", "About")
"""The sheets of the workbook, in order."""

_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # the same whenever it is made
_MOST_TEXT = 1000  # characters of a cell; what is longer is cut
_SHARE = Decimal("0.0001")
_HUNDREDTH = Decimal("0.01")

Kind = Literal["text", "money", "rate", "percent", "number"]
Value = str | Decimal | int | None
T = TypeVar("T")

_FORMATS: dict[Kind, dict[str, Any]] = {
    "text": {"valign": "top"},
    "money": {"valign": "top", "num_format": "$#,##0.00;[Red]-$#,##0.00"},
    "rate": {"valign": "top", "num_format": "$#,##0.00##"},
    "percent": {"valign": "top", "num_format": "0%;[Red]-0%"},
    "number": {"valign": "top", "num_format": "#,##0.##"},
}


@dataclass(frozen=True, slots=True)
class _Column(Generic[T]):
    title: str
    kind: Kind
    width: int
    value: Callable[[T], Value]


def _medicare_amount(one: Matched | Unmatched) -> Decimal | None:
    return one.medicare.amount if isinstance(one.medicare, Medicare) else None


def _share(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(_SHARE, ROUND_HALF_UP)


def _rank(one: Matched) -> Value:
    found = one.position.percentile
    return "too few" if found is None else found.quantize(_HUNDREDTH, ROUND_HALF_UP)


_MATCHED: tuple[_Column[Matched], ...] = (
    _Column("Row", "number", 6, lambda one: one.mine.row),
    _Column("Code", "text", 12, lambda one: code_words(one.mine)),
    _Column("Payer as typed", "text", 24, lambda one: one.mine.payer),
    _Column("Plan as typed", "text", 18, lambda one: one.mine.plan),
    _Column("Setting as typed", "text", 14, lambda one: one.mine.setting),
    _Column("Payer", "text", 26, lambda one: payer_words(one.payer.family, line_of(one.payer))),
    _Column("Compared as", "text", 22, lambda one: series_words(one.cell.key.series)),
    _Column("State", "text", 7, lambda one: one.cell.key.state or "all"),
    _Column("Your rate", "rate", 12, lambda one: one.mine.rate),
    _Column("Volume a year", "number", 11, lambda one: one.mine.volume),
    _Column("Median", "money", 12, lambda one: one.median),
    _Column("Gap", "money", 11, lambda one: one.gap),
    _Column("Gap %", "percent", 8, lambda one: _share(one.gap_share)),
    _Column("Gap a year", "money", 14, lambda one: one.at_volume),
    _Column("Opportunity a year", "money", 14, lambda one: one.opportunity),
    _Column("Percentile", "number", 10, _rank),
    _Column("Paid less", "number", 9, lambda one: one.position.below),
    _Column("Paid the same", "number", 9, lambda one: one.position.equal),
    _Column("Paid more", "number", 9, lambda one: one.position.above),
    _Column("P10", "money", 11, lambda one: one.cell.tails[0] if one.cell.tails else None),
    _Column("P25", "money", 11, lambda one: one.cell.quartiles and one.cell.quartiles[0]),
    _Column("P75", "money", 11, lambda one: one.cell.quartiles and one.cell.quartiles[1]),
    _Column("P90", "money", 11, lambda one: one.cell.tails[1] if one.cell.tails else None),
    _Column("Medicare", "money", 11, _medicare_amount),
    _Column("Medicare is of", "text", 26, lambda one: medicare_words(one.medicare)),
    _Column("% of Medicare", "percent", 10, lambda one: _share(one.of_medicare)),
    _Column("Median % of Medicare", "percent", 11, lambda one: _share(one.cell.ratio_of_medians)),
    _Column("Organisations", "number", 12, lambda one: one.cell.organisations),
    _Column("Grade", "number", 7, lambda one: one.cell.grade),
    _Column("Basis", "text", 44, lambda one: basis_words(one.cell)),
    _Column("Mind", "text", 60, cautions),
)
_OPPORTUNITIES = tuple(
    column
    for title in (
        "Row", "Code", "Payer", "Payer as typed", "Plan as typed", "Compared as", "Your rate",
        "Median", "Gap", "Gap %", "Volume a year", "Opportunity a year", "Percentile",
        "% of Medicare", "Organisations", "Grade", "Mind",
    )
    for column in _MATCHED
    if column.title == title
)  # fmt: skip
_UNMATCHED: tuple[_Column[Unmatched], ...] = (
    _Column("Row", "number", 6, lambda one: one.row),
    _Column("Reason", "text", 24, lambda one: one.reason),
    _Column("In words", "text", 60, why),
    _Column("Column", "text", 10, lambda one: one.column),
    _Column("Code", "text", 12, lambda one: code_words(one.mine) if one.mine else one.code),
    _Column("Payer as typed", "text", 24, lambda one: one.payer_typed),
    _Column("Plan as typed", "text", 18, lambda one: one.mine.plan if one.mine else ""),
    _Column("Read as", "text", 22, lambda one: where_words(one.mine) if one.mine else ""),
    _Column("Your rate", "rate", 12, lambda one: one.mine.rate if one.mine else None),
    _Column("Volume a year", "number", 11, lambda one: one.mine.volume if one.mine else None),
    _Column("Medicare", "money", 11, _medicare_amount),
    _Column(
        "Medicare is of", "text", 26, lambda one: medicare_words(one.medicare) if one.mine else ""
    ),
    _Column("% of Medicare", "percent", 10, lambda one: _share(one.of_medicare)),
)
_PAYERS: tuple[_Column[OfPayer], ...] = (
    _Column("Payer", "text", 0, lambda one: payer_words(one.family, one.line)),
    _Column("Rows matched", "number", 0, lambda one: one.total.rows),
    _Column("Not matched", "number", 0, lambda one: one.unmatched),
    _Column("Below the median", "number", 0, lambda one: one.total.below),
    _Column("With volume", "number", 0, lambda one: one.total.with_volume),
    _Column("At your rates, a year", "money", 0, lambda one: one.total.yours),
    _Column("At the medians, a year", "money", 0, lambda one: one.total.at_median),
    _Column("Gap a year", "money", 0, lambda one: one.total.gap),
    _Column("Opportunity a year", "money", 0, lambda one: one.total.opportunity),
    _Column("% of Medicare", "percent", 0, lambda one: _share(one.total.of_medicare)),
)
_FILES: tuple[_Column[FileNote], ...] = (
    _Column("Price file", "text", 0, lambda note: note.kind),
    _Column("Name", "text", 0, lambda note: note.name),
    _Column("Publisher", "text", 0, lambda note: note.publisher),
    _Column("State", "text", 0, lambda note: note.state),
    _Column("Day", "text", 0, lambda note: note.day),
    _Column("sha256", "text", 0, lambda note: note.sha256),
    _Column("Address", "text", 0, lambda note: note.url),
)


def render(found: Comparison) -> bytes:
    """The comparison as a workbook: Summary, Rows, Opportunities, Not matched, About."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": "My rates", "author": "Payer Atlas", "created": _MADE})
    formats: dict[str, Format] = {
        name: book.add_format(properties) for name, properties in _FORMATS.items()
    }
    formats["head"] = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
    )
    formats["title"] = book.add_format({"bold": True, "font_size": 14})
    formats["words"] = book.add_format({"text_wrap": True, "valign": "top"})
    pen = _Pen(formats)
    sheets = {name: book.add_worksheet(name) for name in SHEETS}
    for sheet in sheets.values():
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    _summary(sheets["Summary"], pen, found)
    pen.table(sheets["Rows"], _MATCHED, found.matched)
    pen.table(sheets["Opportunities"], _OPPORTUNITIES, found.opportunities)
    pen.table(sheets["Not matched"], _UNMATCHED, found.unmatched)
    _about(sheets["About"], pen, found)
    book.close()
    return out.getvalue()


class _Pen:
    """Values into cells: the only place that writes, so that no text is ever a formula."""

    def __init__(self, formats: dict[str, Format]) -> None:
        self._formats = formats

    def text(self, sheet: Worksheet, row: int, column: int, text: str, style: str = "text") -> None:
        """Text as text, without control characters."""
        shown = clean(text[: _MOST_TEXT + 1])
        if len(shown) > _MOST_TEXT:
            shown = shown[: _MOST_TEXT - 1] + "…"
        sheet.write_string(row, column, inert(shown), self._formats[style])

    def value(self, sheet: Worksheet, row: int, column: int, value: Value, kind: Kind) -> None:
        """A value of a kind; nothing where there is none, never a zero."""
        if isinstance(value, str):
            if value:
                self.text(sheet, row, column, value)
        elif value is not None:
            sheet.write_number(row, column, value, self._formats[kind])

    def rows(
        self, sheet: Worksheet, top: int, columns: Sequence[_Column[T]], items: Iterable[T]
    ) -> int:
        """Headings and a row for each item; the next free row."""
        for at, column in enumerate(columns):
            self.text(sheet, top, at, column.title, "head")
        row = top
        for row, item in enumerate(items, start=top + 1):
            for at, column in enumerate(columns):
                self.value(sheet, row, at, column.value(item), column.kind)
        return row + 1

    def table(self, sheet: Worksheet, columns: Sequence[_Column[T]], items: Sequence[T]) -> None:
        """A sheet that is one table, its headings kept in view."""
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width)
        self.rows(sheet, 0, columns, items)
        sheet.freeze_panes(1, 2)
        sheet.repeat_rows(0)
        if items:
            sheet.autofilter(0, 0, len(items), len(columns) - 1)


def _summary(sheet: Worksheet, pen: _Pen, found: Comparison) -> None:
    sheet.set_column(0, 0, 38)
    sheet.set_column(1, 9, 16)
    pen.text(sheet, 0, 0, "My rates against negotiated rates", "title")
    pen.text(sheet, 1, 0, PRIVATE)
    total = found.total
    lines: list[tuple[str, Value, Kind]] = [
        ("File", found.mine.name, "text"),
        ("State", found.state or "all", "text"),
        ("Strictness", found.strictness, "text"),
        ("Rows read", found.read, "number"),
        ("Rows matched", len(found.matched), "number"),
        ("Rows not matched", len(found.unmatched), "number"),
        ("Share of rows matched", _share(found.rows_share), "percent"),
        ("Share of your dollars matched", _share(found.dollars_share), "percent"),
        ("Matched rows with a volume", total.with_volume, "number"),
        ("Matched rows below the median", total.below, "number"),
        ("At your rates, a year", total.yours, "money"),
        ("At the medians, a year", total.at_median, "money"),
        ("Gap a year", total.gap, "money"),
        ("Opportunity a year", total.opportunity, "money"),
        ("Percent of Medicare", _share(total.of_medicare), "percent"),
        ("Matched rows in it", total.with_medicare, "number"),
    ]
    row = 3
    for row, (name, value, kind) in enumerate(lines, start=3):
        pen.text(sheet, row, 0, name)
        pen.value(sheet, row, 1, value, kind)
    row = pen.rows(sheet, row + 2, _PAYERS, found.payers)
    pen.text(sheet, row + 1, 0, "Rows not matched, by reason", "head")
    pen.text(sheet, row + 1, 1, "Rows", "head")
    pen.text(sheet, row + 1, 2, "In words", "head")
    for at, (reason, count) in enumerate(found.reasons.items(), start=row + 2):
        pen.text(sheet, at, 0, reason)
        pen.value(sheet, at, 1, count, "number")
        pen.text(sheet, at, 2, REASONS[reason])


def _about(sheet: Worksheet, pen: _Pen, found: Comparison) -> None:
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 60)
    sheet.set_column(2, 6, 20)
    pen.text(sheet, 0, 0, "How this was made, and from what", "title")
    rows: list[tuple[str, str]] = [
        ("Software", f"payeratlas {version()}"),
        ("Edition of the benchmarks", ", ".join(found.editions) or "none on hand"),
        ("Columns read", ", ".join(f"{k}: {v}" for k, v in found.mine.headings.items())),
        *(("Method", words) for words in METHOD),
    ]
    for at, (name, words) in enumerate(rows, start=2):
        pen.text(sheet, at, 0, name)
        pen.text(sheet, at, 1, words, "words")
    row = pen.rows(sheet, len(rows) + 3, _FILES, found.files)
    pen.text(sheet, row + 1, 0, "Medicare amounts", "head")
    for at, words in enumerate(medicare_used(found), start=row + 2):
        pen.text(sheet, at, 0, words)
