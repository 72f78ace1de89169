"""A payer's file to Parquet: the same tables by either reader, and nothing where it is refused."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from payeratlas.formats import tic_kernel
from payeratlas.model.errors import FileError
from payeratlas.store import tic as store_tic
from payeratlas.store.tic import REASONS, read_tic
from payeratlas.tables.tic import TIC, schema

GROUP = {"npi": [1234567893], "tin": {"type": "ein", "value": "11-1111111"}}
CODES = [{"billing_code_type": "CPT", "billing_code": "27447"}]
FILE = {
    "reporting_entity_name": "Example",
    "provider_references": [{"provider_group_id": 7, "provider_groups": [GROUP]}],
    "in_network": [
        {
            "billing_code": code,
            "bundled_codes": CODES,
            "negotiated_rates": [
                {
                    "provider_references": [7],
                    "negotiated_prices": [
                        {"negotiated_rate": n + 0.25, "service_code": ["11"]} for n in range(10)
                    ],
                }
            ],
        }
        for code in ("99213", "64640")
    ],
}
DATA = json.dumps(FILE).encode()


@pytest.fixture(params=[False, True], ids=["plain", "native"])
def native(request: pytest.FixtureRequest) -> bool:
    """Either reader; the native one where it is installed, and always in CI."""
    wanted: bool = request.param
    if wanted and not tic_kernel.available():
        if os.environ.get("CI", "").lower() in ("true", "1"):
            pytest.fail("payeratlas-kernel is not installed; CI must have it")
        pytest.skip("payeratlas-kernel is not installed: scripts/setup builds it")
    return wanted


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "rates.json.gz"
    path.write_bytes(gzip.compress(DATA))
    return path


@pytest.mark.parametrize("threads", [1, 2])
def test_tables_follow_their_contracts(
    path: Path, tmp_path: Path, native: bool, threads: int
) -> None:
    sink = tmp_path / "out"
    found = read_tic(path, sink, native=native, threads=threads, notes={"artifact": "abc"})
    assert found.account.prices.kept == 20
    parts = ("file", "item", "price", "provider_group", "provider_set", "terms")
    assert set(found.files) == {f"tic_{part}" for part in parts}
    assert sorted(sink.iterdir()) == sorted(found.files.values())
    for table, file in found.files.items():
        held = pq.read_table(file)
        assert held.schema.names == schema(TIC[table]).names
        for field in schema(TIC[table]):
            assert held.schema.field(field.name).nullable == field.nullable
        notes = pq.read_metadata(file).metadata
        assert notes[b"payeratlas.artifact"] == b"abc"
        assert notes[b"payeratlas.table"] == table.encode()
    prices = pq.read_table(found.files["tic_price"]).to_pylist()
    assert [p["negotiated_rate"] * 100 for p in prices[:10]] == [100 * n + 25 for n in range(10)]
    items = pq.read_table(found.files["tic_item"]).to_pylist()
    assert items[0]["bundled_codes"][0]["billing_code"] == "27447"


def test_the_same_by_both_and_from_chunks(path: Path, tmp_path: Path, native: bool) -> None:
    one = read_tic(path, tmp_path / "a", ["64640"], native=native)
    two = read_tic([DATA[:100], DATA[100:]], tmp_path / "b", ["64640"], native=False)
    assert one.account == two.account
    assert dict(one.account.items.rejected) == {"not_wanted": 1}
    for table in one.files:
        assert pq.read_table(one.files[table]).equals(pq.read_table(two.files[table]))


def test_twice_gives_the_same_bytes(path: Path, tmp_path: Path, native: bool) -> None:
    one = read_tic(path, tmp_path / "a", native=native, row_group=4)
    two = read_tic(path, tmp_path / "b", native=native, row_group=4, threads=1)
    for table in one.files:
        assert one.files[table].read_bytes() == two.files[table].read_bytes()


@pytest.mark.parametrize("threads", [1, 2])
def test_a_refused_file_leaves_nothing(tmp_path: Path, native: bool, threads: int) -> None:
    sink = tmp_path / "out"
    path = tmp_path / "bad.json"
    path.write_bytes(DATA[:-30].replace(b"9.25", b"09.2"))
    with pytest.raises(FileError, match="this byte cannot stand here") as found:
        read_tic(path, sink, native=native, threads=threads, row_group=1)
    assert f"bad.json, byte {DATA.index(b'9.25') + 1}, /in_network/0/negotiated_rates/0" in str(
        found.value
    )
    assert "Near: " in str(found.value)
    path.write_bytes(gzip.compress(DATA)[:-4])
    with pytest.raises(FileError, match="cut short"):
        read_tic(path, sink, native=native, threads=threads)
    assert list(sink.iterdir()) == []


def test_a_disk_that_refuses_is_told(path: Path, tmp_path: Path, native: bool) -> None:
    (tmp_path / "tic_price.parquet").mkdir()
    with pytest.raises(OSError, match="tic_price"):
        read_tic(path, tmp_path, native=native)
    assert [p.name for p in tmp_path.glob("tic_*")] == ["tic_price.parquet"]


def test_the_plain_reader_says_what_to_install(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_tic, "MOST_PLAIN", 100)
    with pytest.raises(FileError, match=r"compiler and run scripts/setup"):
        read_tic(path, tmp_path / "out", native=False)


def test_every_reason_has_its_words() -> None:
    package = Path(store_tic.__file__).parents[1]
    readers = ("tic", "tic_json", "hospital_json")
    text = "".join((package / "formats" / f"{name}.py").read_text() for name in readers)
    used = {word for word in REASONS if f'"{word}"' in text}
    assert used == set(REASONS)
