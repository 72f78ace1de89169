"""What Medicare pays of the procedures of one day, by rank: dated figures, each with its source.

A figure changes here by a new entry with its first day, never by an edit of an old one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from payeratlas.model.amounts import Percent
from payeratlas.model.errors import InputError
from payeratlas.model.time import Period
from payeratlas.pricing.adjust import LAYOUT, MANUAL

Series = Literal[
    "surgery", "imaging_tc", "imaging_pc", "therapy_pe", "cardiovascular_tc", "ophthalmology_tc"
]


@dataclass(frozen=True, slots=True)
class Reduction:
    """The shares of the amount by rank, highest amount first, for dates of service in a period.

    The last share goes for every later rank, unless ``by_report``: then the contractor prices
    later ranks from the report, at no less than ``least``.
    """

    series: Series
    period: Period
    shares: tuple[Percent, ...]
    reference: str
    by_report: bool = False
    least: Percent | None = None

    def share(self, rank: int) -> Percent | None:
        """The share of a rank from 1; None where the contractor decides from the report."""
        if rank <= len(self.shares):
            return self.shares[rank - 1]
        return None if self.by_report else self.shares[-1]


def _percents(*values: int) -> tuple[Percent, ...]:
    return tuple(Percent(Decimal(value)) for value in values)


_INDICATOR = f"{LAYOUT}, multiple procedure indicator"
SURGERY = f"{MANUAL} §40.6; {_INDICATOR} 2 and 3"
IMAGING = f"Social Security Act §1848(b)(10); MLN Matters MM6993, MM7442, MM9647; {_INDICATOR} 4"
CAP_ORDER = "Physician fee schedule final rule for 2007, 71 FR 69624"
"""Where it stands that the reduction of imaging comes before the outpatient cap."""
_THERAPY = (
    "Social Security Act §1848(b)(7); Medicare Claims Processing Manual, Pub. 100-04, ch. 5 §10.7; "
    f"{_INDICATOR} 5"
)
_RULE_2013 = "Physician fee schedule final rule for 2013, 77 FR 68892; MLN Matters MM7848"
ENDOSCOPY = f"{MANUAL} §40.6; {_INDICATOR} 3"

REDUCTIONS: tuple[Reduction, ...] = (
    Reduction(
        "surgery",
        Period(date(1995, 1, 1)),
        _percents(100, 50, 50, 50, 50),
        SURGERY,
        by_report=True,
        least=Percent(Decimal(50)),
    ),
    Reduction(
        "imaging_tc",
        Period(date(2010, 7, 1)),
        _percents(100, 50),
        IMAGING,
    ),
    Reduction(
        "imaging_pc",
        Period(date(2012, 1, 1), date(2017, 1, 1)),
        _percents(100, 75),
        IMAGING,
    ),
    Reduction(
        "imaging_pc",
        Period(date(2017, 1, 1)),
        _percents(100, 95),
        IMAGING,
    ),
    Reduction(
        "therapy_pe",
        Period(date(2013, 4, 1)),
        _percents(100, 50),
        _THERAPY,
    ),
    Reduction(
        "cardiovascular_tc",
        Period(date(2013, 1, 1)),
        _percents(100, 75),
        f"{_RULE_2013}; {_INDICATOR} 6",
    ),
    Reduction(
        "ophthalmology_tc",
        Period(date(2013, 1, 1)),
        _percents(100, 80),
        f"{_RULE_2013}; {_INDICATOR} 7",
    ),
)
"""What is known, each series in order of time and without a gap."""


def reduction(series: Series, service_date: date) -> Reduction:
    """The reduction of a series on a date of service; InputError where none is known for it."""
    for known in REDUCTIONS:
        if known.series == series and service_date in known.period:
            return known
    first = min(r.period.start for r in REDUCTIONS if r.series == series)
    raise InputError(
        f"what several procedures are paid ({series}) is not known for {service_date}.",
        cure=f"a date of service from {first}",
    )


WHOLES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        "93000": (("93010",), ("93005",)),
        "93015": (("93016", "93018"), ("93017",)),
        "93040": (("93042",), ("93041",)),
        "93224": (("93227",), ("93225", "93226")),
        "93241": (("93244",), ("93242", "93243")),
        "93245": (("93248",), ("93246", "93247")),
        "93268": (("93272",), ("93270", "93271")),
        "93784": (("93790",), ("93786", "93788")),
    }
)
"""Codes of a whole test (PC/TC indicator 4) under the cardiovascular reduction, with the codes of
their professional and of their technical component. CMS's file does not name the components of a
whole; each set was found by its RVUs, which add up to those of the whole (the record layout says
they do), and is checked against the releases by the tests.
"""
