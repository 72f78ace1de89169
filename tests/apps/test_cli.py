"""The command line: every output as its schema says, every refusal with its exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

import payeratlas.publish
from payeratlas.apps.cli import COMMANDS, EXIT_CODES, cli, main

SCHEMAS = Path(payeratlas.publish.__file__).parent / "schema" / "v1"
DAY = ("--as-of", "2025-10-15")


def schema(name: str) -> Draft202012Validator:
    loaded = {path.stem: json.loads(path.read_text("utf-8")) for path in SCHEMAS.glob("*.json")}
    registry: Registry[Any] = Registry().with_resources(
        [(one["$id"], Resource.from_contents(one)) for one in loaded.values()]
    )
    return Draft202012Validator(
        loaded[name], registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def run(*arguments: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(cli, list(arguments), catch_exceptions=False)
    assert result.exit_code == exit_code, result.output
    return result.stdout


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    return int(stop.value.code or 0), capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(path.stem for path in SCHEMAS.glob("*.json")))
def test_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(json.loads((SCHEMAS / f"{name}.json").read_text("utf-8")))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("facts", ("facts", "64640", *DAY)),
        ("facts", ("facts", "27447", "--as-of", "2026-07-15")),
        ("facts", ("facts", "77002", "--as-of", "2024-07-15", "--known-on", "2024-08-01")),
        ("page", ("code", "77002", *DAY)),
        ("price", ("price", "64640", "--modifier", "50", "--units", "2", *DAY)),
        ("price", ("price", "64640", "--modifier", "26", *DAY)),
        ("price", ("price", "27130", "--modifier", "62", "--pos", "21", *DAY)),
        ("price", ("price", "64640", "--locality", "10212-99", "--non-participating", *DAY)),
        ("price", ("price", "64640x3", "77002", "--zip", "60601", *DAY)),
        ("price", ("price", "70450", "70486", "--pos", "22", *DAY)),
        ("price", ("price", "64640", "--encounter", "--cbsa", "16984", *DAY)),
        ("price", ("price", "00142-AA", "--minutes", "45", *DAY)),
        ("pair", ("pair", "64640", "64450", "--as-of", "2024-07-01")),
        ("pair", ("pair", "64640", "76942", "--as-of", "2024-07-01")),
        ("sources", ("sources", "list")),
    ],
)
def test_json_is_what_its_schema_says(name: str, arguments: tuple[str, ...]) -> None:
    schema(name).validate(json.loads(run(*arguments, "--json")))


def test_publish_then_verify(tmp_path: Path) -> None:
    out = str(tmp_path / "pages")
    published = json.loads(run("publish", "64640", "77002", *DAY, "--out", out, "--json"))
    schema("published").validate(published)
    files = [Path(name) for entry in published for name in entry["files"]]
    assert [path.suffix for path in files] == [".html", ".pdf", ".json", ".md"] * 2
    assert all(path.stat().st_size > 10_000 for path in files)
    for page in (path for path in files if path.suffix in (".json", ".html")):
        report = json.loads(run("verify", str(page), "--json"))
        schema("verification").validate(report)
        assert report["holds"]
        assert report["citations"] > 100
        assert report["derivations"] > 50


def test_without_json_people_read_words() -> None:
    assert "$240.98" in run("price", "64640", "--pos", "11", *DAY)
    assert "Conversion factor" in run("price", "64640", "--pos", "11", *DAY)
    refusal = run("price", "64640", "--modifier", "26", *DAY)
    assert "No Medicare price with modifier 26, because" in " ".join(refusal.split())
    assert "pfs.work_rvu" in run("facts", "64640", *DAY)
    assert "whole" in run("sources", "list")
    assert "What it is not" in run("code", "64640", *DAY)


def test_non_participating_and_its_limit() -> None:
    answer = json.loads(run("price", "64640", "--non-participating", *DAY, "--json"))
    assert answer["amount"] == answer["nonparticipating"]
    assert answer["amount"]["value"] == "228.93"
    assert answer["limiting_charge"]["value"] == "263.27"


def test_payment_that_hangs_on_documentation_says_so() -> None:
    answer = json.loads(run("price", "64640", "--modifier", "80", *DAY, "--json"))
    assert "if_documented" not in answer["lines"][0]
    answer = json.loads(run("price", "99213", "--modifier", "80", *DAY, "--json"))
    assert answer["amount"]["value"] is None
    assert answer["lines"][0]["if_documented"]["value"] is not None


@pytest.mark.parametrize(
    ("zip_code", "locality"),
    [("10001", "13202-01"), ("60601", "06102-16"), ("90210", "01182-18"), ("33101", "09102-04")],
)
def test_a_zip_code_leads_to_its_locality(zip_code: str, locality: str) -> None:
    answer = json.loads(run("price", "64640", "--zip", zip_code, *DAY, "--json"))
    assert answer["question"]["locality"] == locality
    same = json.loads(run("price", "64640", "--locality", locality, *DAY, "--json"))
    assert answer["amount"]["value"] == same["amount"]["value"]


def test_lines_of_one_day_are_ranked() -> None:
    answer = json.loads(run("price", "64640x3", "77002", "--zip", "60601", *DAY, "--json"))
    first, second = answer["lines"]
    assert first["shares"]["value"] == "100%, 50%, 50%"
    # (1.98 x 1.007 + 5.26 x 1.023 + 0.21 x 2.018) x 32.3465 = 252.25806183; twice that
    assert first["amount"]["value"] == "504.52"
    assert first["fee"]["value"] == "252.26"
    assert second["amount"]["value"] == "113.85"
    assert answer["amount"]["value"] == "618.37"


def test_an_area_adjusts_both_facilities_and_shows_by_what() -> None:
    line = ("price", "64640", "--encounter", "--cbsa", "16984", *DAY)
    said = " ".join(run(*line).split())
    assert "Wage index, ambulatory surgical center: 1.0207" in said
    assert "Wage index, hospital outpatient department: 1.0707" in said
    assert "record 15: geographicWageIndex printed 1.0707" in said
    assert "reclassification" in said
    assert "before wages" not in said
    assert "before wages" in run("price", "64640", "--encounter", *DAY)
    answer = json.loads(run(*line, "--json"))
    _, _, hospital = answer["encounters"]
    (line_json,) = hospital["facility_lines"]
    # 890.29 x (0.6 x 1.0707 + 0.4) = 928.0561...
    assert line_json["payment"]["value"] == "928.06"
    inputs = {given["role"]: given for given in line_json["payment"]["derivation"]["inputs"]}
    assert inputs["wage_index"]["value"] == "1.0707"
    assert inputs["wage_index"]["derivation"]["rule"] == "opps.wage_index"


def test_two_codes_that_one_edit_pairs() -> None:
    paired = json.loads(run("pair", "64450", "64640", "--as-of", "2024-07-01", "--json"))
    assert paired["modifier_indicator"] == "1"
    none = json.loads(run("pair", "64640", "76942", "--as-of", "2024-07-01", "--json"))
    assert none["modifier_indicator"] is None


def test_add_reads_a_release_and_lists_it(tmp_path: Path, shared_data: Path) -> None:
    file = shared_data / "cms" / "pfs" / "rvu25a" / "GPCI2025.csv"
    store = ("--store", str(tmp_path / "store"))
    added = json.loads(run(*store, "sources", "add", "cms_pfs_gpci", str(file), "--json"))
    schema("added").validate(added)
    (account,) = added["files"]
    assert account["read"] == account["kept"] + sum(account["rejected"].values())
    listed = json.loads(run(*store, "sources", "list", "--json"))
    schema("sources").validate(listed)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("facts", "6464"), 2, "shape"),
        (("facts", "64640", "--as-of", "yesterday"), 2, "2025-10-15"),
        (("publish", "99999", "--as-of", "2025-10-15", "--out", "nowhere"), 2, "99999"),
        (("price", "64640", "--units", "0"), 2, "units"),
        (("price", "64640", "--pos", "11", "--locality", "10212-98", *DAY), 2, "10212-99"),
        (("price", "64640", "--zip", "91759", *DAY), 2, "01182-18"),
        (("price", "64640", "--zip", "00000", *DAY), 2, "ZIP code"),
        (("price", "64640", "--encounter", "--cbsa", "47764", *DAY), 2, "47764-DC"),
        (("price", "64640", "--encounter", "--cbsa", "99999", *DAY), 2, "16984"),
        (
            ("price", "64640", "--zip", "60601", "--locality", "06102-16", *DAY),
            2,
            "or the locality",
        ),
        (("price", "64640", "77002", "--units", "2", *DAY), 2, "line by line"),
        (("pair", "64640", "6445"), 2, "shape"),
        (("verify", __file__), 2, "payeratlas publish"),
        (("publsh", "64640"), 2, "publish"),
        (("publish", "--all", "--with-descriptors"), 2, "not for distribution"),
        (("publish", "--all", "64640"), 2, "--all"),
        (("sources", "add", "nothing", "x.csv"), 2, "ncci_mue"),
        (("sources", "add", "ncci_mue", "no-such-file.csv"), 3, "no-such-file.csv"),
    ],
)
def test_refusals_name_the_place_and_the_cure(
    arguments: tuple[str, ...], code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code in EXIT_CODES
    found, told = refused(capsys, *arguments)
    assert found == code
    assert says in told
    assert not Path("nowhere").exists()


def test_a_bad_file_leaves_the_store_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, bad = tmp_path / "store", tmp_path / "GPCI2026.csv"
    bad.write_text("Medicare Administrative Contractor,Locality\n10112,00\n", encoding="utf-8")
    code, told = refused(capsys, "--store", str(store), "sources", "add", "cms_pfs_gpci", str(bad))
    assert code == 3
    assert "GPCI2026.csv" in told
    assert not list(store.rglob("*.json"))


def test_help_loads_neither_data_nor_engine() -> None:
    """Completion runs the program on every press of Tab."""
    program = (
        "import sys\nfrom payeratlas.apps.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted({'duckdb', 'pyarrow', 'typst', 'jinja2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert all(name in done.stdout for name in COMMANDS)
