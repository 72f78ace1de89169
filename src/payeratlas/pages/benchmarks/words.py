"""The words for what a benchmark names by code: payers, lines of business, series, reasons."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from payeratlas.rates.benchmark import CellKey, Series

NAMED = ("aetna", "bcbs", "cigna", "uhc")
"""The payer families that a page speaks of even where it has nothing of them."""
FAMILIES = {
    "aetna": "Aetna",
    "bcbs": "Blue Cross Blue Shield",
    "cigna": "Cigna",
    "uhc": "UnitedHealthcare",
    "bcbs_other": "Blue Cross Blue Shield, licensee not told",
    "unclassified": "Payer not told by the printed text",
}
LINES = {
    "commercial": "Commercial",
    "exchange": "Exchange",
    "medicare_advantage": "Medicare Advantage",
    "medicaid": "Medicaid",
    "workers_compensation": "Workers’ compensation",
    "other": "Other lines",
    "unclassified": "Line of business not told",
}
BILLS = {"professional": "professional", "facility": "facility", "unclear": "bill type unclear"}
SETTINGS = {
    "office": "office",
    "facility": "in a facility",
    "asc": "surgery center",
    "outpatient": "hospital outpatient",
    "inpatient": "inpatient",
    "any": "any setting",
}
KINDS = {
    "dollars": "",
    "percentage": "percent of charges",
    "per_diem": "dollars a day",
    "case": "dollars a case",
}
STRICTNESSES = {"minimum": "Minimum", "balanced": "Balanced", "maximum": "Maximum"}
REASONS = {
    "read": "Posted rates read",
    "kept": "Kept",
    "not_positive": "Not above zero",
    "placeholder": "Placeholder (one cent, all nines)",
    "over_ceiling": "Above any possible price",
    "expired": "Expired before the file’s day",
    "no_provider": "No provider named",
    "dangling_reference": "Reference to providers leads nowhere",
    "remote_reference": "Providers in a file that is not on hand",
    "catch_all_code": "Code stands for all codes",
    "not_ffs": "Bundle or capitation",
    "out_of_bounds": "Out of bounds against Medicare’s amount",
    "log_outlier": "Far from the others of its series",
    "taxonomy_mismatch": "Provider of another specialty",
    "multiplier": "Multiplier of Medicare posted as dollars",
    "collapsed": "Same organisation, one vote",
}
_FUNNEL_ENDS = ("read", "kept")


def family_words(family: str) -> str:
    """A payer family as a person says it."""
    return FAMILIES.get(family) or _said(family)


def reason_words(reason: str) -> str:
    """Why posted rates were set aside."""
    return REASONS.get(reason) or _said(reason)


def series_words(series: Series) -> str:
    """What a series is for: ``Facility, hospital outpatient, modifier 26``."""
    parts = [BILLS[series.bill_type], SETTINGS[series.setting], KINDS[series.kind]]
    parts += [f"modifier {series.modifier}"] if series.modifier else []
    parts += [series.arrangement] if series.arrangement not in ("", "ffs") else []
    words = ", ".join(part for part in parts if part)
    return words[:1].upper() + words[1:]


def cell_words(key: CellKey) -> str:
    """Payer and series of a cell in one line, with what is not the headline's."""
    parts = [family_words(key.family)]
    parts += [LINES[key.line].lower()] if key.line != "commercial" else []
    series = series_words(key.series)
    parts.append(series[:1].lower() + series[1:])
    parts += [key.state] if key.state else []
    return ", ".join(parts)


def plain_digits(value: Decimal) -> str:
    """An amount as plain digits, without zeros at the end that a file need not have printed."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def joined(words: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    listed = list(words)
    return ", ".join(listed[:-1]) + " and " + listed[-1] if len(listed) > 1 else "".join(listed)


def _said(code: str) -> str:
    """A code of ours that has no words here yet, as words."""
    words = code.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
