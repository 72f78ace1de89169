"""Words and figures of a comparison of a user's own rates, for every rendering of it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from payeratlas.model.amounts import Money
from payeratlas.model.facts import Unknown
from payeratlas.publish.spreadsheet import exact
from payeratlas.publish.wording import clean
from payeratlas.rates.benchmark import Basis, Cell, Medicare, Series
from payeratlas.rates.compare import CAUTIONS, Comparison, Matched, Unmatched
from payeratlas.rates.my_rates import MyRate
from payeratlas.rates.payers import titles

_SETTINGS = {"asc": "surgery center", "any": "any setting"}

PRIVATE = (
    "This file holds your contracted rates. It was made on your machine; nothing of it was sent or "
    "kept anywhere else. Contracts often forbid to show rates to others."
)
METHOD = (
    "A rate is compared with the negotiated rates that the same payer has posted for the same "
    "code, modifier (none, 26 or TC), bill type and setting, in dollars and fee for service. The "
    "line of business is commercial unless the payer's or the plan's name says another.",
    "One organisation has one vote, whatever the number of rows it is posted in. A median is shown "
    "from 6 organisations on.",
    "Percentile is the percentile rank: the organisations paid less, and half of those paid the "
    "same, of all organisations of the cell. It is given from 11 organisations on.",
    "Gap is your rate less the median: negative where the median is higher. Dollars a year are the "
    "gap times your yearly volume.",
    "An opportunity is what the median would pay more a year. Rates above the median are not set "
    "off against it.",
    "Percent of Medicare compares with the amount that the benchmark cell names, else with the "
    "national amount of the schedule in force. Of a payer it is a ratio of sums at your volume.",
    "Totals are over matched rows only, and dollars only over those with a volume.",
    "Posted rates are what payers and hospitals published, not what was paid. They cover the files "
    "named here and not the nation.",
)
"""How everything was compared, a sentence or two each."""


def dollars(value: Decimal, *, whole: bool = False) -> str:
    """``$1,234.50`` or ``−$12.00``; ``whole`` leaves out the cents."""
    shown = value.quantize(Decimal(1), ROUND_HALF_UP) if whole else Money.round_once(value).amount
    return f"−${-shown:,}" if shown < 0 else f"${shown:,}"


def rate_text(value: Decimal) -> str:
    """A rate as typed: ``$1,234.50``; finer than cents only where it is."""
    whole, _, decimals = exact(value).partition(".")
    return f"${int(whole):,}.{decimals}"


def percent(share: Decimal, *, signed: bool = False) -> str:
    """A share as a whole percentage, half up: ``83%``; ``signed`` writes ``+4%`` too."""
    number = (share * 100).quantize(Decimal(1), ROUND_HALF_UP) + 0
    sign = "−" if number < 0 else "+" if signed and number > 0 else ""
    return f"{sign}{abs(number):,}%"


def rank(percentile: Decimal | None) -> str:
    """A percentile rank as a whole number, or that there are too few organisations for one."""
    return "too few" if percentile is None else f"{percentile.quantize(Decimal(1), ROUND_HALF_UP)}"


def payer_words(family: str, line: str) -> str:
    """A payer and its line of business: ``Aetna``, ``Cigna, Medicare Advantage``."""
    name = titles().get(family) or _said(family)
    return name if line == "commercial" else f"{name}, {line.replace('_', ' ')}"


def code_words(mine: MyRate) -> str:
    """The code with its modifiers: ``64640-26``."""
    return "-".join((mine.code, *mine.modifiers))


def series_words(series: Series) -> str:
    """Bill type and setting: ``professional, office``."""
    return f"{series.bill_type}, {_SETTINGS.get(series.setting, series.setting)}"


def where_words(mine: MyRate) -> str:
    """The series that a row was read as."""
    setting = mine.where.setting
    return f"{mine.where.bill_type}, {_SETTINGS.get(setting, setting)}"


def cautions(one: Matched) -> str:
    """What of a row's comparison is less than asked for."""
    words = [CAUTIONS[name] for name in one.cautions]
    if "repeats_row" in one.cautions:
        words[-1] = words[-1].replace("an earlier row", f"row {one.mine.repeats}")
    return " ".join(words)


def why(one: Unmatched) -> str:
    """Why a row is not matched, in words."""
    if one.organisations is not None:
        return f"{one.detail} ({one.organisations})"
    return one.detail


def basis_words(cell: Cell) -> str:
    """What a cell rests on: ``12 files of 9 publishers; NY, TX; 2026-01-01 to 2026-11-01``."""
    basis: Basis = cell.basis
    parts = [
        f"{counted(len(basis.files), 'file')} of {counted(len(basis.publishers), 'publisher')}",
        ", ".join(basis.states) or "no state named",
        " to ".join(dict.fromkeys(day for day in (basis.first_day, basis.last_day) if day)),
    ]
    return clean("; ".join(part for part in parts if part))


def medicare_words(medicare: Medicare | Unknown | None) -> str:
    """Which schedule, release and place a Medicare amount is of; why there is none."""
    if isinstance(medicare, Medicare):
        nearest = "" if medicare.covers else ", nearest to the day"
        return clean(f"{medicare.schedule} {medicare.release}, {medicare.where}{nearest}")
    return clean(medicare.detail) if medicare else "not compared: another modifier"


def medicare_used(found: Comparison) -> list[str]:
    """Each schedule, release and place that a Medicare amount was taken from."""
    amounts = [one.medicare for one in found.matched] + [one.medicare for one in found.unmatched]
    return sorted({medicare_words(one) for one in amounts if isinstance(one, Medicare)})


def counted(number: int, what: str) -> str:
    """``1 file``, ``12 files``."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _said(name: str) -> str:
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
