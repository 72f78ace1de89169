"""From records of a file to rows of a contract: bind headings, parse cells, account for rows.

Pure: no file is opened here. A source hands over records (lists of cell texts) and a layout epoch
from its ``layouts.toml``; out comes a Batch whose every value can be traced to its cell.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Artifact, Release, RowAccount
from payeratlas.model.time import MONTHS
from payeratlas.tables.contract import Binding, Cell, Column, Table, canonical
from payeratlas.tables.keys import FirstSeen

DROPPED = "-"  # in layouts.toml: a heading that is known and left out, mostly for its licence


@dataclass(frozen=True, slots=True)
class Epoch:
    """One layout of a file series, as data.

    ``columns`` maps each heading as printed (white space folded) to a contract column or to
    ``"-"``. ``heading_rows`` records are joined downwards into headings; the last of them is the
    first record whose first cell equals ``heading_first``, unless ``heading_below`` more records
    carry the headings on beneath it. ``numbers`` says whether the file
    prints all decimals (``fixed``) or lost trailing zeros (``shortest``). ``encoding`` is that of
    the text, or ``xlsx``; ``delimiter`` parts its cells. ``above`` is a text that stands somewhere
    above the heading: it tells apart encodings in which any bytes can be read. ``constants`` are
    columns that the layout itself settles (a heading that names the service). ``table`` names the
    contract, where a source fills several. ``lost`` names contract columns that the publisher
    prints and this layout has not, each with the reason (a conversion left it out).

    A heading may hold ``{year}``, ``{yy}`` or ``{month}``, for the year and month that the
    publisher prints in it: the same in every heading of one file.
    """

    id: str
    heading_first: str
    columns: Mapping[str, str]
    heading_rows: int = 1
    heading_below: int = 0
    numbers: Literal["fixed", "shortest"] = "fixed"
    encoding: str = "utf-8"
    constants: Mapping[str, str] = field(default_factory=dict)
    delimiter: str = ","
    above: str = ""
    table: str = ""
    lost: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one contract from one file, column-wise and in source order.

    ``columns`` holds a list per contract column; ``constants`` names the columns that are the
    same for the whole file and stand in no cell (service type, participation). ``bindings`` says
    where each other column stands in the file.
    """

    table: Table
    artifact: Artifact
    member: str
    epoch: Epoch
    columns: Mapping[str, Sequence[Cell]]
    ordinals: Sequence[int]
    printed: Sequence[str | None]
    bindings: Mapping[str, Binding]
    account: RowAccount
    constants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """What ``read`` of a source returns: one release and the batches its files hold."""

    release: Release
    batches: tuple[Batch, ...]


def folded(text: str) -> str:
    """A heading with its white space folded to single blanks."""
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class Bound:
    """A file whose heading was recognised: its epoch, bindings, and where its data begins.

    ``dates`` holds what ``year``, ``yy`` and ``month`` stand for in its headings.
    """

    epoch: Epoch
    bindings: Mapping[str, Binding]
    width: int
    first_ordinal: int
    dates: Mapping[str, str] = field(default_factory=dict)


class HeadingError(FileError):
    """The file could be read, and holds no heading of the source's layouts."""


class LayoutError(HeadingError):
    """A heading was found, and what it names is of no known layout."""


def bind(records: Sequence[Sequence[str]], epochs: Sequence[Epoch], where: str) -> Bound:
    """Find the layout epoch whose headings are exactly those of the file.

    ``records`` are the first records of the file. Raises LayoutError naming the headings that no
    epoch maps and those an epoch expects and the file lacks; HeadingError where no heading stands.
    """
    best: tuple[int, str] | None = None
    for epoch in epochs:
        for index, record in enumerate(records):
            if not record or folded(record[0]) != epoch.heading_first:
                continue
            last = index + epoch.heading_below
            rows = records[max(0, index - epoch.heading_rows + 1) : last + 1]
            width = len(record)
            headings = [
                folded(" ".join(row[i] for row in rows if i < len(row))) for i in range(width)
            ]
            while headings and not headings[-1]:  # spreadsheets leave empty trailing columns
                headings.pop()
            dates = _dates(epoch.columns, headings)
            columns = {_dated(h, dates): column for h, column in epoch.columns.items()}
            above = not epoch.above or any(
                epoch.above in cell for r in records[:index] for cell in r
            )
            unmapped = [h for h in headings if h not in columns]
            missing = [h for h in columns if h not in headings]
            twice = [h for h, n in Counter(headings).items() if n > 1]
            if above and not unmapped and not missing and not twice:
                bindings = {
                    columns[h]: Binding(i + 1, h)
                    for i, h in enumerate(headings)
                    if columns[h] != DROPPED
                }
                dated = replace(epoch, columns=columns) if dates else epoch
                return Bound(dated, bindings, width, last + 2, dates)
            faults = [
                *(f"column '{h}' is not known" for h in unmapped),
                *(f"column '{h}' is missing" for h in missing),
                *(f"column '{h}' stands twice" for h in twice),
                *([] if above else [f"{epoch.above!r} does not stand above them"]),
            ]
            if best is None or len(faults) < best[0]:
                best = (len(faults), f"{'; '.join(faults[:6])} (nearest layout: {epoch.id})")
            break
    cure = (
        "if the publisher moved its columns, add an epoch to the source's layouts.toml; "
        "otherwise check that this is the right file."
    )
    if best:
        what = f"the headings are of no known layout: {best[1]}."
        raise LayoutError(what, where=where, cure=cure)
    raise HeadingError(
        f"no heading row was found (one that begins with {epochs[0].heading_first!r}).",
        where=where,
        cure=cure,
    )


_STANDS_FOR = {
    "year": r"20\d\d",
    "yy": r"\d\d",
    "month": rf"(?:{'|'.join(MONTHS)})[a-z]*",
}
_PLACEHOLDER = re.compile(r"\{(year|yy|month)\}")


def _dates(columns: Iterable[str], headings: Sequence[str]) -> dict[str, str]:
    """What the placeholders of a layout stand for: settled by the first heading that fits."""
    found: dict[str, str] = {}
    for template in columns:
        words = _PLACEHOLDER.split(template)
        if len(words) > 1:
            parts = [
                f"(?P<{word}>{_STANDS_FOR[word]})" if i % 2 else re.escape(word)
                for i, word in enumerate(words)
            ]
            matches = (re.fullmatch("".join(parts), heading) for heading in headings)
            for match in filter(None, matches):
                found = match.groupdict() | found
    return found


def _dated(template: str, dates: Mapping[str, str]) -> str:
    """A heading with its placeholders replaced by what they stand for."""
    return _PLACEHOLDER.sub(lambda match: dates.get(match[1], match[0]), template)


_PLAIN_NUMBER = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_PLAIN_INTEGER = re.compile(r"-?\d+", re.ASCII)


def _decimal(text: str, column: Column) -> Decimal:
    if not _PLAIN_NUMBER.fullmatch(text):
        raise ValueError("not a plain number")
    value = Decimal(text)
    rounded = value.quantize(Decimal(1).scaleb(-column.scale))
    if rounded != value:
        raise ValueError(f"finer than {column.scale} decimals")
    return rounded


def _integer(text: str) -> int:
    if not _PLAIN_INTEGER.fullmatch(text):
        raise ValueError("not a whole number")
    return int(text)


def parse_cell(text: str, column: Column) -> Cell:
    """The value of a printed cell under its contract column; ValueError where it has none."""
    text = text.strip()
    if text == "":
        if column.required and column.kind != "text":
            raise ValueError("empty")
        return "" if column.required else None
    try:
        match column.kind:
            case "decimal":
                return _decimal(text, column)
            case "integer":
                return _integer(text)
            case "date":
                return date.fromisoformat(text)
            case _:
                return text
    except InvalidOperation as error:
        raise ValueError("more digits than can be held") from error


Clean = Callable[[str], str]
Sift = Callable[[Sequence[str]], str | None]


@dataclass(slots=True)
class _Filling:
    """One bound column while it fills: where it stands, and what was parsed so far."""

    column: Column
    binding: Binding
    numbers: str
    clean: Clean | None
    carry: bool
    values: list[Cell] = field(default_factory=list)
    known: dict[str, tuple[Cell, bool]] = field(default_factory=dict)
    last: Cell = None

    def read(self, cells: Sequence[str]) -> tuple[Cell, str | None]:
        """The value of this column's cell, and its printed text where that is not canonical.

        Figures repeat, so that a text met before is not parsed again.
        """
        raw = cells[self.binding.position - 1]
        if raw not in self.known:
            value = parse_cell(self.clean(raw) if self.clean else raw, self.column)
            self.known[raw] = (value, canonical(value, self.numbers, self.column.scale) == raw)
        value, plain = self.known[raw]
        if self.carry:
            if value is None:
                value, plain = self.last, self.last is None and plain
            self.last = value
        return value, None if plain else raw


def read_batch(
    records: Iterable[tuple[int, Sequence[str]]],
    bound: Bound,
    table: Table,
    artifact: Artifact,
    *,
    member: str = "",
    constants: Mapping[str, str] | None = None,
    clean: Mapping[str, Clean] | None = None,
    sift: Sift | None = None,
    carry: Collection[str] = (),
    merge: str = "",
) -> Batch:
    """Parse the data records of a file into a Batch.

    ``records`` yields (ordinal, cells) of data records only. ``sift`` returns the reason to set a
    record aside (a footnote), or None to keep it; blank records are set aside always. ``clean``
    turns a printed text into the text to parse, by column (``10`` into ``010``): a function of
    the text alone. ``carry`` names columns that are printed once and hold until the next. What
    either changes stays on record in ``printed``. ``merge`` is the reason under which a record
    equal to an earlier one in every column is merged into it.

    Base tables hold whole files: FileError, naming file, record and column, for a cell that cannot
    be parsed, for a record that is torn (another number of cells than the heading), and for a key
    that stands twice.
    """
    constants = {**bound.epoch.constants, **(constants or {})}
    where = f"{artifact.name}{'!' + member if member else ''}"
    filling: list[_Filling] = []
    empty: list[Column] = []
    for column in table.columns:
        name = column.name
        if binding := bound.bindings.get(name):
            style, fix = bound.epoch.numbers, (clean or {}).get(name)
            filling.append(_Filling(column, binding, style, fix, name in carry))
        elif name not in constants:
            empty.append(column)
            if column.required:
                raise FileError(f"the layout fills no column {name!r}.", where=where)
    key = [i for i, f in enumerate(filling) if f.column.name in table.key]
    ordinals: list[int] = []
    printed: list[str | None] = []
    rejected: Counter[str] = Counter()
    merged: Counter[str] = Counter()
    seen = FirstSeen(lambda: zip(*(filling[i].values for i in key), strict=True))
    texts: dict[tuple[tuple[str, str], ...], str] = {}  # what differs from plain repeats too
    read = 0
    for ordinal, cells in records:
        read += 1
        reason = _blank(cells) or (sift(cells) if sift else None)
        if reason:
            rejected[reason] += 1
            continue
        _refuse_torn(cells, bound.width, f"{where}, record {ordinal}")
        row: list[Cell] = []
        odd: dict[str, str] = {}
        for f in filling:
            try:
                value, text = f.read(cells)
            except ValueError as error:
                raw = cells[f.binding.position - 1]
                raise FileError(
                    f"'{raw}' in column '{f.binding.heading}' cannot be read: {error}.",
                    where=f"{where}, record {ordinal}",
                    cure="compare with the publisher's file; download it again if it was changed.",
                ) from error
            row.append(value)
            if text is not None:
                odd[f.column.name] = text
        named = tuple(row[i] for i in key)
        earlier = seen.find(named)
        if earlier is not None:
            if merge and row == [f.values[earlier] for f in filling]:
                merged[merge] += 1
                continue
            raise FileError(
                f"{' '.join(str(v) for v in named)!r} stands twice (first in record "
                f"{ordinals[earlier]}), and {table.name} has {table.grain}.",
                where=f"{where}, record {ordinal}",
                cure="compare with the publisher's file; a known error of the publisher belongs "
                "in the source's corrections.toml.",
            )
        seen.take(named)
        for f, value in zip(filling, row, strict=True):
            f.values.append(value)
        ordinals.append(ordinal)
        printed.append(_as_json(odd, texts) if odd else None)
    if not ordinals:
        raise FileError("no data row was found below the heading.", where=where)
    found = {f.column.name: f.values for f in filling}
    columns: dict[str, Sequence[Cell]] = {
        c.name: found[c.name] if c.name in found else [constants.get(c.name)] * len(ordinals)
        for c in table.columns
    }
    return Batch(
        table=table,
        artifact=artifact,
        member=member,
        epoch=bound.epoch,
        columns=columns,
        ordinals=ordinals,
        printed=printed,
        bindings=dict(bound.bindings),
        account=RowAccount(
            read, len(ordinals), tuple(sorted(rejected.items())), tuple(sorted(merged.items()))
        ),
        constants=constants,
    )


def _as_json(odd: Mapping[str, str], texts: dict[tuple[tuple[str, str], ...], str]) -> str:
    """Printed texts by column as JSON; equal ones are one object, which ``texts`` keeps."""
    parts = tuple(odd.items())
    if parts not in texts:
        texts[parts] = json.dumps(odd, ensure_ascii=False, sort_keys=True)
    return texts[parts]


def _blank(cells: Sequence[str]) -> str | None:
    return None if any(cell.strip() for cell in cells) else "blank record"


def _refuse_torn(cells: Sequence[str], width: int, where: str) -> None:
    if len(cells) != width:
        raise FileError(
            f"the record is torn: it has {len(cells)} cells, the heading {width}.",
            where=where,
            cure="download the file again; it was cut short or changed.",
        )


def epochs_from(layouts: Mapping[str, object]) -> list[Epoch]:
    """The epochs of a parsed ``layouts.toml``: a list of ``[[epoch]]`` tables, newest first.

    The same headings may come in several forms of text: where the file has ``[[form]]`` tables
    (``id``, and ``encoding``, ``delimiter`` or ``above``), each epoch that settles no encoding
    stands for one epoch a form, in their order, its id followed by the form's.
    """
    found, forms = layouts.get("epoch"), layouts.get("form", [])
    if not isinstance(found, list) or not isinstance(forms, list):
        raise ValueError("layouts.toml needs [[epoch]] tables")
    epochs: list[Epoch] = []
    for entry in found:
        if not forms or "encoding" in entry:
            epochs.append(Epoch(**entry))
            continue
        epochs += [
            Epoch(**(entry | form | {"id": f"{entry['id']}-{form['id']}"})) for form in forms
        ]
    return epochs
