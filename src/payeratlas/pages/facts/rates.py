"""Measures of payment benchmarks. Section D states them, each beside what it rests on.

``facts`` lists none of them: a benchmark figure means nothing without payer, series and basis.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from payeratlas.model.errors import StoreError
from payeratlas.model.facts import Fact, Measure, Unknown, Value
from payeratlas.model.time import AsOf
from payeratlas.pages import benchmarks
from payeratlas.rates.again import again
from payeratlas.rates.benchmark import Benchmarks
from payeratlas.rates.figures import BASIS_RULE, CELL_RULE, basis_figure, cell_figure, key_of
from payeratlas.store import Store

_CELL = "benchmark cell: price files of payers (45 CFR 147.212) and hospitals (45 CFR 180.50)"
_FILE = "price files of payers (45 CFR 147.212) and hospitals (45 CFR 180.50), as printed"
_MONEY = "USD (percent of charges in a series of percentages)"


def _cell(name: str, title: str, unit: str, meaning: str) -> Measure:
    return Measure(f"rates.{name}", title, unit, meaning, _CELL)


def _printed(name: str, title: str, meaning: str) -> Measure:
    return Measure(f"rates.{name}", title, "USD", meaning, _FILE)


MEASURES: tuple[Measure, ...] = (
    _cell("organisations", "Organisations", "organisations", "How many stand behind a cell."),
    _cell("npis", "Clinicians and facilities by NPI", "NPIs", "Distinct NPIs behind a cell."),
    _cell("rows", "Posted rates kept", "posted rates", "Printed amounts that a cell collapses."),
    _cell("median", "Median", _MONEY, "One organisation one vote; from six organisations on."),
    _cell("low", "Interval of the median, lower end", _MONEY, "At least 95 %, by order."),
    _cell("high", "Interval of the median, upper end", _MONEY, "At least 95 %, by order."),
    _cell("q1", "First quartile", _MONEY, "From eleven organisations on."),
    _cell("q3", "Third quartile", _MONEY, "From eleven organisations on."),
    _cell("p10", "Tenth percentile", _MONEY, "From thirty organisations on."),
    _cell("p90", "Ninetieth percentile", _MONEY, "From thirty organisations on."),
    _cell("by_npi", "Median by NPI", _MONEY, "Each organisation weighs as many as its NPIs."),
    _cell("by_volume", "Median by volume", _MONEY, "Weighed by Medicare volume of the code."),
    _cell("medicare", "Medicare beside it", "USD", "What Medicare pays for the same series."),
    _cell("ratio_of_medians", "Ratio of medians", "percent", "Median over Medicare’s median."),
    _cell("median_of_ratios", "Median of ratios", "percent", "Median of rate over Medicare there."),
    _cell("grade", "Grade", "grade", "From 1, weak, to 5; the page lists its reasons."),
    _cell("step.rows", "Rows set aside", "posted rates", "By one step of a cell’s funnel."),
    _cell("step.left", "Rows left", "posted rates", "After one step of a cell’s funnel."),
    _cell("step.median", "Median after a step", _MONEY, "Of the posted rates left after it."),
    *(
        Measure(f"rates.basis.{name}", title, unit, f"{title} over all cells of a code.", _CELL)
        for name, title, unit in (
            ("files", "Price files", "files"),
            ("hospitals", "Hospitals", "hospitals"),
            ("payers", "Payers with files", "payers"),
            ("states", "States", "states"),
            ("read", "Posted rates read", "posted rates"),
            ("kept", "Posted rates kept", "posted rates"),
            ("aside", "Posted rates set aside", "posted rates"),
        )
    ),
    _printed("posted", "Posted rate", "The one rate that an organisation’s rows collapse to."),
    _printed("gross", "Gross charge", "The hospital’s list price."),
    _printed("cash", "Discounted cash price", "What the hospital asks of those who pay cash."),
    _printed("negotiated", "Negotiated rate", "What hospital and payer have agreed."),
    _printed("allowed_median", "Median allowed amount", "Of what was paid, as printed."),
    _printed("allowed_p10", "Tenth percentile of allowed amounts", "As printed."),
    _printed("allowed_p90", "Ninetieth percentile of allowed amounts", "As printed."),
    _printed("aside", "Rate set aside", "A posted amount that a rule keeps out of the cells."),
)


def facts(code: str, as_of: AsOf, store: Store) -> list[Fact]:
    """None: see the module's words."""
    return []


def cell_again(values: Mapping[str, Value], settings: Mapping[str, str], store: Store) -> Value:
    """The statistic that the settings name, worked out anew from the votes of the cell."""
    key = key_of(settings)
    found = _found(settings, store)
    cell = next((cell for cell in found.cells if cell.key == key), None)
    if cell is None:
        raise StoreError(
            f"the benchmarks of {key.code} on hand have no such cell.",
            cure="add the price files that the page names, or make the page again.",
        )
    value = cell_figure(again(cell), settings.get("statistic", ""))
    if isinstance(value, Unknown):
        raise StoreError(f"the benchmarks of {key.code} on hand do not show it: {value.detail}")
    return value


def basis_again(values: Mapping[str, Value], settings: Mapping[str, str], store: Store) -> Value:
    """The count that the settings name, over all that the benchmarks of their code rest on."""
    return basis_figure(_found(settings, store), settings.get("statistic", ""))


RULES = {CELL_RULE: cell_again, BASIS_RULE: basis_again}


def _found(settings: Mapping[str, str], store: Store) -> Benchmarks:
    """The benchmarks of the edition that the settings name, StoreError where it is not on hand."""
    code = settings.get("code", "")
    found = benchmarks.benchmarks_for(code, AsOf(date.max), store)
    if isinstance(found, Unknown):
        raise StoreError(found.detail, cure="add the price files that the page names.")
    if not found.edition.startswith(settings.get("edition", "")):
        raise StoreError(
            f"the benchmarks of {code} on hand are of edition {found.edition[:12]}, and the page "
            f"is of {settings['edition']}.",
            cure="make the page again.",
        )
    return found
