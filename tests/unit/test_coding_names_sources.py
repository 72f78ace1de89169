"""Own names against the public files: no text of theirs, and what a source is cited for holds."""

from __future__ import annotations

import csv
import gzip
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from payeratlas.coding import all_names
from payeratlas.coding.names import OwnName

LEAST_WORDS = 4
IMAGING = ("76942", "77002", "77003", "77012")
RATIONALES = {
    "belongs to the definition": "HCPCS/CPT procedure code definition",
    "may not be added, by coding instruction": "CPT Manual or CMS manual coding instruction",
}


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def runs(text: str) -> Iterator[tuple[str, ...]]:
    stream = words(text)
    for start in range(len(stream) - LEAST_WORDS + 1):
        yield tuple(stream[start : start + LEAST_WORDS])


def records(path: Path) -> Iterator[list[str]]:
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    return csv.reader(content.decode("cp1252").splitlines())


@pytest.fixture(scope="module")
def descriptions(shared_data: Path) -> dict[str, set[str]]:
    """The descriptions of every physician, hospital and laboratory schedule on hand, by code."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted((shared_data / "cms").rglob("*")):
        if not re.search("PPRRVU|ADDENDUM_B|CLFS_", path.name.upper()):
            continue
        column = None
        for record in records(path):
            if column is None:
                at = (i for i, cell in enumerate(record) if "DESC" in cell.upper())
                column = next(at, None)
            elif len(record) > column and re.fullmatch(r"[0-9A-Z]{5}", record[0].strip()):
                found[record[0].strip()].add(record[column].strip())
    assert len(found) > 10_000
    return found


def faults(own: OwnName, theirs: dict[str, set[str]], taken: set[tuple[str, ...]]) -> list[str]:
    """What a record shares with somebody's descriptions."""
    whole = {" ".join(words(text)) for texts in theirs.values() for text in texts}
    found = []
    if " ".join(words(own.name)) in whole:
        found.append(f"{own.code} is named like a description: {own.name}")
    found += [
        f"{own.code} shares {' '.join(run)!r}"
        for text in (own.name, own.decides.template)
        for run in runs(text)
        if run in taken
    ]
    own_texts = {" ".join(words(text)) for text in theirs.get(own.code, ())}
    if own.code[:1].isdigit():  # the words of HCPCS Level II are public
        found += [
            f"{own.code} is searched by its description: {word}"
            for word in own.search
            if " ".join(words(word)) in own_texts
            or (len(words(word)) > 1 and " ".join(words(word)) in whole)
        ]
    return found


def test_no_name_is_taken_from_a_description(descriptions: dict[str, set[str]]) -> None:
    taken = {run for texts in descriptions.values() for text in texts for run in runs(text)}
    # One pass over all descriptions instead of one a record.
    whole = {" ".join(words(text)): {text} for texts in descriptions.values() for text in texts}
    found = []
    for own in all_names():
        theirs = {own.code: descriptions.get(own.code, set())}
        for text in (own.name, *own.search):
            if match := whole.get(" ".join(words(text))):
                theirs.setdefault(f"like {text}", set()).update(match)
        found += faults(own, theirs, taken)
    assert not found, "\n".join(found)


def test_a_name_that_is_taken_would_be_seen() -> None:
    (own, *_) = all_names()
    taken = set(runs("Repair of imaginary wing bone"))
    theirs = {own.code: {"Wing graft"}, "x": {own.name}}
    assert "named like a description" in faults(own, theirs, taken)[0]
    changed = OwnName(
        "11111",
        "The repair of imaginary wing",
        own.decides,
        "",
        "",
        "",
        own.reviewed,
        (),
        ("wing graft",),
    )
    found = faults(changed, {"11111": {"Wing graft"}}, taken)
    assert [fault.split()[1] for fault in found] == ["shares", "is"]


def test_codes_of_other_files_are_in_them(shared_data: Path) -> None:
    path = shared_data / "cms" / "codes" / "northstar_hcpcs_level2_indicators_2024q3.csv"
    rows = list(records(path))
    term = rows[0].index("date_term")
    ends = {row[0]: row[term] for row in rows[1:]}
    elsewhere = [own for own in all_names() if own.listed_in]
    assert {own.listed_in for own in elsewhere} == {"HCPCS Level II file, 2024 Q3"}
    for own in elsewhere:
        assert own.code in ends, own.code
        if own.ended:
            assert own.ended == date.fromisoformat(ends[own.code]) + timedelta(days=1)
        else:
            assert not ends[own.code], f"{own.code} ended on {ends[own.code]}"


def test_drugs_are_counted_as_their_public_description_says(shared_data: Path) -> None:
    path = shared_data / "cms" / "codes" / "northstar_hcpcs_level2_descriptions_2024q3.csv"
    public = {row[0]: row[2] for row in records(path) if row[1] == "Long"}
    numbers = {"half a milligram": "0.5 mg", "a tenth of a milligram": "0.1 mg"}
    numbers |= {"ten milligrams": "10 mg", "fifteen milligrams": "15 mg", "five milligrams": "5 mg"}
    numbers |= {"forty milligrams": "40 mg", "eighty milligrams": "80 mg"}
    numbers |= {"two hundred fifty milligrams": "250 mg", "one thousand units": "1000 units"}
    numbers |= {"three milligrams of each salt": "3 mg", "five units": "5 units"}
    numbers |= {"one hundred units": "100 units", "one thousand micrograms": "1000 mcg"}
    checked = 0
    for own in all_names():
        if own.code[0] not in "JQ" or not own.unit or own.code not in public:
            continue
        words_of_unit = re.sub(r"^dose of (up to )?", "", own.unit)
        wanted = numbers.get(words_of_unit)
        if wanted is None:
            short = {"milligram": "1 mg", "microgram": "1 microgram", "unit of toxin": "1 unit"}
            short |= {"dose": "per dose", "milliliter": "per ml"}
            wanted = short[own.unit]
        assert wanted in public[own.code], f"{own.code}: {own.unit} / {public[own.code]}"
        checked += 1
    assert checked >= 30


def test_add_ons_stand_in_the_file_with_the_primary_they_name(shared_data: Path) -> None:
    path = shared_data / "cms" / "ncci" / "northstar_ncci_aoc_2024q3.csv"
    primaries: dict[str, set[str]] = defaultdict(set)
    for primary, add_on, _ in list(records(path))[1:]:
        primaries[add_on].add(primary)
    cited = [own for own in all_names() if "NCCI add-on code edits, 2024 Q3" in own.sources]
    assert len(cited) > 60
    for own in cited:
        assert own.code in primaries, own.code
        said = re.match(r"Added to (\{name_a\})(?: or (\{name_b\}))?", own.decides.template)
        for place in said.groups() if said else ():
            if place:
                primary = own.decides.names[place.strip("{}")]
                assert primary in primaries[own.code], f"{own.code} is no add-on of {primary}"


def test_what_never_stands_alone_is_an_add_on(shared_data: Path) -> None:
    add_ons = {row[1] for row in records(shared_data / "cms/ncci/northstar_ncci_aoc_2024q3.csv")}
    rows = list(records(shared_data / "cms" / "pfs" / "rvu25d" / "PPRRVU2025_Oct.csv"))
    globals_ = {row[0]: row[14] for row in rows if len(row) > 14}
    never = [own for own in all_names() if "never alone" in own.decides.template]
    assert len(never) > 50
    assert not [
        own.code for own in never if own.code not in add_ons and globals_.get(own.code) != "ZZZ"
    ]


def test_imaging_is_included_where_an_edit_says_so(shared_data: Path) -> None:
    path = shared_data / "cms" / "ncci" / "northstar_ncci_ptp_practitioner_2024q3.csv.gz"
    edits: dict[str, set[str]] = defaultdict(set)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            if line[9:14] in IMAGING:  # "column_1","column_2",...
                first, _, deleted, _, rationale = next(csv.reader([line]))
                if deleted == "9999-12-31":
                    edits[first].add(rationale)
    checked = 0
    for own in all_names():
        for source in own.sources:
            for words_of_source, rationale in RATIONALES.items():
                if words_of_source in source:
                    assert rationale in edits[own.code], own.code
                    checked += 1
    assert checked >= 30
