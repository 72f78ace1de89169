"""HCPCS Level II: CMS's own file, the conversion in two files, and texts that are not ours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from filekit import a_file, printed_cells, zipped
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.time import Period
from payeratlas.sources.hcpcs_level2 import discover, read
from payeratlas.tables.contract import Cell
from payeratlas.tables.reading import Batch

Sample = Callable[[str], SourceFile]
ANWEB = "HCPC2019_JAN_ANWEB.csv"
CONVERTED = tuple(
    f"northstar_hcpcs_level2_{part}_2024q3.csv" for part in ("indicators", "descriptions")
)


@pytest.fixture
def level2(sample: Callable[[str, str], SourceFile]) -> Sample:
    return lambda name: sample("hcpcs_level2", name)


def row(batch: Batch, **named: str) -> dict[str, Cell]:
    for at in range(len(batch.ordinals)):
        found = {name: values[at] for name, values in batch.columns.items()}
        if all(found[name] == value for name, value in named.items()):
            return found
    raise KeyError(named)


def test_cms_file_fills_both_tables(level2: Sample) -> None:
    reading = read([level2(ANWEB)])
    figures, long, short = reading.batches
    assert [b.table.name for b in reading.batches] == ["hcpcs_code", "hcpcs_text", "hcpcs_text"]
    found = row(figures, code="J0585")
    assert (found["pricing"], found["coverage"], found["tos"], found["tos_2"]) == (
        "51",
        "D",
        "1",
        "P",
    )
    assert found["asc_date"] == date(2008, 1, 1)
    assert found["anesthesia_units"] == 0
    assert found["terminated"] is None
    assert row(figures, code="G0503")["terminated"] == date(2017, 12, 31)
    assert row(figures, code="A0021")["xref"] == "A0030"
    assert row(long, code="J0585")["text"] == "Injection, onabotulinumtoxina, 1 unit"
    assert row(short, code="J0585")["text"] == "Injection,onabotulinumtoxina"
    assert {"20080101", "  0"} <= {text for _, _, text in printed_cells(figures)}
    assert reading.release.covers == Period(date(2019, 1, 1), date(2019, 4, 1))


def test_a_text_that_goes_on_keeps_both_parts(level2: Sample) -> None:
    figures, long, short = read([level2(ANWEB)]).batches
    assert str(row(long, code="G0503", part="0020")["text"]).startswith("goals")
    assert dict(figures.account.rejected) == {"more of a code's text": 1}
    assert dict(short.account.rejected) == {"more of a code's text": 1}
    assert not long.account.rejected


def test_modifiers_are_another_sources(level2: Sample) -> None:
    data = level2(ANWEB).data
    modifier = data.splitlines(keepends=True)[-1].replace(b"J0585,0010,3", b"   XX,0010,7")
    for batch in read([a_file(ANWEB, data + modifier)]).batches:
        assert dict(batch.account.rejected)["a modifier, not a code"] == 1


def test_dental_texts_are_not_ours(level2: Sample) -> None:
    data = level2(ANWEB).data.replace(b"A0021,", b"D0021,")
    figures, long, short = read([a_file(ANWEB, data)]).batches
    assert row(figures, code="D0021")["pricing"] == "00"
    for batch in (long, short):
        assert "D0021" not in batch.columns["code"]
        assert dict(batch.account.rejected)["text of the American Dental Association"] == 1
    texts = level2(CONVERTED[1]).data.replace(b'"A0021"', b'"D0021"')
    (batch,) = read([a_file(CONVERTED[1], texts)]).batches
    assert dict(batch.account.rejected) == {"text of the American Dental Association": 2}
    assert "D0021" not in batch.columns["code"]


def test_the_conversion_comes_in_two_files(level2: Sample) -> None:
    reading = read([level2(name) for name in CONVERTED])
    figures, texts = reading.batches
    assert reading.release.id == "hcpcs2024q3-excerpt"
    assert row(figures, code="J0585")["tos"] == "1:P"
    assert "joins" in figures.epoch.lost["tos_2"]
    long = row(texts, code="G0463", kind="long")
    assert str(long["text"]).startswith("Hospital outpatient clinic visit")
    assert long["part"] == "0010"
    assert "Long" in {text for _, _, text in printed_cells(texts)}
    assert [b.table.name for b in read([level2(CONVERTED[0])]).batches] == ["hcpcs_code"]


def test_the_archive_gives_the_same(level2: Sample) -> None:
    archive = a_file("january-2019.zip", zipped({f"x/{ANWEB}": level2(ANWEB).data, "n.pdf": "x"}))
    plain, packed = read([level2(ANWEB)]), read([archive])
    assert [b.columns for b in packed.batches] == [b.columns for b in plain.batches]


def test_what_does_not_belong_together_is_refused(level2: Sample) -> None:
    with pytest.raises(FileError, match="of hcpcs2019q1 and hcpcs2024q3"):
        read([level2(ANWEB), level2(CONVERTED[0])])
    with pytest.raises(FileError, match="the same codes twice"):
        read([level2(CONVERTED[0])] * 2)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"\nA0021,", b"\n00210,", "a HCPCS Level II code"),
        (b",20080101,", b",20081301,", "'20081301' in column 'ASC_DT'"),
        (b"J0585,0010", b"J0585,001", "the number of a part"),
        (b"ACTION CD", b"ACTION", "column 'ACTION' is not known"),
    ],
)
def test_what_is_none_is_refused(level2: Sample, old: bytes, new: bytes, says: str) -> None:
    data = level2(ANWEB).data
    assert old in data
    with pytest.raises(FileError, match=says):
        read([a_file(ANWEB, data.replace(old, new, 1))])


# Where the record layout of 2019 puts each figure in the fixed-width text: first and last place.
PLACES = {
    "code": (1, 5),
    "pricing": (120, 121),
    "pricing_2": (122, 123),
    "multiple_pricing": (128, 128),
    "cim": (129, 134),
    "mcm": (147, 154),
    "statute": (171, 180),
    "lab_certification": (181, 183),
    "xref": (205, 209),
    "coverage": (230, 230),
    "asc_group": (231, 232),
    "asc_date": (233, 240),
    "processing_note": (253, 256),
    "betos": (257, 259),
    "tos": (261, 261),
    "tos_2": (262, 262),
    "tos_3": (263, 263),
    "anesthesia_units": (266, 268),
    "added": (269, 276),
    "action_effective": (277, 284),
    "terminated": (285, 292),
    "action": (293, 293),
}


def test_the_workbook_of_2019_says_what_the_fixed_width_text_says(shared_data: Path) -> None:
    folder = shared_data / "cms" / "codes" / "hcpcs-2019-raw"
    reading = read([SourceFile.open(folder / "HCPC2019_CONTR_ANWEB.xlsx")])
    figures, long, _ = reading.batches
    assert reading.release.complete
    assert figures.account.kept == 6440
    assert long.account.kept == 6441
    text = (folder / "HCPC2019_CONTR_ANWEB.txt").read_bytes().decode("cp1252")
    lines = [line for line in text.split("\r\n") if line[10:11] == "3"]
    assert [line[:5] for line in lines] == list(figures.columns["code"])
    compared = blank = 0
    for name, (first, last) in PLACES.items():
        column = figures.table.column(name)
        for line, value in zip(lines, figures.columns[name], strict=True):
            printed = line[first - 1 : last].strip()
            if name == "action_effective" and printed and value is None:
                blank += 1
            elif column.kind == "date":
                assert (value.strftime("%Y%m%d") if isinstance(value, date) else "") == printed
            elif column.kind == "integer":
                assert value == int(printed)
            else:
                assert (value or "") == printed, (line[:5], name)
            compared += 1
    assert compared == 6440 * len(PLACES)
    assert blank == 115, "the workbook leaves out some days of the latest action"


def test_the_head_of_2026_has_the_headings_and_no_code(shared_data: Path) -> None:
    head = shared_data / "cms" / "codes" / "RAW_LAYOUT_HCPC2026_OCT_ANWEB.head.csv"
    with pytest.raises(FileError, match="no data row was found below the heading"):
        read([SourceFile.open(head)])


def test_discover_finds_the_newest_archive_first() -> None:
    page = b"""
      <a href="/files/zip/january-2026-alpha-numeric-hcpcs-file.zip">January</a>
      <a href="/files/zip/october-2026-alpha-numeric-hcpcs-file.zip">October</a>
    """
    assert [f.title for f in discover(lambda url: page)] == ["October", "January"]
