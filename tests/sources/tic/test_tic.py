"""Payers' price files: what a file is an issue of, which files a table of contents names."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pyarrow.parquet as pq
import pytest

from payeratlas.formats.tic_lines import place_in_file
from payeratlas.model.errors import FileError
from payeratlas.store.price_files import PriceFiles
from payeratlas.store.price_manifest import PriceFile
from pricekit import added, found

SAMPLES = Path(__file__).parent / "samples"
STEM = "2026-11-01_made-up-health"


@pytest.fixture
def tic(source: Callable[[str], ModuleType]) -> ModuleType:
    return source("tic")


@pytest.fixture
def held(tmp_path: Path) -> PriceFiles:
    return PriceFiles(tmp_path / "store")


def rows(file: PriceFile, table: str) -> list[dict[str, object]]:
    path = file.table_path(table)
    return pq.read_table(path, partitioning=None).to_pylist() if path else []


# -- what a file is an issue of ------------------------------------------------------------------


def test_an_issue_has_a_day_a_series_and_a_title(tic: ModuleType) -> None:
    printed = {
        "kind": "in_network",
        "reporting_entity_name": "Evry Health",
        "last_updated_on": "2024-03-04T00:00:00-06:00",
    }
    title, series, day, basis = tic.describe(printed, "2024-03-04_Evry_in-network-rates.json.gz")
    assert title == "Evry Health, in-network rates, 2024-03-04T00:00:00-06:00"
    assert day == date(2024, 3, 4)
    assert basis.startswith("last_updated_on")
    for name in ("2025-06-23_evry_in-network-rates.json", "202506_Evry_in-network-rates.jsonl.gz"):
        assert tic.describe(printed, name)[1] == series
    other = {**printed, "kind": "allowed_amounts"}
    assert tic.describe(other, "2024-03-04_Evry_in-network-rates.json.gz")[1] != series


@pytest.mark.parametrize(
    ("updated", "says"),
    [
        (None, "prints no last_updated_on"),
        ("", "prints no last_updated_on"),
        ("2022-08-5", "no calendar day: 2022-08-5"),
        ("2022-02-30", "no calendar day"),
        ("May 2022", "no calendar day"),
    ],
)
def test_a_day_that_cannot_be_read_is_unknown(
    tic: ModuleType, updated: str | None, says: str
) -> None:
    _, _, day, basis = tic.describe({"kind": "in_network", "last_updated_on": updated}, "x.json")
    assert day is None
    assert says in basis


# -- which files a table of contents names -------------------------------------------------------


def test_a_file_signed_anew_is_the_same_file(tic: ModuleType) -> None:
    one = "https://MRF.example.com/a%20b.json.gz?Expires=1&Signature=x"
    other = "https://mrf.example.com/a%20b.json.gz?Expires=2&Signature=y#z"
    far = "https://cdn.example.com/a%20b.json.gz"
    assert tic.key_of(one) == tic.key_of(other) != tic.key_of(far)
    found = tic.offered([one, None, other, "", "not an address", far, one])
    assert [(offer.title, offer.url) for offer in found] == [
        ("a b.json.gz", one),
        ("a b.json.gz", far),
    ]
    assert found[0].release == "https://mrf.example.com/a%20b.json.gz"


def test_paths_keep_their_case(tic: ModuleType) -> None:
    assert tic.key_of("https://x.example/A") != tic.key_of("https://x.example/a")


# -- the samples ---------------------------------------------------------------------------------


def test_every_kind_is_read_and_accounted_for(held: PriceFiles) -> None:
    names = ("in-network-rates.json", "allowed-amounts.json", "index.json")
    files = [added(SAMPLES / f"{STEM}_{name}", held).file for name in names]
    files.append(added(SAMPLES / "ref-7.json", held).file)
    assert [f.kind for f in files] == ["in_network", "allowed_amounts", "index", "providers"]
    rates, allowed, index, references = files
    assert (rates.account.items.kept, rates.account.prices.kept) == (2, 4)
    assert rates.account.groups.read == rates.account.groups.kept == 3
    assert allowed.account.prices.kept == len(rows(allowed, "tic_allowed_amount")) == 1
    assert (index.account.plans.kept, index.account.files.kept) == (2, 2)
    assert [row["kind"] for row in rows(references, "tic_provider_group")] == ["file"]
    assert len(held.all()) == 4


def test_json_lines_are_the_same_file_otherwise_written(held: PriceFiles) -> None:
    one = added(SAMPLES / f"{STEM}_in-network-rates.json", held).file
    lines = added(SAMPLES / f"{STEM}_in-network-rates.jsonl", held).file
    assert lines.issue.series == one.issue.series
    for table in ("tic_price", "tic_terms", "tic_provider_group", "tic_provider_set"):
        assert rows(lines, table) == rows(one, table)
    data = (SAMPLES / f"{STEM}_in-network-rates.jsonl").read_bytes()
    for price in found(held, lines, "99213").prices:
        place = place_in_file(price.offset, lines.shifts)
        assert data[place:].startswith(b'{"negotiation_arrangement"')
        assert b'"99213"' in data[place:].splitlines()[0]


def test_a_fault_in_json_lines_has_its_place_in_the_lines(tmp_path: Path, held: PriceFiles) -> None:
    data = (SAMPLES / f"{STEM}_in-network-rates.jsonl").read_bytes()
    path = tmp_path / "bad.jsonl"
    path.write_bytes(data.replace(b"202.91", b"0202.91"))
    with pytest.raises(FileError, match="cannot stand here") as refused:
        added(path, held)
    place = data.index(b"202.91") + 1
    assert refused.value.where.startswith(f"bad.jsonl, byte {place}, /in_network/0/")
    assert held.all() == ()


@pytest.mark.parametrize("moved", [False, True], ids=["as it is", "codes after rates"])
def test_a_moved_key_changes_nothing(tmp_path: Path, held: PriceFiles, moved: bool) -> None:
    document = json.loads((SAMPLES / f"{STEM}_in-network-rates.json").read_text())
    if moved:
        document["in_network"] = [dict(reversed(i.items())) for i in document["in_network"]]
        document = dict(reversed(document.items()))
    path = tmp_path / "x.json"
    path.write_text(json.dumps(document))
    file = added(path, held, "64640").file
    amounts = [p.amount for p in found(held, file, "64640").prices]
    assert amounts == [Decimal("202.91"), Decimal("405.5")]
    assert dict(file.account.items.rejected) == {"not_wanted": 1}


def test_a_truncated_file_is_refused(tmp_path: Path, held: PriceFiles) -> None:
    data = (SAMPLES / f"{STEM}_in-network-rates.json").read_bytes()
    path = tmp_path / "cut.json"
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(FileError, match="ends too soon"):
        added(path, held)
    assert held.all() == ()
    assert [p for p in held.root.rglob("*") if p.suffix == ".parquet"] == []


def test_an_unknown_key_is_passed_over_and_an_unknown_file_refused(
    tmp_path: Path, held: PriceFiles
) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"product_type": "PPO", "in_network": []}')
    assert added(path, held).file.account.items.read == 0
    path.write_text('{"product_type": "PPO"}')
    with pytest.raises(FileError, match="none of in_network"):
        added(path, held)
