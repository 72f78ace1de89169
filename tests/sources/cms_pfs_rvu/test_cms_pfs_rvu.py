"""Relative value files: every layout, both kinds of clinician, whole archives, their dates."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from filekit import a_file, printed_cells, zipped
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.time import Period
from payeratlas.sources.cms_pfs_rvu import discover, read
from payeratlas.tables.contract import Cell
from payeratlas.tables.reading import Batch

Sample = Callable[[str], SourceFile]
EXCERPT = "PPRRVU2026_Jul_nonQPP.EXCERPT.csv"


@pytest.fixture
def rvu(sample: Callable[[str, str], SourceFile]) -> Sample:
    return lambda name: sample("cms_pfs_rvu", name)


def row(batch: Batch, hcpcs: str, modifier: str = "") -> dict[str, Cell]:
    keys = zip(batch.columns["hcpcs"], batch.columns["modifier"], strict=True)
    at = list(keys).index((hcpcs, modifier))
    return {name: values[at] for name, values in batch.columns.items()}


def named(file: SourceFile, name: str, old: str = "", new: str = "") -> SourceFile:
    """A file under another name, with one text exchanged."""
    return a_file(name, file.data.replace(old.encode(), new.encode()))


def test_2025_prints_its_quarter_and_release_date(rvu: Sample) -> None:
    reading = read([rvu("PPRRVU25_JAN.csv")])
    release = reading.release
    assert release.source == "cms_pfs_rvu"
    assert release.id.startswith("rvu25a")
    assert release.issued == date(2024, 12, 23)
    assert release.issued_basis == "printed in the file's heading"
    assert release.covers == Period(date(2025, 1, 1), date(2025, 4, 1))
    assert release.status == "final"
    (batch,) = reading.batches
    assert batch.epoch.id == "2025"
    assert batch.constants == {"participation": "all"}
    assert batch.account.rejected == (("end-of-file mark", 1),)
    assert set(batch.columns["pricing"]) == {None}


def test_values_and_their_places(rvu: Sample) -> None:
    (batch,) = read([rvu("PPRRVU2025_Oct.csv")]).batches
    found = row(batch, "64640")
    assert found["status"] == "A"
    assert found["not_used"] is None
    assert found["work_rvu"] == Decimal("1.98")
    assert found["pe_rvu_nonfacility"] == Decimal("5.26")
    assert found["pe_rvu_facility"] == Decimal("1.43")
    assert found["mp_rvu"] == Decimal("0.21")
    assert found["total_rvu_nonfacility"] == Decimal("7.45")
    assert found["total_rvu_facility"] == Decimal("3.62")
    assert found["pctc"] == "0"
    assert found["global_days"] == "010"
    assert (found["pre_op"], found["intra_op"], found["post_op"]) == (
        Decimal("0.10"),
        Decimal("0.80"),
        Decimal("0.10"),
    )
    assert (found["multiple_procedure"], found["bilateral"], found["assistant"]) == ("2", "1", "1")
    assert (found["co_surgeon"], found["team"], found["endo_base"]) == ("0", "0", None)
    assert found["conversion_factor"] == Decimal("32.3465")
    assert (found["supervision"], found["calculation_flag"]) == ("09", "0")
    assert found["imaging_family"] == "99"
    assert row(batch, "76977")["opps_pe_nonfacility"] != Decimal(0)
    assert row(batch, "76977")["na_facility"] == "NA"
    assert row(batch, "77002", "26")["work_rvu"] == Decimal("0.54")
    assert row(batch, "99245")["not_used"] == "+"
    binding = batch.bindings["pe_rvu_nonfacility"]
    assert (binding.position, binding.heading) == (7, "NON-FAC PE RVU")
    assert batch.bindings["global_days"].heading == "GLOB DAYS"
    assert not any(batch.printed), "the file prints every value canonically"


def test_2026_has_one_column_more_and_a_file_for_each_kind(rvu: Sample) -> None:
    other = rvu(EXCERPT)
    participants = named(other, "PPRRVU2026_Jul_QPP.EXCERPT.csv", "33.4009", "33.5675")
    reading = read([participants, other])
    assert reading.release.id == "rvu26c-excerpt"
    assert not reading.release.complete
    assert reading.release.issued == date(2026, 6, 30)
    assert [b.constants["participation"] for b in reading.batches] == ["qpp", "nonqpp"]
    qpp, nonqpp = reading.batches
    assert nonqpp.epoch.id == "2026"
    assert row(nonqpp, "64640")["pricing"] == "9"
    assert row(nonqpp, "64640")["endo_base"] is None
    assert row(nonqpp, "64640")["conversion_factor"] == Decimal("33.4009")
    assert row(qpp, "64640")["conversion_factor"] == Decimal("33.5675")
    assert set(qpp.columns["participation"]) == {"qpp"}
    assert nonqpp.bindings["conversion_factor"].position == 26


def test_the_two_files_of_2026_cannot_be_mistaken(rvu: Sample) -> None:
    other = rvu(EXCERPT)
    with pytest.raises(FileError, match="neither nonQPP nor QPP"):
        read([named(other, "PPRRVU2026_Jul.csv")])
    with pytest.raises(FileError, match="names are swapped"):
        read([named(other, "PPRRVU2026_Jul_QPP.csv", "33.4009", "33.1000"), other])
    with pytest.raises(FileError, match="hold the same rows"):
        read([other, other])
    mixed = other.data.replace(b"33.4009", b"33.5675", 1)
    with pytest.raises(FileError, match=r"one conversion factor.*33\.4009, 33\.5675"):
        read([a_file(other.artifact.name, mixed)])


def test_a_later_quarter_is_dated_by_its_own_heading(rvu: Sample) -> None:
    data = rvu(EXCERPT).data
    data = data.replace(b"2026 National", b"2027 National").replace(
        b"July Release", b"January Release"
    )
    data = data.replace(b"06/30/2026", b"12/18/2026")
    release = read([a_file("PPRRVU2027_Jan_nonQPP.EXCERPT.csv", data)]).release
    assert release.id == "rvu27a-excerpt"
    assert release.issued == date(2026, 12, 18)
    assert release.covers == Period(date(2027, 1, 1), date(2027, 4, 1))


def test_the_whole_archive_is_read_by_its_members(rvu: Sample) -> None:
    other = rvu(EXCERPT).data
    archive = zipped(
        {
            "RVU26C/PPRRVU2026_Jul_nonQPP.csv": other,
            "RVU26C/PPRRVU2026_Jul_QPP.csv": other.replace(b"33.4009", b"33.5675"),
            "RVU26C/PPRRVU2026_Jul_nonQPP.txt": "HDR",
            "RVU26C/GPCI2026.csv": "ADDENDUM E.",
            "__MACOSX/RVU26C/._PPRRVU2026_Jul_QPP.csv": b"\0\5",
        }
    )
    reading = read([a_file("rvu26c-updated-06-30-2026.zip", archive)])
    assert {b.member for b in reading.batches} == {
        "RVU26C/PPRRVU2026_Jul_nonQPP.csv",
        "RVU26C/PPRRVU2026_Jul_QPP.csv",
    }
    assert len({b.artifact.sha256 for b in reading.batches}) == 1
    assert reading.release.covers.start == date(2026, 7, 1)


@pytest.mark.parametrize("wrap", [False, True])
def test_converted_files_are_dated_by_their_name(rvu: Sample, wrap: bool) -> None:
    file = rvu("pprrvu_rvu24ar_jan.csv")
    if wrap:
        file = a_file(f"{file.artifact.name}.gz", gzip.compress(file.data))
    release = read([file]).release
    assert release.id.startswith("rvu24ar")
    assert release.status == "correction"
    assert release.covers == Period(date(2024, 3, 9), date(2024, 4, 1))
    assert "Consolidated Appropriations Act, 2024" in release.note
    assert release.issued == release.covers.start
    assert "not printed" in release.issued_basis


def test_a_file_without_a_date_is_refused(rvu: Sample) -> None:
    with pytest.raises(FileError, match="prints no release") as caught:
        read([named(rvu("pprrvu_rvu24ar_jan.csv"), "download.csv")])
    assert "rvu25a" in caught.value.cure
    with pytest.raises(FileError, match="no RELEASED date"):
        read([named(rvu("PPRRVU25_JAN.csv"), "PPRRVU25_JAN.csv", "RELEASED", "PRINTED")])
    with pytest.raises(FileError, match="'May' release of 2025, which is no quarter"):
        read([named(rvu("PPRRVU25_JAN.csv"), "PPRRVU25_JAN.csv", "January", "May")])


def test_a_january_2024_file_released_in_march_is_the_correction(rvu: Sample) -> None:
    data = rvu("PPRRVU25_JAN.csv").data.replace(b"2025 National", b"2024 National")
    late = read([a_file("x.csv", data.replace(b"12/23/2024", b"03/12/2024"))]).release
    assert late.id.startswith("rvu24ar")
    assert late.issued == date(2024, 3, 12)
    early = read([a_file("x.csv", data.replace(b"12/23/2024", b"12/27/2023"))]).release
    assert early.id.startswith("rvu24a-")
    assert early.covers == Period(date(2024, 1, 1), date(2024, 4, 1))


def test_files_of_two_releases_are_not_one(rvu: Sample) -> None:
    with pytest.raises(FileError, match="two releases were given together: rvu25a and rvu25d"):
        read([rvu("PPRRVU25_JAN.csv"), rvu("PPRRVU2025_Oct.csv")])


def test_lost_zeros_are_put_back_and_the_printed_text_is_kept(rvu: Sample) -> None:
    file = rvu("pprrvu_rvu20d_oct.csv")
    (batch,) = read([file]).batches
    assert row(batch, "00100")["supervision"] == "09"
    assert row(batch, "64640")["global_days"] == "010"
    at = list(batch.columns["hcpcs"]).index("00100")
    texts = {(o, p): text for o, p, text in printed_cells(batch)}
    ordinal = batch.ordinals[at]
    assert texts[ordinal, batch.bindings["hcpcs"].position] == "100"
    assert texts[ordinal, batch.bindings["supervision"].position] == "9"
    assert batch.epoch.numbers == "shortest"
    assert texts[ordinal, batch.bindings["work_rvu"].position] == "0"


def test_no_description_leaves_the_reader(rvu: Sample) -> None:
    secret = "Words that belong to somebody"
    data = rvu("PPRRVU2025_Oct.csv").data.replace(b"64640,,,A", f"64640,,{secret},A".encode())
    assert secret.encode() in data
    (batch,) = read([a_file("PPRRVU2025_Oct.csv", data)]).batches
    assert secret not in repr(batch)
    assert "DESCRIPTION" not in {b.heading for b in batch.bindings.values()}


def test_few_rows_make_an_excerpt_and_many_a_whole_release(rvu: Sample) -> None:
    file = rvu("PPRRVU2025_Oct.csv")
    few = read([file]).release
    assert few.id == "rvu25d-excerpt"
    assert not few.complete
    assert "a whole file has more than 10000" in few.note
    line = next(x for x in file.data.splitlines(keepends=True) if x.startswith(b"64640"))
    grown = b"".join(
        line.replace(b"64640", b"%05d" % n) for n in range(70000, 80000) if n not in (76977, 77002)
    )
    many = read([a_file("PPRRVU2025_Oct.csv", file.data + grown)]).release
    named_so = read([a_file("PPRRVU2025_Oct.EXCERPT.csv", file.data + grown)]).release
    assert named_so.id == "rvu25d-excerpt"
    assert not named_so.complete
    assert many.id == "rvu25d"
    assert many.complete
    assert not many.note


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("64640,,,A", "64640,2,,A"),
        ("64640,,,A", "64640,,,1"),
        ("64640,", "6464,"),
        (",010,", ",10,"),
    ],
)
def test_a_cell_out_of_shape_is_refused(rvu: Sample, old: str, new: str) -> None:
    with pytest.raises(FileError, match="has not the shape of"):
        read([named(rvu("PPRRVU2025_Oct.csv"), "PPRRVU2025_Oct.csv", old, new)])


CMS = "https://www.cms.gov"
SERIES = "/medicare/payment/fee-schedules/physician/pfs-relative-value-files"
INDEX = f"""<a href="{SERIES}/rvu25d">RVU25D</a> <a href="{SERIES}/rvu26c#top">RVU26C</a>
<a href="{SERIES}/rvu24ar">RVU24AR</a> <a href="{SERIES}/rvu24a">RVU24A</a>
<a href="/medicare/payment/fee-schedules/physician">Back</a>""".encode()
GATE = "/license/ama?file="
PAGES = {
    "rvu26c": f'<a href="{GATE}/files/zip/rvu26c-updated-06-30-2026.zip">RVU26C (ZIP)</a>'.encode(),
    "rvu25d": b'<a href="/files/zip/rvu25d-0.zip">RVU25D (ZIP)</a><a href="/files/x.zip">x</a>',
    "rvu24ar": b'<a href="/files/zip/rvu24ar.zip"></a>',
    "rvu24a": b'<a href="https://www.cms.gov/files/zip/rvu24a.zip">RVU24A</a>',
}


def test_discover_follows_release_pages_newest_first() -> None:
    asked: list[str] = []

    def get(url: str) -> bytes:
        asked.append(url)
        return PAGES.get(url.rsplit("/", 1)[-1], INDEX)

    found = discover(get)
    assert [(f.title, f.url) for f in found] == [
        (
            "RVU26C (ZIP)",
            "https://www.cms.gov/license/ama?file=/files/zip/rvu26c-updated-06-30-2026.zip",
        ),
        ("RVU25D (ZIP)", "https://www.cms.gov/files/zip/rvu25d-0.zip"),
        ("rvu24ar.zip", "https://www.cms.gov/files/zip/rvu24ar.zip"),
        ("RVU24A", "https://www.cms.gov/files/zip/rvu24a.zip"),
    ]
    assert len(asked) == len(set(asked)) == 5
    assert all(url.startswith(f"{CMS}/medicare/") for url in asked)


def test_discover_reads_archives_on_the_index_page_itself() -> None:
    page = b'<a href="/files/zip/rvu26a.zip">A</a><a href="/files/zip/rvu26c.zip">C</a>'
    assert [f.title for f in discover(lambda url: page)] == ["C", "A"]


def test_discover_says_where_it_found_nothing() -> None:
    with pytest.raises(FileError, match="no release was found") as caught:
        discover(lambda url: b"<a href='/else'>Moved</a>")
    assert caught.value.where.startswith("https://www.cms.gov/")
