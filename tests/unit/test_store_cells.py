"""From a row back to the printed cell, and from a citation back to the file."""

from __future__ import annotations

import dataclasses
import gzip
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from payeratlas.formats import SourceFile, records
from payeratlas.model.errors import StoreError
from payeratlas.model.facts import Unknown
from payeratlas.model.provenance import Artifact, Citation, Locator
from payeratlas.model.time import AsOf, Period
from payeratlas.store import Store
from payeratlas.store.cell import value_of
from payeratlas.tables import pfs_gpci
from payeratlas.tables.contract import Row
from payeratlas.tables.reading import Reading, bind, read_batch
from storekit import GPCI_EPOCH, JANUARY, gpci, mue, own_store

PRINTED = [
    ["10000", "OH", "00", " Padded  place ", "1.000", "0.95", "1", "left out"],
    ["10001", "", "01", 'Quoted, "place"', ".9", "1.500", "2.000", ""],
]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = own_store(tmp_path / "s")
    found.publish(*gpci(JANUARY, rows=PRINTED))
    return found


def rows_of(store: Store) -> list[Row]:
    return store.rows("pfs_gpci", store.releases()[0])


def without_blobs(store: Store, tmp_path: Path) -> Store:
    other = own_store(tmp_path / "without")
    other.publish(*gpci(JANUARY, rows=PRINTED), keep_bytes=False)
    return other


def test_a_citation_says_where_and_how_it_is_printed(store: Store) -> None:
    row = rows_of(store)[0]
    cited = store.cite(row, "work_gpci")
    assert cited.locator == Locator("cell=3,5", "", "Work")
    assert cited.artifact == store.releases()[0].parts[0].artifact
    assert (cited.source, cited.release, cited.text) == ("kit", "r1", "1.000")
    assert store.cite(row, "locality_name").text == " Padded  place "
    assert store.cite(row, "mp_gpci").text == "1"
    assert row["mp_gpci"] == Decimal("1.000")


@pytest.mark.parametrize("kept", [True, False])
def test_every_cell_reopens_as_printed(store: Store, tmp_path: Path, kept: bool) -> None:
    store = store if kept else without_blobs(store, tmp_path)
    texts = []
    for row in rows_of(store):
        for position, column in enumerate(list(GPCI_EPOCH.columns.values())[:-1], start=1):
            found = store.reopen(store.cite(row, column))
            assert found.level == ("bytes" if kept else "table")
            assert found.path.exists()
            assert found.text == PRINTED[row.ordinal - 3][position - 1]
            texts.append(found.text)
    assert len(texts) == 14


def test_the_users_own_copy_serves_where_no_blob_is_kept(store: Store, tmp_path: Path) -> None:
    bare = without_blobs(store, tmp_path)
    cited = bare.cite(rows_of(bare)[1], "locality_name")
    copy = tmp_path / "my copy.csv"
    copy.write_bytes(gpci(JANUARY, rows=PRINTED)[1][0].data)
    found = bare.reopen(cited, {cited.artifact.sha256: copy})
    assert (found.level, found.text, found.path) == ("bytes", 'Quoted, "place"', copy)
    copy.write_bytes(copy.read_bytes().replace(b"Quoted", b"QUOTED"))
    with pytest.raises(StoreError, match="its sha256 differs") as refused:
        bare.reopen(cited, {cited.artifact.sha256: copy})
    assert refused.value.where == str(copy)


def test_a_gzip_file_counts_records_of_its_content(tmp_path: Path) -> None:
    _, (plain,) = gpci(JANUARY, rows=PRINTED)
    file = SourceFile.of("gpci.csv.gz", gzip.compress(plain.data, mtime=0))
    found = list(records(file))
    bound = bind([cells for _, cells in found], [GPCI_EPOCH], "gpci.csv.gz")
    batch = read_batch(found[2:], bound, pfs_gpci.TABLE, file.artifact)
    store = own_store(tmp_path)
    store.publish(Reading(JANUARY, (batch,)), [file])
    cited = store.cite(rows_of(store)[1], "work_gpci")
    assert cited.locator.fragment == "cell=4,5"
    assert store.reopen(cited).text == ".9"


@pytest.mark.parametrize("kept", [True, False])
def test_every_flipped_byte_is_caught(store: Store, tmp_path: Path, kept: bool) -> None:
    store = store if kept else without_blobs(store, tmp_path)
    cited = store.cite(rows_of(store)[0], "work_gpci")
    path = store.reopen(cited).path
    whole = path.read_bytes()
    for place in range(0, len(whole), 1 if kept else 7):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << (place % 8)
        path.write_bytes(damaged)
        with pytest.raises(StoreError) as refused:
            store.reopen(cited)
        assert refused.value.where == str(path)
        assert refused.value.cure
    path.write_bytes(whole)
    assert store.reopen(cited).text == "1.000"


def test_a_citation_that_lies_is_refused(store: Store, tmp_path: Path) -> None:
    cited = store.cite(rows_of(store)[0], "work_gpci")
    lies = [
        dataclasses.replace(cited, text="1.00"),
        dataclasses.replace(cited, locator=Locator("cell=4,5", "", "Work")),
        dataclasses.replace(cited, locator=Locator("cell=3,6", "", "Work")),
        dataclasses.replace(cited, locator=Locator("cell=3,5", "", "PE")),
        dataclasses.replace(cited, locator=Locator("cell=3,5", "other.csv", "Work")),
        dataclasses.replace(cited, locator=Locator("cell=300,5", "", "Work")),
        dataclasses.replace(cited, locator=Locator("/a/b", "", "Work")),
        dataclasses.replace(cited, artifact=Artifact("x.csv", "0" * 64, 1)),
        dataclasses.replace(cited, release="r2"),
        dataclasses.replace(cited, source="elsewhere"),
    ]
    for level in (store, without_blobs(store, tmp_path)):
        assert level.reopen(cited).text == "1.000"
        for lie in lies:
            with pytest.raises(StoreError):
                level.reopen(lie)


def test_a_fact_is_cited_and_keeps_its_decimals(store: Store) -> None:
    row = rows_of(store)[0]
    fact = store.fact("gpci.mp", row, "mp_gpci", unit="index", subject="10000/00")
    assert (fact.measure, fact.subject, fact.unit) == ("gpci.mp", "10000/00", "index")
    assert str(fact.value) == "1.000"
    assert fact.period == JANUARY.covers
    assert isinstance(fact.basis, Citation)
    assert fact.basis == store.cite(row, "mp_gpci")
    span = Period(date(2024, 3, 1), date(2024, 3, 9))
    flagged = store.fact("x.y", row, "state", unit="flag", subject="z", value=True, period=span)
    assert (flagged.value, flagged.period) == (True, span)
    assert flagged.basis == store.cite(row, "state")


def test_an_empty_cell_is_an_unknown_unless_told_its_meaning(store: Store) -> None:
    row = rows_of(store)[1]
    fact = store.fact("x.y", row, "state", unit="text", subject="z")
    assert isinstance(fact.value, Unknown)
    assert fact.value.reason == "not_listed"
    assert "record 4 of gpci-r1.csv" in fact.value.detail
    assert fact.basis is None
    told = store.fact("x.y", row, "state", unit="flag", subject="z", value=False)
    assert told.value is False
    assert isinstance(told.basis, Citation)
    assert told.basis.text == ""


def test_a_column_the_layout_lacks_is_not_covered(tmp_path: Path) -> None:
    columns = {h: c for h, c in GPCI_EPOCH.columns.items() if c != "state"}
    older = dataclasses.replace(GPCI_EPOCH, columns=columns)
    file = SourceFile.of(
        "old.csv", b"Contractor,Locality,Name,Work,PE,MP,Remark\n10000,00,A,1,1,1,\n"
    )
    found = list(records(file))
    bound = bind([cells for _, cells in found], [older], "old.csv")
    batch = read_batch(found[1:], bound, pfs_gpci.TABLE, file.artifact)
    store = own_store(tmp_path)
    store.publish(Reading(JANUARY, (batch,)), [file])
    (row,) = rows_of(store)
    for value in (None, True):
        fact = store.fact("x.y", row, "state", unit="text", subject="z", value=value)
        assert isinstance(fact.value, Unknown)
        assert fact.value.reason == "not_covered"
    with pytest.raises(ValueError, match="stands in no cell"):
        store.cite(row, "state")
    with pytest.raises(KeyError):
        store.cite(row, "nonsense")


def test_a_constant_of_the_file_cannot_be_cited(tmp_path: Path) -> None:
    store = own_store(tmp_path)
    store.publish(*mue(JANUARY, ["practitioner", "hospital"]))
    rows = store.look_up(
        "ncci_mue", AsOf(date(2024, 2, 1)), constants={"service": "hospital"}, hcpcs="Z0001"
    )
    assert isinstance(rows, list)
    with pytest.raises(ValueError, match=r"stands in no cell of hospital-r1\.csv"):
        store.cite(rows[0], "service")
    assert store.cite(rows[0], "mue").artifact.name == "hospital-r1.csv"


def test_a_row_of_a_release_that_was_replaced_is_not_cited(store: Store) -> None:
    row = rows_of(store)[0]
    store.publish(*gpci(JANUARY, 2))
    with pytest.raises(StoreError, match="not read from the row's file"):
        store.cite(row, "work_gpci")


def test_a_date_is_stated_in_iso() -> None:
    assert value_of(date(2024, 7, 1)) == "2024-07-01"
    assert value_of(None) is None
