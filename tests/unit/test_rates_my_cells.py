"""Cells of a user's rates: what is read, and what is refused because it could be something else."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payeratlas.pricing.places import FACILITY
from payeratlas.rates.my_cells import (
    REASONS,
    Unread,
    Where,
    bill_type_of,
    code_of,
    modifiers_of,
    rate_of,
    volume_of,
    where_of,
)


def reason(read: object, *arguments: object, **more: object) -> str:
    with pytest.raises(Unread) as caught:
        read(*arguments, **more)  # type: ignore[operator]
    assert caught.value.reason in REASONS
    return caught.value.reason


@pytest.mark.parametrize(
    ("text", "code", "modifiers"),
    [
        ("64640", "64640", ()),
        (" 64640-26 ", "64640", ("26",)),
        ("64640 - tc", "64640", ("TC",)),
        ("64640 26", "64640", ("26",)),
        ("77002-26-59", "77002", ("26", "59")),
        ("64640.0", "64640", ()),
        ("j0585", "J0585", ()),
        ("CPT 64640", "64640", ()),
        ("HCPCS: G0463", "G0463", ()),
        ("0213T", "0213T", ()),
        ("00142", "00142", ()),
        ("D7140", "D7140", ()),
    ],
)
def test_codes(text: str, code: str, modifiers: tuple[str, ...]) -> None:
    assert code_of(text) == (code, modifiers)


@pytest.mark.parametrize("text", ["142", "142.0", "4640", "J585", "213T", "7"])
def test_a_code_that_lost_its_zeros_is_not_guessed(text: str) -> None:
    assert reason(code_of, text) == "code_too_short"


@pytest.mark.parametrize("text", ["646400", "64640.5", "64640 to 64645", "Total", "6.464E4", "A,B"])
def test_what_is_no_code(text: str) -> None:
    assert reason(code_of, text) == "code_unreadable"


@pytest.mark.parametrize("text", ["", "  ", "n/a", "-"])
def test_an_empty_code(text: str) -> None:
    assert reason(code_of, text) == "code_missing"


@pytest.mark.parametrize(
    ("texts", "modifiers"),
    [
        (["26"], ("26",)),
        (["26.0"], ("26",)),
        (["-TC"], ("TC",)),
        (["59, 26"], ("26", "59")),
        (["lt", "50"], ("50", "LT")),
        (["", "none", "00", "N/A", "0"], ()),
    ],
)
def test_modifiers(texts: list[str], modifiers: tuple[str, ...]) -> None:
    assert modifiers_of(texts) == modifiers


def test_a_word_is_no_modifier() -> None:
    assert reason(modifiers_of, ["professional"]) == "modifier_unreadable"
    assert reason(modifiers_of, ["6"]) == "modifier_unreadable"


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("89.5", "89.5"),
        ("$1,234.50", "1234.50"),
        (" $ 1,234.50 ", "1234.50"),
        ("1,234", "1234"),
        ("1234567.", "1234567"),
        (".75", ".75"),
        ("US$12", "12"),
        ("12 USD", "12"),
        ("\u00a0$12.00\u00a0", "12"),
        ("135.79500000000002", "135.7950"),
        ("0.22345", "0.2235"),
    ],
)
def test_rates(text: str, rate: str) -> None:
    assert rate_of(text) == Decimal(rate)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1 234,50", "rate_ambiguous"),
        ("1.234,50", "rate_ambiguous"),
        ("89,50", "rate_ambiguous"),
        ("1 234.50", "rate_ambiguous"),
        ("1'234.50", "rate_ambiguous"),
        ("12,34,567", "rate_ambiguous"),
        ("1.234.567", "rate_ambiguous"),
        ("120%", "rate_is_percentage"),
        ("120 % of Medicare", "rate_is_percentage"),
        ("0", "rate_not_positive"),
        ("$0.00", "rate_not_positive"),
        ("0.00001", "rate_not_positive"),
        ("-12", "rate_not_positive"),
        ("$-12", "rate_not_positive"),
        ("-$12", "rate_not_positive"),
        ("(12.50)", "rate_not_positive"),
        ("", "rate_missing"),
        ("N/A", "rate_missing"),
        ("see contract", "rate_unreadable"),
        ("12-34", "rate_unreadable"),
        ("1e5", "rate_unreadable"),
        ("NaN", "rate_missing"),
        ("Infinity", "rate_unreadable"),
        ("9" * 400, "rate_unreadable"),
        ("=1+1", "rate_unreadable"),
        ("#REF!", "rate_unreadable"),
        ("١٢", "rate_unreadable"),
    ],
)
def test_rates_that_are_not_believed(text: str, why: str) -> None:
    assert reason(rate_of, text) == why


def test_a_file_that_may_write_decimals_with_commas_is_read_with_more_care() -> None:
    for text in ("1,234", "1.234", "123.456"):
        assert reason(rate_of, text, comma_decimals=True) == "rate_ambiguous"
    assert rate_of("1234.50", comma_decimals=True) == Decimal("1234.50")


@given(st.text(max_size=30))
def test_no_text_breaks_a_reader(text: str) -> None:
    for read in (code_of, rate_of, bill_type_of, lambda text: where_of(text, None, FACILITY)):
        assert refused(read, text) in {*REASONS, None}


def refused(read: Callable[[str], object], text: str) -> str | None:
    """The reason for which a text is refused; None where it is read."""
    try:
        read(text)
    except Unread as unread:
        return unread.reason
    return None


@given(st.decimals(min_value="0.01", max_value="999999999", places=2))
def test_every_amount_reads_as_itself(amount: Decimal) -> None:
    for text in (f"{amount:f}", f"{amount:,f}", f"${amount:,f}"):
        assert rate_of(text) == amount


def test_volumes() -> None:
    assert volume_of("1,200") == 1200
    assert str(volume_of("1200.0")) == "1200"
    assert volume_of("0") == 0
    assert volume_of("") is None
    for text in ("-5", "a few", "1 200"):
        with pytest.raises(ValueError, match=r"^$"):
            volume_of(text)


OFFICE, IN_FACILITY = Where("professional", "office"), Where("professional", "facility")


@pytest.mark.parametrize(
    ("text", "bill", "where"),
    [
        ("11", None, OFFICE),
        ("POS 11", None, OFFICE),
        ("11.0", None, OFFICE),
        ("2", None, IN_FACILITY),
        ("11 - Office", None, OFFICE),
        ("Office (11)", None, OFFICE),
        ("Non-Facility", None, OFFICE),
        ("office", "professional", OFFICE),
        ("22", None, IN_FACILITY),
        ("24", None, IN_FACILITY),
        ("24", "facility", Where("facility", "asc")),
        ("FACILITY", None, IN_FACILITY),
        ("ASC", "professional", IN_FACILITY),
        ("ASC", "facility", Where("facility", "asc")),
        ("Hospital Outpatient", "facility", Where("facility", "outpatient")),
        ("hospital", "professional", IN_FACILITY),
        ("inpatient", "facility", Where("facility", "inpatient")),
    ],
)
def test_settings(text: str, bill: str | None, where: Where) -> None:
    assert where_of(text, bill, FACILITY) == where  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "bill", "why"),
    [
        ("ASC", None, "setting_of_which_bill"),
        ("outpatient", None, "setting_of_which_bill"),
        ("hospital", "facility", "hospital_in_or_out"),
        ("office", "facility", "setting_against_bill"),
        ("11", "facility", "setting_against_bill"),
        ("", None, "setting_missing"),
        ("upstairs", None, "setting_unreadable"),
        ("00", None, "setting_unreadable"),
        ("111", None, "setting_unreadable"),
    ],
)
def test_settings_that_are_not_certain(text: str, bill: str | None, why: str) -> None:
    assert reason(where_of, text, bill, FACILITY) == why


def test_bill_types() -> None:
    assert bill_type_of("CMS-1500") == "professional"
    assert bill_type_of("UB-04") == "facility"
    assert bill_type_of("") is None
    assert reason(bill_type_of, "green") == "bill_type_unreadable"
