"""The words of a benchmark: who pays, for what series, where; the cell, and how it came about.

Pure types. A *cell* is one payer, line of business, series, place and strictness of one code. Its
figures are of organisations (one organisation one vote), never of posted rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from payeratlas.model.facts import Unknown

Line = Literal[
    "commercial",
    "exchange",
    "medicare_advantage",
    "medicaid",
    "workers_compensation",
    "other",
    "unclassified",
]
BillType = Literal["professional", "facility", "unclear"]
Setting = Literal["office", "facility", "asc", "outpatient", "inpatient", "any"]
Kind = Literal["dollars", "percentage", "per_diem", "case"]
Strictness = Literal["minimum", "balanced", "maximum"]

STRICTNESSES: tuple[Strictness, ...] = ("minimum", "balanced", "maximum")
HEADLINE: Strictness = "balanced"
LEAST_FOR_MEDIAN = 6  # organisations; the interval of a median exists from here
LEAST_FOR_QUARTILES = 11
LEAST_FOR_TAILS = 30


@dataclass(frozen=True, slots=True, order=True)
class Payer:
    """Whose rate it is: the family (``aetna``), the licensee where known, the line of business.

    ``family`` is ``unclassified`` where no rule places the printed text.
    """

    family: str
    licensee: str = ""
    line: Line = "unclassified"


@dataclass(frozen=True, slots=True, order=True)
class Series:
    """What may be compared: rates of one series only, never across.

    ``setting`` of a professional rate is ``office``, ``facility`` (the two rates of Medicare's
    schedule) or ``any``; of a facility's rate ``asc``, ``outpatient``, ``inpatient`` or ``any``.
    ``modifier`` is empty, ``26`` or ``TC``. ``arrangement`` is ``ffs``, ``bundle`` or
    ``capitation``; a hospital's rates are ``ffs``.
    """

    bill_type: BillType
    setting: Setting
    modifier: str
    kind: Kind
    arrangement: str = "ffs"


@dataclass(frozen=True, slots=True, order=True)
class CellKey:
    """One cell. ``state`` is two letters, or empty for all that is on hand."""

    code: str
    family: str
    line: Line
    series: Series
    state: str = ""
    strictness: Strictness = HEADLINE


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the funnel: rows set aside for a reason, and what the median was then.

    ``rows`` are posted rows taken out by ``reason`` (``read`` is the first step, with all of them;
    ``kept`` the last). ``median`` is that of the posted rows left after the step; None where none
    is, or too few organisations stand behind them for a median to be shown.
    """

    reason: str
    rows: int
    left: int
    median: Decimal | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a posted rate stands: the file's id (first 16 digits of its sha256), and ordinals.

    ``item``, ``rate``, ``price`` are the columns at_item, at_rate, at_price of ``posted_rate``.
    """

    file: str
    item: int
    rate: int
    price: int


@dataclass(frozen=True, slots=True)
class Vote:
    """What one organisation is paid in a cell: the one rate its posted rows collapse to.

    ``rows`` posted rows of it were kept, with ``distinct`` different amounts from ``low`` to
    ``high``. ``medicare`` is what Medicare pays there for the same thing; None where unknown.
    """

    organisation: str
    name: str
    state: str
    amount: Decimal
    rows: int
    distinct: int
    low: Decimal
    high: Decimal
    npis: int
    place: Place
    medicare: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Aside:
    """A posted rate that was set aside, and why."""

    reason: str
    amount: Decimal | None
    printed: str
    payer_name: str
    plan_name: str
    organisation: str
    place: Place


@dataclass(frozen=True, slots=True)
class Basis:
    """What a cell rests on: files (ids), publishers, kinds of publisher, states, days.

    ``national`` is True only where the files cover the nation; it is False as long as nobody has
    shown that. ``kinds`` are payer, hospital.
    """

    files: tuple[str, ...]
    publishers: tuple[str, ...]
    kinds: tuple[str, ...]
    states: tuple[str, ...]
    first_day: str
    last_day: str
    national: bool = False


@dataclass(frozen=True, slots=True)
class Medicare:
    """What Medicare pays for the same series: the amount, and which schedule and release.

    ``where`` is ``national`` or the locality. ``covers`` False: no release on hand covers the day
    of the file, and the amount is the last known before or the first after it.
    """

    amount: Decimal
    schedule: str
    release: str
    where: str
    covers: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """One benchmark cell. A figure is None where too few organisations stand behind it.

    The median is shown from 6 organisations on, quartiles from 11, P10 and P90 from 30; all by
    Hyndman-Fan 7 on exact decimals, half-up to the cent when shown. ``interval`` is the median's
    distribution-free interval of at least 95 % by order statistics. ``by_npi`` and ``by_volume``
    are the medians under those weights. ``ratio_of_medians`` and ``median_of_ratios`` are
    multiples of Medicare. ``grade`` is 1 (weak) to 5, None where nothing is shown;
    ``grade_reasons`` are codes.
    """

    key: CellKey
    organisations: int
    npis: int
    rows: int
    median: Decimal | None
    quartiles: tuple[Decimal, Decimal] | None
    tails: tuple[Decimal, Decimal] | None
    interval: tuple[Decimal, Decimal] | None
    by_npi: Decimal | Unknown
    by_volume: Decimal | Unknown
    medicare: Medicare | Unknown
    ratio_of_medians: Decimal | None
    median_of_ratios: Decimal | None
    grade: int | None
    grade_reasons: tuple[str, ...]
    basis: Basis
    funnel: tuple[Step, ...]
    votes: tuple[Vote, ...]


@dataclass(frozen=True, slots=True)
class HospitalPrice:
    """What one hospital prints of one code besides negotiated rates; every amount as printed.

    ``paid`` are rows of allowed amounts: payer family, line, plan as printed, median, P10, P90 and
    count as printed, and the negotiated dollars of the same row.
    """

    file: str
    organisation: str
    name: str
    state: str
    setting: str
    bill_type: BillType
    gross: Decimal | None
    cash: Decimal | None
    place: Place
    paid: tuple[Paid, ...] = ()


@dataclass(frozen=True, slots=True)
class Paid:
    """Allowed amounts of one payer and plan at one hospital, as printed."""

    family: str
    line: Line
    plan_name: str
    negotiated: Decimal | None
    median: Decimal | None
    p10: Decimal | None
    p90: Decimal | None
    count: str
    place: Place


@dataclass(frozen=True, slots=True)
class FileNote:
    """A price file that a benchmark was made from, or that had nothing of the code."""

    id: str
    name: str
    sha256: str
    size: int
    url: str
    publisher: str
    kind: Literal["payer", "hospital"]
    state: str
    day: str
    version: str


@dataclass(frozen=True, slots=True)
class Benchmarks:
    """All cells of one code, with what was set aside and what hospitals print beside it.

    ``aside`` counts every reason; ``outliers`` holds the rows themselves, the first ``200`` of each
    reason. ``edition`` is a digest of the files and rules that this was made from.
    """

    code: str
    edition: str
    cells: tuple[Cell, ...]
    files: tuple[FileNote, ...]
    hospital: tuple[HospitalPrice, ...] = ()
    outliers: tuple[Aside, ...] = ()
    aside: Mapping[str, int] = field(default_factory=dict)
    read: int = 0
    kept: int = 0
