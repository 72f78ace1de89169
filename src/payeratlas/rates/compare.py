"""A user's contracted rates against the benchmark cells of the same payer, code and series.

Pure functions. *Position* is the percentile rank of the rate among the organisations of its cell:
those paid less, and half of those paid the same, of all, as a percentage (the mean definition of a
percentile rank); exact, from counts, and only where at least eleven organisations stand behind the
cell. *Gap* is the rate less the cell's median, so that it is negative where others are paid more.
*Opportunity* is what a rate below the median would bring at the median, at the row's yearly volume;
rates above the median never offset it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from payeratlas.model.facts import Unknown
from payeratlas.rates.benchmark import (
    HEADLINE,
    LEAST_FOR_QUARTILES,
    Benchmarks,
    BillType,
    Cell,
    FileNote,
    Line,
    Medicare,
    Payer,
    Setting,
    Strictness,
)
from payeratlas.rates.my_cells import REASONS as UNREAD
from payeratlas.rates.my_rates import MyRate, MyRates
from payeratlas.rates.payers import LICENSED, UNCLASSIFIED

Caution = Literal[
    "setting_any",
    "state_all",
    "licensees_together",
    "volume_missing",
    "volume_unreadable",
    "repeats_row",
]
LARGEST = 20
"""How many opportunities are listed."""

REASONS: Mapping[str, str] = {
    **UNREAD,
    "unknown_payer": "No rule places the payer's name among the payers that benchmarks are of.",
    "unknown_code": "Neither a price file nor a Medicare schedule on hand has the code.",
    "no_rates_of_code": "No price file on hand has a rate of the code.",
    "modifier_not_compared": "Benchmarks are of the bare code, 26 and TC; a rate with another "
    "modifier is another rate.",
    "no_cell_for_payer": "No rate of this payer and line of business is on hand for the code.",
    "no_cell_for_series": "The payer's rates on hand are for another setting, bill type or "
    "modifier.",
    "too_thin": "Fewer organisations than a median needs stand behind the cell.",
}
"""Every reason for which a row is not matched, in words."""

CAUTIONS: Mapping[Caution, str] = {
    "setting_any": "Compared with rates that the payer posts for any setting.",
    "state_all": "Compared with all states on hand: the state asked for has no cell, or too few "
    "organisations.",
    "licensees_together": "Several licensees of the name stand together, and each negotiates for "
    "its own area; --state keeps them apart.",
    "volume_missing": "No volume: left out of dollars a year.",
    "volume_unreadable": "The volume cannot be read: left out of dollars a year.",
    "repeats_row": "Says the same as an earlier row; both are counted.",
}

GetBenchmarks = Callable[[str], Benchmarks | Unknown]
"""All cells of a billing code, or why there are none."""
GetMedicare = Callable[[str, str, BillType, Setting], Medicare | Unknown]
"""What Medicare pays for a code, modifier (empty, 26, TC), bill type and setting."""
Who = Callable[[str, str], Payer]
"""Whose rate it is, from the payer and the plan as a user types them."""


@dataclass(frozen=True, slots=True)
class Position:
    """How many organisations of a cell are paid less, the same, and more than the rate.

    ``whole`` is False where not all votes of the cell are on hand.
    """

    below: int
    equal: int
    above: int
    whole: bool = True

    @property
    def percentile(self) -> Decimal | None:
        """The percentile rank, 0 to 100, unrounded; None where the cell has fewer than eleven."""
        n = self.below + self.equal + self.above
        if n < LEAST_FOR_QUARTILES or not self.whole:
            return None
        return (Decimal(2 * self.below + self.equal) * 50) / n


@dataclass(frozen=True, slots=True)
class Matched:
    """A row with its benchmark cell.

    ``gap`` is the rate less the median, in dollars. ``cautions`` say what of the comparison is less
    than asked for.
    """

    mine: MyRate
    payer: Payer
    cell: Cell
    median: Decimal
    medicare: Medicare | Unknown
    position: Position
    cautions: tuple[Caution, ...] = ()

    @property
    def gap(self) -> Decimal:
        """The rate less the cell's median, in dollars."""
        return self.mine.rate - self.median

    @property
    def gap_share(self) -> Decimal:
        """The gap as a share of the median, unrounded."""
        return self.gap / self.median

    @property
    def of_medicare(self) -> Decimal | None:
        """The rate as a multiple of what Medicare pays; None where that is not known."""
        return _multiple(self.mine.rate, self.medicare)

    @property
    def at_volume(self) -> Decimal | None:
        """The gap times the yearly volume, in dollars; None where no volume is given."""
        return None if self.mine.volume is None else self.gap * self.mine.volume

    @property
    def opportunity(self) -> Decimal | None:
        """What the median would bring more a year, in dollars; zero where the rate is no lower."""
        yearly = self.at_volume
        return None if yearly is None else max(Decimal(0), -yearly)


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A row without a benchmark: the reason, and what can be said all the same.

    ``detail`` is the reason in words. ``column`` is where it was seen, empty where it lies with the
    data. ``mine`` is None where the row could not be read. ``organisations`` are those of a cell
    that is too thin.
    """

    row: int
    reason: str
    detail: str
    column: str
    code: str
    payer_typed: str
    mine: MyRate | None = None
    payer: Payer | None = None
    medicare: Medicare | Unknown | None = None
    organisations: int | None = None

    @property
    def of_medicare(self) -> Decimal | None:
        """The rate as a multiple of what Medicare pays; None where that is not known."""
        return _multiple(self.mine.rate, self.medicare) if self.mine else None


@dataclass(frozen=True, slots=True)
class Total:
    """Sums over matched rows, in dollars a year where they give a volume.

    ``rows`` are matched rows, ``with_volume`` those with a volume. ``yours`` and ``at_median`` are
    over these. ``of_medicare`` is a ratio of sums over those whose Medicare amount is known
    (``with_medicare``), weighed by volume. ``below`` rows are paid less than their median.
    """

    rows: int
    with_volume: int
    below: int
    yours: Decimal
    at_median: Decimal
    opportunity: Decimal
    with_medicare: int
    of_medicare: Decimal | None

    @property
    def gap(self) -> Decimal:
        """What is paid less what the medians would pay; negative where the medians pay more."""
        return self.yours - self.at_median


@dataclass(frozen=True, slots=True)
class OfPayer:
    """One payer and line of business: its matched rows' total, and its unmatched rows."""

    family: str
    line: Line
    total: Total
    unmatched: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """All of a user's rows: read = matched + unmatched, each unmatched one with its reason.

    ``rows_share`` is matched of read; ``dollars_share`` the same of yearly dollars, over the rows
    whose rate and volume could be read, None where none gives a volume. ``editions`` are those of
    the benchmarks, ``files`` the price files behind the cells used.
    """

    mine: MyRates
    state: str
    strictness: Strictness
    matched: tuple[Matched, ...]
    unmatched: tuple[Unmatched, ...]
    total: Total
    payers: tuple[OfPayer, ...]
    editions: tuple[str, ...]
    files: tuple[FileNote, ...]
    dollars_share: Decimal | None

    @property
    def read(self) -> int:
        """Rows with anything in them."""
        return len(self.matched) + len(self.unmatched)

    @property
    def rows_share(self) -> Decimal:
        """Matched rows as a share of all, unrounded."""
        return Decimal(len(self.matched)) / self.read

    @property
    def reasons(self) -> dict[str, int]:
        """Unmatched rows by reason, the most frequent first."""
        counts = Counter(one.reason for one in self.unmatched)
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    @property
    def opportunities(self) -> tuple[Matched, ...]:
        """The rows with the largest opportunity, at most twenty, largest first."""
        found = [one for one in self.matched if one.opportunity]
        found.sort(key=lambda one: (-(one.opportunity or 0), one.mine.row))
        return tuple(found[:LARGEST])


@dataclass
class _Look:
    """What was looked up once a code, payer or series."""

    benchmarks: GetBenchmarks
    medicare: GetMedicare
    who: Who
    cells: dict[str, Benchmarks | Unknown] = field(default_factory=dict)
    payers: dict[tuple[str, str], Payer] = field(default_factory=dict)
    amounts: dict[tuple[str, str, BillType, Setting], Medicare | Unknown] = field(
        default_factory=dict
    )

    def of_code(self, code: str) -> Benchmarks | Unknown:
        if code not in self.cells:
            self.cells[code] = self.benchmarks(code)
        return self.cells[code]

    def of_payer(self, payer: str, plan: str) -> Payer:
        if (payer, plan) not in self.payers:
            self.payers[payer, plan] = self.who(payer, plan)
        return self.payers[payer, plan]

    def of_medicare(self, mine: MyRate) -> Medicare | Unknown | None:
        """None where the modifiers make it another amount than a schedule's row."""
        modifier = series_modifier(mine.modifiers)
        if modifier is None:
            return None
        key = (mine.code, modifier, mine.where.bill_type, mine.where.setting)
        if key not in self.amounts:
            self.amounts[key] = self.medicare(*key)
        return self.amounts[key]


def compare(
    mine: MyRates,
    benchmarks: GetBenchmarks,
    medicare: GetMedicare,
    who: Who,
    *,
    state: str = "",
    strictness: Strictness = HEADLINE,
    told: Callable[[int], None] = lambda rows: None,
) -> Comparison:
    """Each row against its cell: dollars, fee for service, of its payer, line, series and state.

    The line of business is commercial unless payer and plan say another. Where the state has no
    cell with a median, all states stand in; where the setting has none, rates posted for any
    setting; both are marked. ``told`` is called with the rows compared so far.
    """
    look = _Look(benchmarks, medicare, who)
    found: list[Matched | Unmatched] = [
        Unmatched(one.row, one.reason, UNREAD[one.reason], one.column, one.code, one.payer)
        for one in mine.not_read
    ]
    for done, one in enumerate(mine.rates, start=1):
        found.append(_row(one, look, state, strictness))
        if done % 100 == 0:
            told(done)
    told(len(mine.rates))
    matched = tuple(one for one in found if isinstance(one, Matched))
    unmatched = tuple(
        sorted((one for one in found if isinstance(one, Unmatched)), key=lambda one: one.row)
    )
    seen = [one for one in look.cells.values() if isinstance(one, Benchmarks)]
    used = {id for one in matched for id in one.cell.basis.files}
    files = {note.id: note for one in seen for note in one.files if note.id in used}
    return Comparison(
        mine,
        state,
        strictness,
        matched,
        unmatched,
        total_of(matched),
        _by_payer(matched, unmatched),
        tuple(sorted({one.edition for one in seen})),
        tuple(files[id] for id in sorted(files)),
        _dollars_share(matched, unmatched),
    )


def series_modifier(modifiers: Sequence[str]) -> str | None:
    """The modifier of the series: empty, 26 or TC; None where it is another rate."""
    if not modifiers:
        return ""
    return modifiers[0] if len(modifiers) == 1 and modifiers[0] in ("26", "TC") else None


def line_of(payer: Payer) -> Line:
    """The line a rate is compared in: commercial where nothing says another."""
    return "commercial" if payer.line == UNCLASSIFIED else payer.line


def position_of(rate: Decimal, cell: Cell) -> Position:
    """How many organisations of the cell are paid less, the same and more."""
    below = sum(vote.amount < rate for vote in cell.votes)
    equal = sum(vote.amount == rate for vote in cell.votes)
    above = len(cell.votes) - below - equal
    return Position(below, equal, above, whole=len(cell.votes) == cell.organisations)


def total_of(matched: Iterable[Matched]) -> Total:
    """Sums over rows; dollars a year over those with a volume."""
    rows = list(matched)
    weighed = [(one, one.mine.volume) for one in rows if one.mine.volume is not None]
    priced = [
        (one, v, one.medicare.amount) for one, v in weighed if isinstance(one.medicare, Medicare)
    ]
    at_medicare = sum((amount * v for _, v, amount in priced), Decimal(0))
    paid = sum((one.mine.rate * v for one, v, _ in priced), Decimal(0))
    return Total(
        rows=len(rows),
        with_volume=len(weighed),
        below=sum(one.gap < 0 for one in rows),
        yours=sum((one.mine.rate * v for one, v in weighed), Decimal(0)),
        at_median=sum((one.median * v for one, v in weighed), Decimal(0)),
        opportunity=sum((one.opportunity or Decimal(0) for one, _ in weighed), Decimal(0)),
        with_medicare=len(priced),
        of_medicare=paid / at_medicare if at_medicare else None,
    )


def _row(mine: MyRate, look: _Look, state: str, strictness: Strictness) -> Matched | Unmatched:
    payer = look.of_payer(mine.payer, mine.plan)
    amount = look.of_medicare(mine)

    def not_matched(reason: str, thin: Cell | None = None) -> Unmatched:
        return Unmatched(
            mine.row,
            reason,
            REASONS[reason],
            "",
            mine.code,
            mine.payer,
            mine,
            payer,
            thin.medicare if thin and isinstance(thin.medicare, Medicare) else amount,
            thin.organisations if thin else None,
        )

    held = look.of_code(mine.code)
    if isinstance(held, Unknown) or not held.cells:
        known = isinstance(amount, Medicare) or (
            isinstance(amount, Unknown) and amount.reason == "not_priced"
        )
        return not_matched("no_rates_of_code" if known else "unknown_code")
    modifier = series_modifier(mine.modifiers)
    if modifier is None:
        return not_matched("modifier_not_compared")
    if payer.family == UNCLASSIFIED:
        return not_matched("unknown_payer")
    of_payer = [
        cell
        for cell in held.cells
        if cell.key.family == payer.family
        and cell.key.line == line_of(payer)
        and cell.key.strictness == strictness
        and (cell.key.series.kind, cell.key.series.arrangement) == ("dollars", "ffs")
    ]
    if not of_payer:
        return not_matched("no_cell_for_payer")
    of_series = {
        (cell.key.series.setting, cell.key.state): cell
        for cell in of_payer
        if (cell.key.series.bill_type, cell.key.series.modifier) == (mine.where.bill_type, modifier)
    }
    # The setting goes before the state: an office rate is nearer to an office rate elsewhere than
    # to a rate of no setting at home.
    wanted = [
        (setting, place)
        for setting in dict.fromkeys((mine.where.setting, "any"))
        for place in dict.fromkeys((state, ""))
    ]
    cells = [of_series[key] for key in wanted if key in of_series]
    if not cells:
        return not_matched("no_cell_for_series")
    cell = next((one for one in cells if one.median), None)
    if cell is None or cell.median is None:
        return not_matched("too_thin", max(cells, key=lambda one: one.organisations))
    return Matched(
        mine,
        payer,
        cell,
        cell.median,
        cell.medicare if isinstance(cell.medicare, Medicare) or amount is None else amount,
        position_of(mine.rate, cell),
        tuple(_cautions(mine, payer, cell, state)),
    )


def _cautions(mine: MyRate, payer: Payer, cell: Cell, state: str) -> Iterable[Caution]:
    if cell.key.series.setting != mine.where.setting:
        yield "setting_any"
    if cell.key.state != state:
        yield "state_all"
    if payer.family == LICENSED and not cell.key.state:
        yield "licensees_together"
    if mine.odd_volume:
        yield "volume_unreadable"
    elif mine.volume is None:
        yield "volume_missing"
    if mine.repeats:
        yield "repeats_row"


def _by_payer(matched: Sequence[Matched], unmatched: Sequence[Unmatched]) -> tuple[OfPayer, ...]:
    rows: dict[tuple[str, Line], list[Matched]] = {}
    others: Counter[tuple[str, Line]] = Counter()
    for one in matched:
        rows.setdefault((one.payer.family, line_of(one.payer)), []).append(one)
    for other in unmatched:
        if other.payer is not None and other.payer.family != UNCLASSIFIED:
            others[other.payer.family, line_of(other.payer)] += 1
    return tuple(
        OfPayer(family, line, total_of(rows.get((family, line), ())), others[family, line])
        for family, line in sorted(rows.keys() | others.keys())
    )


def _dollars_share(matched: Sequence[Matched], unmatched: Sequence[Unmatched]) -> Decimal | None:
    def dollars(rates: Iterable[MyRate | None]) -> Decimal:
        return sum((r.rate * r.volume for r in rates if r and r.volume is not None), Decimal(0))

    ours = dollars(one.mine for one in matched)
    every = ours + dollars(one.mine for one in unmatched)
    return ours / every if every else None


def _multiple(rate: Decimal, medicare: Medicare | Unknown | None) -> Decimal | None:
    if isinstance(medicare, Medicare) and medicare.amount:
        return rate / medicare.amount
    return None
