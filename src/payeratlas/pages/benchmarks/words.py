"""The words for what a benchmark names by code: payers, lines of business, series, reasons."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from payeratlas.rates.benchmark import CellKey, Series
from payeratlas.rates.payers import titles
from payeratlas.rates.rules import rule_of

NAMED = ("aetna", "bcbs", "cigna", "unitedhealthcare")
"""The payer families that a page speaks of even where it has nothing of them."""
_UNTOLD = "Payer not told by the printed text"
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
_STEPS = {
    "read": "Posted rates read",
    "kept": "Kept",
    "superseded": "A newer file of the same series is on hand",
}
"""Steps of a funnel that no rule takes."""
_GRADES = {
    "few_organisations": "few organisations",
    "very_few": "very few organisations",
    "wide_interval": "a wide interval",
    "not_comparable": "hardly any to compare with Medicare",
    "out_of_tight_bounds": "many far from Medicare’s amount",
    "old_files": "old files",
    "many_set_aside": "many posted rates set aside",
    "publishers_disagree": "payers’ and hospitals’ files disagree",
    "publishers_agree": "payers’ and hospitals’ files agree",
}


def family_words(family: str) -> str:
    """A payer family as a person says it."""
    return _UNTOLD if family == "unclassified" else titles().get(family) or _said(family)


def reason_words(reason: str) -> str:
    """Why posted rates were set aside: the title of the rule, or what the step is."""
    if reason in _STEPS:
        return _STEPS[reason]
    try:
        return rule_of(reason).title.rstrip(".")
    except KeyError:
        return _said(reason)


def grade_words(code: str) -> str:
    """A reason of a grade."""
    return _GRADES.get(code) or _said(code).lower()


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
