"""What the store refuses to publish: readings that break their contract or their files' word."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from payeratlas.formats import SourceFile
from payeratlas.model.errors import StoreError
from payeratlas.tables.contract import Cell
from payeratlas.tables.reading import Batch, Reading
from storekit import JANUARY, gpci, mue, own_store, publish_gpci, tree


def _with(batch: Batch, name: str, values: list[Cell]) -> Batch:
    return dataclasses.replace(batch, columns={**batch.columns, name: values})


BREACHES: dict[str, Callable[[Batch], Batch]] = {
    "its columns are not of one length": lambda b: _with(b, "state", ["OH"]),
    "not those of pfs_gpci": lambda b: _with(b, "other", ["x"] * 3),
    "not in source order": lambda b: dataclasses.replace(b, ordinals=[3, 5, 4]),
    "its account keeps 3 rows, it holds 2": lambda b: dataclasses.replace(
        b,
        columns={name: values[:2] for name, values in b.columns.items()},
        ordinals=b.ordinals[:2],
        printed=b.printed[:2],
    ),
    "work_gpci is required and empty": lambda b: _with(
        b, "work_gpci", [Decimal("1.000"), None, Decimal("1.000")]
    ),
    "has not 3 decimals": lambda b: _with(b, "work_gpci", [Decimal("1.0")] * 3),
    "cannot be stored": lambda b: _with(b, "state", ["OH", 7, "OH"]),
    "stands in no column": lambda b: dataclasses.replace(
        b, bindings={c: at for c, at in b.bindings.items() if c != "state"}
    ),
    "is no column of pfs_gpci": lambda b: dataclasses.replace(b, constants={"service": "x"}),
    "locality is not '09'": lambda b: dataclasses.replace(b, constants={"locality": "09"}),
    "already has mac '10000'": lambda b: _with(
        _with(b, "mac", ["10000"] * 3), "locality", ["01"] * 3
    ),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_a_reading_that_breaks_its_contract_is_refused(tmp_path: Path, breach: str) -> None:
    publish_gpci(tmp_path)
    before = tree(tmp_path)
    reading, files = gpci(JANUARY, 2)
    broken = Reading(reading.release, (BREACHES[breach](reading.batches[0]),))
    with pytest.raises(StoreError, match=breach) as refused:
        own_store(tmp_path).publish(broken, files)
    assert refused.value.where.startswith("gpci-r1.csv")
    assert tree(tmp_path) == before


def test_files_must_be_those_that_were_read(tmp_path: Path) -> None:
    reading, files = gpci(JANUARY)
    other = SourceFile.of("other.csv", b"a,b\r\n")
    with pytest.raises(StoreError, match="no row of r1 was read") as refused:
        own_store(tmp_path).publish(reading, [*files, other])
    assert refused.value.where == "other.csv"
    with pytest.raises(StoreError, match="not among those given"):
        own_store(tmp_path).publish(reading, [])
    forged = SourceFile(files[0].artifact, files[0].data + b"\r\n")
    with pytest.raises(StoreError, match="not those of its artifact"):
        own_store(tmp_path).publish(reading, [forged])
    assert not tree(tmp_path)


def test_two_parts_that_look_the_same_are_refused(tmp_path: Path) -> None:
    reading, files = mue(JANUARY, ["hospital"])
    twice = Reading(JANUARY, reading.batches * 2)
    with pytest.raises(StoreError, match="look the same"):
        own_store(tmp_path).publish(twice, files)


@pytest.mark.parametrize("id", ["", "../up", "a/b", ".hidden", "r 1", "r\0"])
def test_a_release_id_cannot_lead_out_of_the_store(tmp_path: Path, id: str) -> None:
    reading, files = gpci(JANUARY)
    bad = Reading(dataclasses.replace(JANUARY, id=id), reading.batches)
    with pytest.raises(StoreError, match="cannot name a folder"):
        own_store(tmp_path / "store").publish(bad, files)
    assert not tree(tmp_path)
