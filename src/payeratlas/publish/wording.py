"""Facts, dates and places in files as words: one wording for every rendering.

Plain text only. Each renderer escapes what it gets from here for its own language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from payeratlas.model.amounts import Money
from payeratlas.model.facts import Fact, Reason, Unknown
from payeratlas.model.provenance import Citation
from payeratlas.model.time import AsOf, Period

REASON_WORDS: dict[Reason, str] = {
    "not_covered": "Not covered by a release on hand",
    "not_listed": "Not listed",
    "withheld": "Withheld",
    "unparsed": "Not read with certainty",
    "not_priced": "No Medicare price",
}
"""How each reason opens. "Not covered" alone would read as a coverage decision of Medicare's."""

_PRINTED_LIMIT = 60
_NO_BECAUSE = re.compile(r"no [^,]*, because ", re.IGNORECASE)
_UNFIT = frozenset("\ufffe\uffff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INITIALS = re.compile(
    "asc|asp|cdt|clfs|cms|cpt|dme|gpci|hcpcs|lcd|mac|mai|mcd|mpfs|mrf|mue|ncci|ncd|ndc|nucc|opps|"
    "pfs|pos|ptp|rvu|tic"
)
"""Words of source ids that are read letter by letter."""


@lru_cache(maxsize=16_384)
def clean(text: str) -> str:
    """The text without control characters, so that no rendering can be steered by a source.

    White space is folded to single blanks at line breaks and tabs; other control characters, lone
    surrogates, what XML forbids and bidirectional overrides become U+FFFD.
    """
    if text.isascii() and text.isprintable():
        return text
    text = re.sub(r"[\t\r\n\v\f\u0085\u2028\u2029]+", " ", text)
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        "\ufffd" if unicodedata.category(c) in ("Cc", "Cs") or c in _UNFIT else c for c in text
    )


def value_text(fact: Fact) -> str:
    """A known value as a person reads it: ``$240.98``, ``7.45``, ``$32.3465``, ``yes``, ``010``.

    Raises ValueError for an Unknown: :func:`unknown_text` words those.
    """
    match fact.value:
        case Unknown():
            raise ValueError(f"{fact.measure}({fact.subject}) has no value")
        case Money(amount=amount):
            return f"−${-amount:,}" if amount < 0 else f"${amount:,}"
        case bool(flag):
            return "yes" if flag else "no"
        case Decimal() as number:
            shown = f"{number:,f}"
            if fact.unit.startswith("USD"):
                return f"${shown}"
            return f"{shown}%" if fact.unit in ("percent", "%") else shown
        case int(count):
            return f"{count:,}"
        case str(text):
            return clean(text) or "blank"


def unknown_text(unknown: Unknown) -> str:
    """Why a value is not known, as a sentence: never a dash, never a zero."""
    opening, detail = REASON_WORDS[unknown.reason], _sentence_end(clean(unknown.detail))
    if unknown.reason == "not_priced" and _NO_BECAUSE.match(detail):
        return f"{detail[0].upper()}{detail[1:]}"  # a reason that opens so already says it whole
    return opening + (", because " if unknown.reason == "not_priced" else ": ") + detail


def last_known_text(unknown: Unknown) -> str:
    """The newest value on hand for another date, marked as such; empty where there is none."""
    last = unknown.last_known
    if last is None or isinstance(last.value, Unknown):
        return ""
    where = ", ".join(dict.fromkeys(clean(c.release) for c in last.citations()))
    when = f"for services {period_text(last.period)}" if last.period else "period not stated"
    return f"last known {value_text(last)} ({where + ', ' if where else ''}{when})"


def fact_text(fact: Fact) -> str:
    """Value or reason, with the last known value after it."""
    if not isinstance(fact.value, Unknown):
        return value_text(fact)
    last = last_known_text(fact.value)
    return unknown_text(fact.value) + (f" {last[0].upper()}{last[1:]}." if last else "")


def value_attribute(fact: Fact) -> str:
    """A known value for machines, unformatted: ``240.98``, ``true``, ``010``."""
    if isinstance(fact.value, bool):
        return "true" if fact.value else "false"
    return clean(str(fact.value))


def date_text(day: date) -> str:
    """``October 1, 2025``."""
    return f"{day:%B} {day.day}, {day.year}"


@lru_cache(maxsize=1024)
def period_text(period: Period) -> str:
    """A half-open period by its first and last day: ``October 1 to December 31, 2025``."""
    if period.end is None:
        words = f"from {date_text(period.start)} on"
    else:
        last = period.end - timedelta(days=1)
        if last == period.start:
            words = date_text(last)
        elif last.year == period.start.year:
            words = f"{period.start:%B} {period.start.day} to {date_text(last)}"
        else:
            words = f"{date_text(period.start)} to {date_text(last)}"
    return words + (" (observed from the dates of the files)" if period.observed else "")


def period_iso(period: Period) -> str:
    """A half-open period in ISO 8601 dates: ``2025-10-01/2026-01-01``."""
    return f"{period.start.isoformat()}/{period.end.isoformat() if period.end else '..'}"


def known_on_text(as_of: AsOf) -> str:
    """Whose knowledge the page uses."""
    if as_of.known_on is None:
        return "everything on hand, later corrections applied"
    return f"what was issued by {date_text(as_of.known_on)}"


@lru_cache(maxsize=1024)
def source_name(source: str) -> str:
    """A source's id as a name: ``cms_pfs_rvu`` is ``CMS PFS RVU``."""
    words = clean(source).replace("_", " ").split()
    named = [w.upper() if _INITIALS.fullmatch(w) else w for w in words]
    return " ".join(named)


def file_text(citation: Citation) -> str:
    """Source, release and file of a citation."""
    member = f", member {clean(citation.locator.member)}" if citation.locator.member else ""
    return (
        f"{source_name(citation.source)}, release {clean(citation.release)}, "
        f"{clean(citation.artifact.name)}{member}"
    )


def record_of(citation: Citation) -> int | None:
    """The record number of a table locator, None for another kind of place."""
    try:
        return citation.locator.as_cell()[0]
    except ValueError:
        return None


def column_text(citation: Citation) -> str:
    """The column heading as the publisher prints it, else its number; empty without a column."""
    if citation.locator.column:
        return clean(citation.locator.column)
    try:
        return f"{citation.locator.as_cell()[1]}"
    except ValueError:
        return ""


def printed_text(text: str) -> str:
    """``printed 1.98``; a blank cell says so, long text is cut (the JSON holds it whole)."""
    text = clean(text)
    if not text.strip():
        return "printed blank"
    if len(text) > _PRINTED_LIMIT:
        text = text[: _PRINTED_LIMIT - 1].rstrip() + "…"
    return f"printed {text}"


def place_text(citation: Citation) -> str:
    """Place inside the file and what is printed there: ``record 9,025, column WORK RVU,
    printed 1.98``."""
    record = record_of(citation)
    where = f"record {record:,}" if record is not None else clean(citation.locator.fragment)
    column = column_text(citation)
    return ", ".join(p for p in (where, column and f"column {column}") if p) + (
        ", " + printed_text(citation.text)
    )


def citation_text(citation: Citation) -> str:
    """The whole note of one cited cell."""
    return f"{file_text(citation)}, {place_text(citation)}"


def join(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else "".join(words)


def ranges_text(numbers: Iterable[int]) -> str:
    """Record numbers as ranges: ``4–108, 110``."""
    spans: list[list[int]] = []
    for number in sorted(set(numbers)):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(f"{a:,}" if a == b else f"{a:,}–{b:,}" for a, b in spans)


def _sentence_end(text: str) -> str:
    text = text.strip() or "no detail was recorded"
    return text if text[-1] in ".!?" else text + "."
