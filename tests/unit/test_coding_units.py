"""Units, places, indicators and kinds in words."""

from __future__ import annotations

import pytest

from payeratlas.coding import describe, kind, units_wording, unlisted_units, usual_places
from payeratlas.coding.units import UnitsWording, rationales
from payeratlas.coding.wording import Wording, wording
from payeratlas.model.facts import Unknown


def told(found: Wording | Unknown | None, **facts: str) -> str:
    assert isinstance(found, Wording)
    return found.template.format(**found.names, **facts)


def of(mai: str, mue: int = 5, **more: str) -> UnitsWording:
    return units_wording("practitioner", mue, mai, "Clinical: Data", **more)


def test_a_day_edit_of_clinical_data_may_be_exceeded_with_a_record() -> None:
    found = of("3", bilateral="1")
    assert "all claim lines" in told(found.limit, mue="5")
    assert "not impossible" in told(found.meaning, mai="3")
    assert "appeal" in told(found.above)
    assert "claims data" in told(found.rationale)
    assert told(found.sides, bilateral="1").startswith("Two sides count as one unit")


def test_an_absolute_edit_and_a_line_edit_differ() -> None:
    assert "absolute" in told(of("2").meaning, mai="2")
    assert "not paid" in told(of("2").above)
    assert "one claim line" in told(of("1").limit, mue="5")
    assert "`" not in told(of("1").above)


def test_a_value_of_nothing_is_no_limit_to_exceed() -> None:
    found = of("2", mue=0)
    assert "no unit is paid" in told(found.limit, mue="0")
    assert found.sides is None


def test_what_cms_does_not_list_is_unparsed() -> None:
    found = units_wording("practitioner", 1, "7", "A new reason")
    for part in (found.meaning, found.above, found.rationale):
        assert isinstance(part, Unknown)
        assert part.reason == "unparsed"


def test_absence_from_the_list_is_not_no_limit() -> None:
    assert "not a code without a limit" in told(unlisted_units("dme"))


@pytest.mark.parametrize("rationale", rationales())
def test_every_rationale_has_words(rationale: str) -> None:
    assert isinstance(units_wording("hospital", 1, "3", rationale).rationale, Wording)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"status": "A"}, "an office or a facility"),
        ({"status": "A", "na_nonfacility": "NA"}, "in a facility"),
        ({"status": "A", "na_facility": "NA"}, "outside facilities"),
        ({"status": "A", "na_facility": "NA", "pctc": "1"}, "professional part"),
        ({"status": "A", "na_facility": "NA", "na_nonfacility": "NA"}, "either setting"),
        ({"status": "X"}, "does not say"),
    ],
)
def test_usual_places(row: dict[str, str], says: str) -> None:
    found = usual_places(row)
    facts = dict.fromkeys(found.facts(), "x")
    assert says in told(found, **facts)


@pytest.mark.parametrize(
    ("column", "value"),
    [("global_days", "010"), ("bilateral", "1"), ("pctc", "6"), ("status", "B"), ("team", "0")],
)
def test_indicators_have_words(column: str, value: str) -> None:
    assert isinstance(describe(column, value), Wording)


def test_an_indicator_the_layout_does_not_list_is_unparsed() -> None:
    found = describe("bilateral", "7")
    assert isinstance(found, Unknown)
    assert found.reason == "unparsed"


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("64640", "A", "surgery"),
        ("99213", "A", "visit"),
        ("77002", "A", "radiology"),
        ("00142", "J", "anesthesia"),
        ("80053", "X", "laboratory"),
    ],
)
def test_kinds(code: str, status: str, expected: str) -> None:
    assert kind(code, {"status": status}).id == expected


def test_a_wording_refuses_literal_digits_and_idle_names() -> None:
    with pytest.raises(ValueError, match="digit"):
        Wording("At most 5.")
    with pytest.raises(ValueError, match="without a place"):
        Wording("Nothing.", {"a": "5"})
    with pytest.raises(ValueError, match="neither"):
        Wording("At {nothing}.")
    with pytest.raises(ValueError, match="hide"):
        Wording("At {mue}.", {"mue": "5"})
    assert wording("Report `50` and `50`.").names == {"name_a": "50"}
