"""What a conversion lost is told as such; what a tab-separated file prints is found in it again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from payeratlas.formats import SourceFile
from payeratlas.model.facts import Unknown
from payeratlas.sources import ncci_ptp
from payeratlas.store import Published, Store
from payeratlas.store.partition import to_parquet
from payeratlas.tables.contract import Row
from storekit import JANUARY, gpci, own_store

SAMPLES = Path(__file__).parents[1] / "sources" / "ncci_ptp" / "samples"
CONVERTED = "northstar_ncci_ptp_practitioner_2024q3.csv"
CMS = "ccipra-v322r0-f1.txt"

Publish = Callable[[str], tuple[Store, Published]]


@pytest.fixture
def publish(tmp_path: Path) -> Publish:
    def published(name: str) -> tuple[Store, Published]:
        store = own_store(tmp_path)
        file = SourceFile.open(SAMPLES / name)
        return store, store.publish(ncci_ptp.read([file]), [file])

    return published


def unknown(store: Store, row: Row, column: str) -> Unknown:
    value = store.fact("x", row, column, unit="date", subject="x").value
    assert isinstance(value, Unknown)
    return value


def test_a_lost_column_is_unknown_with_the_layouts_reason(publish: Publish) -> None:
    store, published = publish(CONVERTED)
    (row,) = store.rows("ncci_ptp", published, column1="64640", column2="64450")
    lost = unknown(store, row, "effective")
    assert lost.reason == "not_covered"
    assert "the conversion on hand left it out" in lost.detail
    (part,) = published.parts
    assert set(part.lost) == {"effective", "prior_1996"}


def test_a_mark_for_no_day_is_told_as_printed(publish: Publish) -> None:
    store, published = publish(CONVERTED)
    (row,) = store.rows("ncci_ptp", published, column1="64640", column2="64450")
    assert "prints '9999-12-31', which is no value" in unknown(store, row, "deletion").detail
    (cms,) = own_store(store.root).rows("ncci_ptp", publish(CMS)[1], column2="0030U")
    assert "prints '*'" in unknown(own_store(store.root), cms, "deletion").detail


def test_a_tab_separated_file_is_opened_again(publish: Publish) -> None:
    store, published = publish(CMS)
    (part,) = published.parts
    assert part.delimiter == "\t"
    (row,) = store.rows("ncci_ptp", published, column1="0001U")
    cited = store.cite(row, "effective")
    assert cited.text == "20180701"
    assert store.reopen(cited).level == "bytes"
    (store.root / "blobs" / "sha256" / cited.artifact.sha256[:2] / cited.artifact.sha256).unlink()
    assert store.reopen(cited).level == "table"


def test_a_manifest_says_neither_where_there_is_nothing_to_say(tmp_path: Path) -> None:
    published = own_store(tmp_path).publish(*gpci(JANUARY))
    manifest = json.loads(next((tmp_path / "releases").glob("*/*.json")).read_text("utf-8"))
    assert not {"lost", "delimiter"} & set(manifest["parts"][0])
    assert published.parts[0].delimiter == ","


def test_a_table_says_how_many_rows_are_packed_together() -> None:
    reading, _ = gpci(JANUARY)
    (batch,) = reading.batches
    small = replace(batch, table=replace(batch.table, row_group=2))
    for packed, groups in ((batch, 1), (small, 2)):
        data = to_parquet(packed, reading.release, "")
        assert len(packed.ordinals) == 3
        assert pq.ParquetFile(pa.BufferReader(data)).num_row_groups == groups
