"""``payeratlas diff`` and ``payeratlas watch``: JSON as its schema says, words, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_cli import refused, run, schema

from payeratlas.apps.cli import cli

LIST = "# my codes\n64640  # neurolysis\n77002\nJ0585\n27447\n"
SPAN = ("--since", "2025-10-15", "--as-of", "2026-07-15")


@pytest.fixture
def codes(tmp_path: Path) -> str:
    """A list on disk."""
    path = tmp_path / "codes.txt"
    path.write_text(LIST, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    "arguments",
    [
        ("rvu25d", "rvu26c-excerpt"),
        ("rvu25d", "rvu26c-excerpt", "--code", "64640", "--locality", "10212-99"),
        ("opps2025q3-20250626", "opps2025q3-20250725"),
        ("cms_pfs_gpci", "cy2025", "cy2026"),
        ("asc2025q4", "asc2026q1", "--code", "64640"),
    ],
)
def test_diff_json_is_what_its_schema_says(arguments: tuple[str, ...]) -> None:
    schema("diff").validate(json.loads(run("diff", *arguments, "--json")))


def test_diff_in_words() -> None:
    said = run("diff", "rvu25d", "rvu26c-excerpt", "--limit", "2")
    assert "38 rows changed in a way consistent with it" in said
    assert "work RVUs −$" in said
    assert "rows more changed (--limit, or --json for all)" in said
    assert said.count(" → ") < run("diff", "rvu25d", "rvu26c-excerpt", "--limit", "9").count(" → ")


def test_a_code_that_neither_release_has_is_named() -> None:
    said = run("diff", "rvu25d", "rvu26c-excerpt", "--code", "99999")
    assert "Neither release has a row of 99999." in said


def test_watch_json_is_what_its_schema_says(codes: str) -> None:
    found = json.loads(run("watch", codes, *SPAN, "--json"))
    schema("watch").validate(found)
    assert [code["code"] for code in found["codes"]] == ["64640", "77002", "J0585", "27447"]
    (fees,) = [one for one in found["codes"][0]["lists"] if one["id"] == "pfs"]
    assert [policy["id"] for policy in fees["policies"]] == [
        "efficiency_adjustment",
        "practice_expense_by_setting",
    ]
    assert fees["amounts"][0]["before"]["derivation"]["inputs"][0]["citation"]


def test_watch_from_standard_input_and_to_a_folder(codes: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = CliRunner().invoke(cli, ["watch", "-", *SPAN, "--out", str(out)], input=LIST)
    assert result.exit_code == 0, result.output
    assert "office (non-facility): $240.98 → $267.54" in result.output
    assert "27447: no list on hand can tell" in result.output
    assert sorted(path.name for path in out.iterdir()) == [
        "changes.atom",
        "changes.html",
        "changes.json",
    ]
    data = json.loads((out / "changes.json").read_text("utf-8"))
    assert data == json.loads(run("watch", codes, *SPAN, "--json"))


def test_a_quarter_in_one_word(codes: str) -> None:
    said = run("watch", codes, "--quarter", "2024Q3")
    assert said.startswith("From 2024-06-30 to 2024-09-30:")


def test_without_a_day_the_last_quarter_on_hand_is_told(codes: str) -> None:
    found = json.loads(run("watch", codes, "--json"))
    assert found["since"] < found["as_of"]
    assert found["since"][5:] in ("03-31", "06-30", "09-30", "12-31")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("diff", "rvu24a"), "two releases"),
        (("diff", "rvu24a", "rvu24b"), "cms_pfs_gpci"),
        (("diff", "cms_pfs_rvu", "rvu24a", "rvu99a"), "rvu25d"),
        (("diff", "cms_pfs_rvu", "rvu24a", "rvu24b", "--locality", "1"), "10212-99"),
        (("watch", "no-such-list.txt"), "one code a line"),
        (("watch", "-", "--since", "2024-01-01", "--quarter", "2024Q3"), "one of"),
        (("watch", __file__), "line 1"),
    ],
)
def test_refusals_name_the_place_and_the_cure(
    arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = refused(capsys, *arguments)
    assert code == 2
    assert says in told


def test_a_quarter_that_is_none(codes: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = refused(capsys, "watch", codes, "--quarter", "2024Q9")
    assert code == 2
    assert "2025Q4" in told


def test_bytes_that_are_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "codes.txt"
    path.write_bytes(b"64640\n\xff\xfe\n")
    code, told = refused(capsys, "watch", str(path))
    assert code == 2
    assert "UTF-8" in told
