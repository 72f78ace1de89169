"""``payeratlas pair``: JSON as its schema says, words for people, refusals with their exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

import payeratlas.publish
from nccikit import ncci_store
from payeratlas.apps.commands.pair import command

SCHEMAS = Path(payeratlas.publish.__file__).parent / "schema" / "v1"
DAY = ("--as-of", "2024-07-15")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("pair")
    ncci_store(folder).close()
    return str(folder)


def run(root: str, *arguments: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(command, list(arguments), obj=root)
    assert result.exit_code == exit_code, result.output
    return result.output


def answer(root: str, *arguments: str) -> dict[str, Any]:
    loaded = {path.stem: json.loads(path.read_text("utf-8")) for path in SCHEMAS.glob("*.json")}
    registry: Registry[Any] = Registry().with_resources(
        [(one["$id"], Resource.from_contents(one)) for one in loaded.values()]
    )
    found: dict[str, Any] = json.loads(run(root, *arguments, "--json"))
    Draft202012Validator(
        loaded["pair"], registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER
    ).validate(found)
    return found


def test_json_carries_the_modifier_indicator(root: str) -> None:
    found = answer(root, "64640", "64450", *DAY)
    assert (found["modifier_indicator"], found["modifier_allowed"]) == ("1", True)
    assert (found["pays"], found["denied"]) == ("64640", "64450")
    assert found["facts"]["modifier_indicator"]["citation"]["text"] == "1"
    assert "59" in [code for group in found["modifiers"] for code in group["codes"]]
    never = answer(root, "64640", "64480", *DAY)
    assert (never["modifier_indicator"], never["modifier_allowed"]) == ("0", False)
    hospital = answer(root, "64640", "64480", "--service", "hospital", *DAY)
    assert hospital["modifier_indicator"] == "1"


def test_no_edit_and_no_release_are_two_answers(root: str) -> None:
    none = answer(root, "64640", "99283", *DAY)
    assert (none["ruling"], none["modifier_indicator"], none["unknown"]) == ("none", None, None)
    assert none["searched"]["release"] == "ptp2024q3"
    unknown = answer(root, "64640", "64450", "--as-of", "2020-10-15")
    assert unknown["ruling"] == "unknown"
    assert unknown["unknown"]["reason"] == "not_covered"
    assert unknown["searched"] is None


def test_people_read_words(root: str) -> None:
    said = " ".join(run(root, "64640", "64450", *DAY).split())
    assert "64640 is paid and 64450 is denied" in said
    assert "XE, XS, XP, XU, 59: A separate session" in said
    assert "release ptp2024q3" in said
    assert "chapter I, section E" in said


def test_a_day_is_chosen_where_none_is_given(root: str) -> None:
    found = answer(root, "64640", "64450")
    assert found["question"]["service_date"] >= "2024-07-01"


@pytest.mark.parametrize("arguments", [("6464", "64450"), ("64640",), ("64640", "64450", "--x")])
def test_what_is_no_question_is_refused(root: str, arguments: tuple[str, ...]) -> None:
    run(root, *arguments, exit_code=2)
