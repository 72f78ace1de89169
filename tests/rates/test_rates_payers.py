"""Who pays: rules, their cases, and the payers that hospitals of nine states print."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from payeratlas.rates.benchmark import Payer
from payeratlas.rates.payers import LICENSED, RULE_FILES, UNCLASSIFIED, plain, titles, who_is

SEEN = Path(__file__).with_name("payers_seen.csv")
"""Every payer and plan of the hospital files in shared data, with the number of dollar amounts
(records of tall files, cells of wide ones), and where each was placed when this was reviewed."""
NAMED = ("aetna", "bcbs", "cigna", "unitedhealthcare")


def data(name: str) -> dict[str, Any]:
    return tomllib.loads(files("payeratlas.rates.payers").joinpath(name).read_text("utf-8"))


def placed(case: dict[str, str]) -> Payer:
    return who_is(
        "payer" if case.get("publisher") == "payer" else "hospital",
        case.get("entity", ""),
        case.get("state", ""),
        case.get("payer", ""),
        case.get("plan", ""),
        case.get("network", ""),
        case.get("market", ""),
    )


CASES = [(name, case) for name in RULE_FILES for case in data(name)["case"]]


@pytest.mark.parametrize(
    ("name", "case"), CASES, ids=[f"{c.get('payer', '')}|{c.get('plan', '')}" for _, c in CASES]
)
def test_cases_of_the_rule_files(name: str, case: dict[str, str]) -> None:
    asked = {"families.toml": "family", "licensees.toml": "licensee", "lines.toml": "line"}[name]
    assert getattr(placed(case), asked) == case[asked], case.get("note", "")


def seen() -> list[dict[str, str]]:
    with SEEN.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_what_hospitals_print_is_placed_as_reviewed() -> None:
    for row in seen():
        found = who_is("hospital", "", row["state"], row["payer"], row["plan"], "")
        assert found == Payer(row["family"], row["licensee"], row["line"]), row  # type: ignore[arg-type]


@pytest.mark.parametrize("family", NAMED)
def test_nearly_all_dollars_of_the_named_payers_have_a_line(family: str) -> None:
    dollars: Counter[bool] = Counter()
    for row in seen():
        found = who_is("hospital", "", row["state"], row["payer"], row["plan"], "")
        if found.family == family:
            dollars[found.line != UNCLASSIFIED] += int(row["dollars"])
    assert dollars[True] >= 0.95 * dollars.total() > 0


def test_a_name_of_a_named_payer_is_not_missed() -> None:
    """A slow look for brand names in the payer's text: what has one is of that family, or is known
    to be something else."""
    brands = {
        "aetna": r"aetna",
        "cigna": r"cigna",
        "unitedhealthcare": r"united|uhc",
        "bcbs": r"blue ?(cross|shield)|bcbs|anthem|highmark",
    }
    for row in seen():
        for family, brand in brands.items():
            if re.search(brand, row["payer"], re.IGNORECASE):
                found = who_is("hospital", "", row["state"], row["payer"], row["plan"], "")
                leased = re.search(r"HPHC|TUFTS", row["plan"])
                assert found.family == (UNCLASSIFIED if leased else family), row


def test_the_hospitals_own_name_does_not_say_who_pays() -> None:
    assert who_is("hospital", "Humana Hospital", "KY", "", "", "").family == UNCLASSIFIED


def test_only_a_payers_own_file_makes_a_bare_name_commercial() -> None:
    assert who_is("payer", "Aetna Life", "", "", "", "").line == "commercial"
    assert who_is("hospital", "", "", "Aetna Life", "", "").line == UNCLASSIFIED


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("AETNA [1001]", "aetna"),
        ("[Aetna]", "aetna"),
        ("BlueCrossBlueShield", "blue cross blue shield"),
        ("VACare", "va care"),
        ("KelseyCare_MedicareAdvantage", "kelsey care medicare advantage"),
        ("  Medi-Cal / Medicaid ", "medi cal medicaid"),
        ("MARTIN'S POINT [160007]", "martin s point"),
    ],
)
def test_the_plain_form(text: str, form: str) -> None:
    assert plain(text) == form


def test_rules_name_what_is_titled() -> None:
    known = titles()
    families = data("families.toml")
    named = [each["id"] for each in families["family"]]
    assert len(named) == len(set(named))
    for each in families["leased"]:
        assert each["family"] in named
    for rule in data("licensees.toml")["rule"]:
        assert rule["licensee"] in known
    for rule in data("lines.toml")["rule"]:
        assert set(rule.get("family", ())) <= set(named)
    assert LICENSED in named


def test_patterns_are_written_in_the_plain_form() -> None:
    """A capital or a sign in a pattern would never be found."""
    for name in RULE_FILES:
        for pattern in _patterns(data(name)):
            literal = re.sub(r"\\[bd]|[\[\](){}?|^$*+,]|[0-9]", "", pattern)
            assert re.fullmatch(r"[a-z -]*", literal), pattern


def _patterns(value: object) -> list[str]:
    found: list[str] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("text", "payer", "plan", "unless", "says_nothing"):
                found += [inner] if isinstance(inner, str) else list(inner)
            elif key != "case":
                found += _patterns(inner)
    elif isinstance(value, list):
        for inner in value:
            found += _patterns(inner)
    return found


def test_the_list_of_what_was_seen_is_of_the_real_files(shared_data: Path) -> None:
    path = shared_data / "hospital" / "v3" / "marthas-vineyard_standardcharges.csv"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    listed = {(row["payer"], row["plan"]) for row in seen() if row["state"] == "MA"}
    with path.open(encoding="cp1252", newline="") as stream:
        rows = csv.reader(stream)
        next(rows), next(rows)
        heads = next(rows)
        payer, plan = heads.index("payer_name"), heads.index("plan_name")
        printed = {(row[payer], row[plan]) for row in rows if row[payer]}
    assert len(printed) > 20
    assert printed <= listed
