"""Status codes and places of service: words, rates, and where there is no price."""

from __future__ import annotations

import re

import pytest

from payeratlas.pricing.places import FACILITY, rate_type, why_not_paid_there
from payeratlas.pricing.status import PRICED, meaning, why_not_priced

ALL = "ABCDEFGHIJMNPRTX"


@pytest.mark.parametrize("status", sorted(set(ALL) - PRICED))
def test_every_status_without_a_price_says_why_and_without_a_digit(status: str) -> None:
    why = why_not_priced(status)
    assert why is not None
    assert why.startswith("no Medicare price, because ")
    assert not re.search(r"\d", why)
    assert why == why_not_priced(status, has_rvus=False)


def test_reasons_differ_where_the_statuses_do() -> None:
    assert len({why_not_priced(status) for status in set(ALL) - PRICED}) >= 11
    assert len({meaning(status) for status in ALL}) == len(ALL)


@pytest.mark.parametrize("status", sorted(PRICED))
def test_priced_statuses_have_a_price_only_with_rvus(status: str) -> None:
    assert why_not_priced(status) is None
    without = why_not_priced(status, has_rvus=False)
    assert without is not None
    assert "contractor" in without


@pytest.mark.parametrize("status", ["", "Z", "a"])
def test_a_status_the_layout_does_not_describe_has_no_price(status: str) -> None:
    why = why_not_priced(status)
    assert why is not None
    assert "status code" in why
    assert "does not describe" in meaning(status)


@pytest.mark.parametrize(
    ("place", "rate"),
    [("11", "nonfacility"), ("24", "facility"), ("02", "facility"), ("10", "nonfacility"),
     ("31", "facility"), ("32", "nonfacility"), ("06", "nonfacility"), ("99", "nonfacility")],
)  # fmt: skip
def test_the_place_decides_the_rate(place: str, rate: str) -> None:
    assert rate_type(place) == rate


def test_sixteen_places_are_paid_at_the_facility_rate() -> None:
    assert len(FACILITY) == 16
    assert all(re.fullmatch(r"\d\d", place) for place in FACILITY)


@pytest.mark.parametrize(
    ("place", "pctc", "refused"),
    [("22", "5", True), ("11", "5", False), ("24", "5", False), ("", "5", False),
     ("11", "8", True), ("21", "8", False), ("", "8", False), ("22", "1", False)],
)  # fmt: skip
def test_what_is_not_paid_at_a_place(place: str, pctc: str, refused: bool) -> None:
    why = why_not_paid_there(place, pctc)
    assert (why is not None) == refused
    assert not re.search(r"\d", why or "")
