"""The figures of a benchmark as Facts: computed ones by rule, posted ones by the place they stand.

A cell's figure is derived by ``rates.cell`` from its name alone, so that it can be computed again
from the price files; a posted rate is cited, file and place.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from payeratlas.model.amounts import CENT, Money
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.provenance import Artifact, Citation, Derivation, Locator
from payeratlas.model.time import AsOf, Period
from payeratlas.pages.benchmarks.words import plain_digits
from payeratlas.rates.benchmark import Benchmarks, Cell, CellKey, FileNote, Place, Vote
from payeratlas.rates.figures import (
    BASIS_RULE,
    CELL_RULE,
    Settings,
    basis_figure,
    cell_figure,
    settings_of,
)

REFERENCE = "one organisation one vote; Hyndman-Fan 7 on exact decimals, half up to the cent"
BASIS_REFERENCE = "count over the price files read for comparison"
_UNITS = {
    "organisations": "organisations",
    "npis": "NPIs",
    "rows": "posted rates",
    "left": "posted rates",
    "grade": "grade",
    "ratio of medians": "percent",
    "median of ratios": "percent",
    "medicare": "USD",
}
_HEADINGS = {
    "gross": "standard_charge|gross",
    "cash": "standard_charge|discounted_cash",
    "median": "median_amount",
    "p10": "10th_percentile",
    "p90": "90th_percentile",
}
_POINTERS = {
    "payer": (
        "/in_network/{item}/negotiated_rates/{rate}/negotiated_prices/{price}",
        {"rate": "negotiated_rate"},
    ),
    "hospital": (
        "/standard_charge_information/{item}/standard_charges/{rate}",
        {
            "gross": "gross_charge",
            "cash": "discounted_cash",
            "rate": "payers_information/{price}/standard_charge_dollar",
            "percentage": "payers_information/{price}/standard_charge_percentage",
            "median": "payers_information/{price}/median_amount",
            "p10": "payers_information/{price}/10th_percentile",
            "p90": "payers_information/{price}/90th_percentile",
            "count": "payers_information/{price}/count",
        },
    ),
}


class Figures:
    """Makes the Facts of one code's benchmarks."""

    def __init__(self, found: Benchmarks, as_of: AsOf) -> None:
        self.found = found
        self.as_of = as_of
        self.files = {one.id: one for one in found.files}
        self._made: dict[tuple[CellKey, str], Fact] = {}
        self._artifacts: dict[str, Artifact] = {}

    def covered(self, cell: Cell) -> bool:
        """Whether all that a cell rests on had been observed by the date of service, and known."""
        last = day_of(cell.basis.last_day)
        if last is None:
            return True
        return last <= self.as_of.service_date and self.as_of.knows(last)

    def cell(self, cell: Cell, statistic: str) -> Fact:
        """A statistic of a cell, observed from the day of its newest file on."""
        made = self._made.get((cell.key, statistic))
        if made is None:
            made = self._made[cell.key, statistic] = self._of_cell(cell, statistic)
        return made

    def _of_cell(self, cell: Cell, statistic: str) -> Fact:
        value, settings = cell_figure(cell, statistic), settings_of(cell.key)
        return Fact(
            f"rates.{_measure(statistic)}",
            _subject(cell.key),
            value,
            _unit(cell, statistic),
            observed(cell),
            None if isinstance(value, Unknown) else self._rule(CELL_RULE, settings, statistic),
        )

    def basis(self, statistic: str, unit: str) -> Fact:
        """A count over everything that the benchmarks were made from."""
        return Fact(
            f"rates.basis.{statistic.partition(' ')[0]}",
            self.found.code,
            basis_figure(self.found, statistic),
            unit,
            None,
            self._rule(BASIS_RULE, (("code", self.found.code),), statistic),
        )

    def _rule(self, rule: str, settings: Settings, statistic: str) -> Derivation:
        named = (*settings, ("statistic", statistic), ("edition", self.found.edition[:12]))
        return Derivation(rule, (), named, BASIS_REFERENCE if rule == BASIS_RULE else REFERENCE)

    def vote(self, cell: Cell, vote: Vote) -> Fact:
        """What an organisation is paid: the posted rate that its rows collapse to."""
        percent = cell.key.series.kind == "percentage"
        subject = f"{_subject(cell.key)} {vote.organisation}"
        return self.printed(
            "rates.posted",
            subject,
            vote.amount,
            vote.place,
            "percentage" if percent else "rate",
            unit="percent" if percent else "USD",
        )

    def printed(
        self,
        measure: str,
        subject: str,
        amount: Decimal,
        place: Place,
        what: str,
        *,
        unit: str = "USD",
    ) -> Fact:
        """An amount that a price file prints, cited where it stands.

        ``what`` is rate, percentage, gross, cash, median, p10 or p90. The text is the plain digits
        of the amount: a price file's own bytes are not kept.
        """
        value = money(amount) if unit == "USD" else amount
        file = self.files.get(place.file)
        if file is None:
            detail = f"file {place.file} is not on hand."
            return Fact(measure, subject, Unknown("not_covered", detail), unit, None)
        text = plain_digits(amount)
        cited = self.citation(file, place, what, text)
        return Fact(measure, subject, value, unit, file_period(file), cited)

    def citation(self, file: FileNote, place: Place, what: str, text: str) -> Citation:
        """A place in a price file."""
        artifact = self._artifacts.get(file.id)
        if artifact is None:
            artifact = Artifact(file.name, file.sha256, file.size, file.url)
            self._artifacts[file.id] = artifact
        source = "tic" if file.kind == "payer" else "hospital"
        return Citation(source, file.id, artifact, locator(file, place, what), text)


def locator(file: FileNote, place: Place, what: str) -> Locator:
    """Where a posted amount stands: a cell of a CSV, else a pointer into the JSON."""
    if is_csv(file) and file.kind == "payer":  # an extract: a record a rate, after the headings
        return Locator(f"row={place.item + 1}", "", "negotiated_rate")
    if is_csv(file):
        column = place.rate if what in ("rate", "percentage") else 0
        if column:
            return Locator.cell(place.item, column)
        return Locator(f"row={place.item}", "", _HEADINGS[what])
    base, members = _POINTERS[file.kind]
    numbers = {name: getattr(place, name) - 1 for name in ("item", "rate", "price")}
    return Locator(f"{base}/{members.get(what, what)}".format(**numbers))


def is_csv(file: FileNote) -> bool:
    """Whether a price file is a table of text."""
    name = file.name.lower().removesuffix(".gz").removesuffix(".zip")
    return not name.endswith((".json", ".jsonl"))


def money(amount: Decimal) -> Money | Decimal:
    """Dollars and cents; a finer amount as it is."""
    cents = amount.quantize(CENT)
    return Money(cents) if cents == amount else amount.normalize()


def observed(cell: Cell) -> Period | None:
    """From the day of the newest file of a cell on; None where no file prints a day."""
    last = day_of(cell.basis.last_day)
    return Period(last, None, observed=True) if last else None


def file_period(file: FileNote) -> Period | None:
    """From a file's own day on; None where it prints none."""
    day = day_of(file.day)
    return Period(day, None, observed=True) if day else None


def day_of(text: str) -> date | None:
    """A day of a cell's basis or of a file; None where none is printed."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _measure(statistic: str) -> str:
    """The measure of a statistic: ``by_npi``; of any step of a funnel ``step.rows``."""
    if statistic.startswith("step "):
        return f"step.{statistic.rpartition(' ')[2]}"
    return statistic.replace(" ", "_")


def _unit(cell: Cell, statistic: str) -> str:
    name = statistic.rpartition(" ")[2] if statistic.startswith("step ") else statistic
    return _UNITS.get(name, "percent" if cell.key.series.kind == "percentage" else "USD")


def _subject(key: CellKey) -> str:
    """The cell in a line: code, payer, line, series, and state and strictness where they say
    anything."""
    one = key.series
    parts = [key.code, key.family, key.line, one.bill_type, one.setting, one.modifier]
    parts += [one.kind if one.kind != "dollars" else ""]
    parts += [one.arrangement if one.arrangement != "ffs" else ""]
    parts += [key.state, key.strictness if key.strictness != "balanced" else ""]
    return " ".join(part for part in parts if part)
