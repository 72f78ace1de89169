"""What the publication must say of 64640 and its neighbours, asked as a user asks it."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from click.testing import CliRunner

import payeratlas
from payeratlas.apps.cli import cli
from payeratlas.model.amounts import Money
from payeratlas.model.facts import Unknown
from payeratlas.model.provenance import Citation, Derivation

ATLAS = payeratlas.open()


def run(*arguments: str) -> str:
    result = CliRunner().invoke(cli, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def by_measure(code: str, as_of: str, subject: str = "") -> dict[str, dict]:
    listed = json.loads(run("facts", code, "--as-of", as_of, "--json"))
    return {fact["measure"]: fact for fact in listed if fact["subject"] == (subject or code)}


@pytest.mark.parametrize(
    ("as_of", "office", "facility", "release"),
    [
        ("2020-02-01", "254.43", "121.98", "rvu20a"),
        ("2024-03-08", "244.27", "116.57", "rvu24a"),
        ("2024-03-09", "248.32", "118.50", "rvu24ar"),
        ("2024-08-01", "248.32", "118.50", "rvu24c"),
        ("2025-01-01", "240.98", "117.09", "rvu25a"),
        ("2025-12-31", "240.98", "117.09", "rvu25d"),
        ("2026-07-01", "267.54", "111.56", "rvu26c-excerpt"),
    ],
)
def test_national_amounts_of_64640(as_of: str, office: str, facility: str, release: str) -> None:
    facts = by_measure("64640", as_of)
    assert facts["pfs.payment.nonfacility"]["value"] == office
    assert facts["pfs.payment.facility"]["value"] == facility
    assert facts["pfs.work_rvu"]["citation"]["release"] == release


def test_before_the_correction_was_known_the_january_release_governs_all_of_march() -> None:
    day, known = date(2024, 3, 20), date(2024, 2, 1)
    then = ATLAS.code("64640", day, known)
    assert then.fact("pfs.payment.nonfacility").value == Money(Decimal("244.27"))
    now = ATLAS.code("64640", day)
    assert now.fact("pfs.payment.nonfacility").value == Money(Decimal("248.32"))


def test_indicators_and_units_of_64640() -> None:
    facts = by_measure("64640", "2024-07-15")
    expected = {
        "pfs.status": "A",
        "pfs.work_rvu": "1.98",
        "pfs.total_rvu.nonfacility": "7.46",
        "pfs.total_rvu.facility": "3.56",
        "pfs.indicator.pctc": "0",
        "pfs.indicator.global_days": "010",
        "pfs.indicator.multiple_procedure": "2",
        "pfs.indicator.bilateral": "1",
        "pfs.indicator.assistant": "1",
        "pfs.indicator.co_surgeon": "0",
        "pfs.indicator.team": "0",
        "pfs.pre_op": "0.10",
        "pfs.intra_op": "0.80",
        "pfs.post_op": "0.10",
        "ncci.mue.practitioner": 5,
        "ncci.mue.practitioner.mai": "3",
        "ncci.mue.practitioner.rationale": "Clinical: Data",
        "ncci.mue.hospital": 5,
        "pfs.na.facility": False,
    }
    assert {measure: facts[measure]["value"] for measure in expected} == expected
    assert facts["ncci.mue.dme"]["unknown"]["reason"] == "not_listed"


def test_units_are_not_covered_outside_their_quarter_and_the_last_known_is_marked() -> None:
    fact = by_measure("64640", "2026-07-15")["ncci.mue.practitioner"]
    assert fact["value"] is None
    assert fact["unknown"]["reason"] == "not_covered"
    assert fact["unknown"]["last_known"]["value"] == 5


def test_two_conversion_factors_in_2026_and_the_qualifying_file_is_missing() -> None:
    facts = by_measure("64640", "2026-07-15")
    assert facts["pfs.conversion_factor"]["value"] == "33.4009"
    for measure in ("pfs.conversion_factor.qp", "pfs.payment.facility.qp"):
        assert facts[measure]["value"] is None
        assert facts[measure]["unknown"]["reason"] == "not_covered"


def test_a_code_outside_the_excerpt_is_not_covered_in_2026_and_the_page_says_where_it_is() -> None:
    facts = by_measure("27447", "2026-07-15")
    assert facts["pfs.payment.nonfacility"]["value"] is None
    assert facts["pfs.payment.nonfacility"]["unknown"]["reason"] == "not_covered"
    page = ATLAS.code("27447", date(2026, 7, 15)).page
    notice = "".join(str(getattr(span, "text", span)) for text in page.notices for span in text)
    assert "rvu25d" in notice


@pytest.mark.parametrize("day", ["2024-11-01", "2025-05-15", "2026-02-01", "2019-12-31"])
def test_no_release_is_carried_across_a_gap(day: str) -> None:
    facts = by_measure("64640", day)
    assert facts["pfs.payment.facility"]["unknown"]["reason"] == "not_covered"


def test_a_code_that_a_whole_release_does_not_hold_is_not_listed() -> None:
    facts = by_measure("99441", "2025-10-15")
    assert facts["pfs.status"]["value"] is not None or (
        facts["pfs.status"]["unknown"]["reason"] == "not_listed"
    )
    assert by_measure("99999", "2025-10-15")["pfs.status"]["unknown"]["reason"] == "not_listed"


def test_every_figure_of_a_page_is_cited_or_derived_from_what_is_cited() -> None:
    for fact in ATLAS.code("64640", date(2025, 10, 15)).facts:
        if isinstance(fact.value, Unknown):
            assert fact.basis is None
            continue
        assert isinstance(fact.basis, Citation | Derivation)
        assert all(citation.artifact.sha256 for citation in fact.citations())
        assert next(fact.citations(), None) is not None


def priced(*arguments: str) -> dict:
    return json.loads(run("price", *arguments, "--json"))


def test_price_by_place_locality_units_and_side() -> None:
    office = priced("64640", "--pos", "11", "--as-of", "2025-10-15")
    assert office["amount"]["value"] == "240.98"
    assert priced("64640", "--pos", "24", "--as-of", "2025-10-15")["amount"]["value"] == "117.09"
    both = priced("64640", "--pos", "11", "--modifier", "50", "--as-of", "2025-10-15")
    assert both["amount"]["value"] == "361.47"
    assert both["steps"]
    alaska = priced("64640", "--pos", "11", "--locality", "02102-01", "--as-of", "2025-10-15")
    exact = Decimal("1.98") * Decimal("1.5") + Decimal("5.26") * Decimal("1.081")
    exact = (exact + Decimal("0.21") * Decimal("0.592")) * Decimal("32.3465")
    assert Decimal(alaska["amount"]["value"]) == exact.quantize(Decimal("0.01"))


def test_asked_for_64640_26_it_says_why_not() -> None:
    answer = priced("64640", "--modifier", "26", "--pos", "11", "--as-of", "2025-10-15")
    assert answer["amount"]["value"] is None
    assert answer["amount"]["unknown"]["reason"] == "not_priced"
    assert "26" in answer["amount"]["unknown"]["detail"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["price", "64640", "--modifier", "11"], "place of service"),
        (["price", "64640", "--modifier", "QQQ"], "modifier"),
        (["price", "64640", "--modifier", "ZQ"], "ZQ"),
        (["price", "64640", "--locality", "99999-99"], "locality"),
        (["price", "64640", "--pos", "98"], "98"),
        (["price", "6464", "--pos", "11"], "64640x3"),
        (["facts", "64640", "--as-of", "2025-13-01"], "2025-10-15"),
        (["publish", "99999", "--out", "nowhere"], "99999"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_cure(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from payeratlas.apps.cli import main

    if "--as-of" not in arguments:
        arguments = [*arguments, "--as-of", "2025-10-15"]
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    told = capsys.readouterr().err
    assert stop.value.code == 2
    assert says in told


@pytest.mark.parametrize("code", ["80053", "00142", "J0585", "D0120", "0001F"])
def test_no_price_is_said_in_words_never_as_zero(code: str) -> None:
    facts = by_measure(code, "2025-10-15")
    for setting in ("facility", "nonfacility"):
        fact = facts[f"pfs.payment.{setting}"]
        assert fact["value"] is None
        assert fact["unknown"]["reason"] in {"not_priced", "not_listed"}
        assert "no Medicare price, because" in fact["unknown"]["detail"] or (
            fact["unknown"]["reason"] == "not_listed"
        )
