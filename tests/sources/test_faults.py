"""What a source refuses: every fault names file, place and cure, and gives no rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from types import ModuleType

import pytest

from filekit import a_file, workbook, zipped
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError

# One sample of each source, the name an archive gives it, and the ordinal of its heading.
SAMPLES = {
    "cms_pfs_rvu": ("PPRRVU2025_Oct.csv", "PPRRVU2025_Oct.csv", 10),
    "cms_pfs_gpci": ("gpci_rvu24ar.csv", "GPCI2024.csv", 1),
    "cms_pfs_localities": ("25LOCCO.csv", "25LOCCO.csv", 3),
    "cms_pfs_oppscap": ("oppscap_rvu24ar_jan.csv", "OPPSCAP_JAN.csv", 1),
    "ncci_mue": (
        "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv",
        "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv",
        2,
    ),
    "cms_pos": ("northstar_pos_codes_2024.csv", "northstar_pos_codes_2024.csv", 1),
    "hcpcs_modifiers": (
        "northstar_modifiers_2024_hcpcs_level2_only.csv",
        "HCPC2026_OCT_ANWEB.csv",
        1,
    ),
    "cms_anesthesia": ("ANES2025.csv", "ANES2025.csv", 1),
    "cms_zip_locality": ("myelin_zip_carrier_locality.csv", "zip_carrier_locality.csv", 1),
    "nucc_taxonomy": ("nucc_taxonomy_251.csv", "nucc_taxonomy_251.csv", 1),
    "medicare_specialty_crosswalk": (
        "medicare_provider_and_supplier_taxonomy_crosswalk_october_2025.csv",
        "medicare_provider_and_supplier_taxonomy_crosswalk_october_2025.csv",
        1,
    ),
    "cms_utilization": (
        "MUP_PHY_R25_P05_V20_D23_Geo.csv",
        "MUP_PHY_R25_P05_V20_D23_Geo.csv",
        1,
    ),
    "cms_clfs": ("CLFS_2025_Q1V1.csv", "CLFS_2025_Q1V1.csv", 5),
    "hcpcs_level2": ("HCPC2019_JAN_ANWEB.csv", "HCPC2019_JAN_ANWEB.csv", 1),
    "ncci_ptp": ("northstar_ncci_ptp_practitioner_2024q3.csv", "ccipra-v302r0-f1.txt", 1),
    "ncci_addon": ("northstar_ncci_aoc_2024q3.csv", "AOC_V2024Q3.csv", 1),
    "cms_rbcs": ("northstar_rbcs_2024pull.csv", "RBCS_RY_2024.csv", 1),
    "cms_opps_wage_index": ("cbsa-wage-index-2025.csv", "cbsa-wage-index-2025.csv", 1),
}
SAME_FILE = {"hcpcs_level2", "hcpcs_modifiers"}  # they read different records of one file of CMS
# What makes a release of one sample whole.
BESIDE = {
    "cms_utilization": "salonipat_2023_RF_Procedure_Volume_by_CPT_and_Provider_Type.csv",
}
CP1252 = {"nucc_taxonomy", "cms_clfs"}  # every byte but NUL is text there
SOURCES = sorted(SAMPLES)
Sample = Callable[[str, str], SourceFile]
Source = Callable[[str], ModuleType]


@pytest.fixture(params=SOURCES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def good(name: str, sample: Sample) -> SourceFile:
    return sample(name, SAMPLES[name][0])


def refusal(module: ModuleType, *files: SourceFile) -> FileError:
    with pytest.raises(FileError) as caught:
        module.read(files)
    error = caught.value
    assert error.what.endswith((".", "!")), error.what
    for file in files:
        assert file.artifact.name in str(error)
    return error


def edited(file: SourceFile, change: Callable[[list[list[str]]], None]) -> SourceFile:
    """The file with its records changed, under the same name."""
    try:
        text, encoding = file.data.decode(), "utf-8"
    except UnicodeDecodeError:
        text, encoding = file.data.decode("cp1252"), "cp1252"
    rows = list(csv.reader(io.StringIO(text, newline="")))
    change(rows)
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return a_file(file.artifact.name, out.getvalue().encode(encoding))


def test_the_sample_itself_is_read(
    name: str, good: SourceFile, source: Source, sample: Sample
) -> None:
    beside = [sample(name, BESIDE[name])] if name in BESIDE else []
    reading = source(name).read([good, *beside])
    assert reading.release.source == name
    assert all(batch.ordinals for batch in reading.batches)
    assert {batch.table.name for batch in reading.batches} == set(source(name).SOURCE.tables)


@pytest.mark.parametrize("other", SOURCES)
def test_the_file_of_another_source_is_refused(
    name: str, other: str, good: SourceFile, source: Source
) -> None:
    if other != name and {name, other} != SAME_FILE:
        error = refusal(source(other), good)
        unread = ("no heading row", "of no known layout", "is not utf-8")
        assert any(words in error.what for words in unread)
        archive = a_file("release.zip", zipped({SAMPLES[name][1]: good.data}))
        assert SAMPLES[name][1] in refusal(source(other), archive).what


def test_no_file_is_refused(name: str, source: Source) -> None:
    with pytest.raises(FileError, match="no file was given"):
        source(name).read([])


def test_a_missing_column_is_named(name: str, good: SourceFile, source: Source) -> None:
    heading = SAMPLES[name][2] - 1
    lost: list[str] = []

    def drop_last(rows: list[list[str]]) -> None:
        lost.append(rows[heading][-1])
        for row in rows:
            del row[-1:]

    error = refusal(source(name), edited(good, drop_last))
    assert "is missing" in error.what
    assert " ".join(lost[0].split()[:4]) in error.what  # a figure may end the heading
    assert "layouts.toml" in error.cure


def test_an_unknown_column_is_named(name: str, good: SourceFile, source: Source) -> None:
    heading = SAMPLES[name][2] - 1

    def add(rows: list[list[str]]) -> None:
        for number, row in enumerate(rows):
            row.append("SHOE SIZE" if number == heading else "")

    assert "column 'SHOE SIZE' is not known" in refusal(source(name), edited(good, add)).what


def test_a_renamed_column_is_named(name: str, good: SourceFile, source: Source) -> None:
    heading = SAMPLES[name][2] - 1

    def rename(rows: list[list[str]]) -> None:
        rows[heading][2] = "Something"

    error = refusal(source(name), edited(good, rename))
    assert "Something' is not known" in error.what
    assert "is missing" in error.what


def test_a_moved_column_is_followed(name: str, good: SourceFile, source: Source) -> None:
    def move_last_to_second(rows: list[list[str]]) -> None:
        for row in rows:
            if row:
                row.insert(1, row.pop())

    before = source(name).read([good]).batches[0]
    after = source(name).read([edited(good, move_last_to_second)]).batches[0]
    assert after.columns == before.columns
    if set(before.bindings) != {"taxonomy"}:  # the first column stays where it is
        assert after.bindings != before.bindings


def test_a_torn_row_is_refused_by_its_record(name: str, good: SourceFile, source: Source) -> None:
    first = source(name).read([good]).batches[0].ordinals[0]

    def tear(rows: list[list[str]]) -> None:
        del rows[first - 1][-1:]

    error = refusal(source(name), edited(good, tear))
    assert "torn" in error.what
    assert f"record {first}" in error.where


def test_a_key_that_stands_twice_is_refused(name: str, good: SourceFile, source: Source) -> None:
    batch = source(name).read([good]).batches[0]
    first = batch.ordinals[0]
    changed = {"cms_pos": "name", "hcpcs_modifiers": "description", "ncci_mue": "rationale"}
    changed["cms_rbcs"] = "family"
    others = {"modifier_indicator": "9", "type": "3", "locality": "99"}  # that few values fit
    free = [c for c in batch.bindings if c not in batch.table.key]
    column = changed.get(name) or (free or list(batch.bindings))[-1]
    position = batch.bindings[column].position - 1

    def double(rows: list[list[str]]) -> None:
        again = list(rows[first - 1])
        if free:  # where all columns are the key, an equal record is twice the same thing
            decimal = batch.table.column(column).kind == "decimal"
            again[position] = "9.99" if decimal else others.get(column, "Q")
        rows.insert(first, again)

    error = refusal(source(name), edited(good, double))
    assert "stands twice" in error.what
    assert "corrections.toml" in error.cure


def test_a_heading_without_rows_is_refused(name: str, good: SourceFile, source: Source) -> None:
    def only_heading(rows: list[list[str]]) -> None:
        del rows[SAMPLES[name][2] :]

    error = refusal(source(name), edited(good, only_heading))
    assert "no data row" in error.what or "should hold one service" in error.what


PAGE = "<!DOCTYPE html><html><body><h1>License for use of CPT</h1></body></html>"


def test_a_web_page_is_refused_whatever_its_name(
    name: str, good: SourceFile, source: Source
) -> None:
    for file_name in (good.artifact.name, "release.zip"):
        error = refusal(source(name), a_file(file_name, PAGE))
        assert "web page" in error.what
        assert "download" in error.cure
    archive = a_file("release.zip", zipped({SAMPLES[name][1]: PAGE}))
    assert "web page" in refusal(source(name), archive).what


def test_damaged_archives_are_refused(name: str, good: SourceFile, source: Source) -> None:
    whole = zipped({SAMPLES[name][1]: good.data})
    for end in (len(whole) // 2, len(whole) - 1):
        refusal(source(name), a_file("release.zip", whole[:end]))
    flipped = bytearray(whole)
    flipped[len(SAMPLES[name][1]) + 40] ^= 0x10
    refusal(source(name), a_file("release.zip", bytes(flipped)))
    evil = zipped({SAMPLES[name][1]: good.data, "../../evil.csv": "x"})
    assert "climbs out" in refusal(source(name), a_file("release.zip", evil)).what


def test_bytes_that_are_no_text_are_refused(name: str, good: SourceFile, source: Source) -> None:
    at = len(good.data) // 2
    for bad, said in ((b"\xff", f"byte {at}"), (b"\0", f"byte {at} is NUL")):
        if name in CP1252 and bad != b"\0":
            continue
        file = a_file(good.artifact.name, good.data[:at] + bad + good.data[at:])
        assert said in refusal(source(name), file).what


def test_an_open_quote_is_refused(name: str, good: SourceFile, source: Source) -> None:
    file = a_file(good.artifact.name, good.data + b'"open,' + good.data)
    error = refusal(source(name), file)
    assert "never closed" in error.what or "well-formed" in error.what


TEXT_ONLY = sorted(set(SOURCES) - {"cms_pfs_localities", *SAME_FILE})


@pytest.mark.parametrize("name", TEXT_ONLY, indirect=True)
def test_a_workbook_where_there_is_no_such_layout_is_refused(
    name: str, good: SourceFile, source: Source
) -> None:
    rows = list(csv.reader(io.StringIO(good.data.decode("cp1252"), newline="")))
    file = a_file(good.artifact.name.replace(".csv", ".xlsx"), workbook([row[:5] for row in rows]))
    assert "is an xlsx workbook" in refusal(source(name), file).what
