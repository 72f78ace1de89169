"""Benchmarks made by hand: payers, hospitals and amounts of no real file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal

from payeratlas.model.facts import Unknown
from payeratlas.rates.benchmark import (
    HEADLINE,
    LEAST_FOR_MEDIAN,
    LEAST_FOR_QUARTILES,
    LEAST_FOR_TAILS,
    Aside,
    Basis,
    Benchmarks,
    BillType,
    Cell,
    CellKey,
    FileNote,
    HospitalPrice,
    Kind,
    Line,
    Medicare,
    Paid,
    Place,
    Series,
    Setting,
    Step,
    Strictness,
    Vote,
)

CODE = "64640"
STATES = ("AZ", "FL", "GA", "IL", "MA", "NC", "SC", "TX", "WA")
DAY = "2025-08-01"
OFFICE = Medicare(Decimal("244.31"), "physician fee schedule, office", "rvu25d", "national")
HOSPITAL = Medicare(Decimal("890.29"), "OPPS addendum B", "opps2025q3", "national")
NO_NPIS = Unknown("not_covered", "no utilization by NPI is on hand.")


def file(number: int, kind: str = "hospital", day: str = DAY, name: str = "") -> FileNote:
    """A price file; its sha256 is that of its name."""
    name = name or (f"made-up-{number}.csv" if kind == "hospital" else f"plan-{number}.json.gz")
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    return FileNote(
        id=sha256[:16],
        name=name,
        sha256=sha256,
        size=1000 + number,
        url=f"https://files.example/{name}",
        publisher=f"Made-up Hospital {number}" if kind == "hospital" else f"Made-up Plan {number}",
        kind="hospital" if kind == "hospital" else "payer",
        state=STATES[number % len(STATES)],
        day=day,
        version="3.0.0" if kind == "hospital" else "1.0.0",
    )


FILES = (*(file(n) for n in range(9)), file(20, name="made-up-20.json"), file(30, "payer"))


def series(
    bill: BillType = "facility",
    setting: Setting = "outpatient",
    modifier: str = "",
    kind: Kind = "dollars",
) -> Series:
    """A series, paid for service."""
    return Series(bill, setting, modifier, kind)


def _at(ordered: Sequence[Decimal], share: Decimal) -> Decimal:
    """Hyndman-Fan 7."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def cell(
    family: str,
    amounts: Sequence[str | int],
    one: Series | None = None,
    *,
    line: Line = "commercial",
    state: str = "",
    strictness: Strictness = HEADLINE,
    medicare: Medicare | Unknown = HOSPITAL,
    day: str = DAY,
) -> Cell:
    """A cell of one vote for each amount, with figures as far as there are enough of them."""
    one = one or series()
    found = sorted(Decimal(a) for a in amounts)
    n = len(found)
    votes = tuple(
        Vote(
            organisation=f"hospital:{100 + i}",
            name=f"Made-up Hospital {i}",
            state=state or STATES[i % len(STATES)],
            amount=amount,
            rows=3,
            distinct=2,
            low=amount,
            high=amount + 10,
            npis=1 + i % 3,
            place=Place(FILES[i % len(FILES)].id, 40 + i, 7, 1),
            medicare=medicare.amount if isinstance(medicare, Medicare) else None,
        )
        for i, amount in enumerate(found)
    )
    median = _at(found, Decimal("0.5")) if n >= LEAST_FOR_MEDIAN else None
    ratio = None
    if median is not None and isinstance(medicare, Medicare):
        ratio = median / medicare.amount
    return Cell(
        key=CellKey(CODE, family, line, one, state, strictness),
        organisations=n,
        npis=2 * n,
        rows=3 * n,
        median=median,
        quartiles=(
            (_at(found, Decimal("0.25")), _at(found, Decimal("0.75")))
            if n >= LEAST_FOR_QUARTILES
            else None
        ),
        tails=(
            (_at(found, Decimal("0.1")), _at(found, Decimal("0.9")))
            if n >= LEAST_FOR_TAILS
            else None
        ),
        interval=(found[1], found[-2])
        if n > LEAST_FOR_MEDIAN
        else None
        if median is None
        else (found[0], found[-1]),
        by_npi=median if median is not None else NO_NPIS,
        by_volume=NO_NPIS,
        medicare=medicare,
        ratio_of_medians=ratio,
        median_of_ratios=ratio,
        grade=None if median is None else min(5, 1 + n // 6),
        grade_reasons=() if median is None else ("few_organisations", "one_kind_of_publisher"),
        basis=Basis(
            files=tuple(f.id for f in FILES[:3]),
            publishers=tuple(f.publisher for f in FILES[:3]),
            kinds=("hospital",) if one.bill_type == "facility" else ("hospital", "payer"),
            states=(state,) if state else STATES[: min(n, 9)],
            first_day="2025-03-02",
            last_day=day,
        ),
        funnel=(
            Step("read", 5 * n + 40, 5 * n + 40, None if median is None else Decimal(950)),
            Step("not_positive", 12, 5 * n + 28, None if median is None else Decimal(990)),
            Step("placeholder", 8, 5 * n + 20, None if median is None else Decimal(1010)),
            Step("out_of_bounds", 20, 5 * n, None if median is None else Decimal("1080.5")),
            Step("made_up_reason", 2 * n, 3 * n, median),
            Step("kept", 3 * n, 3 * n, median),
        ),
        votes=votes,
    )


def _spread(start: int, step: int, n: int) -> list[int]:
    return [start + step * i + (i * i * 7) % 90 for i in range(n)]


def hospital_price(number: int) -> HospitalPrice:
    """What one hospital prints."""
    note, place = FILES[number], Place(FILES[number].id, 60 + number, 7, 1)
    paid = (
        Paid("aetna", "commercial", "PPO", Decimal(1200), Decimal("1150.5"), Decimal(900),
             Decimal(1800), "1 through 10", place),
        Paid("uhc", "medicare_advantage", "", None, Decimal(700), None, None, "23", place),
        Paid("cigna", "commercial", "OAP", Decimal(999), None, None, None, "0", place),
    )  # fmt: skip
    return HospitalPrice(
        note.id, f"hospital:{number}", note.publisher, note.state, "outpatient", "facility",
        Decimal(4000 + number), Decimal("1999.99") if number % 2 else None, place, paid,
    )  # fmt: skip


def benchmarks(day: str = DAY) -> Benchmarks:
    """A code with payers of every thickness, other lines, series, states and strictnesses."""
    office = series("professional", "office")
    read = {"day": day}
    cells = [
        cell("aetna", _spread(900, 70, 14), **read),
        cell("aetna", _spread(260, 9, 36), office, medicare=OFFICE, **read),
        cell("bcbs", _spread(800, 120, 12), **read),
        cell("bcbs", _spread(230, 12, 8), office, medicare=OFFICE, **read),
        cell("cigna", _spread(1000, 90, 4), **read),
        cell("uhc", _spread(1100, 140, 31), **read),
        cell("uhc", ["455.92", "591.14"], office, medicare=OFFICE, **read),
        cell("humana", _spread(1000, 60, 7), **read),
        cell("ambetter", _spread(700, 60, 2), **read),
        cell("unclassified", _spread(600, 60, 9), **read),
        cell("uhc", _spread(500, 30, 13), line="medicare_advantage", **read),
        cell("aetna", _spread(300, 30, 3), line="medicaid", **read),
        cell("aetna", ["55", "60", "62.5", "70", "45", "51.25"], series(kind="percentage"),
             medicare=NO_NPIS, **read),
        cell("uhc", _spread(90, 3, 8), series("professional", "office", "26"), medicare=OFFICE,
             **read),
        cell("aetna", _spread(900, 70, 8), state="FL", **read),
        cell("aetna", _spread(900, 70, 3), state="GA", **read),
        cell("aetna", _spread(700, 70, 16), strictness="minimum", **read),
        cell("aetna", _spread(1000, 70, 9), strictness="maximum", **read),
    ]  # fmt: skip
    place = Place(FILES[1].id, 77, 7, 1)
    return Benchmarks(
        code=CODE,
        edition="e" * 64,
        cells=tuple(cells),
        files=FILES,
        hospital=tuple(hospital_price(n) for n in range(4)),
        outliers=(
            Aside("placeholder", Decimal("0.01"), "", "=cmd", "PPO", "hospital:1", place),
            Aside("over_ceiling", Decimal("309965058"), "", "Made-up Payer", "", "hospital:2",
                  place),
            Aside("not_a_number", None, "see contract", "Made-up Payer", "", "hospital:2", place),
        ),
        aside={"placeholder": 8, "over_ceiling": 1, "not_a_number": 3},
        read=500,
        kept=488,
    )  # fmt: skip
