"""From records of a file to rows of a contract: bind headings, parse cells, account for rows.

Pure: no file is opened here. A source hands over records (lists of cell texts) and a layout epoch
from its ``layouts.toml``; out comes a Batch whose every value can be traced to its cell.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Artifact, Release, RowAccount
from payeratlas.tables.contract import Binding, Cell, Column, Table, canonical

DROPPED = "-"  # in layouts.toml: a heading that is known and left out, mostly for its licence


@dataclass(frozen=True, slots=True)
class Epoch:
    """One layout of a file series, as data.

    ``columns`` maps each heading as printed (white space folded) to a contract column or to
    ``"-"``. ``heading_rows`` records are joined downwards into headings; the last of them is the
    first record whose first cell equals ``heading_first``. ``numbers`` says whether the file
    prints all decimals (``fixed``) or lost trailing zeros (``shortest``).
    """

    id: str
    heading_first: str
    columns: Mapping[str, str]
    heading_rows: int = 1
    numbers: Literal["fixed", "shortest"] = "fixed"
    encoding: str = "utf-8"


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
    """A file whose heading was recognised: its epoch, bindings, and where its data begins."""

    epoch: Epoch
    bindings: Mapping[str, Binding]
    width: int
    first_ordinal: int


def bind(records: Sequence[Sequence[str]], epochs: Sequence[Epoch], where: str) -> Bound:
    """Find the layout epoch whose headings are exactly those of the file.

    ``records`` are the first records of the file. Raises FileError naming the headings that no
    epoch maps and those an epoch expects and the file lacks.
    """
    best: tuple[int, str] | None = None
    for epoch in epochs:
        for index, record in enumerate(records):
            if not record or folded(record[0]) != epoch.heading_first:
                continue
            rows = records[max(0, index - epoch.heading_rows + 1) : index + 1]
            width = len(record)
            headings = [
                folded(" ".join(row[i] for row in rows if i < len(row))) for i in range(width)
            ]
            while headings and not headings[-1]:  # spreadsheets leave empty trailing columns
                headings.pop()
            unmapped = [h for h in headings if h not in epoch.columns]
            missing = [h for h in epoch.columns if h not in headings]
            twice = [h for h, n in Counter(headings).items() if n > 1]
            if not unmapped and not missing and not twice:
                bindings = {
                    epoch.columns[h]: Binding(i + 1, h)
                    for i, h in enumerate(headings)
                    if epoch.columns[h] != DROPPED
                }
                return Bound(epoch, bindings, width, index + 2)
            faults = [
                *(f"column '{h}' is not known" for h in unmapped),
                *(f"column '{h}' is missing" for h in missing),
                *(f"column '{h}' stands twice" for h in twice),
            ]
            if best is None or len(faults) < best[0]:
                best = (len(faults), f"{'; '.join(faults[:6])} (nearest layout: {epoch.id})")
            break
    raise FileError(
        f"the headings are of no known layout: {best[1]}."
        if best
        else f"no heading row was found (one that begins with {epochs[0].heading_first!r}).",
        where=where,
        cure="if the publisher moved its columns, add an epoch to the source's layouts.toml; "
        "otherwise check that this is the right file.",
    )


def _decimal(text: str, column: Column) -> Decimal:
    value = Decimal(text)
    if not value.is_finite():
        raise ValueError("not a finite number")
    rounded = value.quantize(Decimal(1).scaleb(-column.scale))
    if rounded != value:
        raise ValueError(f"finer than {column.scale} decimals")
    return rounded


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
                return int(text)
            case "date":
                return date.fromisoformat(text)
            case _:
                return text
    except InvalidOperation as error:
        raise ValueError("not a number") from error


Clean = Callable[[str], str]
Sift = Callable[[Sequence[str]], str | None]


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
) -> Batch:
    """Parse the data records of a file into a Batch.

    ``records`` yields (ordinal, cells) of data records only. ``clean`` turns a printed text into
    the text to parse, by column (``10`` into ``010``); what it changes stays on record in
    ``printed``. ``sift`` returns the reason to set a record aside, or None to keep it. A cell that
    cannot be parsed raises FileError with file, record and column: base tables hold whole files.
    """
    constants = dict(constants or {})
    clean = clean or {}
    where = f"{artifact.name}{'!' + member if member else ''}"
    columns: dict[str, list[Cell]] = {c.name: [] for c in table.columns}
    bound_columns = [
        (c, bound.bindings[c.name].position - 1, bound.bindings[c.name].heading)
        for c in table.columns
        if c.name in bound.bindings
    ]
    unbound = [c for c in table.columns if c.name not in bound.bindings and c.name not in constants]
    for column in unbound:
        if column.required:
            raise FileError(f"the layout fills no column {column.name!r}.", where=where)
    ordinals: list[int] = []
    printed: list[str | None] = []
    rejected: Counter[str] = Counter()
    read = 0
    for ordinal, cells in records:
        read += 1
        reason = _blank(cells) or _ragged(cells, bound.width) or (sift(cells) if sift else None)
        if reason:
            rejected[reason] += 1
            continue
        odd: dict[str, str] = {}
        for column, position, heading in bound_columns:
            raw = cells[position] if position < len(cells) else ""
            try:
                text = clean[column.name](raw) if column.name in clean else raw
                value = parse_cell(text, column)
            except ValueError as error:
                raise FileError(
                    f"'{raw}' in column '{heading}' cannot be read: {error}.",
                    where=f"{where}, record {ordinal}",
                    cure="compare with the publisher's file; download it again if it was changed.",
                ) from error
            columns[column.name].append(value)
            if canonical(value, bound.epoch.numbers, column.scale) != raw:
                odd[column.name] = raw
        for name, constant in constants.items():
            columns[name].append(constant)
        for column in unbound:
            columns[column.name].append(None)
        ordinals.append(ordinal)
        printed.append(json.dumps(odd, ensure_ascii=False, sort_keys=True) if odd else None)
    if not ordinals:
        raise FileError("no data row was found below the heading.", where=where)
    return Batch(
        table=table,
        artifact=artifact,
        member=member,
        epoch=bound.epoch,
        columns=columns,
        ordinals=ordinals,
        printed=printed,
        bindings=dict(bound.bindings),
        account=RowAccount(read, len(ordinals), tuple(sorted(rejected.items()))),
        constants=constants,
    )


def _blank(cells: Sequence[str]) -> str | None:
    return None if any(cell.strip() for cell in cells) else "blank record"


def _ragged(cells: Sequence[str], width: int) -> str | None:
    return None if len(cells) == width else f"record has {len(cells)} cells, heading {width}"


def epochs_from(layouts: Mapping[str, object]) -> list[Epoch]:
    """The epochs of a parsed ``layouts.toml``: a list of ``[[epoch]]`` tables, newest first."""
    found = layouts.get("epoch")
    if not isinstance(found, list):
        raise ValueError("layouts.toml needs [[epoch]] tables")
    return [Epoch(**entry) for entry in found]
