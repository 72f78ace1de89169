"""Hospitals' standard charges: what a file is an issue of, and what adding it keeps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pyarrow.parquet as pq
import pytest

from payeratlas.build.download import Watch
from payeratlas.build.price_files import Added, Wish, add
from payeratlas.build.registry import load_price_source
from payeratlas.formats.price_account import accounts_of
from payeratlas.model.errors import FileError, InputError
from payeratlas.store.price_files import PriceFiles, damage, slices_of
from payeratlas.store.price_manifest import PriceFile
from pricekit import Clock, tree

SAMPLES = Path(__file__).parent / "samples"
TALL = SAMPLES / "made-up_tall_standardcharges.csv"
WIDE = SAMPLES / "made-up_wide_standardcharges.csv"


@pytest.fixture
def hospital(source: Callable[[str], ModuleType]) -> ModuleType:
    return source("hospital")


@pytest.fixture
def held(tmp_path: Path) -> PriceFiles:
    return PriceFiles(tmp_path / "store")


def put(path: Path, held: PriceFiles, **wish: frozenset[str]) -> Added:
    source = load_price_source("hospital")
    assert source is not None
    return add(path, held, source, Wish(**wish), watch=Watch(Clock()))


def rows(file: PriceFile, table: str) -> list[dict[str, object]]:
    path = file.table_path(table)
    return pq.read_table(path, partitioning=None).to_pylist() if path else []


@pytest.mark.parametrize(
    ("updated", "day"),
    [
        ("2026-04-01", date(2026, 4, 1)),
        ("4/1/2026", date(2026, 4, 1)),
        ("07/01/2026", date(2026, 7, 1)),
        ("13/1/2026", None),
        ("July 1 2024", None),
        (None, None),
    ],
)
def test_a_day_is_read_month_first_or_as_iso(
    hospital: ModuleType, updated: str | None, day: date | None
) -> None:
    found = hospital.describe({"hospital_name": "A", "last_updated_on": updated}, "a.csv")
    assert found[2] == day
    assert found[3]


def test_issues_of_one_hospital_are_one_series(hospital: ModuleType) -> None:
    def series(name: str, **printed: object) -> str:
        told: str = hospital.describe({"hospital_name": "A Hospital", **printed}, name)[1]
        return told

    assert series("a.csv", last_updated_on="2025-01-01") == series("b.json")
    assert series("a.csv", location=["West"]) != series("a.csv", location=["East"])
    assert series("a.csv", license_state="GA") != series("a.csv", license_state="AL")


def test_a_tall_file_is_kept_as_printed(held: PriceFiles) -> None:
    file = put(TALL, held).file
    assert (file.kind, file.entity, file.source) == ("hospital", "Made-up Hospital", "hospital")
    assert file.issue.observed_from == "2026-04-01"
    assert file.printed["location"] == ["Made-up Hospital", "Made-up West"]
    assert file.printed["type_2_npi"] == ["1234567893", "1245319599"]
    assert (file.printed["license_state"], file.printed["version"]) == ("GA", "csv_tall")
    accounts = accounts_of(file.account)
    assert (accounts["records"].read, accounts["records"].kept) == (8, 4)
    assert dict(accounts["records"].rejected) == {"heading": 3, "cells_too_few": 1}
    assert (accounts["items"].kept, accounts["charges"].kept) == (4, 3)
    items = rows(file, "hospital_item")
    assert [(i["item"], i["record"], i["code"]) for i in items][:2] == [
        (1, 4, ["0510", "64640"]),
        (2, 5, ["0510", "64640"]),
    ]
    assert items[1]["modifiers"] == ["LT", "RT"]
    assert items[1]["notes"] == "one\ntwo"
    assert (items[3]["minimum"], items[3]["maximum"]) == (Decimal(0), None)
    assert items[3]["maximum_printed"] == "N/A"
    first, second, third = rows(file, "hospital_charge")
    assert (first["payer_name"], first["dollar"], first["p90"], first["count"]) == (
        "AETNA [1001]",
        Decimal("405.5000"),
        Decimal("410.2500"),
        "12",
    )
    assert (second["dollar"], second["percentage"]) == (None, Decimal(45)), "never made dollars"
    assert third["item"] == 4, "an item without payer has no charge"
    assert file.account.oddities == {
        "hospital_charge.dollar_nine_nines": 1,
        "hospital_item.maximum_not_a_number": 1,
        "hospital_item.minimum_zero": 1,
        "hospital_item.no_payer": 1,
    }


def test_a_wide_file_has_a_charge_for_each_payer_that_says_something(held: PriceFiles) -> None:
    file = put(WIDE, held).file
    assert file.printed["layout"] == "wide"
    found = [
        (c["item"], c["payer"], c["column"], c["payer_name"], c["plan_name"], c["dollar"])
        for c in rows(file, "hospital_charge")
    ]
    assert found == [
        (1, 1, 7, "[AETNA]", "PPO", Decimal("405.5")),
        (1, 2, 8, "MADE-UP BLUE", None, Decimal(300)),
        (2, 2, 8, "MADE-UP BLUE", None, None),
    ]
    last = rows(file, "hospital_charge")[-1]
    assert (last["algorithm"], last["estimated"]) == ("by formula", Decimal("3.25"))


def test_the_same_files_again_give_the_same_bytes(tmp_path: Path) -> None:
    trees = []
    for name in ("a", "b"):
        held = PriceFiles(tmp_path / name)
        for path in (TALL, WIDE):
            put(path, held)
        trees.append(tree(tmp_path / name))
    assert trees[0] == trees[1]
    assert put(TALL, held).what == "unchanged"
    assert tree(tmp_path / "b") == trees[1]


def test_nothing_of_prose_is_in_the_slices(held: PriceFiles, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TALL.read_text("utf-8").replace("\n,", "\nFORBIDDEN words,"), "utf-8")
    file = put(path, held).file
    slices = slices_of(file)
    assert slices
    kept = b"".join(each.blanked for each in slices)
    assert b"FORBIDDEN" not in kept
    assert b"405.50" in kept
    assert b"64640" in kept
    assert not list(damage(file))
    assert not any(b"FORBIDDEN" in data for data in tree(held.root).values())


def test_what_is_no_hospital_file_is_refused_and_leaves_nothing(
    held: PriceFiles, tmp_path: Path
) -> None:
    page, legacy = tmp_path / "page.csv", tmp_path / "legacy.csv"
    page.write_text("<!DOCTYPE html><html><head></head></html>", "utf-8")
    legacy.write_text("CDM Item Number,Gross Charge\n1,2\n", "utf-8")
    cut = tmp_path / "cut.csv"
    cut.write_text(TALL.read_text("utf-8") + ',1,CPT,,,,both,,,"12', "utf-8")
    for path, says in ((page, "web page"), (legacy, "headings"), (cut, "never closed")):
        with pytest.raises(FileError, match=says) as refused:
            put(path, held)
        assert refused.value.where.startswith(path.name)
        assert refused.value.cure
    with pytest.raises(InputError, match="whole"):
        put(TALL, held, codes=frozenset({"64640"}))
    assert held.all() == ()
    assert not list((held.root / "prices").rglob("*.parquet"))
