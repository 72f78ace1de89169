"""ASC addenda: one quarter from several files, every layout and form of text, real files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from filekit import a_file, printed_cells, zipped
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.time import Period
from payeratlas.sources.cms_asc_addenda import TABLES, discover, read
from payeratlas.store import Store
from payeratlas.tables.contract import Cell
from payeratlas.tables.reading import Batch, Reading

Sample = Callable[[str, str], SourceFile]
SOURCE = "cms_asc_addenda"
DD1 = "508-Version-Jan-2025-ASC-DD1.csv"
JANUARY_2025 = ("20250101_AA.csv", "20250101_BB.csv", "20250101_EE.csv", "20250101_FF.csv")


def row(batch: Batch, code: str) -> dict[str, Cell]:
    at = list(batch.columns[batch.table.key[0]]).index(code)
    return {name: values[at] for name, values in batch.columns.items()}


def by_table(reading: Reading) -> dict[str, Batch]:
    return {batch.table.name: batch for batch in reading.batches}


def refusal(*files: SourceFile) -> FileError:
    with pytest.raises(FileError) as caught:
        read(files)
    return caught.value


def test_one_quarter_is_one_release(sample: Sample) -> None:
    reading = read([sample(SOURCE, name) for name in JANUARY_2025])
    release = reading.release
    assert release.id == "asc2025q1-excerpt"
    assert release.covers == Period(date(2025, 1, 1), date(2025, 4, 1))
    assert "first covered day" in release.issued_basis
    batches = by_table(reading)
    assert set(batches) == {"asc_aa", "asc_bb", "asc_ee", "asc_ff"}
    assert row(batches["asc_aa"], "64640") == {
        "hcpcs": "64640",
        "mark": None,
        "multiple_procedure_discount": "Y",
        "comment_indicator": None,
        "payment_indicator": "P3",
        "payment_weight": None,
        "payment_rate": Decimal("170.14"),
    }
    assert row(batches["asc_ff"], "64640") == {
        "hcpcs": "64640",
        "mark": None,
        "payment_indicator": "P3",
        "apc": "5443",
        "apc_device_offset": Decimal("0.37"),
        "opps_rate": Decimal("890.30"),
        "device_offset": Decimal("5.66"),
        "device_portion": Decimal("9.63"),
    }
    assert row(batches["asc_bb"], "77003")["payment_indicator"] == "N1"
    assert row(batches["asc_aa"], "G0105")["mark"] == "**"
    assert row(batches["asc_bb"], "C9804")["mark"] == "***"
    assert "64640" not in batches["asc_ee"].columns["hcpcs"]
    assert "33533" in batches["asc_ee"].columns["hcpcs"]


def test_every_record_is_accounted_for(sample: Sample) -> None:
    reading = read([sample(SOURCE, name) for name in JANUARY_2025])
    accounts = {name: batch.account for name, batch in by_table(reading).items()}
    assert accounts["asc_aa"].rejected == (("blank record", 8), ("footnote", 3))
    assert accounts["asc_ee"].rejected == ()
    assert accounts["asc_ff"].rejected == (("blank record", 10), ("footnote", 4))
    assert accounts["asc_bb"].merged == (("the same row printed twice", 2),)


FORMS = {  # sample: table, epoch, encoding, delimiter, quarter
    "20210101_AA.txt": ("asc_aa", "aa-2021q1", "cp1252", "\t", date(2021, 1, 1)),
    "20210101_BB.txt": ("asc_bb", "bb-2021q1", "cp1252", "\t", date(2021, 1, 1)),
    "20220101_BB.csv": ("asc_bb", "bb-2021q2", "cp1252", ",", date(2022, 1, 1)),
    "20220101_FF.csv": ("asc_ff", "ff-2022q1", "cp1252", ",", date(2022, 1, 1)),
    "20220401_AA.txt": ("asc_aa", "aa-2021q2", "cp1252", "\t", date(2022, 4, 1)),
    "20220401_FF.txt": ("asc_ff", "ff-2022q2", "cp1252", "\t", date(2022, 4, 1)),
    "20230101_BB.csv": ("asc_bb", "bb-2023q1", "cp1252", ",", date(2023, 1, 1)),
    "20231001_AA.csv": ("asc_aa", "aa-2021q2", "utf-8", ",", date(2023, 10, 1)),
    "20231001_BB.csv": ("asc_bb", "bb-2023q2", "utf-8", ",", date(2023, 10, 1)),
    "20240101_FF.txt": ("asc_ff", "ff-2022q2", "cp1252", "\t", date(2024, 1, 1)),
    "20250101_AA.csv": ("asc_aa", "aa-2021q2", "cp437", ",", date(2025, 1, 1)),
    "20250101_FF.csv": ("asc_ff", "ff-2025q1", "cp437", ",", date(2025, 1, 1)),
    "20260401_BB.csv": ("asc_bb", "bb-2023q2", "cp437", ",", date(2026, 4, 1)),
}


def raw(file: SourceFile, encoding: str, delimiter: str) -> list[list[str]]:
    text = file.data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


@pytest.mark.parametrize("name", FORMS)
def test_every_layout_and_form_of_text(sample: Sample, name: str) -> None:
    table, epoch, encoding, delimiter, start = FORMS[name]
    file = sample(SOURCE, name)
    reading = read([file])
    (batch,) = reading.batches
    assert batch.table is TABLES[table]
    assert batch.epoch.id.startswith(f"{epoch}-")
    assert (batch.epoch.encoding, batch.epoch.delimiter) == (encoding, delimiter)
    assert reading.release.covers.start == start
    records = raw(file, encoding, delimiter)
    for ordinal, position, text in printed_cells(batch):
        assert records[ordinal - 1][position - 1] == text


def test_odd_cells(sample: Sample) -> None:
    (batch,) = read([sample(SOURCE, "20231001_BB.csv")]).batches
    assert row(batch, "0066U")["payment_indicator"] == "D5", "printed with blanks around it"
    (batch,) = read([sample(SOURCE, "20260401_BB.csv")]).batches
    assert row(batch, "J0892")["payment_indicator"] == "K5", "printed in lower case"
    assert row(batch, "A2001")["payment_rate"] == Decimal("127.14")
    (batch,) = read([sample(SOURCE, "20240101_FF.txt")]).batches
    assert row(batch, "63685")["device_portion"] == Decimal("22920.07"), "and no stray column"


def test_a_year_alone_in_the_headings_is_january(sample: Sample) -> None:
    names = ("20210101_AA.txt", "20210101_BB.txt", "20210101_EE.txt")
    reading = read([sample(SOURCE, name) for name in names])
    assert reading.release.covers == Period(date(2021, 1, 1), date(2021, 4, 1))
    assert row(by_table(reading)["asc_bb"], "J0223")["comment_indicator"] == "NC"


def test_a_title_of_the_year_before_decides_nothing(sample: Sample) -> None:
    file = sample(SOURCE, "20240101_FF.txt")
    assert b"for CY 2023" in file.data
    assert read([file]).release.covers.start == date(2024, 1, 1)


def test_the_first_quarter_of_2024_ends_when_its_rates_did(sample: Sample) -> None:
    release = read([sample(SOURCE, "20240101_FF.txt")]).release
    assert release.covers == Period(date(2024, 1, 1), date(2024, 3, 9))
    assert "Consolidated Appropriations Act" in release.note


def test_the_zip_as_cms_serves_it(sample: Sample) -> None:
    members = {
        f"508 Version Jan 2025 ASC {name[9:11]}.csv": sample(SOURCE, name).data
        for name in JANUARY_2025
    }
    members["508-Version-Jan-2025-ASC-DD1.csv"] = sample(SOURCE, DD1).data
    reading = read([a_file("january-2025-asc.zip", zipped({**members, "Layout.txt": "x"}))])
    assert set(by_table(reading)) == set(TABLES)
    assert reading.release.covers.start == date(2025, 1, 1)


def test_definitions_alone_are_those_of_a_year(sample: Sample) -> None:
    reading = read([sample(SOURCE, DD1)])
    assert reading.release.id == "dd1-cy2025"
    assert reading.release.complete
    assert reading.release.covers == Period(date(2025, 1, 1), date(2026, 1, 1))
    (batch,) = reading.batches
    assert len(batch.ordinals) == 21
    assert row(batch, "L1")["definition"] == (
        "Influenza vaccine; pneumococcal vaccine. Packaged item/service; no separate payment made."
    )


def test_what_does_not_belong_together_is_refused(sample: Sample) -> None:
    def of(*names: str) -> list[SourceFile]:
        return [sample(SOURCE, name) for name in names]

    error = refusal(*of("20250101_AA.csv", "20231001_BB.csv"))
    assert "files of 2023-10 and 2025-01" in error.what
    assert "by itself" in error.cure
    error = refusal(*of("20250101_AA.csv", "20231001_EE.csv"))
    assert "CY 2023, the other addenda are of 2025" in error.what
    assert "same addendum" in refusal(*of("20250101_AA.csv", "20231001_AA.csv")).what
    error = refusal(*of("20250101_EE.csv"))
    assert "no quarter" in error.what
    assert "Addendum AA" in error.cure
    assert "no quarter" in refusal(*of("20250101_EE.csv", DD1)).what
    assert "no file was given" in refusal().what


def edited(file: SourceFile, old: str, new: str) -> SourceFile:
    text = file.data.decode("cp437")
    assert old in text
    return a_file(file.artifact.name, text.replace(old, new, 1).encode("cp437"))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("January 2025 Payment Rate", "January 2026 Payment Rate", "'January 2026 Payment Rate'"),
        ("Payment Rate ", "Payment Rates", "no known layout"),
        ("January 2025", "May 2025", "'January 2025 Payment Weight"),
        ("64640,,,Y,P3", "64640,,,X,P3", "Y or N"),
        ("64640,,,Y,P3", "64640,,,Y,PX", "payment indicator"),
        ("64640,,,Y,P3,,$170.14", "64640,,,Y,P3,,$17O.14", "amount in dollars"),
        ("64640,,,Y,P3,,$170.14", "64640,,,Y,P3,,$170.145", "finer than 2 decimals"),
        ("64640,,,Y,P3,,$170.14", "64640,,,Y,P3,$170.14", "torn"),
        ("64640,,,Y,P3,,$170.14", "64450,,,Y,P3,,$170.14", "stands twice"),
        ("NOTE 3:", "MEMO 3:", "CPT or HCPCS"),
    ],
)
def test_what_is_not_as_it_should_be_is_refused(
    sample: Sample, old: str, new: str, says: str
) -> None:
    error = refusal(edited(sample(SOURCE, "20250101_AA.csv"), old, new))
    assert says in error.what
    assert "20250101_AA.csv" in error.where


def test_a_month_that_begins_no_quarter_is_refused(sample: Sample) -> None:
    text = sample(SOURCE, "20250101_AA.csv").data.decode("cp437")
    file = a_file("AA.csv", text.replace("January 2025", "May 2025").encode("cp437"))
    assert "2025-05, which begins no quarter" in refusal(file).what


def test_other_files_are_refused(sample: Sample) -> None:
    name = "Section_508_of_July_2025_Web_Addendum_B.07.25.25.csv"
    assert "no known layout" in refusal(sample("cms_opps_addendum_b", name)).what
    assert "no heading row" in refusal(sample("cms_pos", "northstar_pos_codes_2024.csv")).what
    comments = a_file("FF.csv", "Addendum DD2 -- ASC Comment Indicators for CY 2023,\r\nCI,x\r\n")
    assert "no heading row" in refusal(comments).what


def test_a_cell_of_tabbed_text_is_opened_again(sample: Sample, tmp_path: Path) -> None:
    file = sample(SOURCE, "20220401_FF.txt")
    path = tmp_path / "FF.txt"
    path.write_bytes(file.data)
    store = Store(tmp_path / "store", None)
    published = store.publish(read([file]), [file], keep_bytes=False)
    (found,) = store.rows("asc_ff", published, hcpcs="27447")
    cited = store.cite(found, "opps_rate")
    assert cited.text == "$11,869.70"
    assert store.reopen(cited).level == "table"
    again = Store(tmp_path / "store", None).reopen(cited, {file.artifact.sha256: path})
    assert (again.level, again.text) == ("bytes", "$11,869.70")


INDEX = b"""
<a href="/files/zip/october-2026-asc-approved-hcpcs-code-payment-rates.zip">October 2026</a>
<a href="/apps/ama/license.asp?file=/files/zip/july-2026-asc-addenda.zip">July 2026</a>
<a href="/files/zip/march-9-2024-asc-approved-hcpcs-code-and-payment-rates.zip">March 9, 2024</a>
<a href="/files/zip/jan-2024-asc-approved-hcpcs-code-and-payment-rates.zip">January 2024</a>
<a href="/files/zip/2026-asc-wage-index.zip">Wage index</a>
"""


def test_discover_offers_the_archives_newest_first() -> None:
    titles = [offer.title for offer in discover(lambda url: INDEX)]
    assert titles == ["October 2026", "July 2026", "March 9, 2024", "January 2024"]


# -- the whole files ------------------------------------------------------------------------------

QUARTERS = [f"{year}{month}01" for year in range(2021, 2027) for month in ("01", "04", "07", "10")][
    :22
]
RATES = {  # 64640 in Addendum AA, by year and, where it moved, by quarter
    "2021": "186.33",
    "2022": "181.68",
    "2023": "176.21",
    "20240101": "172.56",
    "2024": "175.42",
    "2025": "170.14",
    "2026": "197.04",
}
OPPS = {"2022": "840.73", "2023": "852.18", "2024": "868.45", "2025": "890.30", "2026": "903.68"}
MISFILED = "20231001"  # what is called FF there is Addendum DD2


def real(folder: Path, quarter: str) -> list[SourceFile]:
    paths = sorted((folder / "cms" / "asc" / quarter).iterdir())
    return [SourceFile.open(p) for p in paths if (quarter, p.stem) != (MISFILED, "FF")]


@pytest.mark.parametrize("quarter", QUARTERS)
def test_every_cell_of_a_real_quarter_is_put_back(shared_data: Path, quarter: str) -> None:
    files = real(shared_data, quarter)
    reading = read(files)
    year, month = int(quarter[:4]), int(quarter[4:6])
    assert reading.release.id == f"asc{year}q{(month + 2) // 3}"
    assert reading.release.covers.start == date(year, month, 1)
    assert reading.release.complete
    expected = {"asc_aa", "asc_bb", "asc_ee"}
    if year > 2021 and quarter != MISFILED:
        expected.add("asc_ff")
    assert set(by_table(reading)) == expected
    for file, batch in zip(files, reading.batches, strict=True):
        records = raw(file, batch.epoch.encoding, batch.epoch.delimiter)
        account = batch.account
        assert account.read == len(records) - 4, "four records stand above the data"
        gone = sum(n for _, n in (*account.rejected, *account.merged))
        assert account.kept == account.read - gone
        coded = {r[0] for r in records[4:] if len(r[0]) == 5}
        assert set(batch.columns["hcpcs"]) == coded
        assert account.kept == len(coded)
        seen = 0
        for ordinal, position, text in printed_cells(batch):
            assert records[ordinal - 1][position - 1] == text
            seen += 1
        assert seen == account.kept * len(batch.bindings)


@pytest.mark.parametrize("quarter", QUARTERS)
def test_64640_as_the_reference_prints_it(shared_data: Path, quarter: str) -> None:
    batches = by_table(read(real(shared_data, quarter)))
    found = row(batches["asc_aa"], "64640")
    rate = RATES.get(quarter) or RATES[quarter[:4]]
    assert found["payment_rate"] == Decimal(rate)
    assert (found["payment_indicator"], found["multiple_procedure_discount"]) == ("P3", "Y")
    assert "64640" not in batches["asc_ee"].columns["hcpcs"]
    if "asc_ff" in batches:
        beside = row(batches["asc_ff"], "64640")
        assert (beside["apc"], beside["opps_rate"]) == ("5443", Decimal(OPPS[quarter[:4]]))


def test_the_misfiled_addendum_is_refused(shared_data: Path) -> None:
    path = shared_data / "cms" / "asc" / MISFILED / "FF.csv"
    assert "no heading row" in refusal(SourceFile.open(path)).what
