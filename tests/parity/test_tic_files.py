"""Real files, CMS's examples and hostile JSON: both readers say the same of them."""

from __future__ import annotations

import gzip
from decimal import Decimal
from pathlib import Path

import pytest
from tickit import Said, cut, levels, native, plain

from payeratlas.formats.tic_values import TicLimits

IN_NETWORK = ("2023-11-07_Evry-Health", "2024-03-04_Evry-Health")
SMALL_FILES = (
    "2022-07-01_Evry-Health_allowed-amounts.json",
    "2023-04_Anthem_index_slice.json",
    "bsca_2026-09-01_v2.0.0_RECONSTRUCTED_in-network-rates.json",
)
CHUNK = 1 << 20


def content(path: Path) -> bytes:
    """The unpacked bytes of a file."""
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def same(data: bytes) -> Said:
    """What both readers say."""
    said = plain(cut(data, CHUNK))
    for level in levels():
        assert native(cut(data, 70_001), level=level) == said
    return said


def test_carefirst_2022(shared_data: Path) -> None:
    data = content(shared_data / "tic" / "2022_CareFirst-BCBS_in-network-rates.json.gz")
    rows, account = same(data)
    assert isinstance(rows, dict)
    assert len({item[5] for item in rows["tic_item"]}) == 1_773
    assert len(rows["tic_price"]) == account.prices.kept == account.prices.read == 122_310
    assert account.groups.read == 370
    assert dict(account.groups.rejected) == {"unreferenced": 296}
    assert {row[2] for row in rows["tic_provider_group"]} == {"remote"}
    assert account.oddities == {"tic_provider_group.group_id_not_integer": 74}


def test_evry_2025(shared_data: Path) -> None:
    data = content(shared_data / "tic" / "2025-06-23_Evry-Health_in-network-rates.json.gz")
    rows, account = same(data)
    assert isinstance(rows, dict)
    assert len(rows["tic_item"]) == account.items.kept == 3_483
    assert len(rows["tic_price"]) == 30_209
    items = {item[0] for item in rows["tic_item"] if item[5] == "64640"}
    rates = sorted(price[3] for price in rows["tic_price"] if price[0] in items)
    assert len(rates) == 21
    assert (rates[0], rates[-1]) == (Decimal("202.91"), Decimal("723.02"))
    # The place of an item is where it can be read again.
    (offset,) = (item[1] for item in rows["tic_item"] if item[5] == "64640")
    assert data[offset : offset + 1] == b"{"
    assert b'"billing_code":"64640"' in data[offset : offset + 600]
    # The code filter gives the same rates, and nothing else.
    chosen, kept = native(cut(data, CHUNK), ["64640"])
    assert isinstance(chosen, dict)
    assert (chosen, kept) == plain(cut(data, CHUNK), ["64640"])
    assert sorted(price[3] for price in chosen["tic_price"]) == rates
    assert dict(kept.items.rejected) == {"not_wanted": 3_482}


def test_a_real_file_when_little_is_remembered(shared_data: Path) -> None:
    data = content(shared_data / "tic" / "2025-06-23_Evry-Health_in-network-rates.json.gz")
    limits = TicLimits(terms=1, sets=40, members=500, groups=100, npis=300, text=20_000)
    codes = ["64640", "99213", "20610", "62323"]
    said = plain(cut(data, CHUNK), codes, limits)
    assert not isinstance(said[0], str)
    for size in (61, CHUNK):
        assert native(cut(data, size), codes, limits) == said


@pytest.mark.slow
@pytest.mark.parametrize("name", IN_NETWORK)
def test_other_in_network_files(shared_data: Path, name: str) -> None:
    _, account = same(content(shared_data / "tic" / f"{name}_in-network-rates.json.gz"))
    assert account.prices.kept == account.prices.read > 20_000


@pytest.mark.parametrize("name", SMALL_FILES)
def test_small_files(shared_data: Path, name: str) -> None:
    said = same(content(shared_data / "tic" / name))
    assert not isinstance(said[0], str)


def test_the_examples_of_each_schema(shared_data: Path) -> None:
    files = sorted((shared_data / "tic" / "schemas").glob("*/examples/*.json"))
    assert len(files) > 25
    for path in files:
        said = same(path.read_bytes())
        assert not isinstance(said[0], str), (path, said)


@pytest.mark.parametrize("around", [b'{"in_network":[],"x":%b}', b'{"in_network":[{"x":%b}]}'])
def test_json_test_suite(shared_data: Path, around: bytes) -> None:
    folder = shared_data / "hostile" / "jsontestsuite" / "test_parsing"
    counted = dict.fromkeys("yni", 0)
    for path in sorted(folder.glob("*.json")):
        kind = path.name[0]
        said = same(around.replace(b"%b", path.read_bytes()))
        if kind != "i":
            assert isinstance(said[0], str) == (kind == "n"), (path.name, said)
        counted[kind] += 1
    assert counted["y"] >= 95
    assert counted["n"] >= 188
