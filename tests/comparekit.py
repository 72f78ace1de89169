"""Benchmarks and rates of nobody, to compare: cells made by hand from a list of amounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from payeratlas.model.facts import Unknown
from payeratlas.pricing.places import FACILITY
from payeratlas.rates.benchmark import (
    Basis,
    Benchmarks,
    BillType,
    Cell,
    CellKey,
    FileNote,
    Line,
    Medicare,
    Payer,
    Place,
    Series,
    Setting,
    Strictness,
    Vote,
)
from payeratlas.rates.compare import Comparison, compare
from payeratlas.rates.my_rates import Assumed, MyRates, my_rates

HEAD = "code,modifier,payer,setting,rate,volume\n"
ASSUMED = Assumed(facility_places=FACILITY)
NOTE = FileNote(
    id="f" * 16,
    name="made-up.json",
    sha256="f" * 64,
    size=10,
    url="https://files.example/made-up.json",
    publisher="Made-up Plan",
    kind="payer",
    state="NY",
    day="2026-11-01",
    version="2.0.0",
)
MEDICARE = {"64640": Decimal("267.54"), "99213": Decimal(100), "77002": Decimal("27.05")}
_NONE = Unknown("not_covered", "not on hand.")


def quantile(amounts: Sequence[Decimal], p: Fraction) -> Decimal:
    """Hyndman-Fan 7, written out."""
    ordered = sorted(amounts)
    at = (len(ordered) - 1) * p
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    part = at - low
    step = (ordered[high] - ordered[low]) * part.numerator / part.denominator
    return ordered[low] + step


def cell(
    code: str,
    family: str,
    amounts: Sequence[int | str],
    *,
    setting: Setting = "office",
    modifier: str = "",
    bill_type: BillType = "professional",
    line: Line = "commercial",
    state: str = "",
    strictness: Strictness = "balanced",
    medicare: Medicare | None = None,
    kind: str = "dollars",
) -> Cell:
    """A cell whose organisations are paid the amounts, one each."""
    paid = [Decimal(amount) for amount in amounts]
    n = len(paid)
    series = Series(bill_type, setting, modifier, kind)  # type: ignore[arg-type]
    return Cell(
        key=CellKey(code, family, line, series, state, strictness),
        organisations=n,
        npis=n,
        rows=n,
        median=quantile(paid, Fraction(1, 2)) if n >= 6 else None,
        quartiles=(quantile(paid, Fraction(1, 4)), quantile(paid, Fraction(3, 4)))
        if n >= 11
        else None,
        tails=(quantile(paid, Fraction(1, 10)), quantile(paid, Fraction(9, 10)))
        if n >= 30
        else None,
        interval=None,
        by_npi=_NONE,
        by_volume=_NONE,
        medicare=medicare or _NONE,
        ratio_of_medians=None,
        median_of_ratios=None,
        grade=3 if n >= 6 else None,
        grade_reasons=(),
        basis=Basis((NOTE.id,), (NOTE.publisher,), ("payer",), ("NY",), NOTE.day, NOTE.day),
        funnel=(),
        votes=tuple(
            Vote(
                f"ein:{number}", "", "NY", amount, 1, 1, amount, amount, 1, Place(NOTE.id, 1, 1, 1)
            )
            for number, amount in enumerate(paid)
        ),
    )


def benchmarks(code: str, *cells: Cell) -> Benchmarks:
    """All cells of a code."""
    return Benchmarks(code, "edition-1", cells, (NOTE,))


def who(payer: str, plan: str) -> Payer:
    """A few payers by a word in their name."""
    text = f"{payer} {plan}".casefold()
    family = next((one for one in ("aetna", "cigna", "bcbs") if one in text), "unclassified")
    line: Line = "medicare_advantage" if "medicare" in text else "unclassified"
    return Payer(family, "", line)


def medicare(code: str, modifier: str, bill_type: BillType, setting: Setting) -> Medicare | Unknown:
    """An amount for a few codes; nothing of the others."""
    if code in MEDICARE:
        return Medicare(MEDICARE[code], "PFS", "rvu26c", "national")
    return Unknown("not_listed", "not in the schedule.")


def read(text: str, assumed: Assumed = ASSUMED) -> MyRates:
    """The rates of a CSV file."""
    return my_rates(text.encode(), "my-rates.csv", assumed)


def compared(
    rows: str | MyRates,
    held: Mapping[str, Benchmarks],
    *,
    state: str = "",
    strictness: Strictness = "balanced",
) -> Comparison:
    """Rows below the usual headings, compared with benchmarks by code."""
    mine = read(HEAD + rows) if isinstance(rows, str) else rows
    return compare(
        mine, lambda code: held.get(code, _NONE), medicare, who, state=state, strictness=strictness
    )
