"""``payeratlas month``: JSON as its schemas say, words, refusals and exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from test_cli import refused, run, schema

from payeratlas.apps.cli import main
from payeratlas.build.executor import Receipt
from workkit import write_month


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four files: one damaged, two of the same bytes."""
    return write_month(tmp_path_factory.mktemp("in"), 4)


Fail = Callable[..., str]


@pytest.fixture
def fail(capsys: pytest.CaptureFixture[str]) -> Fail:
    """Run a command that ends with exit code 1; what it printed."""

    def failing(*arguments: str) -> str:
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 1
        return capsys.readouterr().out

    return failing


def test_a_month_from_plan_to_sweep(plan: Path, tmp_path: Path, fail: Fail) -> None:
    schema("month_plan").validate(json.loads(plan.read_bytes()))
    out, receipts = tmp_path / "out", tmp_path / "receipts.jsonl"
    command = ("month", "read", str(plan), "--out", str(out), "--jobs", "2")
    told = json.loads(fail(*command, "--receipts", str(receipts), "--json"))
    schema("month").validate(told)
    assert (told["files"]["kept"], told["failed"], len(told["refused"])) == (2, [], 1)
    manifest = json.loads((out / told["manifest"]).read_bytes())
    schema("month_manifest").validate(manifest)
    outcomes = [Receipt.from_json(line).outcome for line in receipts.read_text().splitlines()]
    assert sorted(outcomes) == ["done"] * 3 + ["refused"]

    words = fail(*command)
    assert "month: 2 price files read" in words
    assert "3 had been read by an earlier run" in words
    assert "1 have the bytes of another" in words
    assert "refused: rates-002.json.gz: " in words
    assert told["digest"] in words

    sweep = ("month", "sweep", str(out), "--older-than")
    assert "0 files, 0 bytes, that no manifest names" in run(*sweep, "1")
    listed = json.loads(run(*sweep, "0", "--json"))
    schema("month_leftovers").validate(listed)
    assert not listed["removed"]
    assert {name.partition("/")[0] for name in (e["name"] for e in listed["leftovers"])} == {
        "receipts"
    }
    assert "3 files" in run(*sweep, "0", "--remove")
    assert json.loads(run(*sweep, "0", "--json"))["leftovers"] == []
    assert json.loads((out / told["manifest"]).read_bytes()) == manifest


def test_a_whole_month_ends_well(plan: Path, tmp_path: Path) -> None:
    good = plan.with_name("good.json")
    good.write_text('{"format": 1, "release": "good", "files": ["rates-000.json.gz"]}')
    assert "good: 1 price files" in run("month", "read", str(good), "--out", str(tmp_path))


def test_a_file_without_an_answer_shows_nothing(plan: Path, tmp_path: Path, fail: Fail) -> None:
    lost = plan.with_name("lost.json")
    lost.write_text('{"format": 1, "release": "lost", "files": ["none.json", "rates-000.json.gz"]}')
    words = fail("month", "read", str(lost), "--out", str(tmp_path))
    assert "failed: none.json: " in words
    assert "Nothing became visible" in words
    assert not (tmp_path / "releases").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--out", "https://x.example/y"), "no folder and no object store"),
        (("--out", "o", "--master", "local"), "--master is of --executor spark"),
        (("--out", "o", "--executor", "spark", "--jobs", "2"), "--jobs is of the local executor"),
        (("--out", "o", "--receipts", "no/such/folder"), "the receipts cannot be written there"),
    ],
)
def test_what_cannot_be_used_is_refused(
    plan: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], told: str
) -> None:
    code, words = refused(capsys, "month", "read", str(plan), *options)
    assert code == 2
    assert told in words


def test_spark_says_what_to_install(
    plan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    code, words = refused(capsys, "month", "read", str(plan), "--out", "o", "--executor", "spark")
    assert code == 2
    assert "payeratlas[spark]" in words
