"""Counting rows without making them gives what counting the rows gives."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from nccikit import PTP, ncci_store, publish, sample
from payeratlas.store import Published, Store, Tally
from payeratlas.tables.contract import Row

TABLE = "ncci_ptp"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return ncci_store(tmp_path_factory.mktemp("tally"))


@pytest.fixture(scope="module")
def published(store: Store) -> Published:
    (found,) = store.releases("ncci_ptp")
    return found


def of(rows: list[Row], by: tuple[str, ...]) -> Counter[tuple[object, ...]]:
    return Counter((row.artifact, *(row[name] for name in by)) for row in rows)


@pytest.mark.parametrize("by", [("column1",), ("deletion", "modifier_indicator"), ("service",), ()])
@pytest.mark.parametrize(
    "where", [{}, {"column1": "64640"}, {"service": "hospital"}, {"column2": ("64640", "99213")}]
)
def test_counts_are_those_of_the_rows(
    store: Store, published: Published, by: tuple[str, ...], where: dict[str, str]
) -> None:
    rows = store.rows(TABLE, published, **where)
    tallies = store.tally(TABLE, published, by, evidence=("column2",), **where)
    assert {
        (tally.first.artifact, *tally.values.values()): tally.rows for tally in tallies
    } == dict(of(rows, by))
    for tally in tallies:
        same = [
            row
            for row in rows
            if row.artifact == tally.first.artifact
            and all(row[name] == tally.values[name] for name in by)
        ]
        assert tally.first.ordinal == min(row.ordinal for row in same)
        assert tally.first["column2"] == same[0]["column2"]


def test_the_witness_can_be_cited(store: Store, published: Published) -> None:
    tally: Tally
    (tally,) = store.tally(
        TABLE, published, ("service",), evidence=("column2",), service="hospital", column1="46505"
    )
    assert tally.rows == 3
    cited = store.cite(tally.first, "column2")
    assert (cited.text, cited.artifact.name) == ("64450", PTP[1])
    assert store.reopen(cited).level == "bytes"


def test_nothing_counts_as_nothing(store: Store, published: Published) -> None:
    assert store.tally(TABLE, published, ("service",), column1="99999") == []
    assert store.tally(TABLE, published, ("service",), service="dme") == []
    with pytest.raises(KeyError, match="no column"):
        store.tally(TABLE, published, ("shoe_size",))


def test_counts_of_another_release_are_its_own(tmp_path: Path) -> None:
    store = ncci_store(tmp_path)
    other = publish(store, "ncci_ptp", sample("ncci_ptp", "ccipra-v322r0-f1.txt"))
    (tally,) = store.tally(TABLE, other, ())
    assert tally.rows == 4
