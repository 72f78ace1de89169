"""What must not stand in the repository: text of the AMA, and places of somebody's machine."""

from __future__ import annotations

import csv
import gzip
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest

CPT = re.compile(r"[0-9]{4}[0-9AFMTU]")
LEAST_WORDS = 4  # shorter runs of words are the field's, not an author's
MOST_WORDS = 12
DESCRIPTION = re.compile(r"(?<!geo_)desc", re.IGNORECASE)
DESCRIBING = re.compile(r"desc|narrative|consumer|clinician", re.IGNORECASE)
# Words that a row named by a CPT code may hold: CMS's rationales, notes and indicators.
CMS_WORDS = re.compile(
    r"percent of total billed charges|anatomic consideration|clinical: [\w/ ]+|"
    r"cms policy|cms workgroup|"
    r"code descriptor / cpt instruction|data|drug discontinued|nature of [\w/ ]+|"
    r"prescribing information|published contractor policy|compounded drug policy|"
    r"copayments capped at inpatient deductible of \$[\d,.]+|"
    r"cms ncci policy|[123] (claim )?(line edit|date of service edit: (policy|clinical))",
    re.IGNORECASE,
)
MACHINE = re.compile(
    r"(?<![\w.~])/(?:work|root|home|Users|tmp|var/tmp|opt)/[\w.-]+|[A-Z]:\\\\?Users\b"
)

Phrases = dict[str, set[tuple[str, ...]]]


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def phrases(descriptions: Iterable[str]) -> Phrases:
    """Descriptions as runs of words, by their first word; short ones are left out."""
    found: Phrases = defaultdict(set)
    for description in descriptions:
        run = tuple(words(description)[:MOST_WORDS])
        if len(run) >= LEAST_WORDS:
            found[run[0]].add(run)
    return found


def copied(text: str, known: Phrases) -> Iterator[str]:
    """Every known description that stands in the text, whatever its case and punctuation."""
    stream = words(text)
    for place, word in enumerate(stream):
        for run in known.get(word, ()):
            if tuple(stream[place : place + len(run)]) == run:
                yield " ".join(run)


def described(records: Iterable[Sequence[str]]) -> Iterator[str]:
    """The descriptions of CPT codes in records with a heading that holds DESC."""
    column = None
    for record in records:
        if column is None:
            found = (i for i, cell in enumerate(record) if DESCRIPTION.search(cell))
            column = next(found, None)
        elif column < len(record) and any(CPT.fullmatch(cell.strip()) for cell in record[:5]):
            yield record[column]


@pytest.fixture(scope="module")
def ama(shared_data: Path) -> Phrases:
    """The descriptions of CPT codes in the public files at hand."""
    found: set[str] = set()
    for path in sorted((shared_data / "cms").rglob("*")):
        if "PPRRVU" in path.name.upper() or "Geography" in path.name:
            content = path.read_bytes()
            content = gzip.decompress(content) if path.suffix == ".gz" else content
            found.update(described(csv.reader(content.decode("cp1252").splitlines())))
    return phrases(found)


def test_no_text_of_the_ama(ama: Phrases, texts: dict[Path, str]) -> None:
    assert sum(map(len, ama.values())) > 1_000
    faults = [f"{path}: {run}" for path, text in texts.items() for run in copied(text, ama)]
    assert not faults, "\n".join(faults)


def test_copied_text_would_be_seen() -> None:
    known = phrases(["Repair of imaginary wing bone", "Wing graft"])
    assert list(copied("x\nREPAIR, of imaginary\nwing-bone!", known))
    assert not list(copied("repair of imaginary wing; wing graft", known))
    heading = ["HCPCS", "MOD", "DESCRIPTION"]
    assert list(described([["note"], heading, ["12345", "", "Text"]])) == ["Text"]


def wordy(cells: Sequence[str]) -> list[str]:
    """Cells of a row named by a CPT code (or by five digits) that read like a description."""
    if not any(CPT.fullmatch(cell.strip()) for cell in cells[:5]):
        return []
    return [
        cell
        for cell in cells
        if len(re.findall(r"[A-Za-z]{2,}", cell)) >= 3 and not CMS_WORDS.fullmatch(cell.strip())
    ]


def test_fixtures_hold_no_descriptions(texts: dict[Path, str], repository: Path) -> None:
    faults, read = [], 0
    for path, text in texts.items():
        table = path.suffix in {".csv", ".tsv", ".txt"} and re.search(r"(?i)\bhcpcs\b", text)
        if table and path.is_relative_to(repository / "tests"):
            read += 1
            delimiter = "\t" if "\t" in text else ","
            for record in csv.reader(text.splitlines(), delimiter=delimiter):
                faults += [f"{path}: {cell}" for cell in wordy(record)]
    assert read
    assert not faults, "\n".join(faults)


def test_a_description_in_a_fixture_would_be_seen() -> None:
    assert wordy(["99999", "", "Repair of imaginary wing bone", "1.00"])
    assert not wordy(["99999", "5", "3 Date of Service Edit: Clinical", "Clinical: Data"])
    assert not wordy(["LT", "Left side of a body part"])


def test_partitions_hold_no_descriptions(files: list[Path]) -> None:
    partitions = [path for path in files if path.suffix == ".parquet"]
    assert partitions, "the embedded data is missing"
    faults = []
    for path in partitions:
        columns = pq.read_schema(path).names
        if {"hcpcs"} & set(columns):
            faults += [f"{path}: {name}" for name in columns if DESCRIBING.search(name)]
            table = pq.read_table(path, columns=[n for n in ("hcpcs", "printed") if n in columns])
            for entry in table.column("printed").unique().to_pylist():
                faults += [f"{path}: {entry}"] if entry and DESCRIBING.search(entry) else []
    assert not faults, "\n".join(faults)


def test_partitions_hold_no_text_of_the_ama(ama: Phrases, files: list[Path]) -> None:
    """``hcpcs_text`` is CMS's own text of Level II codes, which the test below holds to them."""
    faults = []
    for path in files:
        if path.suffix == ".parquet" and "hcpcs_text" not in path.parts:
            table = pq.read_table(path)
            for name in table.column_names:
                if str(table.schema.field(name).type) == "string" and name != "artifact":
                    distinct = table.column(name).unique().to_pylist()
                    text = " | ".join(value for value in distinct if value)
                    faults += [f"{path}: {name}: {run}" for run in copied(text, ama)]
    assert not faults, "\n".join(faults)


def test_no_place_of_a_machine(texts: dict[Path, str]) -> None:
    faults = [
        f"{path}: {found}"
        for path, text in texts.items()
        if path != Path(__file__)
        for found in MACHINE.findall(text)
    ]
    assert not faults, "\n".join(faults)


def test_a_place_of_a_machine_would_be_seen() -> None:
    assert MACHINE.search("open('/home/somebody/file')")
    assert MACHINE.search('"C:\\\\Users\\\\somebody"')
    assert not MACHINE.search("https://www.cms.gov/files/home/page and docs/work/x and ~/tmp/x")


def test_text_of_codes_is_of_level_two_and_not_dental(files: list[Path]) -> None:
    texts = [path for path in files if path.suffix == ".parquet" and "hcpcs_text" in path.parts]
    assert texts
    for path in texts:
        codes = pq.read_table(path, columns=["code"]).column("code").to_pylist()
        assert not [code for code in codes if not re.fullmatch("[A-CE-V][0-9]{4}", code)]
