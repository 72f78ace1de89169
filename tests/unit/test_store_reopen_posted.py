"""Cited posted rates are found again in the posted tables and in the file, and nothing else is."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from payeratlas.model.errors import StoreError
from payeratlas.model.provenance import Artifact, Citation, Locator
from payeratlas.store.disk import sha256_of
from payeratlas.store.reopen import Reopened
from payeratlas.store.reopen_posted import reopen_posted, wanted
from payeratlas.tables.posted import ITEM, RATE, schema

CSV = b"one\ntwo\nhead,a,b\nx,12.50,7\ny,3,4\n"
JSON = json.dumps(
    {
        "in_network": [
            {"negotiated_rates": [{"negotiated_prices": [{"negotiated_rate": 12.50}]}]},
            {},
        ]
    }
).encode()


def cited(data: bytes, fragment: str, text: str, heading: str = "") -> Citation:
    sha256 = sha256_of(data)
    artifact = Artifact("made-up", sha256, len(data))
    return Citation("hospital", sha256[:16], artifact, Locator(fragment, "", heading), text)


def store(
    root: Path, data: bytes, rates: list[dict[str, Any]], items: list[dict[str, Any]]
) -> Path:
    folder = root / "prices" / "posted" / sha256_of(data)[:16] / "0123456789ab"
    folder.mkdir(parents=True)
    (folder / "account.json").write_text("{}")
    for table, rows in ((RATE, rates), (ITEM, items)):
        fields = schema(table)
        whole = [{f.name: row.get(f.name) for f in fields} for row in rows]
        plain = pa.schema([f.with_nullable(True) for f in fields])
        pq.write_table(pa.Table.from_pylist(whole, plain), folder / f"{table.name}.parquet")
    return root


def rate(item: int, at_rate: int, price: int, amount: str, **more: Any) -> dict[str, Any]:
    found = {"code": "64640", "at_item": item, "at_rate": at_rate, "at_price": price}
    return found | {"amount": Decimal(amount)} | {k: Decimal(v) for k, v in more.items()}


def looked(citation: Citation, root: Path, originals: dict[str, Path] | None = None) -> Any:
    ((_, found),) = reopen_posted([citation], root, None, originals or {})
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    charge = {"code": "64640", "at_item": 4, "at_rate": 0, "gross": Decimal(99), "items": 1}
    return store(
        tmp_path,
        CSV,
        [rate(4, 2, 1, "12.50", allowed_median="8"), rate(4, 3, 2, "7"), rate(1, 1, 1, "12.50")],
        [charge, charge | {"at_rate": 1}],  # of a table, and of a JSON document
    )


@pytest.mark.parametrize(
    ("fragment", "text", "heading"),
    [
        ("cell=4,2", "12.5", ""),
        ("cell=4,3", "7", ""),
        ("row=4", "99", "standard_charge|gross"),
        ("row=4", "8", "median_amount"),
        ("row=2", "12.5", "negotiated_rate"),
        ("/in_network/0/negotiated_rates/0/negotiated_prices/0/negotiated_rate", "12.5", ""),
        ("/standard_charge_information/3/standard_charges/1/payers_information/0"
         "/standard_charge_dollar", "12.5", ""),
        ("/standard_charge_information/3/standard_charges/0/gross_charge", "99", ""),
    ],
)  # fmt: skip
def test_what_stands_there_is_found(root: Path, fragment: str, text: str, heading: str) -> None:
    found = looked(cited(CSV, fragment, text, heading), root)
    assert isinstance(found, Reopened), found
    assert found.level == "table"


@pytest.mark.parametrize(
    ("fragment", "text", "heading", "says"),
    [
        ("cell=4,2", "12.51", "", "the file says 12.5"),
        ("cell=4,3", "12.5", "", "the file says 7"),
        ("cell=5,2", "12.5", "", "nothing is printed"),
        ("row=4", "98", "standard_charge|gross", "the file says 99"),
        ("row=4", "99", "standard_charge|discounted_cash", "nothing is printed"),
        ("row=4", "99", "another heading", "nothing is printed"),
        ("/in_network/0/negotiated_rates/0/negotiated_prices/1/negotiated_rate", "12.5", "",
         "nothing is printed"),
        ("page=3", "12.5", "", "nothing is printed"),
    ],
)  # fmt: skip
def test_what_does_not_is_told(
    root: Path, fragment: str, text: str, heading: str, says: str
) -> None:
    found = looked(cited(CSV, fragment, text, heading), root)
    assert isinstance(found, StoreError)
    assert says in str(found)


def test_a_price_file_that_is_not_on_hand_is_told(tmp_path: Path) -> None:
    assert "not on hand" in str(looked(cited(CSV, "cell=4,2", "12.5"), tmp_path))


def test_the_file_itself_counts_more_than_what_was_made_of_it(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "original.csv"
    path.write_bytes(CSV)
    at_hand = {sha256_of(CSV): path}
    found = looked(cited(CSV, "cell=4,2", "12.5"), root, at_hand)
    assert isinstance(found, Reopened)
    assert found.level == "bytes"
    assert isinstance(looked(cited(CSV, "cell=5,2", "3"), root, at_hand), Reopened)
    for fragment in ("cell=5,3", "cell=9,2", "cell=4,9"):
        assert isinstance(looked(cited(CSV, fragment, "12.5"), root, at_hand), StoreError)
    gross = looked(cited(CSV, "row=4", "99", "standard_charge|gross"), root, at_hand)
    assert gross.level == "table"  # no column to look in


def test_pointers_are_followed_in_the_document(tmp_path: Path) -> None:
    path = tmp_path / "original.json"
    path.write_bytes(JSON)
    at_hand = {sha256_of(JSON): path}
    pointer = "/in_network/0/negotiated_rates/0/negotiated_prices/0/negotiated_rate"
    assert looked(cited(JSON, pointer, "12.5"), tmp_path, at_hand).level == "bytes"
    assert isinstance(looked(cited(JSON, pointer, "12.4"), tmp_path, at_hand), StoreError)
    nowhere = pointer.replace("in_network/0", "in_network/1")
    assert "nothing" in str(looked(cited(JSON, nowhere, "12.5"), tmp_path, at_hand))


def test_other_pointers_are_no_places() -> None:
    for fragment in ("/in_network/0", "/standard_charge_information/0/standard_charges/0/unknown"):
        assert wanted(cited(JSON, fragment, "1")) is None
