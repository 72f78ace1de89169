"""Payment limits of Part B drugs: limits, no limit, shares, dates, and the fault of each part."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from filekit import a_file, printed_cells, workbook, zipped
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.time import Period
from payeratlas.sources.cms_asp import discover, read
from payeratlas.tables.reading import Batch

NAME = "asp_2026-01_payment_limits.csv"
HEADING = b"HCPCS Code,Short Description,HCPCS Code Dosage,Payment Limit,Co-insurance Percentage"


@pytest.fixture
def asp(sample: Callable[[str, str], SourceFile]) -> SourceFile:
    return sample("cms_asp", NAME)


def drug(batch: Batch, code: str) -> dict[str, object]:
    at = list(batch.columns["hcpcs"]).index(code)
    return {name: values[at] for name, values in batch.columns.items()}


def test_a_limit_with_its_unit_and_share(asp: SourceFile) -> None:
    (batch,) = read([asp]).batches
    botulinum = drug(batch, "J0585")
    assert botulinum["dosage"] == "1 UNIT"
    assert botulinum["payment_limit"] == Decimal("6.510")
    assert botulinum["coinsurance"] == Decimal("20.000")
    assert drug(batch, "J0121")["coinsurance"] == Decimal("19.631")
    assert drug(batch, "J7175")["clotting_factor"] == "1"
    assert drug(batch, "90677")["vaccine_limit"] == Decimal("312.902")
    assert drug(batch, "90677")["coinsurance"] == Decimal("0.000")
    assert drug(batch, "P9041")["blood_awp"] == 95
    assert "Short Description" not in {b.heading for b in batch.bindings.values()}


def test_no_limit_is_no_zero(asp: SourceFile) -> None:
    (batch,) = read([asp]).batches
    assert drug(batch, "A9606")["payment_limit"] is None
    assert "microCurie 100% WAC" in str(drug(batch, "A9606")["note"])
    at = batch.ordinals[list(batch.columns["hcpcs"]).index("A9606")]
    position = batch.bindings["payment_limit"].position
    assert (at, position, "N/A") in set(printed_cells(batch))


def test_the_printed_dates_are_what_is_covered(asp: SourceFile) -> None:
    release = read([asp]).release
    assert release.id == "asp2026q1-excerpt"
    assert release.covers == Period(date(2026, 1, 1), date(2026, 4, 1))
    for bad in (b"Effective soon", b"Effective Janvier 1, 2026 through March 31, 2026"):
        data = asp.data.replace(b"Effective January 1, 2026 through March 31, 2026", bad)
        with pytest.raises(FileError, match="no date"):
            read([a_file(NAME, data)])


def test_an_archive_is_read_for_its_limits_alone(asp: SourceFile) -> None:
    members = {
        "January 2026 Medicare Part B Payment Limit File.csv": asp.data,
        "January 2026 NOC Payment Limit File.csv": "x",
        "January 2026 ASP NDC-HCPCS Crosswalk payment limit.csv": "x",
    }
    (batch,) = read([a_file("january-2026.zip", zipped(members))]).batches
    assert batch.member.startswith("January 2026 Medicare")


def test_bytes_of_windows_are_read(asp: SourceFile) -> None:
    data = asp.data.replace(b"methodology applied", b"methodology\xa0applied")
    (batch,) = read([a_file(NAME, data)]).batches
    assert drug(batch, "J0717")["note"] == '"lesser of" methodology\u00a0applied'


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.replace(b"Payment Limit,", b"Limit,"), "column 'Limit' is not known"),
        (lambda d: d.replace(b",Clotting Factor", b""), "'Clotting Factor' is missing"),
        (lambda d: d.replace(b",6.510,", b",6.5104,"), "finer than 3 decimals"),
        (lambda d: d.replace(b",6.510,", b",free,"), "'free' in column 'Payment Limit'"),
        (lambda d: d.replace(b"J0585,", b"J058,"), "CPT or HCPCS code"),
        (lambda d: d.replace(b"J0585,", b"J1100,"), "stands twice"),
        (lambda d: d[: d.index(b"20.000", d.index(b"J0585"))], "torn"),
        (lambda d: d[: d.index(HEADING)], "no heading row"),
        (lambda d: b"<!DOCTYPE html><html></html>", "web page"),
        (lambda d: workbook([["HCPCS Code"], ["J0585"]]), "is an xlsx workbook"),
    ],
)
def test_faults_are_named(asp: SourceFile, change: Callable[[bytes], bytes], words: str) -> None:
    with pytest.raises(FileError, match=words):
        read([a_file(NAME, change(asp.data))])


def test_a_moved_column_is_followed(asp: SourceFile) -> None:
    rows = list(csv.reader(io.StringIO(asp.data.decode("cp1252"), newline="")))
    for row in rows:
        row.insert(1, row.pop(3))
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    (batch,) = read([a_file(NAME, out.getvalue().encode("cp1252"))]).batches
    assert batch.bindings["payment_limit"].position == 2
    assert drug(batch, "J0585")["payment_limit"] == Decimal("6.510")


def test_the_whole_quarter(shared_data: Path) -> None:
    reading = read([SourceFile.open(shared_data / "cms" / "asp" / NAME)])
    assert reading.release.complete
    (batch,) = reading.batches
    shares = list(batch.columns["coinsurance"])
    assert len(shares) == 877
    assert shares.count(Decimal(20)) == 754
    assert shares.count(Decimal(0)) == 32
    assert [
        code
        for code, limit in zip(batch.columns["hcpcs"], batch.columns["payment_limit"], strict=True)
        if limit is None
    ] == ["A9606"]


def test_discover_offers_the_quarters_newest_first() -> None:
    page = (
        b'<a href="/files/zip/october-2025-asp-pricing-file.zip">Oct</a>'
        b'<a href="/files/zip/january-2026-medicare-part-b-payment-limit-files-12-9-25.zip">Jan</a>'
        b'<a href="/files/zip/january-2026-noc-pricing-file.zip">NOC</a>'
    )
    assert [found.title for found in discover(lambda url: page)] == ["Jan", "Oct"]
