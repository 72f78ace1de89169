"""Words for figures, reasons, dates and places."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payeratlas.model.amounts import Money
from payeratlas.model.facts import REASONS, Fact, Unknown, Value
from payeratlas.model.provenance import Artifact, Citation, Locator
from payeratlas.model.time import Period
from payeratlas.publish.wording import (
    citation_text,
    clean,
    fact_text,
    last_known_text,
    period_text,
    ranges_text,
    source_name,
    unknown_text,
    value_text,
)

FILE = Artifact("PPRRVU2025_Oct.csv", "8a" * 32, 10)
CITED = Citation("cms_pfs_rvu", "RVU25D", FILE, Locator.cell(9025, 6, heading="WORK RVU"), "1.98")


def fact(value: Value | Unknown, unit: str = "") -> Fact:
    basis = None if isinstance(value, Unknown) else CITED
    return Fact("m", "64640", value, unit, Period(date(2025, 10, 1), date(2026, 1, 1)), basis)


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (Money(Decimal("240.98")), "USD", "$240.98"),
        (Money(Decimal("1722.90")), "USD", "$1,722.90"),
        (Money(Decimal("-3.50")), "USD", "−$3.50"),
        (Decimal("7.45"), "RVU", "7.45"),
        (Decimal("0.10"), "share", "0.10"),
        (Decimal("32.3465"), "USD per RVU", "$32.3465"),
        (Decimal("62.5"), "percent", "62.5%"),
        (Decimal("1E+3"), "", "1,000"),
        (9025, "units", "9,025"),
        (True, "flag", "yes"),
        (False, "flag", "no"),
        ("010", "code", "010"),
        ("", "code", "blank"),
    ],
)
def test_value_text(value: Value, unit: str, shown: str) -> None:
    assert value_text(fact(value, unit)) == shown


def test_an_unknown_has_no_value_text() -> None:
    with pytest.raises(ValueError, match="has no value"):
        value_text(fact(Unknown("withheld", "kept back")))


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("detail", ["the list is of 2024", "ends with a stop.", ""])
def test_a_reason_is_a_sentence_in_words(reason: str, detail: str) -> None:
    text = unknown_text(Unknown(reason, detail))  # type: ignore[arg-type]
    assert text[0].isupper()
    assert text.endswith(".")
    assert not text.endswith("..")
    assert len(text.split()) >= 3
    assert detail.rstrip(".") in text


def test_no_price_says_because() -> None:
    text = unknown_text(Unknown("not_priced", "the code is deleted."))
    assert text == "No Medicare price, because the code is deleted."


def test_last_known_names_release_and_period() -> None:
    known = fact(Money(Decimal("248.32")), "USD")
    unknown = Unknown("not_covered", "nothing covers it", known)
    shown = "last known $248.32 (RVU25D, for services October 1 to December 31, 2025)"
    assert last_known_text(unknown) == shown
    whole = fact_text(fact(unknown))
    assert whole.startswith("Not covered by a release on hand: nothing covers it. Last known $248")
    assert last_known_text(Unknown("not_covered", "x", fact(Unknown("withheld", "y")))) == ""


def test_citation_text() -> None:
    assert citation_text(CITED) == (
        "CMS PFS RVU, release RVU25D, PPRRVU2025_Oct.csv, record 9,025, column WORK RVU, "
        "printed 1.98"
    )


def test_citation_of_another_kind_of_place() -> None:
    cited = Citation("payer_tic", "2025-06", FILE, Locator("/in_network/0", "a.json"), "")
    assert citation_text(cited) == (
        "payer TIC, release 2025-06, PPRRVU2025_Oct.csv, member a.json, /in_network/0, "
        "printed blank"
    )


def test_source_name() -> None:
    assert source_name("hcpcs_modifiers") == "HCPCS modifiers"


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2025-10-01", "2026-01-01", "October 1 to December 31, 2025"),
        ("2025-12-01", "2026-02-01", "December 1, 2025 to January 31, 2026"),
        ("2024-02-28", "2024-02-29", "February 28, 2024"),
        ("2025-01-01", None, "from January 1, 2025 on"),
    ],
)
def test_period_text(start: str, end: str | None, words: str) -> None:
    last = date.fromisoformat(end) if end else None
    assert period_text(Period(date.fromisoformat(start), last)) == words
    observed = period_text(Period(date.fromisoformat(start), last, observed=True))
    assert observed.startswith(words)
    assert "observed" in observed


@given(st.text())
def test_clean_leaves_nothing_that_steers_a_terminal_or_a_parser(text: str) -> None:
    cleaned = clean(text)
    assert all(c.isprintable() or ord(c) > 0x9F for c in cleaned)
    assert not set(cleaned) & set("\x00\x1b\x7f\x9b\n\r\t\u2028\u2029\u202e")
    cleaned.encode()


@given(st.sets(st.integers(1, 60)))
def test_ranges_name_exactly_the_numbers(numbers: set[int]) -> None:
    named: set[int] = set()
    for part in ranges_text(numbers).split(", ") if numbers else ():
        first, _, last = part.partition("–")
        named |= set(range(int(first), int(last or first) + 1))
    assert named == numbers
