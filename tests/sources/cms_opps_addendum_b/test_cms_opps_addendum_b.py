"""OPPS Addendum B: the quarter in its name, dollars and points, DOS text, and every real file."""

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
from payeratlas.model.time import AsOf, Period
from payeratlas.sources.cms_opps_addendum_b import discover, read
from payeratlas.store.inforce import in_force
from payeratlas.tables.contract import Cell
from payeratlas.tables.reading import Batch

Sample = Callable[[str, str], SourceFile]
SOURCE = "cms_opps_addendum_b"
JUNE = "Section_508_version_of_July_2025_Web_Addendum_B.06.26.25.csv"
JULY = "Section_508_of_July_2025_Web_Addendum_B.07.25.25.csv"
CONVERTED = "Section_508_version_of_January_Web_2024_Addendum_B.04.24.24.csv"


def row(batch: Batch, code: str) -> dict[str, Cell]:
    at = list(batch.columns["hcpcs"]).index(code)
    return {name: values[at] for name, values in batch.columns.items()}


def refusal(file: SourceFile) -> FileError:
    with pytest.raises(FileError) as caught:
        read([file])
    assert file.artifact.name in str(caught.value)
    return caught.value


def test_a_row_as_printed(sample: Sample) -> None:
    reading = read([sample(SOURCE, JULY)])
    (batch,) = reading.batches
    assert batch.epoch.encoding == "cp437"
    found = row(batch, "64640")
    assert found["status_indicator"] == "T"
    assert found["apc"] == "5443"
    assert found["relative_weight"] == Decimal("9.9843")
    assert found["payment_rate"] == Decimal("890.290")
    assert found["copayment_national"] is None, "a point alone is no amount"
    assert found["copayment_minimum"] == Decimal("178.06")
    texts = {text for ordinal, _, text in printed_cells(batch) if ordinal == batch.ordinals[4]}
    assert {"64640", "T", "$890.29", ".", "$178.06"} <= texts


def test_what_differs_from_row_to_row(sample: Sample) -> None:
    (batch,) = read([sample(SOURCE, JULY)]).batches
    assert row(batch, "77003") == row(batch, "77003") | {
        "status_indicator": "N",
        "payment_rate": None,
        "copayment_minimum": None,
        "apc": None,
    }
    capped = row(batch, "69930")
    assert capped["copayment_national"] == Decimal("6942.79")
    assert capped["copayment_adjusted"] == Decimal("1676.00")
    assert str(capped["note"]).startswith("Copayments capped")
    assert row(batch, "71271")["copayment_national"] == Decimal("0.00"), "nothing, not unknown"
    drug = row(batch, "C9482")
    assert (drug["payment_rate"], drug["ira_coinsurance"]) == (
        Decimal("25.047"),
        Decimal("17.050"),
    )
    assert drug["changed"] == "*"
    assert row(batch, "A4341")["status_indicator"] == "N", "a no-break space ends its code"


def test_the_correction_takes_over_once_it_is_known(sample: Sample) -> None:
    first, second = read([sample(SOURCE, JUNE)]), read([sample(SOURCE, JULY)])
    quarter = Period(date(2025, 7, 1), date(2025, 10, 1))
    assert first.release.covers == second.release.covers == quarter
    assert (first.release.issued, second.release.issued) == (date(2025, 6, 26), date(2025, 7, 25))
    assert (first.release.status, second.release.status) == ("final", "correction")
    both = [first.release, second.release]
    day = date(2025, 7, 4)
    assert in_force(both, AsOf(day)) == second.release
    assert in_force(both, AsOf(day, known_on=date(2025, 7, 10))) == first.release
    before, after = row(first.batches[0], "Q5146"), row(second.batches[0], "Q5146")
    assert (before["status_indicator"], before["payment_rate"]) == ("E2", None)
    assert (after["status_indicator"], after["payment_rate"]) == ("K", Decimal("76.181"))


def test_a_converted_file_lost_a_character_after_two_codes(sample: Sample) -> None:
    reading = read([sample(SOURCE, CONVERTED)])
    (batch,) = reading.batches
    assert reading.release.covers == Period(date(2024, 1, 1), date(2024, 4, 1))
    assert batch.epoch.encoding == "utf-8"
    assert row(batch, "G0465")["payment_rate"] == Decimal("1737.530")
    at = list(batch.columns["hcpcs"]).index("G0465")
    assert "G0465\ufffd" in {t for o, _, t in printed_cells(batch) if o == batch.ordinals[at]}
    assert row(batch, "64640")["payment_rate"] == Decimal("868.450")


def test_windows_text_is_told_from_dos_text(sample: Sample) -> None:
    text = sample(SOURCE, JULY).data.decode("cp437")
    (batch,) = read([a_file(JULY, text.encode("cp1252"))]).batches
    assert batch.epoch.id.endswith("windows")
    assert row(batch, "A4341")["status_indicator"] == "N"


def test_the_zip_as_cms_serves_it(sample: Sample) -> None:
    member = "2025 July Web Addendum B.07.25.25.csv"
    members = {"Addendum B/" + member: sample(SOURCE, JULY).data, "readme.txt": b"x"}
    reading = read([a_file("july-2025-opps-addendum-b.zip", zipped(members))])
    assert reading.release.id.startswith("opps2025q3-20250725")
    assert reading.batches[0].member.endswith(member)


@pytest.mark.parametrize(
    "name", ["addendum_b.csv", "July_2025_Addendum_B.csv", "Addendum_B.07.25.25.csv"]
)
def test_a_name_without_quarter_or_date_is_refused(sample: Sample, name: str) -> None:
    error = refusal(a_file(name, sample(SOURCE, JULY).data))
    assert "lacks the quarter" in error.what
    assert "October_2025" in error.cure


def test_a_name_of_another_year_is_refused(sample: Sample) -> None:
    name = JULY.replace("2025", "2024")
    error = refusal(a_file(name, sample(SOURCE, JULY).data))
    assert "says CY 2025, its name 2024" in error.what


def test_a_name_that_ends_in_no_date_is_refused(sample: Sample) -> None:
    error = refusal(a_file(JULY.replace("07.25", "13.45"), sample(SOURCE, JULY).data))
    assert "no date" in error.what


def changed(file: SourceFile, change: Callable[[list[list[str]]], None]) -> SourceFile:
    rows = list(csv.reader(io.StringIO(file.data.decode("cp437"), newline="")))
    change(rows)
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return a_file(file.artifact.name, out.getvalue().encode("cp437"))


def cell(record: int, column: int, text: str) -> Callable[[list[list[str]]], None]:
    def put(rows: list[list[str]]) -> None:
        rows[record - 1][column - 1] = text

    return put


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (cell(5, 6, "Payment"), "'Payment' is not known; column 'Payment Rate' is missing"),
        (cell(6, 6, "890"), ""),
        (cell(6, 6, "$8,90.29"), "amount in dollars"),
        (cell(6, 6, "$1.2345"), "finer than 3 decimals"),
        (cell(6, 6, "-$1.00"), "amount in dollars"),
        (cell(6, 9, "15.436"), "percentage"),
        (cell(6, 3, "Q12"), "status indicator"),
        (cell(6, 4, "543"), "APC"),
        (cell(6, 1, "123"), "CPT or HCPCS"),
        (cell(7, 1, "0001F"), "stands twice"),
        (lambda rows: rows[6].pop(), "torn"),
        (lambda rows: rows.__delitem__(slice(5, None)), "no data row"),
    ],
)
def test_what_is_not_as_it_should_be_is_refused_by_its_place(
    sample: Sample, change: Callable[[list[list[str]]], None], says: str
) -> None:
    file = changed(sample(SOURCE, JULY), change)
    if not says:
        assert row(read([file]).batches[0], "0001F")["payment_rate"] == Decimal("890.000")
        return
    assert says in refusal(file).what


def test_other_files_are_refused(sample: Sample) -> None:
    for source, name in (
        ("cms_asc_addenda", "20250101_AA.csv"),
        ("cms_pfs_rvu", "PPRRVU2025_Oct.csv"),
    ):
        error = refusal(sample(source, name))
        assert "no known layout" in error.what or "no heading row" in error.what
    assert "web page" in refusal(a_file(JULY, b"<html>Sign in</html>")).what
    with pytest.raises(FileError, match="2 files of Addendum B"):
        read([sample(SOURCE, JULY), sample(SOURCE, JUNE)])


def test_a_cut_file_is_an_excerpt(sample: Sample) -> None:
    release = read([sample(SOURCE, JULY)]).release
    assert not release.complete
    assert release.id == "opps2025q3-20250725-excerpt"


INDEX = b"""
<a href="/medicare/payment/prospective-payment-systems/hospital-outpatient-pps/
quarterly-addenda-updates/july-2026-addendum-b">July 2026 Addendum B</a>
<a href="/apps/ama/license.asp?file=/files/zip/cy-2026-april-opps-addendum-b.zip">April 2026</a>
<a href="/files/zip/cy-2026-april-opps-addendum.zip">Addendum A</a>
<a href="/files/zip/january-2024-opps-addendum-b.zip">January 2024</a>
""".replace(b"pps/\nquarterly", b"pps/quarterly")
PAGE = b'<a href="/license/ama?file=/files/zip/July-2026-OPPS-Addendum-B.zip">July 2026 (ZIP)</a>'


def test_discover_follows_release_pages_newest_first() -> None:
    found = discover(lambda url: PAGE if url.endswith("july-2026-addendum-b") else INDEX)
    assert [offer.title for offer in found] == ["July 2026 (ZIP)", "April 2026", "January 2024"]
    assert all("addendum-b" in offer.url.lower() for offer in found)


# -- the whole files ------------------------------------------------------------------------------

REAL = {
    CONVERTED: ("opps2024q1-20240424", 18109, 7),
    "Section_508_version_of_January_2025_Web_Addendum_B.12.31.24.csv": (
        "opps2025q1-20241231",
        18562,
        5,
    ),
    JUNE: ("opps2025q3-20250626", 18704, 5),
    JULY: ("opps2025q3-20250725", 18704, 5),
    "508_version_of_October_2025_Web_Addendum_B.10.31.25.csv": (
        "opps2025q4-20251031",
        18798,
        5,
    ),
}


@pytest.mark.parametrize("name", REAL)
def test_every_cell_of_a_real_release_against_a_plain_reading(shared_data: Path, name: str) -> None:
    release, count, heading = REAL[name]
    path = shared_data / "cms" / "opps" / name
    reading = read([SourceFile.open(path)])
    (batch,) = reading.batches
    assert reading.release.id == release
    assert reading.release.complete
    account = batch.account
    assert (account.read, account.kept, account.rejected, account.merged) == (count, count, (), ())
    text = path.read_bytes().decode("utf-8" if "2024" in name else "cp437")
    records = list(csv.reader(io.StringIO(text, newline="")))
    assert len(records) == count + heading
    seen = 0
    for ordinal, position, printed in printed_cells(batch):
        assert records[ordinal - 1][position - 1] == printed
        seen += 1
    assert seen == 12 * count
    plain = {record[0][:5]: record for record in records[heading:]}
    for at, code in enumerate(batch.columns["hcpcs"]):
        record = plain[str(code)]
        assert batch.columns["status_indicator"][at] == record[2].strip()
        for column, position in (("payment_rate", 5), ("copayment_minimum", 7)):
            figure = record[position].strip().replace("$", "").replace(",", "")
            assert batch.columns[column][at] == (Decimal(figure) if figure else None)


def test_64640_as_the_reference_prints_it(shared_data: Path) -> None:
    found = {}
    for name, (release, _, _) in REAL.items():
        (batch,) = read([SourceFile.open(shared_data / "cms" / "opps" / name)]).batches
        values = row(batch, "64640")
        found[release] = tuple(str(values[c]) for c in ("status_indicator", "apc", "payment_rate"))
    assert found["opps2024q1-20240424"] == ("T", "5443", "868.450")
    assert set(found.values()) == {("T", "5443", "868.450"), ("T", "5443", "890.290")}


def test_the_correction_changes_five_codes(shared_data: Path) -> None:
    rows = []
    for name in (JUNE, JULY):
        (batch,) = read([SourceFile.open(shared_data / "cms" / "opps" / name)]).batches
        rows.append(list(zip(*(batch.columns[c] for c in sorted(batch.columns)), strict=True)))
    at = sorted(batch.columns).index("hcpcs")
    differing = {a[at] for a, b in zip(*rows, strict=True) if a != b}
    assert differing == {"A9596", "A9697", "C9089", "J2724", "Q5146"}
