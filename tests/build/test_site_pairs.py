"""The edits that a site tells of two codes, judged by the edits as the store gives them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import payeratlas
from payeratlas.build.site_pairs import ALIKE, FOLDER, write_pairs
from payeratlas.coding.ptp import in_effect
from payeratlas.model.time import AsOf
from payeratlas.store import Store

STORE = payeratlas.open().store
TODAY = date(2026, 1, 1)
LAST = date(2024, 9, 30)  # the last day of the newest edits on hand
CODES = ("64640", "64450", "76942", "99213", "00142", "J0585")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("pairs")
    assert write_pairs(STORE, root, as_of=AsOf(TODAY), only=CODES, software="s")
    return root / FOLDER


def index_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "index.json").read_bytes())
    return found


def unpacked(index: dict[str, Any], edits: dict[str, Any]) -> list[tuple[object, ...]]:
    """The packed edits of a service type, row by row."""
    others = edits["codes"].split()

    def column(name: str) -> Any:
        value = edits[name]
        return value if isinstance(value, list) else [value] * len(others)

    signs = edits["indicators"]
    signs = signs * len(others) if len(signs) == 1 else signs
    record = 0
    rows: list[tuple[object, ...]] = []
    for place, other in enumerate(others):
        record += edits["records"][place]
        printed, _ = index["rationales"][column("rationales")[place]]
        first, last = index["days"][column("days")[place]]
        name, _ = index["files"][column("files")[place]]
        rows.append((other, signs[place], printed, first, last, name, record))
    return rows


@pytest.mark.parametrize("service", ["practitioner", "hospital"])
@pytest.mark.parametrize("code", CODES)
def test_a_file_holds_the_edits_in_effect_and_no_others(
    folder: Path, code: str, service: str
) -> None:
    (published,) = [p for p in STORE.releases("ncci_ptp") if p.holds("ncci_ptp", service=service)]
    names = {part.artifact.sha256: part.artifact.name for part in published.parts}
    wanted = [
        (
            row.text("column2"),
            row.text("modifier_indicator"),
            row.text("rationale"),
            row["effective"] and str(row["effective"]),
            row["deletion"] and str(row["deletion"]),
            names[row.artifact],
            row.ordinal,
        )
        for row in STORE.rows("ncci_ptp", published, service=service, column1=code)
        if in_effect(row.values, LAST)
    ]
    file, index = folder / f"{code[:ALIKE]}.json", index_of(folder)
    held = json.loads(file.read_bytes()) if file.is_file() else {}
    assert (code in index["codes"].split()) == (code in held)
    edits = held.get(code, {}).get(service)
    assert (unpacked(index, edits) if edits else []) == wanted
    assert index["services"][service]["day"] == LAST.isoformat()


def test_codes_without_an_edit_are_not_there_and_others_were_not_asked_for(folder: Path) -> None:
    index = index_of(folder)
    assert index["codes"].split() == ["00142", "64450", "64640", "76942", "99213"]
    assert {path.stem for path in folder.glob("*.json")} == {
        "index",
        *(code[:ALIKE] for code in index["codes"].split()),
    }
    assert index["only"].split() == sorted(CODES)


def test_the_same_edits_are_not_written_again_and_another_day_or_store_is(tmp_path: Path) -> None:
    def write(store: Store, today: date = TODAY) -> bool:
        return write_pairs(store, tmp_path, as_of=AsOf(today), only=("00142",), software="s")

    assert write(STORE)
    before = index_of(tmp_path / FOLDER)["made_of"]
    assert not write(STORE)
    assert write(STORE, date(2024, 7, 15))
    assert index_of(tmp_path / FOLDER)["made_of"] != before
    bare = Store.open(tmp_path / "store", embedded=False)
    assert not write(bare)
    assert not (tmp_path / FOLDER).exists()
