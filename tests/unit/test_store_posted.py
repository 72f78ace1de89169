"""Posted rates of payers' files: what is printed in one shape, as a slow twin makes it."""

from __future__ import annotations

import os
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from payeratlas.model.errors import StoreError
from payeratlas.store import posted_tic, posted_write
from payeratlas.store.posted import Posted, everything, posted
from payeratlas.store.price_files import PriceFiles
from payeratlas.store.price_manifest import Place, PriceFile
from postedkit import held as held_rows
from postedkit import tic_providers, tic_rates, tree
from pricekit import (
    FILE,
    REFERENCES,
    REMOTE,
    SOURCE,
    added,
    group,
    in_network,
    index,
    item,
    price,
    rate,
    written,
)

REAL = (
    "bsca_2026-09-01_v2.0.0_RECONSTRUCTED_in-network-rates.json",
    "2022_CareFirst-BCBS_in-network-rates.json.gz",
    "2023-11-07_Evry-Health_in-network-rates.json.gz",
)


@pytest.fixture
def held(tmp_path: Path) -> PriceFiles:
    return PriceFiles.open(tmp_path / "store")


def added_file(held: PriceFiles, document: object, name: str = "a.json", **more: Any) -> PriceFile:
    return added(written(held.root.parent / name, document), held, **more).file


def made(held: PriceFiles, file: PriceFile) -> Posted:
    return posted(file, held.all(), held.root, SOURCE.key_of)


def as_twin(held: PriceFiles, file: PriceFile, plan: str | None = None) -> Posted:
    """The posted rates of a file, which are those of the twin."""
    known = {place.key: f for f in held.all() if f.kind == "providers" for place in f.places}
    found = made(held, file)
    assert held_rows(found, "posted_rate") == tic_rates(file, plan)
    expected = tic_providers(file, lambda location: known.get(SOURCE.key_of(location)))
    assert held_rows(found, "posted_provider") == expected
    return found


def of_groups(*groups: dict[str, Any]) -> dict[str, Any]:
    references = [{"provider_group_id": 1, "provider_groups": list(groups)}]
    return in_network(item("64640", rate(price(1))), provider_references=references)


def organisations(held: PriceFiles, *groups: dict[str, Any]) -> list[tuple[str, int, int]]:
    found = as_twin(held, added_file(held, of_groups(*groups)))
    rows = held_rows(found, "posted_provider")
    return [(row["organisation"], row["npis"], row["bad_npis"]) for row in rows]


def test_terms_are_brought_to_one_shape(held: PriceFiles) -> None:
    prices = (
        price(1.5, negotiated_type="Percentage", billing_class="Institutional"),
        price("2", negotiated_type="per diem", setting="Inpatient", service_code=["2", "11", "2"]),
        price(3, negotiated_type="derived", service_code=["CSTM-00"], additional_information=""),
        price(4, negotiated_type="fee schedule", billing_code_modifier=["tc", "00", "", "26"]),
        price(5, negotiated_type="made up", billing_code_modifier=["52,53"], service_code=[]),
        price(123456789012345678901, expiration_date="2023-12-31T00:00:00"),
    )
    file = added_file(
        held,
        in_network(
            item(" j1885 ", rate(*prices), negotiation_arrangement="FFS", billing_code_type="cpt")
        ),
        payer="Mine",
    )
    rows = held_rows(as_twin(held, file), "posted_rate")
    assert [row["kind"] for row in rows] == [
        *("percentage", "per_diem", "derived", "dollars", "dollars", "dollars"),
    ]
    assert [row["modifiers"] for row in rows] == ["", "", "", "26 TC", "52 53", ""]
    assert [row["places"] for row in rows] == ["11", "02 11", "CSTM-00", "11", "", "11"]
    assert {row["code"] for row in rows} == {"J1885"}
    assert (rows[0]["code_type"], rows[0]["arrangement"]) == ("CPT", "ffs")
    assert (rows[0]["billing_class"], rows[1]["setting"]) == ("institutional", "inpatient")
    assert rows[4]["methodology"] == "made up"
    assert (rows[5]["amount"], rows[5]["amount_printed"]) == (None, "123456789012345678901")
    assert {row["payer_name"] for row in rows} == {"Made-up Health"}


def test_the_rows_of_a_code_are_one_run_in_the_order_of_the_file(held: PriceFiles) -> None:
    file = added_file(
        held,
        in_network(
            item("99213", rate(price(1)), rate(price(2), price(3))),
            item("64640", rate(price(4))),
            item("99213", rate(price(5))),
        ),
    )
    rows = held_rows(as_twin(held, file), "posted_rate")
    assert [code for code, _ in groupby(rows, lambda row: row["code"])] == ["64640", "99213"]
    assert [int(row["amount"]) for row in rows] == [4, 1, 2, 3, 5]


def test_a_price_without_a_code_is_counted(held: PriceFiles) -> None:
    file = added_file(
        held, in_network(item(" ", rate(price(1), price(2))), item("A", rate(price(3))))
    )
    found = as_twin(held, file)
    assert (found.account.read, found.account.kept) == (3, 1)
    assert found.account.rejected == (("no_code", 2),)


def test_an_organisation_is_a_tin(held: PriceFiles) -> None:
    named = {"npi": [1245319599], "tin": {"type": "EIN", "value": "11 1111111"}}
    named["tin"]["business_name"] = " Somebody "  # type: ignore[index]
    whole = {"npi": [0], "tin": {"type": "ein", "value": "12345678"}}
    npi = {"npi": [1234567893, 1234567890, 999], "tin": {"type": "npi", "value": "1234567893"}}
    assert organisations(held, group(1234567893, "11-1111111"), named, whole, npi) == [
        ("ein:012345678", 0, 0),
        ("ein:111111111", 2, 0),
        ("npi:1234567893", 1, 2),
    ]
    rows = held_rows(made(held, held.all()[0]), "posted_provider")
    assert [row["name"] for row in rows] == [None, "Somebody", None]
    assert rows[1]["npi"] == [1234567893, 1245319599]


def test_a_tin_of_zeros_is_nobody_and_its_lowest_npi_names_the_group(held: PriceFiles) -> None:
    assert organisations(
        held,
        {"npi": [1245319599, 1234567893], "tin": {"type": "ein", "value": "000000000"}},
        {"npi": [], "tin": {"type": "ein", "value": "00-0000000"}},
    ) == [("npi:1234567893", 2, 0), ("ref:1", 0, 0)]


def test_references_are_known_remote_or_dangling(held: PriceFiles) -> None:
    document = in_network(
        item("64640", rate(price(1), references=[1]), rate(price(2), references=[7, 8]))
    )
    file = added_file(held, document)
    before = as_twin(held, file)
    rows = held_rows(before, "posted_provider")
    assert [(row["organisation"], row["state_of_reference"]) for row in rows] == [
        ("ein:111111111", "known"),
        ("ein:222222222", "known"),
        ("ref:8", "dangling"),
        (f"ref:{REMOTE}?sig=abc", "remote"),
    ]
    added_file(held, REFERENCES, "ref-7.json", place=Place(REMOTE))
    after = as_twin(held, file)
    assert after.digest != before.digest
    assert [row["organisation"] for row in held_rows(after, "posted_provider")][2:] == [
        *("ein:222222222", "ref:8"),
    ]
    assert [path.name for path in (held.root / "prices/posted" / file.id).iterdir()] == [
        after.digest
    ]


def test_a_table_of_contents_names_the_plans(held: PriceFiles) -> None:
    here = "https://mrf.example.com/a.json"
    file = added_file(held, FILE, place=Place(here))
    added_file(held, index(f"{here}?sig=9"), "index.json")
    as_twin(held, file, "Plan A|Plan B")
    named = added_file(held, {**FILE, "plan_name": "Own"}, "b.json")
    as_twin(held, named, "Own")


def test_plans_are_not_named_where_they_are_many(held: PriceFiles) -> None:
    here = "https://mrf.example.com/a.json"
    file = added_file(held, FILE, place=Place(here))
    added_file(held, index(here, plans=[f"Plan {n}" for n in range(9)]), "index.json")
    as_twin(held, file)


def test_networks_are_those_of_the_references(held: PriceFiles) -> None:
    references = [
        {"provider_group_id": n, "network_name": names, "provider_groups": [group(1234567893, "1")]}
        for n, names in ((1, ["PPO", "HMO"]), (2, ["EPO", "PPO"]), (3, [" "]))
    ]
    rates = (rate(price(1), references=[1, 2]), rate(price(2), references=[3]))
    file = added_file(held, in_network(item("64640", *rates), provider_references=references))
    rows = held_rows(as_twin(held, file), "posted_rate")
    assert [row["network_name"] for row in rows] == ["EPO|HMO|PPO", None]


@pytest.mark.parametrize("name", REAL)
def test_a_real_file_is_as_its_twin(held: PriceFiles, shared_data: Path, name: str) -> None:
    file = added(shared_data / "tic" / name, held).file
    found = as_twin(held, file, file.printed["plan_name"])
    assert found.account.read == found.account.kept == file.account.prices.kept


def test_made_twice_the_bytes_are_the_same(held: PriceFiles, tmp_path: Path) -> None:
    file = added_file(held, FILE)
    made(held, file)
    other = tmp_path / "other"
    posted(file, held.all(), other, SOURCE.key_of)
    assert tree(other) == tree(held.root) != {}


def test_pieces_and_chunks_change_nothing(
    held: PriceFiles, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = added(shared_data / "tic" / REAL[0], held).file
    monkeypatch.setattr(posted_tic, "_CHUNK", 2)
    monkeypatch.setattr(posted_tic, "ROW_GROUP", 7)
    monkeypatch.setattr(posted_write.Sheets.__init__, "__defaults__", (3,))
    found = as_twin(held, file)
    about = pq.read_metadata(found.paths["posted_rate"])
    assert about.num_row_groups == -(-about.num_rows // 3)
    codes = [about.row_group(n).column(0).statistics for n in range(about.num_row_groups)]
    assert [(c.min, c.max) for c in codes] == sorted((c.min, c.max) for c in codes)


def test_what_stands_ready_is_read_from_a_store_that_cannot_be_written(
    held: PriceFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = added_file(held, FILE)
    first = made(held, file)
    for name in ("open", "replace", "mkdir", "unlink"):
        monkeypatch.setattr(os, name, None)
    assert posted(file, [file], held.root, SOURCE.key_of) == first
    assert everything(held.root, [file], SOURCE.key_of) == (first,)


@pytest.mark.parametrize("call", ["replace", "fsync", "mkdir", "write"])
def test_what_the_disk_refuses_leaves_the_store_as_before(
    held: PriceFiles, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    file = added_file(held, FILE)
    expected = made(held, file)
    whole = tree(held.root)
    for path in held.root.glob("prices/posted/*/*/*"):
        path.unlink()
    real, left, refused = getattr(os, call), [0], 0

    def refusing(*args: Any, **more: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            raise OSError(28, "No space left on device", "here")
        return real(*args, **more)

    monkeypatch.setattr(os, call, refusing)
    for nth in range(1, 30):
        left[0] = nth
        try:
            found = made(held, file)
        except StoreError:
            refused += 1
            assert not list(held.root.glob("prices/posted/*/*/account.json")) or (
                tree(held.root) == whole
            )
        else:
            if left[0] > 0:  # it was not called so often
                break
    assert refused
    assert found == expected
    assert tree(held.root) == whole
    assert not [p for p in held.root.glob("prices/staging/*") if p.is_dir()]


def test_what_was_damaged_is_made_again(held: PriceFiles) -> None:
    file = added_file(held, FILE)
    found = made(held, file)
    whole = tree(held.root)
    found.paths["posted_rate"].write_bytes(b"")
    assert made(held, file) == found
    (found.paths["posted_rate"].parent / "account.json").write_bytes(b"{")
    assert made(held, file) == found
    assert tree(held.root) == whole


def test_a_table_that_is_gone_is_told(held: PriceFiles) -> None:
    file = added_file(held, FILE)
    Path(file.table_path("tic_terms") or "").unlink()
    with pytest.raises(StoreError, match="posted rates cannot be made") as told:
        made(held, file)
    assert told.value.where == "a.json"
    assert tree(held.root) == {}


def test_a_file_without_prices_has_no_tables(held: PriceFiles) -> None:
    found = made(held, added_file(held, in_network()))
    assert (dict(found.paths), found.account.read) == ({}, 0)


def test_only_negotiated_rates_are_posted(held: PriceFiles) -> None:
    file = added_file(held, index("https://mrf.example.com/a.json"))
    assert everything(held.root, held.all(), SOURCE.key_of) == ()
    with pytest.raises(ValueError, match="index"):
        made(held, file)


def test_posted_rates_go_with_their_price_file(held: PriceFiles) -> None:
    file, other = added_file(held, FILE), added_file(held, in_network(), "b.json")
    made(held, file)
    made(held, other)
    held.withdraw(file)
    assert {path.split("/")[2] for path in tree(held.root)} == {other.id}


def test_a_price_file_read_for_more_codes_is_posted_anew(held: PriceFiles) -> None:
    path = written(held.root.parent / "a.json", FILE)
    few = made(held, added(path, held, "64640").file)
    assert {row["code"] for row in held_rows(few, "posted_rate")} == {"64640"}
    all_of_them = as_twin(held, added(path, held).file)
    assert all_of_them.digest != few.digest
    assert not few.paths["posted_rate"].exists()
