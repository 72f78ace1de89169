"""Real hospital files, CMS's examples and validator fixtures: both readers say the same of them."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hospitalkit import ROWS, Said, native, plain
from tickit import cut, levels

from payeratlas.formats.hospital_account import HospitalAccount
from payeratlas.formats.hospital_rows import HospitalCharge, HospitalItem

CHUNK = 1 << 20
V3 = {"adventhealth-orlando": 136_292, "uchicago": 100_333, "ucsf-parnassus": 146_204}
REFUSED = {"sample-invalid.json": "unexpected_byte", "sample-empty.json": "not_a_hospital_file"}


def content(path: Path) -> bytes:
    """The unpacked bytes of a file."""
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def same(data: bytes) -> Said:
    """What both readers say."""
    said = plain(cut(data, CHUNK))
    for level in levels():
        assert native(cut(data, 70_001), level=level) == said
    return said


def balanced(account: HospitalAccount) -> bool:
    """Whether everything that was read went somewhere."""
    parts = (account.records, account.items, account.charges)
    return all(
        p.read == p.kept + sum(n for _, n in p.rejected) + sum(n for _, n in p.merged)
        for p in parts
    )


def by_json(data: bytes) -> tuple[list[Any], list[Any]]:
    """Items and charges as json.loads has them: the third, careless reading."""
    whole = json.loads(data.decode("utf-8-sig"), parse_float=Decimal, parse_int=Decimal)
    items: list[Any] = []
    charges: list[Any] = []
    for element in whole["standard_charge_information"]:
        codes = tuple(code["code"].strip() for code in element["code_information"])
        for charge in element.get("standard_charges", []):
            items.append(
                (codes, charge.get("setting"), charge.get("gross_charge"), charge.get("minimum"))
            )
            for payer in charge.get("payers_information", []):
                names = (payer["payer_name"].strip(), payer.get("standard_charge_dollar"))
                charges.append((len(items), *names, payer.get("median_amount")))
    return items, charges


def short(rows: dict[str, list[tuple[Any, ...]]]) -> tuple[list[Any], list[Any]]:
    """The same of rows of the tables."""
    items = [HospitalItem(*row) for row in rows.get("hospital_item", [])]
    charges = [HospitalCharge(*row) for row in rows.get("hospital_charge", [])]
    return (
        [(i.code, i.setting, i.gross, i.minimum) for i in items],
        [(c.item, c.payer_name, c.dollar, c.median) for c in charges],
    )


def test_andalusia_version_2(shared_data: Path) -> None:
    data = content(shared_data / "hospital" / "v2-raw" / "andalusia_hospital-charges-listing.json")
    rows, account = same(data)
    assert isinstance(rows, dict)
    assert short(rows) == by_json(data)
    assert account.records.read == account.items.kept == 9_726
    assert account.charges.read == account.charges.kept == 410
    assert balanced(account)
    assert account.oddities["hospital_file.modifier_information_unread"] == 30
    estimated = [HospitalCharge(*row).estimated for row in rows["hospital_charge"]]
    assert estimated[0] == Decimal("64042.96")
    assert None not in estimated


@pytest.mark.slow
@pytest.mark.parametrize("name", V3)
def test_whole_files_of_version_3(shared_data: Path, name: str) -> None:
    data = content(shared_data / "hospital" / "v3" / f"{name}.json.gz")
    rows, account = same(data)
    assert isinstance(rows, dict)
    assert short(rows) == by_json(data)
    assert account.charges.kept == account.charges.read == V3[name]
    assert balanced(account)


def test_the_native_reader_alone_on_a_file_of_version_3(shared_data: Path) -> None:
    name = "adventhealth-orlando"
    data = content(shared_data / "hospital" / "v3" / f"{name}.json.gz")
    rows, account = native(cut(data, CHUNK), batch_rows=1 << 17)
    assert isinstance(rows, dict)
    assert short(rows) == by_json(data)
    assert account.charges.kept == account.charges.read == V3[name]
    assert balanced(account)


def test_examples_and_validator_fixtures(shared_data: Path) -> None:
    folder = shared_data / "hospital"
    files = sorted([*folder.glob("cms-examples/*.json"), *folder.glob("validator-fixtures/*.json")])
    assert len(files) > 35
    seen: Counter[str] = Counter()
    for path in files:
        data = path.read_bytes()
        said = same(data)
        if path.name in REFUSED:
            assert said[0] == REFUSED[path.name]
            continue
        rows, account = said
        assert isinstance(rows, dict), path.name
        assert short(rows) == by_json(data), path.name
        assert balanced(account)
        seen.update(account.oddities)
    # Each fault that CMS put into a fixture and that a row can show.
    for oddity in ("estimated_nine_nines", "median_nine_nines", "no_amount", "number_as_text"):
        assert seen[f"hospital_charge.{oddity}"], oddity


def test_rows_have_the_columns_of_the_contract() -> None:
    from payeratlas.tables.hospital import HOSPITAL

    for table, row in ROWS.items():
        assert list(row.__annotations__) == [c.name for c in HOSPITAL[table].columns]


@pytest.mark.parametrize(
    "around",
    [
        b'{"standard_charge_information":[],"x":%b}',
        b'{"standard_charge_information":[{"code_information":%b}]}',
        b'{"standard_charge_information":[{"standard_charges":[{"gross_charge":%b}]}]}',
        b'{"standard_charge_information":[{"standard_charges":[{"payers_information":[{"count":%b'
        b"}]}]}]}",
    ],
)
def test_json_test_suite(shared_data: Path, around: bytes) -> None:
    folder = shared_data / "hostile" / "jsontestsuite" / "test_parsing"
    paths = sorted(folder.glob("*.json"))
    assert len(paths) > 280
    for path in paths:
        said = same(around.replace(b"%b", path.read_bytes()))
        if path.name[0] == "n":
            assert isinstance(said[0], str), path.name
