"""PTP edits: CMS's tab-separated parts, the conversion, and the quarter that only a name gives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from filekit import a_file, printed_cells, zipped
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.time import Period
from payeratlas.sources import ncci_ptp
from payeratlas.sources.ncci_ptp import discover, read
from payeratlas.tables.reading import Batch, Reading

Sample = Callable[[str], SourceFile]
CMS = "ccipra-v322r0-f1.txt"
CONVERTED = tuple(
    f"northstar_ncci_ptp_{service}_2024q3.csv" for service in ("practitioner", "outpatient")
)


@pytest.fixture
def ptp(sample: Callable[[str, str], SourceFile]) -> Sample:
    return lambda name: sample("ncci_ptp", name)


def of(reading: Reading, service: str) -> Batch:
    (batch,) = [b for b in reading.batches if b.constants["service"] == service]
    return batch


def edits(batch: Batch, column1: str, column2: str) -> list[tuple[object, ...]]:
    names = ("effective", "deletion", "modifier_indicator", "rationale")
    pairs = zip(batch.columns["column1"], batch.columns["column2"], strict=True)
    return [
        tuple(batch.columns[name][at] for name in names)
        for at, pair in enumerate(pairs)
        if pair == (column1, column2)
    ]


def test_cms_prints_days_and_stars(ptp: Sample) -> None:
    reading = read([ptp(CMS)])
    batch = of(reading, "practitioner")
    misuse = "Misuse of Column Two code with Column One code"
    assert edits(batch, "0001U", "0030U") == [(date(2018, 7, 1), None, "1", misuse)]
    manual = "CPT Manual or CMS manual coding instruction"
    assert edits(batch, "0001A", "90473") == [(date(2022, 1, 1), date(2022, 1, 1), "9", manual)]
    assert batch.ordinals == [7, 8, 9, 10]
    assert dict(batch.account.rejected) == {"heading line": 3}
    assert batch.bindings["prior_1996"].heading == "*=in existence"
    printed = {(ordinal, text) for ordinal, _, text in printed_cells(batch)}
    assert {(10, "20180701"), (10, "*"), (7, "20231231")} <= printed


def test_a_version_is_a_quarter_and_one_part_is_an_excerpt(ptp: Sample) -> None:
    release = read([ptp(CMS)]).release
    assert release.id == "ptp2026q3-excerpt"
    assert release.covers == Period(date(2026, 7, 1), date(2026, 10, 1))
    assert "practitioner rows" in release.note


def test_a_revision_is_a_correction(ptp: Sample) -> None:
    release = read([a_file("ccipra-v311r1-f1.txt", ptp(CMS).data)]).release
    assert release.id.startswith("ptp2025q2r1")
    assert release.status == "correction"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ncci_ptp, "LEAST_ROWS", {"practitioner": 6, "hospital": 3})


def parts(data: bytes, kind: str, *numbers: int) -> list[SourceFile]:
    """The sample as CMS serves it: a zip for each part, every part with codes of its own."""
    files = []
    for number in numbers:
        text = data.replace(b"\n0001", b"\n%d001" % number)
        member = f"cci{kind}-v322r0-f{number}.TXT"
        name = f"medicare-ncci-2026q3-ptp-edits-cci{kind}-v322r0-f{number}.zip"
        files.append(a_file(name, zipped({member: text, member.replace("TXT", "xlsx"): "x"})))
    return files


@pytest.mark.usefixtures("small")
def test_the_parts_of_two_services_make_one_release(ptp: Sample) -> None:
    data = ptp(CMS).data
    reading = read([*parts(data, "pra", 1, 2), *parts(data, "oph", 2, 1)])
    assert reading.release.id == "ptp2026q3"
    assert reading.release.complete
    services = [batch.constants["service"] for batch in reading.batches]
    assert services == ["practitioner"] * 2 + ["hospital"] * 2
    assert reading.batches[1].columns["column1"][0] == "2001A"
    assert {batch.member for batch in reading.batches} >= {"ccipra-v322r0-f2.TXT"}


@pytest.mark.usefixtures("small")
def test_a_part_left_out_makes_an_excerpt(ptp: Sample) -> None:
    release = read(parts(ptp(CMS).data, "pra", 1, 3)).release
    assert not release.complete
    assert "only the parts f1, f3" in release.note


def test_a_part_given_twice_is_refused(ptp: Sample) -> None:
    with pytest.raises(FileError, match="the same part of the practitioner edits"):
        read([ptp(CMS), ptp(CMS)])


def test_two_quarters_are_not_one_release(ptp: Sample) -> None:
    with pytest.raises(FileError, match=r"2026-07-01 \(revision 0\) and 2024-07-01"):
        read([ptp(CMS), ptp(CONVERTED[0])])


@pytest.mark.parametrize("name", ["edits.csv", "ccipra-v324r0-f1.txt", "ptp_2024q3.csv"])
def test_a_name_without_service_and_quarter_is_refused(ptp: Sample, name: str) -> None:
    with pytest.raises(FileError, match="neither its service type nor its quarter"):
        read([a_file(name, ptp(CMS).data)])


def test_the_conversion_lost_the_first_day_and_says_so(ptp: Sample) -> None:
    reading = read([ptp(name) for name in CONVERTED])
    assert reading.release.id == "ptp2024q3-excerpt"
    assert reading.release.covers == Period(date(2024, 7, 1), date(2024, 10, 1))
    batch = of(reading, "practitioner")
    standards = "Standards of medical/surgical practice"
    assert edits(batch, "64640", "64450") == [(None, None, "1", standards)]
    assert "effective" not in batch.bindings
    assert "left it out" in batch.epoch.lost["effective"]
    assert edits(of(reading, "practitioner"), "64640", "64480")[0][2] == "0"
    assert edits(of(reading, "hospital"), "64640", "64480")[0][2] == "1"


def test_a_pair_may_have_had_several_edits(ptp: Sample) -> None:
    batch = of(read([ptp(CONVERTED[0])]), "practitioner")
    assert [row[1] for row in edits(batch, "64640", "99213")] == [date(2019, 12, 31), None]
    assert len(edits(batch, "88108", "88162")) == 2


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"\t20180701\t", b"\t20181301\t", "'20181301' in column 'Effective'"),
        (b"\t*\t1\tMisuse", b"\t*\t2\tMisuse", "not the shape of a modifier indicator"),
        (b"0030U\t\t", b"0030U\tx\t", "the mark of an edit before 1996"),
        (b"\tMisuse of Column Two code with Column One code", b"\t", "a rationale"),
        (b"9=not applicable", b"8=something else", "not the shape of a CPT or HCPCS code"),
        (b"Deletion\t", b"Removal\t", "column 'Removal' is not known"),
        (b"0001U\t0030U\t\t20180701", b"0001U\t0030U\t20180701", "torn"),
    ],
)
def test_what_is_not_as_cms_prints_it_is_refused(
    ptp: Sample, old: bytes, new: bytes, says: str
) -> None:
    data = ptp(CMS).data
    assert old in data
    with pytest.raises(FileError, match=says):
        read([a_file(CMS, data.replace(old, new))])


def test_the_same_edit_twice_is_refused(ptp: Sample) -> None:
    data = ptp(CMS).data
    last = data.splitlines(keepends=True)[-1]
    with pytest.raises(FileError, match=r"stands twice \(first in record 10\)"):
        read([a_file(CMS, data + last)])


def test_discover_finds_the_parts_of_the_newest_quarter_first() -> None:
    start = "/license/ama?file=/files/zip/medicare-ncci-2026"
    names = [
        "q1-practitioner-ptp-edits-ccipra-v320r0-f1",
        "q3-hospital-ptp-edits-ccioph-v322r0-f1",
        "-q3-practitioner-ptp-edits-ccipra-v322r0-f2",
        "q3-practitioner-quarterly-additions-deletions-revisions-ptp",
    ]
    page = "".join(f'<a href="{start}{name}.zip">{name}</a>' for name in names).encode()
    assert [f.title for f in discover(lambda url: page)] == [names[1], names[2], names[0]]
