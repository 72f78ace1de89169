"""Posted rates of hospitals' files: what is printed in one shape, as a slow twin makes it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from payeratlas.build.download import Watch
from payeratlas.build.price_files import Wish, add
from payeratlas.build.registry import load_price_source, source_ids
from payeratlas.store.posted import Posted, posted
from payeratlas.store.posted_hospital import place_of
from payeratlas.store.price_files import PriceFiles
from payeratlas.store.price_manifest import PriceFile
from postedkit import held, rows_of, tree
from postedkit_hospital import (
    about,
    charge,
    hospital,
    hospital_items,
    hospital_rates,
    items,
    npis_of,
)
from pricekit import Clock

REAL = (
    "v2-raw/630436871_grove-hill-memorial-hospital_standardcharges.csv",
    "v2-raw/631282722_lake-martin-community-hospital_standardcharges.csv",
    "v2-raw/934333907_Dekalb-Regional-Medical-Center_standardcharges.csv",
    "v3/marthas-vineyard_standardcharges.csv",
)


def made(file: PriceFile) -> Posted:
    """The posted rates of a file, which are those of the twin."""
    found = posted(file, [file], file.root, str)
    rows, counts = hospital_rates(file)
    assert held(found, "posted_rate") == rows
    assert held(found, "posted_item") == hospital_items(file)
    account = found.account
    gone = {**dict(account.rejected), **dict(account.merged)}
    assert {"read": account.read, "kept": account.kept, **gone} == {"read": 0, "kept": 0} | counts
    (who,) = held(found, "posted_provider")
    (printed,) = rows_of(file, "hospital_file")
    kept, bad = npis_of(printed)
    assert (who["npi"], who["npis"], who["bad_npis"]) == (kept, len(kept), bad)
    assert (who["provider_set"], who["state_of_reference"]) == (1, "known")
    assert who["name"] == printed["hospital_name"]
    return found


def rates(
    root: Path, *charges: Mapping[str, Any], item: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The posted rates of an item and its charges."""
    tables = {
        "hospital_file": about(),
        "hospital_item": items(item or {}),
        "hospital_charge": [charge(1, **{"payer": n, **each}) for n, each in enumerate(charges, 1)],
    }
    return held(made(hospital(root, tables)), "posted_rate")


def who(root: Path, **printed: Any) -> dict[str, Any]:
    """The row of the hospital."""
    (row,) = held(made(hospital(root, {"hospital_file": about(**printed)})), "posted_provider")
    return row


@pytest.mark.parametrize(
    ("printed", "kind", "amount", "text"),
    [
        ({"dollar": Decimal(9)}, "dollars", 9, None),
        ({"dollar": Decimal(9), "percentage": Decimal(50)}, "dollars", 9, None),
        ({"dollar": Decimal(9), "methodology": "Per Diem"}, "per_diem", 9, None),
        ({"dollar": Decimal(9), "methodology": "case rate"}, "case", 9, None),
        ({"dollar": Decimal(9), "methodology": None}, "dollars", 9, None),
        ({"dollar_printed": "0.0836251", "methodology": "Case Rate"}, "case", None, "0.0836251"),
        ({"dollar_printed": "0.083625"}, "dollars", Decimal("0.083625"), None),
        ({"dollar_printed": "87.54720000"}, "dollars", Decimal("87.5472"), None),
        (
            {"dollar_printed": "99.123456", "percentage": Decimal(50)},
            "dollars",
            Decimal("99.123456"),
            None,
        ),
        ({"dollar_printed": "N/A", "percentage": Decimal(50)}, "percentage", 50, None),
        ({"percentage": Decimal(50), "methodology": "case rate"}, "percentage", 50, None),
        ({"percentage_printed": "50 %"}, "percentage", None, "50 %"),
        ({"algorithm": "words"}, "algorithm", None, None),
        ({"estimated": Decimal(7)}, "algorithm", None, None),
        ({"median": Decimal(7)}, "algorithm", None, None),
    ],
)
def test_the_kind_of_a_rate(
    tmp_path: Path,
    printed: dict[str, Any],
    kind: str,
    amount: Decimal | int | None,
    text: str | None,
) -> None:
    (row,) = rates(tmp_path, printed)
    assert (row["kind"], row["amount"], row["amount_printed"]) == (kind, amount, text)


def test_words_go_with_a_rate_that_is_no_dollars(tmp_path: Path) -> None:
    rows = rates(
        tmp_path,
        {"algorithm": "words", "estimated": Decimal("7.5"), "notes": "more"},
        {"percentage": Decimal(50), "algorithm": "words", "estimated_printed": "7,5"},
        {"dollar": Decimal(1), "algorithm": "words", "estimated": Decimal(2)},
        {"dollar": Decimal(1), "notes": "more"},
        item={"notes": "of the item"},
    )
    assert [row["additional"] for row in rows] == [
        "estimated allowed amount 7.5000; words; more",
        "estimated allowed amount 7,5; of the item",
        "of the item",
        "more",
    ]


def test_a_charge_is_a_row_for_each_code_of_its_item(tmp_path: Path) -> None:
    printed = {
        "code": ["64640", "0361", " 64640", "a1", "64640"],
        "code_type": ["LOCAL", "RC", "hcpcs", "", "CPT"],
    }
    rows = rates(tmp_path, {"dollar": Decimal(1)}, {"dollar": Decimal(2)}, item=printed)
    assert [(row["code"], row["code_type"], row["at_price"]) for row in rows] == [
        *(("0361", "RC", 1), ("0361", "RC", 2)),
        *(("64640", "HCPCS", 1), ("64640", "HCPCS", 2)),
        *(("A1", None, 1), ("A1", None, 2)),
    ]


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        (None, ""),
        (["360", "0361", "00", ""], ""),
        (["80", "AS", "80"], "80 AS"),
        (["rt", "LT"], "LT RT"),
        (['["52', '53"]'], "52 53"),
        (["-L", "ON"], "L ON"),  # no modifiers, but not the bare code either
        (["2659"], "2659"),
    ],
)
def test_modifiers_are_cleaned(tmp_path: Path, printed: list[str] | None, kept: str) -> None:
    (row,) = rates(tmp_path, {"dollar": Decimal(1)}, item={"modifiers": printed})
    assert row["modifiers"] == kept


def test_what_gives_no_row_is_counted(tmp_path: Path) -> None:
    tables = {
        "hospital_file": about(),
        "hospital_item": items(
            {}, {"code": None, "code_type": None}, {"code": ["A", "B"], "code_type": ["CPT", "RC"]}
        ),
        "hospital_charge": [
            charge(1, dollar=Decimal(1)),
            charge(2, dollar=Decimal(1)),
            charge(3),
            charge(3, payer=2, dollar=Decimal(1)),
        ],
    }
    account = made(hospital(tmp_path, tables)).account
    assert (account.read, account.kept) == (6, 3)
    assert dict(account.rejected) == {"no_code": 1, "no_rate": 2}


def test_places_of_a_json_file_are_its_ordinals(tmp_path: Path) -> None:
    tables = {
        "hospital_file": about(layout="json"),
        "hospital_item": items(
            {"record": 1, "charge": 1, "gross": Decimal(9)}, {"record": 1, "charge": 2}
        ),
        "hospital_charge": [
            charge(1, column=0, payer=2, dollar=Decimal(1)),
            charge(2, column=0, payer=1, dollar=Decimal(2)),
        ],
    }
    rows = held(made(hospital(tmp_path, tables)), "posted_rate")
    assert [(row["at_item"], row["at_rate"], row["at_price"]) for row in rows] == [
        *((1, 1, 2), (1, 2, 1)),
    ]
    assert [row["gross"] for row in rows] == [Decimal(9), None]


def test_prices_of_items_stand_once(tmp_path: Path) -> None:
    priced = {"gross": Decimal(9), "cash": Decimal(5), "setting": "Both", "modifiers": ["TC"]}
    tables = {
        "hospital_file": about(),
        "hospital_item": items(priced, {}, priced, {**priced, "cash": Decimal(6)}),
    }
    found = made(hospital(tmp_path, tables))
    rows = held(found, "posted_item")
    assert [(r["at_item"], r["items"], r["cash"]) for r in rows] == [
        *((4, 2, Decimal(5)), (7, 1, Decimal(6))),
    ]
    assert "posted_rate" not in found.paths


def test_a_hospital_is_its_lowest_npi_or_licence_or_name(tmp_path: Path) -> None:
    numbers = ["1245319599", "1234567893", "1234567890", "none"]
    first = who(tmp_path, type_2_npi=numbers, license_number="H1", license_state="AL")
    assert (first["organisation"], first["bad_npis"]) == ("hospital:1234567893", 2)
    licensed = who(tmp_path, license_number="H 1 ", license_state="al")
    assert (licensed["organisation"], licensed["us_state"]) == ("hospital:AL H 1", "AL")
    assert who(tmp_path)["organisation"] == "hospital:Made-up Hospital"


@pytest.mark.parametrize(
    ("addresses", "state", "place"),
    [
        (["201 Mariarden Rd, Dadeville, AL 36853"], "CA", ("AL", "36853")),
        (["1515 Holcombe Blvd, Houston, TX  77030-4009 "], "TX", ("TX", "77030")),
        (["Somewhere", "1 Rd, Dover, de 19901"], "", ("DE", "19901")),
        (["1 Rd, Dover, XX 19901"], "de", ("DE", None)),
        ([], None, (None, None)),
    ],
)
def test_the_address_tells_the_state(
    addresses: list[str], state: str | None, place: tuple[str | None, str | None]
) -> None:
    assert place_of(addresses, state) == place


@pytest.fixture(params=REAL)
def real(request: pytest.FixtureRequest, tmp_path: Path, shared_data: Path) -> PriceFile:
    if "hospital" not in source_ids():
        pytest.skip("this version reads no hospital files")
    source = load_price_source("hospital")
    assert source is not None
    path = shared_data / "hospital" / request.param
    return add(path, PriceFiles.open(tmp_path), source, Wish(), watch=Watch(Clock())).file


def test_a_real_file_is_as_its_twin(real: PriceFile, tmp_path: Path) -> None:
    found = made(real)
    rows = held(found, "posted_rate")
    runs = [code for code, _ in groupby(rows, lambda row: row["code"])]
    assert runs == sorted(set(runs))
    assert found.account.read >= sum(1 for _ in rows_of(real, "hospital_charge"))
    again = tmp_path / "again"
    posted(real, [real], again, str)
    assert tree(again) == tree(tmp_path)


@pytest.mark.parametrize(
    ("printed", "revenue", "found"),
    [
        (None, "0981", "professional"),
        (None, "960", "professional"),
        (None, "0361", None),
        (None, "0991", None),
        ("Facility", "0981", "facility"),
    ],
)
def test_a_revenue_code_of_professional_fees_tells_whose_fee_it_is(
    tmp_path: Path, printed: str | None, revenue: str, found: str | None
) -> None:
    item = {"code": ["64640", revenue], "code_type": ["CPT", "RC"], "billing_class": printed}
    held = rates(tmp_path, {"dollar": Decimal(9)}, item=item)
    assert [row["billing_class"] for row in held if row["code"] == "64640"] == [found]
