"""A user's own contracted rates, read from a table: forgiving of how it looks, strict on values.

Pure: bytes in, rows out. Nothing is stored, and no error quotes a cell below the headings, because
what a practice is paid is private: errors name file, row and column. Every row with anything in it
is read, or counted under the reason why not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from payeratlas.formats.user_table import readings
from payeratlas.model.errors import FileError, InputError
from payeratlas.rates.benchmark import BillType
from payeratlas.rates.my_cells import (
    Column,
    Unread,
    Where,
    bill_type_of,
    blank,
    code_of,
    modifiers_of,
    rate_of,
    volume_of,
    where_of,
)

MOST_ROWS = 100_000
"""The most rows that one comparison takes."""
_PREAMBLE = 30  # records among which the headings are looked for
_NAMED = 12  # headings that an error names
_SHOWN = 40  # characters of a text of the user's that are shown again

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "code": (
        "code", "cpt", "cpt code", "cpt hcpcs", "cpt hcpcs code", "cpt4", "hcpcs", "hcpcs code",
        "hcpcs cpt", "hcpcs cpt code", "procedure code", "procedure", "proc", "proc code",
        "billing code", "service code", "px", "px code",
    ),
    "modifier": (
        "modifier", "modifiers", "mod", "mods", "modifier 1", "mod 1", "modifier code", "mdfr",
    ),
    "modifier 2": ("modifier 2", "mod 2"),
    "modifier 3": ("modifier 3", "mod 3"),
    "modifier 4": ("modifier 4", "mod 4"),
    "payer": (
        "payer", "payor", "payer name", "payor name", "insurance", "insurer", "insurance company",
        "insurance name", "insurance carrier", "carrier", "health plan", "company",
    ),
    "plan": (
        "plan", "plan name", "product", "product name", "network", "network name", "line of "
        "business", "lob",
    ),
    "setting": (
        "setting", "place of service", "pos", "pos code", "place of service code", "site of "
        "service", "site", "place", "facility non facility", "location type",
    ),
    "bill type": (
        "bill type", "billing class", "claim type", "claim form", "professional facility",
    ),
    "rate": (
        "rate", "rates", "contracted rate", "contract rate", "contracted", "contracted amount",
        "contract amount", "contracted fee", "negotiated rate", "negotiated amount", "allowed",
        "allowed amount", "allowable", "allowable amount", "fee", "fees", "fee amount", "my rate",
        "our rate", "current rate", "payment", "payment rate", "reimbursement", "price", "amount",
    ),
    "volume": (
        "volume", "volumes", "yearly volume", "annual volume", "annual units", "yearly units",
        "units", "units yr", "units year", "units per year", "units a year", "volume per year",
        "volume yr", "qty", "quantity", "count", "annual count", "annual qty", "frequency",
        "utilization", "services", "number of services",
    ),
}  # fmt: skip
"""Headings that are understood; case, blanks, punctuation and order do not matter. Where two
columns would serve, the one that is called as the first of its line is taken."""

_MEANT = {name: field for field, names in HEADINGS.items() for name in names}
_NEEDED = ("code", "rate")


@dataclass(frozen=True, slots=True)
class Assumed:
    """What the user says of all rows that do not say it themselves.

    ``payer`` a name, ``setting`` a word or place of service, ``bill_type`` professional or
    facility; empty or None where not said. ``facility_places`` are the places of service that
    Medicare pays at the facility rate (Claims Processing Manual, ch. 12 §20.4.2).
    """

    payer: str = ""
    setting: str = ""
    bill_type: BillType | None = None
    facility_places: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class MyRate:
    """One contracted rate.

    ``row`` is the row that a spreadsheet shows, counted from 1. ``rate`` is in dollars, to four
    decimals; ``volume`` in units a year, None where it is not given or (``odd_volume``) cannot be
    read. ``payer``, ``plan`` and ``setting`` are as typed. ``repeats`` is the first row that says
    the same of code, modifiers, payer, plan, setting and rate; 0 where none does.
    """

    row: int
    code: str
    modifiers: tuple[str, ...]
    payer: str
    plan: str
    setting: str
    where: Where
    rate: Decimal
    volume: Decimal | None
    odd_volume: bool = False
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class NotRead:
    """A row that cannot be read: why, in which column, and its code where that was read.

    ``payer`` is as typed, so that the user finds the row again.
    """

    row: int
    reason: str
    column: Column
    code: str = ""
    payer: str = ""


@dataclass(frozen=True, slots=True)
class MyRates:
    """All rows of a user's file: read = rates + not_read.

    ``headings`` are the columns that were used, field to heading as typed; ``others`` how many
    columns were not. ``before`` counts the records before the headings, ``blank`` the empty rows
    after them; neither is a row.
    """

    name: str
    headings: Mapping[str, str]
    others: int
    before: int
    blank: int
    rates: tuple[MyRate, ...]
    not_read: tuple[NotRead, ...] = ()

    @property
    def read(self) -> int:
        """Rows with anything in them."""
        return len(self.rates) + len(self.not_read)


@dataclass(frozen=True, slots=True)
class _Heading:
    record: int
    columns: Mapping[str, int]
    typed: Mapping[str, str]
    others: int


def my_rates(
    data: bytes,
    name: str,
    assumed: Assumed = Assumed(),
    told: Callable[[int], None] = lambda rows: None,
) -> MyRates:
    """The rates of a file (CSV, or the first sheet of an xlsx workbook), every row accounted for.

    ``name`` is how errors call the file; ``told`` is called with the rows read so far. InputError
    where the headings are missing or ambiguous, no row follows them, or a default does not help;
    FileError where the file is no table.
    """
    if assumed.setting:
        _check(assumed)
    delimiter, heading = _found(data, name, payer_given=bool(assumed.payer))
    records = next(make for mark, make in readings(data, name) if mark == delimiter)
    reader = _Reader(heading.columns, assumed, comma_decimals=delimiter == ";")
    empty = 0
    for ordinal, cells in records():
        if ordinal <= heading.record:
            continue
        if not any(cell.strip() for cell in cells):
            empty += 1
            continue
        reader.take(ordinal, cells)
        if reader.taken > MOST_ROWS:
            raise InputError(
                f"there are more than {MOST_ROWS:,} rows.",
                where=name,
                cure="divide the file, by payer for example.",
            )
        if reader.taken % 500 == 0:
            told(reader.taken)
    if not reader.taken:
        raise InputError(
            "there is no row below the headings.",
            where=f"{name}, row {heading.record}",
            cure="one row a rate: code, payer, setting, rate, and modifier and volume if any.",
        )
    told(reader.taken)
    return MyRates(
        name,
        heading.typed,
        heading.others,
        heading.record - 1,
        empty,
        tuple(reader.rates),
        tuple(reader.not_read),
    )


def _check(assumed: Assumed) -> None:
    try:
        where_of(assumed.setting, assumed.bill_type, assumed.facility_places)
    except Unread as unread:
        raise InputError(
            f"'{assumed.setting}' is not a setting that can be assumed ({unread.reason}).",
            cure="office, facility, or a place of service such as 11; asc, outpatient or inpatient "
            "with --bill-type.",
        ) from None


class _Reader:
    """Rows to rates, one after another."""

    def __init__(
        self, columns: Mapping[str, int], assumed: Assumed, *, comma_decimals: bool
    ) -> None:
        self.rates: list[MyRate] = []
        self.not_read: list[NotRead] = []
        self._columns = columns
        self._assumed = assumed
        self._comma_decimals = comma_decimals
        self._seen: dict[tuple[object, ...], int] = {}

    @property
    def taken(self) -> int:
        """Rows so far."""
        return len(self.rates) + len(self.not_read)

    def take(self, row: int, cells: Sequence[str]) -> None:
        """Read one row, or note why it is not."""

        def cell(field: str) -> str:
            at = self._columns.get(field)
            return cells[at].strip() if at is not None and at < len(cells) else ""

        code = payer = ""
        try:
            payer, plan = self._payer(cell("payer"), cell("plan"))
            code, written = code_of(cell("code"))
            modifiers = modifiers_of(
                [cell(name) for name in ("modifier", "modifier 2", "modifier 3", "modifier 4")]
            )
            if written and modifiers and set(written) != set(modifiers):
                raise Unread("modifier_conflict", "modifier")
            if not payer:
                raise Unread("payer_missing", "payer")
            rate = rate_of(cell("rate"), comma_decimals=self._comma_decimals)
            setting = cell("setting")
            setting = self._assumed.setting if blank(setting) else setting
            bill = bill_type_of(cell("bill type")) or self._assumed.bill_type
            where = where_of(setting, bill, self._assumed.facility_places)
        except Unread as unread:
            self.not_read.append(NotRead(row, unread.reason, unread.column, code, payer[:_SHOWN]))
            return
        try:
            volume, odd = volume_of(cell("volume")), False
        except ValueError:
            volume, odd = None, True
        modifiers = modifiers or tuple(sorted(set(written)))
        key = (code, modifiers, payer.casefold(), plan.casefold(), where, rate)
        first = self._seen.setdefault(key, row)
        self.rates.append(
            MyRate(
                row=row,
                code=code,
                modifiers=modifiers,
                payer=payer,
                plan=plan,
                setting=setting[:_SHOWN],
                where=where,
                rate=rate,
                volume=volume,
                odd_volume=odd,
                repeats=first if first != row else 0,
            )
        )

    def _payer(self, payer: str, plan: str) -> tuple[str, str]:
        """Payer and plan as typed; a plan alone stands for both, before the default does."""
        payer, plan = ("" if blank(text) else text for text in (payer, plan))
        if not payer and self._assumed.payer:
            return self._assumed.payer, plan
        return (payer, plan) if payer else (plan, "")


# -- headings ------------------------------------------------------------------------------------


def _found(data: bytes, name: str, *, payer_given: bool) -> tuple[str, _Heading]:
    """The delimiter under which the most headings are understood, and the headings."""
    best: tuple[str, _Heading] | None = None
    fault: InputError | FileError | None = None
    closest = _Closest()
    for delimiter, make in readings(data, name):
        try:
            heading = _heading(make(), name, closest)
        except (InputError, FileError) as error:
            # A quote that another delimiter explains is no fault of the file.
            fault = error if fault is None or isinstance(error, InputError) else fault
            continue
        if heading and (best is None or len(heading.columns) > len(best[1].columns)):
            best = (delimiter, heading)
    if best is None:
        raise fault or closest.error(name)
    heading = best[1]
    if not payer_given and not {"payer", "plan"} & set(heading.columns):
        raise InputError(
            f"no column names the payer; understood are {_listed(list(heading.typed.values()))}.",
            where=f"{name}, row {heading.record}",
            cure=f"add a column called {_accepted('payer')}; or --payer NAME for all rows.",
        )
    return best


def _heading(
    records: Iterator[tuple[int, list[str]]], name: str, closest: _Closest
) -> _Heading | None:
    """The first record that names a code and a rate; None where none does so soon."""
    for ordinal, cells in records:
        if ordinal > _PREAMBLE:
            return None
        meant: dict[str, list[int]] = {}
        for at, cell in enumerate(cells):
            if field := _MEANT.get(_plain(cell)):
                meant.setdefault(field, []).append(at)
        if all(needed in meant for needed in _NEEDED):
            return _chosen(ordinal, cells, meant, name)
        closest.see(ordinal, cells, meant)
    return None


def _chosen(
    ordinal: int, cells: Sequence[str], meant: Mapping[str, list[int]], name: str
) -> _Heading:
    columns: dict[str, int] = {}
    for field, places in meant.items():
        own = [at for at in places if _plain(cells[at]) == HEADINGS[field][0]]
        if len(places) > 1 and len(own) != 1:
            columns_named = " and ".join(
                f"'{_short(cells[at])}' (column {_letters(at)})" for at in places[:_NAMED]
            )
            raise InputError(
                f"more than one column could be the {field}: {columns_named}.",
                where=f"{name}, row {ordinal}",
                cure=f"call the one that is meant '{HEADINGS[field][0]}', or remove the others.",
            )
        columns[field] = own[0] if len(places) > 1 else places[0]
    used = set(columns.values())
    others = sum(bool(cell.strip()) for at, cell in enumerate(cells) if at not in used)
    typed = {field: _short(cells[at]) for field, at in columns.items()}
    return _Heading(ordinal, columns, typed, others)


class _Closest:
    """The record that looks most like headings, for the error when none is."""

    def __init__(self) -> None:
        self._rank = (0, 0)
        self._ordinal = 0
        self._cells: list[str] = []
        self._meant: frozenset[str] = frozenset()

    def see(self, ordinal: int, cells: list[str], meant: Collection[str]) -> None:
        """Keep the record where it is closer than those before."""
        rank = (len(meant), sum(bool(cell.strip()) for cell in cells))
        if rank > self._rank:
            self._rank, self._ordinal, self._cells = rank, ordinal, cells
            self._meant = frozenset(meant)

    def error(self, name: str) -> InputError:
        """What is missing, what stands there instead, and what is understood."""
        missing = [field for field in _NEEDED if field not in self._meant]
        # A record that holds figures may be a row of rates: none of them is repeated.
        found = [_short(cell) for cell in self._cells if cell.strip() and not _FIGURE.search(cell)]
        told = f" Row {self._ordinal} has {_listed(found)}." if found else ""
        return InputError(
            f"no headings are found in the first {_PREAMBLE} rows of the first sheet: no column is "
            f"the {' or the '.join(missing)}.{told}",
            where=name,
            cure="; ".join(f"{field}: {_accepted(field)}" for field in ("code", "payer", "rate"))
            + "; setting, modifier, volume.",
        )


_FIGURE = re.compile(r"[0-9]")
_YEAR = re.compile(r"\b20[0-9]{2}\b")


def _plain(heading: str) -> str:
    """A heading without case, punctuation and year."""
    words = re.sub(r"[^a-z0-9]+", " ", heading.casefold()[:200])
    return " ".join(_YEAR.sub(" ", words).split())


def _short(text: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    listed = ", ".join(f"'{name}'" for name in names[:_NAMED])
    return listed + (f" and {more} more" if more > 0 else "")


def _accepted(field: str) -> str:
    """Some headings of a field, for an error."""
    return ", ".join(HEADINGS[field][:6])


def _letters(at: int) -> str:
    """The letters of a spreadsheet's column, from its number counted from 0."""
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
