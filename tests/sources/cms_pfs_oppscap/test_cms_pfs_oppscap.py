"""OPPSCAP: both layouts, and the release that the file itself never prints."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from filekit import a_file, zipped
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.sources.cms_pfs_oppscap import discover, read
from payeratlas.tables.reading import Batch

Sample = Callable[[str, str], SourceFile]
SOURCE = "cms_pfs_oppscap"


def price(batch: Batch, *key: str) -> tuple[object, object]:
    names = ("hcpcs", "modifier", "carrier", "locality")
    at = list(zip(*(batch.columns[n] for n in names), strict=True)).index(key)
    return batch.columns["price_facility"][at], batch.columns["price_nonfacility"][at]


def test_the_archive_dates_it(sample: Sample) -> None:
    members = {
        "OPPSCAP_JAN.csv": sample(SOURCE, "OPPSCAP_JAN.csv").data,
        "PPRRVU25_JAN.csv": sample("cms_pfs_rvu", "PPRRVU25_JAN.csv").data,
    }
    reading = read([a_file("download.zip", zipped(members))])
    assert reading.release.id.startswith("rvu25a")
    assert reading.release.covers.start == date(2025, 1, 1)
    (batch,) = reading.batches
    assert batch.epoch.id == "cms"
    assert batch.account.rejected == (("end-of-file mark", 1),)
    assert price(batch, "93990", "", "15202", "00") == (Decimal("118.82"), Decimal("118.82"))
    assert price(batch, "93990", "TC", "01112", "18")[0] == Decimal("126.58")


def test_alone_it_says_no_release(sample: Sample) -> None:
    with pytest.raises(FileError, match="prints no release") as caught:
        read([sample(SOURCE, "OPPSCAP_JAN.csv")])
    assert "rvu25a_OPPSCAP_JAN.csv" in caught.value.cure
    named = a_file("rvu25a_OPPSCAP_JAN.csv", sample(SOURCE, "OPPSCAP_JAN.csv").data)
    assert read([named]).release.id.startswith("rvu25a")


def test_the_converted_layout(sample: Sample) -> None:
    reading = read([sample(SOURCE, "oppscap_rvu24ar_jan.csv")])
    assert reading.release.id.startswith("rvu24ar")
    assert reading.release.status == "correction"
    (batch,) = reading.batches
    assert batch.epoch.id == "converted"
    assert price(batch, "93990", "TC", "01112", "54") == (Decimal("116.00"), Decimal("116.00"))
    assert not any(batch.printed), "116 is the shortest text of 116.00"


def test_an_archive_without_it_is_another_sources(sample: Sample) -> None:
    archive = a_file("x.zip", zipped({"a/GPCI2025.csv": "x"}))
    with pytest.raises(FileError, match=r"no file of this source; it holds GPCI2025\.csv"):
        read([archive])


def test_discover_offers_the_archives() -> None:
    found = discover(lambda url: b'<a href="/files/zip/rvu26c.zip">C</a>')
    assert [f.title for f in found] == ["C"]
