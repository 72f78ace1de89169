"""Add-on codes in words: types, lists of primary codes, and two codes together."""

from __future__ import annotations

from datetime import date

import pytest

from payeratlas.coding import addon_pair, addon_wording
from payeratlas.coding.wording import Row, Wording
from payeratlas.model.facts import Unknown

DAY = date(2024, 7, 15)


def row(addon: str, primary: str, kind: str = "1", **days: date) -> Row:
    return {"addon": addon, "primary": primary, "type": kind, "effective": None, **days}


def told(found: Wording | Unknown | None) -> str:
    assert isinstance(found, Wording)
    return found.template.format(**found.names, type="1")


ROWS = [row("64634", "64633"), row("64636", "64635")]


def test_an_add_on_goes_with_its_primary_code() -> None:
    found = addon_wording("64634", ROWS, DAY)
    assert (found.type, found.primaries, found.addons) == ("1", ("64633",), ())
    assert "64634 is an add-on (type 1)" in told(found.statement)
    assert told(found.beside) == "It goes with 64633."
    assert "names no add-on to 64634" in told(found.with_it)


def test_a_primary_code_names_its_add_ons() -> None:
    found = addon_wording("64633", ROWS, DAY)
    assert (found.type, found.primaries, found.addons) == ("", (), ("64634",))
    assert "as no add-on" in told(found.statement)
    assert found.beside is None
    assert "64634" in told(found.with_it)


def test_the_contractor_may_decide() -> None:
    found = addon_wording("0054T", [row("0054T", "CCCCC", "2")], DAY)
    assert found.primaries == ()
    assert "left to the contractor" in told(found.beside)
    some = [row("88311", "CCCCC", "3"), row("88311", "88302", "3")]
    assert addon_wording("88311", some, DAY).primaries == ("88302",)
    assert "may accept others" in told(addon_wording("88311", some, DAY).statement)


def test_edits_that_ended_do_not_count() -> None:
    ended = row("64634", "64633", deletion=date(2020, 1, 1))
    assert addon_wording("64634", [ended], DAY).type == ""
    assert addon_wording("64634", [ended], date(2020, 1, 1)).type == "1"
    coming = row("64634", "64633", effective=date(2025, 1, 1))
    assert addon_wording("64634", [coming], DAY).type == ""


def test_a_type_that_cms_does_not_list_is_unparsed() -> None:
    found = addon_wording("64634", [row("64634", "64633", "4")], DAY)
    assert isinstance(found.statement, Unknown)


@pytest.mark.parametrize(
    ("one", "other", "rows", "says"),
    [
        ("64633", "64634", ROWS, "64634 is an add-on to 64633"),
        ("64634", "64633", ROWS, "64634 is an add-on to 64633"),
        ("64634", "64640", ROWS, "not among the primary codes"),
        ("88311", "64640", [row("88311", "CCCCC", "3")], "the contractor may accept it"),
    ],
)
def test_two_codes_together(one: str, other: str, rows: list[Row], says: str) -> None:
    assert says in told(addon_pair(one, other, rows, DAY))


def test_two_codes_of_which_none_is_an_add_on() -> None:
    assert addon_pair("64640", "64633", ROWS, DAY) is None
