"""``payeratlas rates`` without ``--raw``: benchmark cells as a table, JSON, CSV and Parquet."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import benchkit
from payeratlas.apps.api import Atlas
from payeratlas.apps.cli import cli, main
from payeratlas.model.errors import InputError
from payeratlas.pages import benchmarks as door
from payeratlas.publish.benchmark_table import ASIDE_COLUMNS, COLUMNS
from payeratlas.rates.benchmark import Benchmarks


@pytest.fixture(autouse=True)
def found(monkeypatch: pytest.MonkeyPatch) -> Benchmarks:
    """Benchmarks made by hand stand behind the door."""
    made = benchkit.benchmarks()
    monkeypatch.setattr(door, "benchmarks_for", lambda code, as_of, store: made)
    return made


def run(*arguments: str) -> str:
    result = CliRunner().invoke(
        cli, ["rates", "64640", *arguments], catch_exceptions=False, standalone_mode=False
    )
    assert not result.return_value, result.output
    return result.stdout


def document(*arguments: str) -> Any:
    schema = resources("payeratlas.publish") / "schema" / "v1" / "benchmarks.json"
    told = json.loads(run("--json", *arguments))
    jsonschema.validate(told, json.loads(schema.read_text("utf-8")))
    return told


def records(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


EVERYTHING = ("--line", "all", "--strictness", "all", "--state", "all")


def test_the_table_shows_what_stands_behind_each_number() -> None:
    lines = {" ".join(line.split()) for line in run().splitlines()}
    assert (
        "Aetna, facility, hospital outpatient 14 $1,427.50 $977.00 to $1,758.00 $1,180.25 to "
        "$1,641.75 $890.29 160% 3" in lines
    )
    thin = "Cigna, facility, hospital outpatient 4 4 organisations: too few for a median"
    assert thin in lines
    assert any("not the nation" in line for line in lines)
    assert any(line.startswith("Set aside: 8 placeholder") for line in lines)


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        ((), 12),
        (EVERYTHING, 18),
        (("--payer", "AETNA"), 3),
        (("--payer", "united"), 3),
        (("--payer", "uhc", "--line", "all"), 4),
        (("--setting", "office"), 4),
        (("--line", "medicaid"), 1),
        (("--state", "fl"), 1),
        (("--state", "all"), 14),
        (("--strictness", "minimum"), 1),
        (("--state", "WY"), 0),
    ],
)
def test_options_choose_cells_alike_in_every_output(
    arguments: tuple[str, ...], count: int, tmp_path: Path
) -> None:
    path = tmp_path / "cells.parquet"
    assert len(document(*arguments)["cells"]) == count
    assert len(records(run("--csv", *arguments))) == count
    assert f"{count:,} cells." in run("--parquet", str(path), *arguments)
    assert pq.read_table(path).num_rows == count
    assert ("No cell: nothing on hand fits" in run(*arguments)) == (count == 0)


def test_json_has_funnels_organisations_and_places(found: Benchmarks) -> None:
    told = document(*EVERYTHING)
    assert told["edition"] == found.edition
    cell = next(c for c in told["cells"] if (c["family"], c["organisations"]) == ("aetna", 14))
    assert (cell["median"], cell["interval"], cell["tails"]) == (
        "1427.50", ["977.00", "1758.00"], None,
    )  # fmt: skip
    assert cell["ratio_of_medians"] == "1.6034"
    assert cell["funnel"][0] == {"reason": "read", "rows": 110, "left": 110, "median": "950.00"}
    vote = cell["votes"][0]
    assert (vote["amount"], vote["place"]["file"]) == ("900.00", benchkit.FILES[0].id)
    thin = next(c for c in told["cells"] if c["family"] == "cigna")
    shown = ("median", "interval", "quartiles", "tails", "by_npi", "ratio_of_medians", "grade")
    assert [thin[name] for name in shown] == [None] * 7
    assert len(thin["votes"]) == 4
    (percent,) = [c for c in told["cells"] if c["unit"] == "percent"]
    assert percent["median"] == "57.50"
    assert percent["medicare"]["unknown"].startswith("not_covered: ")
    assert told["outliers"] is None


def test_rates_set_aside_on_demand() -> None:
    told = document("--outliers")["outliers"]
    assert [(one["reason"], one["amount"], one["printed"]) for one in told] == [
        ("placeholder", "0.01", None),
        ("over_ceiling", "309965058.00", None),
        ("not_a_number", None, "see contract"),
    ]
    lines = records(run("--outliers", "--csv"))
    assert tuple(lines[0]) == ASIDE_COLUMNS
    assert lines[0]["payer"] == "'=cmd"
    said = run("--outliers")
    assert "Above any possible price: 1 posted rates" in said
    assert "77/7/1" in said


def test_csv_and_parquet_say_the_same(tmp_path: Path) -> None:
    path = tmp_path / "out" / "cells.parquet"
    run("--parquet", str(path), *EVERYTHING)
    table = pq.read_table(path)
    lines = records(run("--csv", *EVERYTHING))
    assert tuple(table.column_names) == tuple(lines[0]) == COLUMNS
    for kept, line in zip(table.to_pylist(), lines, strict=True):
        for name, value in kept.items():
            if isinstance(value, list):
                assert "; ".join(value) == line[name]
            elif isinstance(value, Decimal):
                assert value == Decimal(line[name])
            else:
                assert ("" if value is None else str(value)) == line[name]
    assert not [p for p in path.parent.iterdir() if p != path]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "＝1+1"])
def test_a_publisher_s_text_is_never_a_formula(
    text: str, found: Benchmarks, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = found.cells[0]
    poisoned = replace(cell, basis=replace(cell.basis, publishers=(text,)))
    monkeypatch.setattr(door, "benchmarks_for", lambda *_: replace(found, cells=(poisoned,)))
    (line,) = records(run("--csv"))
    assert line["publishers"] == f"'{text}"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--json", "--csv"), "exclude each other"),
        (("--json", "--parquet", "x.parquet"), "exclude each other"),
        (("--payer", "nobody"), "is called 'nobody'"),
        (("--raw", "--outliers"), "--raw goes with"),
        (("--setting", "moon"), "moon"),
    ],
)
def test_refusals_name_the_cure(
    arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(("rates", "64640", *arguments))
    assert stop.value.code == 2
    assert says in capsys.readouterr().err


def test_nothing_on_hand_is_said_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(door, "benchmarks_for", lambda *_: benchkit.NO_NPIS)
    with pytest.raises(SystemExit) as stop:
        main(("rates", "64640"))
    assert stop.value.code == 2
    told = capsys.readouterr().err
    assert "there is no benchmark of 64640: no utilization" in told
    assert "sources add" in told


def test_python_gives_the_same_answer(found: Benchmarks) -> None:
    atlas = Atlas.open()
    assert set(atlas.benchmarks("64640").cells) == set(found.cells)
    office = atlas.benchmarks("64640", payer="aetna", setting="office").cells
    assert [cell.organisations for cell in office] == [36]
    for wrong in ({"line": "gold"}, {"strictness": "harsh"}, {"setting": "moon"}):
        with pytest.raises(InputError):
            atlas.benchmarks("64640", **wrong)
