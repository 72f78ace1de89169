"""Binding headings and reading rows, on tables made up by Hypothesis.

Three promises: every record is accounted for, every printed cell can be put back exactly, and the
reading that remembers texts gives what parsing each cell by itself gives.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filekit import printed_cells
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Artifact
from payeratlas.tables.contract import Cell, Column, Table
from payeratlas.tables.reading import (
    Batch,
    Epoch,
    LayoutError,
    bind,
    epochs_from,
    parse_cell,
    read_batch,
)

TABLE = Table(
    name="made_up",
    grain="one key in one release",
    key=("key",),
    columns=(
        Column("key", "text", "Key.", required=True),
        Column("state", "text", "Carried down."),
        Column("figure", "decimal", "Figure.", "units", 2),
        Column("count", "integer", "Count."),
        Column("day", "date", "Day."),
        Column("kind", "text", "Constant.", required=True),
    ),
)
EPOCH = Epoch(
    id="made-up",
    heading_first="Key",
    columns={
        "Key": "key",
        "State": "state",
        "Text": "-",
        "Figure": "figure",
        "How Many": "count",
        "Day": "day",
    },
    heading_rows=2,
    constants={"kind": "made"},
)
HEAD = [
    ["A title", "", "", "", "", ""],
    ["", "", "", "", "How", ""],
    [" Key", "State", "Text", "Figure", "Many", "Day "],
]
ARTIFACT = Artifact("made.csv", "0" * 64, 1)


def padded(key: str) -> str:
    return key.strip().zfill(3)


def footnote(cells: list[str]) -> str | None:
    return "footnote" if cells[0].startswith("*") else None


def read(rows: list[list[str]], epoch: Epoch = EPOCH, merge: str = "twin") -> Batch:
    records = list(enumerate([*HEAD, *rows], start=1))
    bound = bind([cells for _, cells in records], [epoch], "made.csv")
    return read_batch(
        records[bound.first_ordinal - 1 :],
        bound,
        TABLE,
        ARTIFACT,
        clean={"key": padded},
        sift=footnote,  # type: ignore[arg-type]
        carry=("state",),
        merge=merge,
    )


blanks = st.sampled_from(["", " ", "\t"])
spaced = st.tuples(blanks, blanks)
number = st.one_of(
    st.decimals(-999, 999, places=2).map(str),
    st.integers(-99, 99).map(str),
    st.sampled_from(["", "0.5", ".25", "007", "5.", "-0", "1.10", "0.00"]),
)


def around(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(blanks, texts, blanks).map("".join)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """Rows with distinct keys, some printed twice, among blank records and footnotes."""
    keys = draw(st.lists(st.integers(0, 99999), min_size=1, max_size=12, unique=True))
    rows: list[list[str]] = []
    for key in keys:
        row = [
            draw(around(st.just(str(key)))),
            draw(around(st.sampled_from(["", "", "OHIO", "UTAH"]))),
            draw(st.text(max_size=5)),
            draw(around(number)),
            draw(around(st.sampled_from(["", "0", "7", "-3", "012"]))),
            draw(around(st.sampled_from(["", "2024-02-29"]))),
        ]
        rows.append(row)
        if draw(st.booleans()):
            rows.append([row[0], "", draw(st.text(max_size=5)), *row[3:]])  # alike once carried
        rows += draw(st.lists(st.just(["", " ", "", "", "", ""]), max_size=1))
        rows += draw(st.lists(st.just(["* a note", "", "", "", "", ""]), max_size=1))
    return rows


@given(tables(), st.sampled_from(["fixed", "shortest"]))
def test_every_record_is_accounted_for_and_every_cell_put_back(
    rows: list[list[str]], numbers: str
) -> None:
    batch = read(rows, replace(EPOCH, numbers=numbers))  # type: ignore[arg-type]
    account = batch.account
    assert account.read == len(rows)
    assert account.kept == len(batch.ordinals) == len({padded(r[0]) for r in rows if plain(r)})
    rejected = dict(account.rejected)
    assert rejected.get("footnote", 0) == sum(r[0].startswith("*") for r in rows)
    assert rejected.get("blank record", 0) == sum(not "".join(r).strip() for r in rows)
    assert account.read == account.kept + sum(rejected.values()) + sum(
        dict(account.merged).values()
    )
    assert set(dict(account.merged)) <= {"twin"}
    put_back = list(printed_cells(batch))
    assert len(put_back) == len(batch.ordinals) * 5
    for ordinal, position, text in put_back:
        assert rows[ordinal - len(HEAD) - 1][position - 1] == text


def plain(row: list[str]) -> bool:
    return bool("".join(row).strip()) and not row[0].startswith("*")


@given(tables())
def test_remembering_texts_changes_no_value(rows: list[list[str]]) -> None:
    batch = read(rows)
    state: Cell = None
    seen: set[str] = set()
    kept = iter(range(len(batch.ordinals)))
    for row in filter(plain, rows):
        state = parse_cell(row[1], TABLE.column("state")) or state
        if padded(row[0]) in seen:
            continue
        seen.add(padded(row[0]))
        n = next(kept)
        assert batch.columns["key"][n] == padded(row[0])
        assert batch.columns["state"][n] == state
        for name, cell in (("figure", row[3]), ("count", row[4]), ("day", row[5])):
            assert batch.columns[name][n] == parse_cell(cell, TABLE.column(name))
        assert batch.columns["kind"][n] == "made"


def refusal(rows: list[list[str]], merge: str = "twin") -> FileError:
    with pytest.raises(FileError) as caught:
        read(rows, merge=merge)
    return caught.value


GOOD = ["1", "OHIO", "", "1.50", "2", ""]


@pytest.mark.parametrize("cells", [5, 7])
def test_a_torn_record_is_refused_by_its_ordinal(cells: int) -> None:
    torn = [*GOOD, "more"][:cells]
    torn[0] = "2"
    error = refusal([GOOD, torn])
    assert error.where == "made.csv, record 5"
    assert f"torn: it has {cells} cells, the heading 6" in error.what


@pytest.mark.parametrize(
    ("column", "heading", "text"),
    [
        (3, "Figure", "1.505"),
        (3, "Figure", "1e2"),
        (3, "Figure", "NaN"),
        (3, "Figure", "1_0"),
        (3, "Figure", "$1.00"),
        (3, "Figure", "\u0661"),
        (3, "Figure", "9" * 40),
        (4, "How Many", "2.0"),
        (4, "How Many", "1_0"),
        (5, "Day", "02/29/2024"),
        (5, "Day", "2023-02-29"),
    ],
)
def test_a_cell_that_is_no_value_is_refused_by_its_place(
    column: int, heading: str, text: str
) -> None:
    bad = list(GOOD)
    bad[column] = text
    error = refusal([bad])
    assert error.where == "made.csv, record 4"
    assert f"column '{heading}'" in error.what
    assert text in error.what
    assert error.cure


def test_a_key_that_stands_twice_with_other_values_is_refused() -> None:
    other = ["01", "OHIO", "", "1.51", "2", ""]
    assert "stands twice (first in record 4)" in refusal([GOOD, other]).what
    assert "stands twice" in refusal([GOOD, GOOD], merge="").what
    assert read([GOOD, GOOD]).account.merged == (("twin", 1),)


def test_a_table_without_rows_is_refused() -> None:
    assert "no data row" in refusal([["", "", "", "", "", ""]]).what


def test_a_required_column_must_be_filled_by_the_layout() -> None:
    with pytest.raises(FileError, match="fills no column 'kind'"):
        read([GOOD], replace(EPOCH, constants={}))


def faults(heading: list[str]) -> str:
    with pytest.raises(FileError) as caught:
        bind([HEAD[0], HEAD[1], heading], [EPOCH], "made.csv")
    assert caught.value.where == "made.csv"
    assert "layouts.toml" in caught.value.cure
    return caught.value.what


def test_headings_that_moved_are_named() -> None:
    head = HEAD[2]
    assert "'Colour' is not known" in faults([*head, "Colour"])
    missing = faults(head[:3] + head[4:])
    assert "column 'Figure' is missing" in missing
    renamed = faults([*head[:3], "Figures", *head[4:]])
    assert "'Figures' is not known" in renamed
    assert "'Figure' is missing" in renamed
    assert "'Text' stands twice" in faults([*head[:2], "Text", "Text", *head[4:]])
    assert "no heading row was found (one that begins with 'Key')" in faults(["Clé"])


def test_headings_may_change_places_and_leave_empty_columns() -> None:
    order = [5, 4, 3, 2, 1]
    head = [[row[0], *(row[i] for i in order), ""] for row in HEAD]
    bound = bind(head, [EPOCH], "made.csv")
    assert bound.bindings["day"].position == 2
    assert bound.bindings["count"].heading == "How Many"
    assert "-" not in bound.bindings
    assert (bound.width, bound.first_ordinal) == (7, 4)


def test_a_heading_may_go_on_below_its_first_record() -> None:
    epoch = Epoch("below", "Key", {"Key": "key", "How Many": "count"}, heading_below=1)
    bound = bind([["A title", ""], ["Key", "How"], ["", "Many"], ["a", "1"]], [epoch], "made.csv")
    assert bound.first_ordinal == 4
    assert bound.bindings["count"].heading == "How Many"
    with pytest.raises(LayoutError, match="'How' is not known"):
        bind([["Key", "How"]], [epoch], "made.csv")


def test_figures_keep_their_scale_exactly() -> None:
    values = read([["1", "", "", ".1", "", ""], ["2", "", "", "2.50", "", ""]]).columns["figure"]
    assert [str(value) for value in values] == ["0.10", "2.50"]
    assert values[0] == Decimal("0.1")


def test_layouts_need_epochs() -> None:
    with pytest.raises(ValueError, match="epoch"):
        epochs_from({})
    entry = {"id": "x", "heading_first": "a", "columns": {"a": "key"}}
    assert epochs_from({"epoch": [entry]})[0].columns == {"a": "key"}


DATED = Epoch(
    id="dated",
    heading_first="Key",
    columns={"Key": "key", "{month} {year} Figure": "figure", "WI{yy}": "count"},
)


@pytest.mark.parametrize("month", ["Jan", "January", "Sept"])
def test_headings_may_print_their_month_and_year(month: str) -> None:
    bound = bind([["Key", f"{month} 2025 Figure", "WI25"]], [DATED], "made.csv")
    assert bound.dates == {"month": month, "year": "2025", "yy": "25"}
    assert bound.bindings["figure"].heading == f"{month} 2025 Figure"
    assert set(bound.epoch.columns) == {"Key", f"{month} 2025 Figure", "WI25"}


def test_headings_of_one_file_print_the_same_date() -> None:
    two = replace(DATED, columns={**DATED.columns, "{month} {year} Day": "day"})
    with pytest.raises(
        LayoutError, match=r"'Apr 2026 Day' is not known.*'Apr 2025 Day' is missing"
    ):
        bind([["Key", "Apr 2025 Figure", "WI25", "Apr 2026 Day"]], [two], "made.csv")
    with pytest.raises(LayoutError, match=r"'\{month\} \{year\} Figure' is missing"):
        bind([["Key", "Figure", "WI25"]], [DATED], "made.csv")


def test_layouts_without_dates_state_none() -> None:
    bound = bind(
        [["Key", "Figure"]], [replace(EPOCH, columns={"Key": "key", "Figure": "figure"})], ""
    )
    assert bound.dates == {}


def test_a_text_above_the_heading_tells_encodings_apart() -> None:
    columns = {"Key": "key"}
    epochs = [
        Epoch("windows", "Key", columns, encoding="cp1252", above="\xa0"),
        Epoch("dos", "Key", columns, encoding="cp437"),
    ]
    assert bind([["a\xa0note"], ["Key"], ["x\xa0"]], epochs, "").epoch.id == "windows"
    assert bind([["a note"], ["Key"], ["x\xa0"]], epochs, "").epoch.id == "dos"
    with pytest.raises(LayoutError, match="does not stand above"):
        bind([["a note"], ["Key"]], epochs[:1], "")


def test_one_layout_in_several_forms_of_text() -> None:
    forms = [{"id": "a", "encoding": "utf-8"}, {"id": "b", "encoding": "cp437", "delimiter": "\t"}]
    plain = {"id": "x", "heading_first": "k", "columns": {"k": "key"}}
    book = {**plain, "id": "book", "encoding": "xlsx"}
    epochs = epochs_from({"form": forms, "epoch": [plain, book]})
    assert [(e.id, e.encoding, e.delimiter) for e in epochs] == [
        ("x-a", "utf-8", ","),
        ("x-b", "cp437", "\t"),
        ("book", "xlsx", ","),
    ]
