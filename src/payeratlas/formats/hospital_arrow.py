"""The fast reader of hospitals' CSV files: column by column, by Arrow's CSV reader.

It gives the rows of ``hospital_csv``, which judges it, in Arrow batches: cells are parted by Arrow,
and each distinct text is then read by the functions that the plain reader uses. Records that have
another number of cells than headings go through the plain reader one by one. Memory holds one
block of the file.
"""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from payeratlas.formats.csv_text import END, MOST_CELL, never_closed
from payeratlas.formats.hospital_account import HospitalAccount, account_of
from payeratlas.formats.hospital_csv import (
    CHARGE_AMOUNTS,
    ITEM_AMOUNTS,
    Sized,
    fault,
    open_csv,
    rows_of,
)
from payeratlas.formats.hospital_headings import Headings, file_row
from payeratlas.formats.hospital_rows import (
    BLANKS,
    CHARGE_WORDS,
    ITEM_WORDS,
    amount_of,
    code_oddities,
    split_modifiers,
    word_oddities,
)
from payeratlas.formats.tic_rows import SCALE, WHOLE_DIGITS

if TYPE_CHECKING:
    import pyarrow as pa

Column = Any  # an Arrow array: what pyarrow.compute gives has no type to check

Put = Callable[[str, "pa.RecordBatch"], None]
Schemas = Callable[[str], "pa.Schema"]

BLOCK = 1 << 21
_PLAIN = r"^-?[0-9]{1,14}(?:\.[0-9]{1,4}0*)?$"
_TOO_FINE = r"^-?[0-9]{1,14}\.[0-9]{4,}[1-9]$"  # a number of more than four digits after its point
_NINES = 999999999


def read(
    chunks: Iterable[bytes], put: Put, schema_of: Schemas, *, where: str = "the file"
) -> HospitalAccount:
    """Read a CSV file from chunks of its unpacked bytes; ``put(table, rows)`` gets batches,
    of the schema that ``schema_of(table)`` gives.

    Rows come in the order of the file, that of hospital_file last. Raises FileError where
    ``hospital_csv.read`` does.
    """
    counts: Counter[str] = Counter()
    sized = Sized(chunks)
    opened = open_csv(sized, counts, where)
    _Reader(opened.headings, opened.first, counts, put, schema_of, where).all(opened.lines.rest())
    row = file_row(opened.headings.layout, opened.general)
    put("hospital_file", _rows_as_batch([row], schema_of("hospital_file")))
    return account_of(opened.headings.layout, sized.size, counts)


class _Odd(NamedTuple):
    """A record whose cells are more or fewer than the headings."""

    record: int
    text: str


class _Reader:
    def __init__(
        self,
        headings: Headings,
        first: int,
        counts: Counter[str],
        put: Put,
        schema_of: Schemas,
        where: str,
    ) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        self._pa, self._pc = pa, pc
        self._headings = headings
        self._first = first
        self._counts = counts
        self._put = put
        self._schema_of = schema_of
        self._where = where
        self._record = first  # the last record handed on
        self._odd: deque[_Odd] = deque()
        self._ended = False
        self._empty = pa.nulls(0, pa.string())

    def all(self, text: Iterator[str]) -> None:
        """Hand on every record of what follows the headings."""
        import pyarrow.csv as arrow_csv

        pa = self._pa
        names = [str(column) for column in range(self._headings.width)]
        try:
            batches = arrow_csv.open_csv(
                pa.PythonFile(_Stream(text), mode="r"),
                # One thread: only then does it say which record it is that has too many cells.
                arrow_csv.ReadOptions(use_threads=False, block_size=BLOCK, column_names=names),
                arrow_csv.ParseOptions(
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=self._met,
                ),
                arrow_csv.ConvertOptions(
                    check_utf8=False, column_types=dict.fromkeys(names, pa.string())
                ),
            )
            for batch in batches:
                self._batch(batch.columns)
        except pa.ArrowInvalid as error:  # a record longer than a block
            raise never_closed(self._record + 1, self._where) from error
        self._until(None)
        if not self._ended:
            raise never_closed(self._record, self._where)

    def _met(self, row: Any) -> Literal["skip"]:
        if row.text == END.strip():
            self._ended = True
        else:
            self._odd.append(_Odd(self._first + row.number, row.text))
        return "skip"

    # -- records in their order --------------------------------------------------------------

    def _batch(self, columns: Sequence[Column]) -> None:
        """Hand on the records of a block, and between them those that are odd."""
        rows = len(columns[0])
        self._short_enough(columns)
        done = 0
        while done < rows:
            start, numbers = done, []
            while done < rows:
                upto = rows - done
                if self._odd:
                    upto = min(upto, self._odd[0].record - self._record - 1)
                numbers.append(range(self._record + 1, self._record + 1 + upto))
                self._record += upto
                done += upto
                if done < rows and self._until(self._record + 1, keeping=False):
                    break
            if done > start:
                self._records([each.slice(start, done - start) for each in columns], numbers)
            if done < rows:
                self._until(self._record + 1)

    def _until(self, record: int | None, *, keeping: bool = True) -> bool:
        """Hand on the odd records up to one, or all; or tell whether one of them is to be kept."""
        while self._odd and (record is None or self._odd[0].record <= record):
            odd = self._odd[0]
            cells = next(csv.reader([odd.text]), [])
            reason = fault(cells, self._headings)
            if reason is None and not keeping:
                return True
            self._odd.popleft()
            self._record = odd.record
            record = None if record is None else odd.record + 1
            self._counts["records.read"] += 1
            if reason is not None:
                self._counts[f"records.rejected.{reason}"] += 1
                continue
            self._counts["records.kept"] += 1
            held: dict[str, list[tuple[object, ...]]] = {}
            made = rows_of(cells, self._headings, odd.record, self._first, self._counts)
            for table, row in made:
                held.setdefault(table, []).append(row)
            for table, found in held.items():
                self._put(table, _rows_as_batch(found, self._schema_of(table)))
        return False

    def _short_enough(self, columns: Sequence[Column]) -> None:
        pc = self._pc
        for column in columns:
            if column.nbytes > MOST_CELL and pc.max(pc.utf8_length(column)).as_py() > MOST_CELL:
                raise never_closed(self._record + 1, self._where)

    # -- columns -----------------------------------------------------------------------------

    def _records(self, raw: Sequence[Column], numbers: Sequence[range]) -> None:
        """Hand on records that stand under their headings; ``numbers`` are theirs."""
        pa, pc, counts = self._pa, self._pc, self._counts
        record = pa.array(chain.from_iterable(numbers), pa.int32())
        counts["records.read"] += len(record)
        if (kept := self._not_blank(raw)) is not None:
            raw = [column.filter(kept) for column in raw]
            counts["records.rejected.blank"] += len(record) - (pc.sum(kept).as_py() or 0)
            record = record.filter(kept)
        rows = len(record)
        if not rows:
            return
        counts["records.kept"] += rows
        item = pc.subtract(record, pa.scalar(self._first, pa.int32()))
        self._put("hospital_item", self._items(item, record, raw))
        charged = 0
        if self._headings.groups:
            charges, charged = self._charges(item, raw)
            if len(charges):
                self._put("hospital_charge", charges)
        if charged < rows:
            counts["hospital_item.no_payer"] += rows - charged

    def _trimmed(self, column: Column) -> Column:
        pa, pc = self._pa, self._pc
        if not pc.any(pc.not_equal(column, "")).as_py():
            return pa.nulls(len(column), pa.string())
        column = pc.utf8_trim(column, BLANKS)
        return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)

    def _not_blank(self, raw: Sequence[Column]) -> Column | None:
        """Which records have something in them; None where all have."""
        pc = self._pc
        blank: Column | None = None
        for column in raw:
            empty = self._trimmed(column).is_null()
            blank = empty if blank is None else pc.and_(blank, empty)
            if not pc.any(blank).as_py():
                return None
        return pc.invert(blank)

    def _items(self, item: Column, record: Column, raw: Sequence[Column]) -> pa.RecordBatch:
        pa = self._pa
        at, rows = self._headings.item, len(item)
        found: dict[str, Column] = {
            "item": item,
            "record": record,
            "charge": pa.repeat(pa.scalar(0, pa.int32()), rows),
        }
        found["code"], found["code_type"] = self._codes(raw, rows)
        none = pa.nulls(rows, pa.string())

        def text(name: str) -> Column:
            return self._trimmed(raw[at[name]]) if name in at else none

        found["modifiers"] = self._distinct(text("modifiers"), split_modifiers, _texts(pa))
        for name in ("setting", "billing_class", "drug_unit", "drug_type", "notes"):
            found[name] = text(name)
        for name in ITEM_AMOUNTS:
            found[name], found[f"{name}_printed"] = self._amounts("hospital_item", name, text(name))
        self._count_words("hospital_item", ITEM_WORDS, found)
        self._counts["items.read"] += rows
        self._counts["items.kept"] += rows
        return _batch_of(found, self._schema_of("hospital_item"))

    def _codes(self, raw: Sequence[Column], rows: int) -> tuple[Column, Column]:
        """The lists of codes and of their types; null where an item has none."""
        pa, pc, counts = self._pa, self._pc, self._counts
        if not self._headings.codes:
            counts["hospital_item.no_code"] += rows
            return pa.nulls(rows, _texts(pa)), pa.nulls(rows, _texts(pa))
        none = pa.nulls(rows, pa.string())
        codes, types = (
            [none if column is None else self._trimmed(raw[column]) for column in columns]
            for columns in zip(*self._headings.codes, strict=True)
        )
        each = reduce(pc.add, (code.is_valid().cast(pa.int32()) for code in codes))
        ends = pc.cumulative_sum(each)
        bounds = pa.concat_arrays([pa.array([0], pa.int32()), ends])
        # All of the first column, then all of the second, are brought to the order of the rows.
        row = _joined(pa, [pa.array(range(rows), pa.int32())] * len(codes))
        code, kind = _joined(pa, codes), _joined(pa, types)
        there = code.is_valid()
        alone = pc.sum(pc.and_(kind.is_valid(), pc.invert(there))).as_py()
        if alone:
            counts["hospital_item.code_type_alone"] += alone
        code, kind, row = (
            code.filter(there),
            pc.fill_null(kind.filter(there), ""),
            row.filter(there),
        )
        order = pc.array_sort_indices(row)  # stable: columns of a row stay in their order
        code, kind = code.take(order), kind.take(order)
        for text, count in _counted(pc, kind.dictionary_encode()):
            for odd in code_oddities((text,)):
                counts[f"hospital_item.{odd}"] += count
        missing = pc.equal(each, 0)
        counts["hospital_item.no_code"] += pc.sum(missing).as_py() or 0
        return (
            pa.ListArray.from_arrays(bounds, code, type=_texts(pa), mask=missing),
            pa.ListArray.from_arrays(bounds, kind, type=_texts(pa), mask=missing),
        )

    def _charges(self, item: Column, raw: Sequence[Column]) -> tuple[pa.RecordBatch, int]:
        """The charges of these items, by item and payer, and how many items have any."""
        pa, pc = self._pa, self._pc
        groups, rows = self._headings.groups, len(item)
        none = pa.nulls(rows, pa.string())
        names = [name for name in _CHARGE_CELLS if any(name in g.columns for g in groups)]
        cells = {
            name: self._trimmed(
                _joined(pa, [raw[g.columns[name]] if name in g.columns else none for g in groups])
            )
            for name in names
        }
        ordinals = range(1, len(groups) + 1)
        payer = _joined(pa, [pa.repeat(pa.scalar(n, pa.int32()), rows) for n in ordinals])
        items = _joined(pa, [item] * len(groups))
        some = reduce(pc.or_, (cell.is_valid() for cell in cells.values()))
        if not pc.all(some).as_py():
            cells = {name: cell.filter(some) for name, cell in cells.items()}
            payer, items = payer.filter(some), items.filter(some)
        if len(groups) > 1:
            keys = pa.table({"item": items, "payer": payer})
            order = pc.sort_indices(keys, [("item", "ascending"), ("payer", "ascending")])
            cells = {name: cell.take(order) for name, cell in cells.items()}
            payer, items = payer.take(order), items.take(order)
        count = len(items)
        none = pa.nulls(count, pa.string())
        which = pc.subtract(payer, 1)
        found: dict[str, Column] = {"item": items, "payer": payer}
        found["column"] = pa.array([g.column for g in groups], pa.int32()).take(which)
        for name, printed in (
            ("payer_name", [g.payer or None for g in groups]),
            ("plan_name", [g.plan or None for g in groups]),
        ):
            named = pa.array(printed, pa.string()).take(which)
            found[name] = pc.coalesce(named, cells[name]) if name in cells else named
        for name in ("algorithm", "count", "methodology", "notes"):
            found[name] = cells.get(name, none)
        for name in CHARGE_AMOUNTS:
            found[name], found[f"{name}_printed"] = self._amounts(
                "hospital_charge", name, cells.get(name, none)
            )
        self._count_words("hospital_charge", CHARGE_WORDS, found)
        amounts = [cells[n] for n in ("dollar", "percentage", "estimated", "median") if n in cells]
        given = reduce(pc.or_, (c.is_valid() for c in amounts), found["algorithm"].is_valid())
        self._counts["hospital_charge.no_amount"] += count - (pc.sum(given).as_py() or 0)
        self._counts["hospital_charge.payer_name_missing"] += found["payer_name"].null_count
        self._counts["charges.read"] += count
        self._counts["charges.kept"] += count
        return _batch_of(found, self._schema_of("hospital_charge")), pc.count_distinct(
            items
        ).as_py()

    def _amounts(self, table: str, name: str, column: Column) -> tuple[Column, Column]:
        """Values and printed texts of a column of amounts; what is odd about them is counted."""
        pa, pc = self._pa, self._pc
        kind, words = pa.decimal128(WHOLE_DIGITS + SCALE, SCALE), pa.string()
        if column.null_count == len(column):
            return pa.nulls(len(column), kind), column
        plain = pc.match_substring_regex(column, _PLAIN)
        printed = pa.nulls(len(column), words)
        if pc.all(plain).as_py():
            values = column.cast(kind)
        else:
            nothing = pa.scalar(None, words)
            values = pc.if_else(plain, column, nothing).cast(kind)
            rest = pc.if_else(plain, nothing, column)
            too_fine = pc.match_substring_regex(rest, _TOO_FINE)
            fine: Column | None = None
            if count := pc.sum(too_fine).as_py():
                self._counts[f"{table}.{name}_does_not_fit"] += count
                fine = pc.if_else(too_fine, rest, nothing)
                rest = pc.if_else(too_fine, nothing, rest)
            rest = rest.dictionary_encode()
            others = [amount_of(text.as_py()) for text in rest.dictionary]
            for other, (_, count) in zip(others, _counted(pc, rest), strict=True):
                if other.value is None:
                    for odd in other.oddities():
                        self._counts[f"{table}.{name}_{odd}"] += count
            values = pc.coalesce(
                values, pa.array([o.value for o in others], kind).take(rest.indices)
            )
            printed = pa.array([o.printed for o in others], words).take(rest.indices)
            if fine is not None:
                printed = pc.coalesce(printed, fine)
        span = pc.min_max(values)
        if span["min"].as_py() is not None and span["min"].as_py() <= 0:
            self._odd_where(table, name, "zero", pc.equal(values, 0))
            self._odd_where(table, name, "negative", pc.less(values, 0))
        if span["max"].as_py() is not None and span["max"].as_py() >= _NINES:
            nines = pc.and_(pc.greater_equal(values, _NINES), pc.less(values, _NINES + 1))
            self._odd_where(table, name, "nine_nines", nines)
        return values, printed

    def _odd_where(self, table: str, name: str, odd: str, mask: Column) -> None:
        self._counts[f"{table}.{name}_{odd}"] += self._pc.sum(mask).as_py() or 0

    def _count_words(self, table: str, names: Sequence[str], columns: dict[str, Column]) -> None:
        for name in names:
            column = columns[name]
            if column.null_count == len(column):
                continue
            for text, count in _counted(self._pc, column.dictionary_encode()):
                for odd in word_oddities(name, text):
                    self._counts[f"{table}.{odd}"] += count

    def _distinct(self, column: Column, read: Callable[[str], object], kind: Any) -> Column:
        """A column in which each distinct text was read once."""
        pa = self._pa
        if column.null_count == len(column):
            return pa.nulls(len(column), kind)
        coded = column.dictionary_encode()
        return pa.array([read(text.as_py()) for text in coded.dictionary], kind).take(coded.indices)


_CHARGE_CELLS = (
    *("payer_name", "plan_name", "algorithm", "count", "methodology", "notes"),
    *CHARGE_AMOUNTS,
)


class _Stream:
    """Text as the file that Arrow reads, with the line END behind it."""

    closed = False

    def __init__(self, text: Iterator[str]) -> None:
        self._parts = (part.encode() for part in _with_end(text))
        self._held = b""

    def read(self, size: int) -> bytes:
        """At most so many bytes; none at the end."""
        parts, got = [self._held], len(self._held)
        while got < size and (part := next(self._parts, None)) is not None:
            parts.append(part)
            got += len(part)
        whole = b"".join(parts)
        self._held = whole[size:]
        return whole[:size]

    def close(self) -> None:
        """Nothing is held open here."""


def _with_end(text: Iterator[str]) -> Iterator[str]:
    last = "\n"
    for part in text:
        if part:
            last = part[-1]
            yield part
    yield END if last in "\r\n" else "\n" + END


def _joined(pa: Any, columns: Sequence[Column]) -> Column:
    return columns[0] if len(columns) == 1 else pa.concat_arrays(columns)


def _texts(pa: Any) -> Any:
    return pa.list_(pa.field("item", pa.string(), nullable=False))


def _counted(pc: Any, coded: Any) -> Iterator[tuple[str, int]]:
    """Each text of a dictionary-coded column, in order, with how many rows have it."""
    tally = {row["values"]: row["counts"] for row in pc.value_counts(coded.indices).to_pylist()}
    for index, text in enumerate(coded.dictionary.to_pylist()):
        yield text, tally[index]


def _batch_of(columns: dict[str, Column], fields: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.RecordBatch.from_arrays([columns[name] for name in fields.names], schema=fields)


def _rows_as_batch(rows: Sequence[tuple[object, ...]], fields: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    arrays = [
        pa.array(values, field.type)
        for values, field in zip(zip(*rows, strict=True), fields, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=fields)
