"""What Medicare pays for the series of a negotiated rate: the amount that rates are compared with.

The same figures as on a code's page, asked in the words of a series. A professional's rate compares
with the physician fee schedule, at the locality of the ZIP code where one is known, else with its
national amounts; a laboratory test with the laboratory schedule, a drug with its payment limit. A
hospital outpatient rate compares with the national outpatient rate, before wages; where the
outpatient system leaves a service to another schedule (status indicators A and Q4), with that one.
A surgical center's rate compares with the national rate of the center's schedule. A payer's rate
whose bill type is unclear, because its file marks everything alike, is held against the physician's
amount: those files are of professionals' codes, and the schedule is named beside the figure.

Price files are often younger than the newest release on hand. The release in force on the file's
day answers; where none covers it, the last known amount does, and ``Medicare.covers`` is False.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from types import ModuleType

from payeratlas.model.amounts import Money
from payeratlas.model.codes import subject
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages.facts import asc, asp, clfs, opps, pfs
from payeratlas.pages.medicare import gpci_facts
from payeratlas.pages.places import area_of
from payeratlas.pricing import RateType
from payeratlas.rates.benchmark import Medicare, Series
from payeratlas.store import Store

PHYSICIAN = "physician fee schedule"
LABORATORY = "clinical laboratory fee schedule"
DRUG = "Part B drug payment limit"
OUTPATIENT = "hospital outpatient rate"
CENTER = "ambulatory surgical center rate"
NATIONAL = "national"

# Outpatient status indicators: paid under another schedule; so too a test that stands alone.
_ELSEWHERE = ("A", "Q4")


_Facts = dict[tuple[str, str], Fact]


@dataclass(frozen=True, slots=True)
class _Answer:
    """A figure of a schedule; ``on`` is the day it was asked for, the file's or the nearest one."""

    fact: Fact | None
    on: date
    covers: bool


class MedicareAmounts:
    """Answers what Medicare pays for a series; each distinct question is worked out once."""

    def __init__(self, store: Store) -> None:
        """``store`` is asked for the releases on hand."""
        self._store = store
        self._facts: dict[tuple[str, str, date], _Facts] = {}
        self._days: dict[tuple[str, date], tuple[date, ...]] = {}
        self._answers: dict[tuple[str, Series, str, date], Medicare | Unknown] = {}

    def __call__(
        self, code: str, series: Series, state: str, zip_code: str, day: date
    ) -> Medicare | Unknown:
        """What Medicare pays on ``day`` for ``code`` in the words of ``series``.

        ``zip_code`` (five digits, or empty) places it; ``state`` alone places nothing, since most
        states have several localities. Unknown where no schedule pays the series.
        """
        key = (code, series, zip_code, day)
        if key not in self._answers:
            self._answers[key] = self._work_out(code, series, zip_code, day)
        return self._answers[key]

    def pctc(self, code: str, day: date | None) -> str:
        """The PC/TC indicator of a code on a day or the nearest one covered; empty: not known."""
        for on in self._near(pfs.TABLE, day) if day else ():
            rows = self._store.look_up(
                pfs.TABLE, AsOf(on), constants=pfs.STANDARD, hcpcs=code, modifier=""
            )
            if not isinstance(rows, Unknown):
                return str(rows[0].values["pctc"] or "") if rows else ""
            if rows.reason != "not_covered":
                break
        return ""

    def _work_out(self, code: str, series: Series, zip_code: str, day: date) -> Medicare | Unknown:
        if series.kind not in ("dollars", "case"):
            return Unknown("not_priced", f"Medicare pays no {series.kind} for it.")
        if series.bill_type in ("professional", "unclear"):
            return self._professional(code, series, zip_code, day)
        if series.modifier:
            return Unknown("not_priced", "Facilities are not paid by this modifier.")
        if series.setting == "inpatient":
            return Unknown("not_covered", "No release of inpatient (DRG) prices is on hand.")
        if series.setting == "asc":
            return self._amount(CENTER, asc, "asc.payment", code, code, day)
        return self._outpatient(code, zip_code, day)

    def _professional(
        self, code: str, series: Series, zip_code: str, day: date
    ) -> Medicare | Unknown:
        # A rate for any place is held against the office amount, the higher of the two.
        setting: RateType = "facility" if series.setting == "facility" else "nonfacility"
        who = subject(code, series.modifier)
        found = self._ask(pfs, f"pfs.payment.{setting}", code, who, day)
        told = _told(PHYSICIAN, found)
        if isinstance(told, Medicare):
            local = self._local(code, series.modifier, setting, zip_code, found)
            return local or told
        others = (LABORATORY, clfs, clfs.PAYMENT.id), (DRUG, asp, asp.LIMIT)
        for schedule, family, measure in others if not series.modifier else ():
            other = self._amount(schedule, family, measure, code, code, day)
            if isinstance(other, Medicare):
                return other
        return told

    def _outpatient(self, code: str, zip_code: str, day: date) -> Medicare | Unknown:
        told = self._amount(OUTPATIENT, opps, "opps.payment", code, code, day)
        if isinstance(told, Medicare):
            return told
        indicator = self._ask(opps, "opps.status_indicator", code, code, day).fact
        if indicator is None or indicator.value not in _ELSEWHERE:
            return told
        return self._professional(
            code, Series("professional", "office", "", "dollars"), zip_code, day
        )

    def _amount(
        self, schedule: str, family: ModuleType, measure: str, code: str, who: str, day: date
    ) -> Medicare | Unknown:
        return _told(schedule, self._ask(family, measure, code, who, day))

    def _ask(self, family: ModuleType, measure: str, code: str, who: str, day: date) -> _Answer:
        """The figure on the day; where no release covers it, on the nearest day that has one."""
        first = _Answer(None, day, covers=True)
        for on in self._near(family.TABLE, day):
            fact = self._of(family, code, on).get((measure, who))
            if on == day:
                first = _Answer(fact, on, covers=True)
            if fact is None:
                continue
            if not isinstance(fact.value, Unknown) or fact.value.reason != "not_covered":
                return _Answer(fact, on, covers=on == day)
        return first

    def _near(self, table: str, day: date) -> tuple[date, ...]:
        """The day, then the nearest days that releases of a table cover: the same year's first."""
        key = (table, day)
        if key not in self._days:
            spans = {
                published.release.covers
                for published in self._store.releases()
                if any(part.table == table for part in published.parts)
            }
            nearest = {
                max(span.start, min(day, span.end - timedelta(days=1) if span.end else day))
                for span in spans
            }
            ranked = sorted(nearest - {day}, key=lambda on: (on.year != day.year, abs(on - day)))
            self._days[key] = (day, *ranked)
        return self._days[key]

    def _of(self, family: ModuleType, code: str, on: date) -> _Facts:
        key = (family.__name__, code, on)
        if key not in self._facts:
            asked = AsOf(on)
            facts = (
                self._payments(code, asked)
                if family is pfs
                else family.facts(code, asked, self._store)
            )
            self._facts[key] = {(fact.measure, fact.subject): fact for fact in facts}
        return self._facts[key]

    def _payments(self, code: str, asked: AsOf) -> list[Fact]:
        """Only the payments of the physician fee schedule: its other hundred figures take time."""
        rows = self._store.look_up(pfs.TABLE, asked, constants=pfs.STANDARD, hcpcs=code)
        if isinstance(rows, Unknown):
            return [Fact(f"pfs.payment.{s}", code, rows, "USD", None) for s in pfs.SETTINGS]
        return [
            fact
            for row in rows
            for measure, fact in pfs.payment_facts(row, asked, self._store).items()
            if measure.startswith("pfs.payment.")
        ]

    def _local(
        self, code: str, modifier: str, setting: RateType, zip_code: str, found: _Answer
    ) -> Medicare | None:
        """The amount at the locality of a ZIP code; None where it leads to none for certain."""
        then = AsOf(found.on)
        rows = self._store.look_up(
            pfs.TABLE, then, constants=pfs.STANDARD, hcpcs=code, modifier=modifier
        )
        if isinstance(rows, Unknown) or not zip_code:
            return None
        try:
            area = area_of(then, self._store, zip_code=zip_code)
        except InputError:
            return None  # flagged or unknown ZIP codes lie in no single locality
        if area is None or isinstance(area.row, Unknown):
            return None
        fact = pfs.payment_of(
            subject(code, modifier),
            setting,
            pfs.payment_facts(rows[0], then, self._store),
            pfs.period_of(rows[0], then, self._store),
            gpci_facts(area.row, self._store),
        )
        where = f"ZIP code {zip_code}, locality {area.id}"
        told = _told(PHYSICIAN, replace(found, fact=fact), where)
        return told if isinstance(told, Medicare) else None


def _told(schedule: str, found: _Answer, where: str = NATIONAL) -> Medicare | Unknown:
    """The amount of a figure, or why there is none."""
    if found.fact is None:
        return Unknown("not_priced", f"It is not in the {schedule} on hand.")
    match found.fact.value:
        case Money(amount=amount) | (Decimal() as amount):
            release = next((citation.release for citation in found.fact.citations()), "")
            return Medicare(amount, schedule, release, where, covers=found.covers)
        case Unknown() as why:
            return why
    raise TypeError(f"{found.fact.measure} is no amount")
