"""``payeratlas compare``: private, whole, and clear about every row that has no benchmark."""

from __future__ import annotations

import io
import json
import socket
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import python_calamine
from click.testing import CliRunner

from comparekit import benchmarks, cell
from filekit import workbook
from payeratlas.apps import my_rates
from payeratlas.apps.api import Atlas
from payeratlas.apps.cli import cli, main
from payeratlas.apps.commands.compare import REPORT, WORKBOOK
from payeratlas.model.facts import Unknown
from payeratlas.model.time import AsOf
from payeratlas.rates.benchmark import Benchmarks

HELD = {
    "64640": benchmarks(
        "64640",
        cell("64640", "aetna", [10 * step for step in range(1, 13)]),
        cell("64640", "aetna", [50] * 11, state="NY"),
        cell("64640", "aetna", [70] * 11, strictness="maximum"),
    )
}
TEXT = "CPT,Insurance,POS,Rate,Units/yr\n64640,Aetna,11,43.21,100\n64640,Acme,11,43.21,100\n"
SECRET = "43.21"


@pytest.fixture(autouse=True)
def held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Benchmarks made by hand, whatever is on hand."""

    def of(atlas: Atlas, code: str, day: AsOf) -> Benchmarks | Unknown:
        return HELD.get(code, Unknown("not_covered", "not on hand."))

    monkeypatch.setattr(my_rates, "benchmarks_of", of)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "my-rates.csv"
    path.write_text(TEXT, "utf-8")
    return path


def run(tmp_path: Path, *arguments: str) -> str:
    line = ["--store", str(tmp_path / "store"), "compare", *arguments]
    result = CliRunner().invoke(cli, line, catch_exceptions=False, standalone_mode=False)
    assert (result.return_value or 0) == 0, result.output
    return result.stdout


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as stop:
        main(["compare", *arguments])
    captured = capsys.readouterr()
    assert not captured.out
    return int(stop.value.code or 0), captured.err


def answer(tmp_path: Path, *arguments: str) -> Any:
    document = json.loads(run(tmp_path, *arguments, "--json"))
    schema = resources("payeratlas.publish") / "schema" / "v1" / "compare.json"
    jsonschema.validate(document, json.loads(schema.read_text("utf-8")))
    return document


def test_people_read_the_account_and_the_opportunities(tmp_path: Path, file: Path) -> None:
    told = run(tmp_path, str(file))
    assert "my-rates.csv: 2 rows read, 1 compared, 1 not." in told
    assert "At your rates $4,321.00 a year" in told
    assert "opportunity $2,179.00" in told
    assert "1 unknown_payer, first in row 3" in told
    assert "Of the rows not compared 1 have their percent of Medicare" in told


def test_the_options_choose_the_cell(tmp_path: Path, file: Path) -> None:
    assert answer(tmp_path, str(file))["rows"][0]["median"] == "65.00"
    found = answer(tmp_path, str(file), "--state", "ny")
    assert (found["rows"][0]["median"], found["rows"][0]["cell"]["state"]) == ("50.00", "NY")
    found = answer(tmp_path, str(file), "--strictness", "maximum")
    assert found["rows"][0]["median"] == "70.00"


def test_medicare_is_of_the_day_asked_about(tmp_path: Path, file: Path) -> None:
    found = answer(tmp_path, str(file), "--as-of", "2025-10-15")
    for row in (*found["rows"], *found["rows_unmatched"]):
        assert row["medicare"]["amount"] == "240.98"
        assert row["medicare"]["release"].startswith("rvu25")
    assert found["rows"][0]["of_medicare"] == "0.179309"


def test_defaults_for_rows_that_do_not_say(tmp_path: Path, file: Path) -> None:
    file.write_text("code,fee\n64640,43.21\n", "utf-8")
    found = answer(tmp_path, str(file), "--payer", "Aetna", "--setting", "11")
    assert found["matched"] == 1
    found = answer(
        tmp_path, str(file), "--payer", "Aetna", "--setting", "ASC", "--bill-type", "facility"
    )
    assert found["unmatched"] == {"no_cell_for_series": 1}


def test_a_workbook_gives_the_same_answer(tmp_path: Path, file: Path) -> None:
    data = workbook(
        [
            ["CPT", "Insurance", "POS", "Rate", "Units/yr"],
            [64640.0, "Aetna", 11.0, 43.21, 100.0],
            [64640.0, "Acme", 11.0, 43.21, 100.0],
        ]
    )
    other = tmp_path / "my-rates.xlsx"
    other.write_bytes(data)
    one, two = (answer(tmp_path, str(path)) for path in (file, other))
    assert one.pop("file") != two.pop("file")
    assert one == two


def test_files_are_written_where_asked_and_nowhere_else(tmp_path: Path, file: Path) -> None:
    before = set(tmp_path.rglob("*"))
    told = run(tmp_path, str(file), "-o", str(tmp_path / "out"))
    new = {tmp_path / "out", tmp_path / "out" / WORKBOOK, tmp_path / "out" / REPORT}
    assert set(tmp_path.rglob("*")) - before == new
    assert WORKBOOK in told
    assert file.read_text("utf-8") == TEXT
    book = python_calamine.CalamineWorkbook.from_filelike(
        io.BytesIO((tmp_path / "out" / WORKBOOK).read_bytes())
    )
    assert book.get_sheet_by_name("Rows").to_python()[1][0] == 2
    first = (tmp_path / "out" / WORKBOOK).read_bytes()
    run(tmp_path, str(file), "--xlsx", str(tmp_path / "again.xlsx"))
    assert (tmp_path / "again.xlsx").read_bytes() == first


def test_nothing_is_stored_sent_or_left_in_a_temporary_folder(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_line(*arguments: object) -> None:
        raise AssertionError("a connection was opened")

    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.setattr(socket.socket, "connect", no_line)
    opened: list[str] = []
    real = io.open

    def watched(path: Any, mode: str = "r", *rest: Any, **more: Any) -> Any:
        if set(mode) & set("wax+"):
            opened.append(str(path))
        return real(path, mode, *rest, **more)

    monkeypatch.setattr("builtins.open", watched)
    monkeypatch.setattr("io.open", watched)
    run(tmp_path, str(file), "-o", str(tmp_path / "out"))
    assert not list(temporary.iterdir())
    assert not (tmp_path / "store").exists()
    assert all(str(tmp_path / "out") in path for path in opened), opened


@pytest.mark.parametrize(
    ("text", "arguments", "code", "words"),
    [
        (f"CPT,Charge\n64640,{SECRET}\n", (), 2, "no column is the rate"),
        (f"CPT,Rate\n64640,{SECRET}\n", (), 2, "no column names the payer"),
        (f"CPT,Fee,Allowed\n64640,{SECRET},{SECRET}\n", (), 2, "more than one column"),
        (f'CPT,Insurance,Rate\n64640,Aetna,"{SECRET}\n', (), 3, "never closed"),
        ("", (), 3, "empty"),
        (TEXT, ("--state", "New York"), 2, "not a state"),
        (TEXT, ("--setting", "asc"), 2, "setting_of_which_bill"),
    ],
)
def test_refusals_name_the_place_and_never_a_rate(
    file: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    arguments: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    file.write_text(text, "utf-8")
    found, told = refused(capsys, str(file), *arguments)
    assert found == code
    assert words in told
    assert "Try:" in told
    assert SECRET not in told


def test_the_users_own_file_is_never_written_over(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = refused(capsys, str(file), "--xlsx", str(file))
    assert code == 2
    assert "need a name each" in told
    assert file.read_text("utf-8") == TEXT
    code, told = refused(capsys, str(file.parent / "absent.csv"))
    assert code == 2
    assert "absent.csv" in told


def test_without_benchmarks_medicare_is_compared_all_the_same(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        my_rates, "benchmarks_of", lambda atlas, code, day: Unknown("not_covered", "none.")
    )
    found = answer(tmp_path, str(file), "--as-of", "2025-10-15")
    assert found["unmatched"] == {"no_rates_of_code": 2}
    assert found["rows_unmatched"][0]["of_medicare"] == "0.179309"
    assert found["editions"] == []


def test_the_python_api_gives_the_same_answer(tmp_path: Path, file: Path) -> None:
    seen: list[tuple[str, int]] = []
    found = Atlas.open(tmp_path / "store").compare(
        file, told=lambda what, rows: seen.append((what, rows))
    )
    assert (found.read, len(found.matched), found.reasons) == (2, 1, {"unknown_payer": 1})
    assert seen == [("read", 2), ("compared", 2)]
