"""HCPCS Level II modifiers: CMS's own file and the conversion."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date

import pytest

from filekit import a_file, printed_cells, sheet_xml, workbook_parts, zipped
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.time import Period
from payeratlas.sources.hcpcs_modifiers import discover, read

Sample = Callable[[str], SourceFile]
ANWEB = "HCPC2026_OCT_ANWEB.csv"
CONVERTED = "northstar_modifiers_2024_hcpcs_level2_only.csv"


@pytest.fixture
def hcpcs(sample: Callable[[str, str], SourceFile]) -> Sample:
    return lambda name: sample("hcpcs_modifiers", name)


def test_the_modifier_listed_under_two_categories_is_one(hcpcs: Sample) -> None:
    reading = read([hcpcs(CONVERTED)])
    (batch,) = reading.batches
    assert list(batch.columns["modifier"]) == ["AA", "KX", "LT", "RT"]
    reason = "the same modifier and text under another category"
    assert batch.account.merged == ((reason, 1),)
    assert reading.release.covers == Period(date(2024, 7, 1), None, observed=True)


def test_the_same_modifier_with_another_text_is_refused(hcpcs: Sample) -> None:
    file = hcpcs(CONVERTED)
    other = file.data.replace(b"Requirements specified", b"Something else", 1)
    with pytest.raises(FileError, match="'KX' stands twice"):
        read([a_file(CONVERTED, other)])


def test_cms_file_gives_the_modifiers_in_force(hcpcs: Sample) -> None:
    data = hcpcs(ANWEB).data
    code = data.splitlines(keepends=True)[1].replace(b"   A1,0010,7", b"A0021,0010,3")
    reading = read([a_file(ANWEB, data + code)])
    (batch,) = reading.batches
    assert list(batch.columns["modifier"]) == ["A1", "AA"]
    assert dict(batch.account.rejected) == {
        "a procedure code, not a modifier": 1,
        "terminated before the quarter": 1,
    }
    assert "   A1" in {text for _, _, text in printed_cells(batch)}
    assert reading.release.id.startswith("hcpcs2026q4")
    assert reading.release.covers == Period(date(2026, 10, 1), date(2027, 1, 1))


def test_a_modifier_that_ends_within_the_quarter_is_kept(hcpcs: Sample) -> None:
    data = hcpcs(ANWEB).data.replace(b"20241231", b"20261130")
    (batch,) = read([a_file(ANWEB, data)]).batches
    assert "JG" in batch.columns["modifier"]


def test_the_workbook_and_the_archive_give_the_same(hcpcs: Sample) -> None:
    rows = list(csv.reader(io.StringIO(hcpcs(ANWEB).data.decode(), newline="")))
    wide = sheet_xml([[]])
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = "".join(
            f'<c t="inlineStr"><is><t xml:space="preserve">{v}</t></is></c>' for v in row
        )
        lines.append(f'<row r="{number}">{cells}</row>')
    inner = "".join(lines).replace("&", "&amp;")
    book = zipped(workbook_parts(wide.replace('<row r="1"></row>', inner)))
    plain = read([hcpcs(ANWEB)]).batches[0]
    for file in (
        a_file("HCPC2026_OCT_ANWEB.xlsx", book),
        a_file("october-2026.zip", zipped({"HCPC2026_OCT_ANWEB.xlsx": book, "notes.pdf": "x"})),
        a_file("october-2026.zip", zipped({"x/HCPC2026_OCT_ANWEB.csv": hcpcs(ANWEB).data})),
    ):
        (batch,) = read([file]).batches
        assert batch.columns == plain.columns


def test_a_text_that_goes_on_is_refused(hcpcs: Sample) -> None:
    data = hcpcs(ANWEB).data
    more = data.splitlines(keepends=True)[1].replace(b"0010,7", b"0020,8")
    with pytest.raises(FileError, match="second record"):
        read([a_file(ANWEB, data + more)])


def test_discover_orders_by_quarter() -> None:
    page = b"""<a href="/files/zip/january-2026-alpha-numeric-hcpcs-file.zip">Jan 26</a>
      <a href="/files/zip/october-2025-alpha-numeric-hcpcs-file.zip">Oct 25</a>
      <a href="/files/zip/april-2026-alpha-numeric-hcpcs-file-updated.zip">Apr 26</a>"""
    assert [f.title for f in discover(lambda url: page)] == ["Apr 26", "Jan 26", "Oct 25"]
