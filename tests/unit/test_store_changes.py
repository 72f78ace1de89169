"""What changed between two releases: told apart by key, counted, and never read out of silence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from payeratlas.model.errors import StoreError
from payeratlas.model.provenance import Release
from payeratlas.store import Store, sheets
from payeratlas.store.changes import (
    Changes,
    Sheet,
    changes,
    compare,
    predecessor,
    rows_of,
)
from payeratlas.store.row_changes import row_changes
from payeratlas.tables.contract import Column, Row, Table
from storekit import JANUARY, gpci, gpci_rows, mue, own_store, publish_gpci, release

TABLE = Table(
    name="made_up",
    grain="one code for one kind",
    key=("kind", "code", "modifier"),
    columns=(
        Column("kind", "text", "Kind.", required=True),
        Column("code", "text", "Code.", required=True),
        Column("modifier", "text", "Modifier.", required=True),
        Column("status", "text", "Status."),
        Column("rate", "decimal", "Rate.", "USD", 2),
        Column("units", "integer", "Units."),
        Column("day", "date", "Day."),
    ),
)
PRINTED = frozenset({"kind", "code", "modifier", "status", "rate", "units", "day"})
Cells = Mapping[str, Any]


def sheet(
    rows: Sequence[Cells],
    *,
    release: str = "r1",
    complete: bool = True,
    columns: frozenset[str] = PRINTED,
    **constants: str,
) -> Sheet:
    """A sheet of the made-up table; what a row leaves out is empty."""
    whole = []
    for ordinal, row in enumerate(rows, start=2):
        blank: dict[str, Any] = dict.fromkeys(TABLE.arrow_schema().names)
        blank |= {"kind": "any", "modifier": "", **constants, **row}
        blank |= {"release": release, "artifact": "a" * 64, "ordinal": ordinal}
        whole.append(blank)
    arrow = pa.Table.from_pylist(whole, schema=TABLE.arrow_schema())
    return Sheet(TABLE, "kit", release, complete, constants, columns, arrow)


def of(code: str, **cells: Any) -> Cells:
    return {"code": code, **cells}


def codes(rows: Sequence[Row]) -> list[str]:
    return [str(row["code"]) for row in rows]


# -- two sheets ----------------------------------------------------------------------------------


def test_added_removed_changed_and_the_same() -> None:
    before = sheet([of("A", rate=Decimal("1.00")), of("B", status="X"), of("C"), of("D")])
    after = sheet(
        [of("E"), of("D"), of("B", status="Y", units=2), of("A", rate=Decimal("1.10")), of("0")],
        release="r2",
    )
    found = compare(before, after)
    assert codes(found.added_rows()) == ["E", "0"]
    assert codes(found.removed_rows()) == ["C"]
    changed = found.changed_rows()
    assert [(str(c.after["code"]), c.cells()) for c in changed] == [
        ("B", (("status", "X", "Y"), ("units", None, 2))),
        ("A", (("rate", Decimal("1.00"), Decimal("1.10")),)),
    ]
    assert dict(found.columns) == {"status": 1, "rate": 1, "units": 1}
    assert (found.same, found.untold, found.count) == (1, 0, 5)
    (only,) = found.changed_rows(column="rate")
    assert only.after["code"] == "A"
    assert codes(found.added_rows(1)) == ["E"]


def test_rows_can_be_cited_again() -> None:
    before, after = sheet([of("A", units=1)]), sheet([of("B"), of("A", units=2)], release="r2")
    (changed,) = compare(before, after).changed_rows()
    places = [(row.release, row.ordinal, row.artifact) for row in (changed.before, changed.after)]
    assert places == [("r1", 2, "a" * 64), ("r2", 3, "a" * 64)]
    assert changed.before.source == "kit"


def test_the_modifier_is_part_of_the_key() -> None:
    before = sheet([of("A", units=1), of("A", modifier="26", units=2)])
    after = sheet([of("A", modifier="26", units=2), of("A", modifier="TC"), of("A", units=9)])
    found = compare(before, after)
    assert [row["modifier"] for row in found.added_rows()] == ["TC"]
    assert len(found.removed) == 0
    assert [c.after["modifier"] for c in found.changed_rows()] == [""]


@pytest.mark.parametrize(
    ("old", "new", "differs"),
    [
        ({"status": None}, {"status": None}, False),
        ({"status": None}, {"status": ""}, True),
        ({"status": ""}, {"status": ""}, False),
        ({"units": None}, {"units": 0}, True),
        ({"rate": Decimal("0.00")}, {"rate": None}, True),
        ({"rate": Decimal("1.10")}, {"rate": Decimal("1.1")}, False),
        ({"day": date(2026, 1, 1)}, {"day": date(2026, 1, 2)}, True),
    ],
)
def test_an_empty_cell_is_no_value(old: Cells, new: Cells, differs: bool) -> None:
    found = compare(sheet([of("A", **old)]), sheet([of("A", **new)]))
    assert (len(found.changed_after) == 1) is differs
    assert (found.same == 1) is not differs


def test_nothing_changed() -> None:
    rows = [of("A", units=1), of("B")]
    found = compare(sheet(rows), sheet(rows[::-1]))
    assert (found.count, found.same, dict(found.columns)) == (0, 2, {})
    assert found.changed_rows() == found.added_rows() == found.removed_rows() == []


@pytest.mark.parametrize("empty", ["before", "after", "both"])
def test_sheets_without_rows(empty: str) -> None:
    some = sheet([of("A")])
    before = sheet([]) if empty in ("before", "both") else some
    after = sheet([]) if empty in ("after", "both") else some
    found = compare(before, after)
    assert (len(found.added), len(found.removed)) == {
        "before": (1, 0),
        "after": (0, 1),
        "both": (0, 0),
    }[empty]


def test_a_column_that_one_side_does_not_print_is_not_compared() -> None:
    before = sheet([of("A", units=1)], columns=PRINTED - {"status"})
    after = sheet([of("A", units=1, status="new")], columns=PRINTED - {"day"})
    found = compare(before, after)
    assert (found.count, found.same) == (0, 1)
    assert (found.only_before, found.only_after) == (("day",), ("status",))


def test_an_excerpt_removes_nothing_and_makes_nothing_new() -> None:
    whole = sheet([of("A", units=1), of("B"), of("C")])
    excerpt = sheet([of("A", units=2), of("Z")], complete=False)
    found = compare(whole, excerpt)
    assert (codes(found.added_rows()), len(found.removed)) == (["Z"], 0)
    assert (len(found.changed_after), found.untold) == (1, 2)
    found = compare(excerpt, whole)
    assert (len(found.added), codes(found.removed_rows()), found.untold) == (0, ["Z"], 2)


def test_a_key_that_stands_twice_is_refused() -> None:
    twice = sheet([of("A"), of("A", units=2)], release="r9")
    for before, after in ((twice, sheet([])), (sheet([]), twice)):
        with pytest.raises(ValueError, match=r"made_up \(kind, code, modifier\).*twice in r9"):
            compare(before, after)


# -- whole releases ------------------------------------------------------------------------------


def kinds(pairs: Sequence[Changes]) -> list[tuple[str, str]]:
    return [(p.before.constants["kind"], p.after.constants["kind"]) for p in pairs]


def test_files_pair_by_the_constants_of_the_key() -> None:
    before = [sheet([of("A")], kind="hospital"), sheet([of("A", units=1)], kind="dme")]
    after = [sheet([of("A", units=2)], kind="dme"), sheet([of("B")], kind="clinic")]
    found = changes(before, after)
    assert kinds(found.pairs) == [("dme", "dme")]
    assert dict(found.pairs[0].columns) == {"units": 1}
    assert found.pairs[0].key == ("code", "modifier")
    assert [s.constants["kind"] for s in found.alone_before] == ["hospital"]
    assert [s.constants["kind"] for s in found.alone_after] == ["clinic"]


def test_one_file_for_all_is_compared_with_each() -> None:
    whole = [sheet([of("A", units=1), of("B")], kind="all")]
    split = [sheet([of("A", units=1)], kind="qpp"), sheet([of("A", units=3)], kind="nonqpp")]
    found = changes(whole, split)
    assert kinds(found.pairs) == [("all", "nonqpp"), ("all", "qpp")]
    assert [(codes(p.removed_rows()), dict(p.columns)) for p in found.pairs] == [
        (["B"], {"units": 1}),
        (["B"], {}),
    ]
    back = changes(split, whole)
    assert sorted(kinds(back.pairs)) == [("nonqpp", "all"), ("qpp", "all")]
    assert back.alone_before == back.alone_after == ()


def test_files_of_one_kind_are_joined() -> None:
    before = [sheet([of("A")], kind="x"), sheet([of("B", units=1)], kind="x")]
    after = [sheet([of("B", units=2), of("A")], kind="x")]
    (pair,) = changes(before, after).pairs
    assert (pair.same, codes([c.after for c in pair.changed_rows()])) == (1, ["B"])


def test_a_column_is_compared_only_where_every_file_of_a_kind_prints_it() -> None:
    before = [sheet([of("A")], kind="x"), sheet([of("B")], kind="x", columns=PRINTED - {"day"})]
    after = [sheet([of("A", day=date(2026, 1, 1)), of("B", day=date(2026, 1, 1))], kind="x")]
    (pair,) = changes(before, after).pairs
    assert (pair.count, pair.only_after) == (0, ("day",))


def test_a_constant_here_and_a_column_there() -> None:
    before = [sheet([of("A", units=1)], kind="x"), sheet([of("A", units=2)], kind="y")]
    after = [sheet([of("A", kind="y", units=2), of("A", kind="x", units=5)])]
    found = changes(before, after)
    assert kinds(found.pairs) == [("x", "x"), ("y", "y")]
    assert [pair.count for pair in found.pairs] == [1, 0]


def test_without_constants_the_kind_is_a_key_like_others() -> None:
    before = [sheet([of("A", kind="x", units=1), of("A", kind="y", units=1)])]
    after = [sheet([of("A", kind="y", units=2), of("A", kind="x", units=1)])]
    (pair,) = changes(before, after).pairs
    assert pair.key == TABLE.key
    assert [c.after["kind"] for c in pair.changed_rows()] == ["y"]


def test_releases_of_the_store_and_readings_give_the_same(tmp_path: Path) -> None:
    publish_gpci(tmp_path)
    later = release("r2", date(2024, 4, 1), date(2024, 7, 1), date(2024, 3, 20))
    rows = gpci_rows(1, 4)
    rows[1][4] = "9.999"
    reading, files = gpci(later, rows=rows)
    store = own_store(tmp_path)
    (held,) = store.releases()
    before = sheets.stored(held)
    read = changes(before, sheets.read(reading))
    stored = changes(before, sheets.stored(store.publish(reading, files)))
    for found in (read, stored):
        (pair,) = found.pairs
        assert (len(pair.added), len(pair.removed), pair.same) == (1, 0, 2)
        ((column, old, new),) = pair.changed_rows()[0].cells()
        assert (column, old, new) == ("work_gpci", Decimal("1.001"), Decimal("9.999"))
    fact = store.cite(read.pairs[0].changed_rows()[0].before, "work_gpci")
    assert fact.text == "1.001"


def test_constants_of_files_pair_in_real_contracts(tmp_path: Path) -> None:
    store = own_store(tmp_path)
    held = store.publish(*mue(JANUARY, ["practitioner", "hospital"], 1))
    later = release("r2", date(2024, 4, 1), date(2024, 7, 1), date(2024, 3, 20))
    reading, _ = mue(later, ["hospital", "practitioner", "dme"], 2)
    found = changes(sheets.stored(held), sheets.read(reading))
    assert [pair.after.constants for pair in found.pairs] == [
        {"service": "hospital"},
        {"service": "practitioner"},
    ]
    assert [dict(pair.columns)["mue"] for pair in found.pairs] == [2, 2]
    assert [alone.constants for alone in found.alone_after] == [{"service": "dme"}]


def test_a_reading_that_breaks_its_contract_is_refused() -> None:
    reading, _ = gpci(JANUARY)
    (batch,) = reading.batches
    broken = replace(batch, columns={**batch.columns, "mac": [None] * len(batch.ordinals)})
    with pytest.raises(StoreError, match="mac is required and empty"):
        sheets.read(replace(reading, batches=(broken,)))
    with pytest.raises(StoreError, match="look the same"):
        sheets.read(replace(reading, batches=(batch, batch)))


# -- the plain comparison judges the fast one ----------------------------------------------------

_CELLS = st.fixed_dictionaries(
    {
        "code": st.sampled_from("ABCD"),
        "modifier": st.sampled_from(["", "26"]),
        "status": st.sampled_from([None, "", "X", "Y"]),
        "rate": st.sampled_from([None, Decimal("0.00"), Decimal("1.25")]),
        "units": st.sampled_from([None, 0, 7]),
    }
)
_ROWS = st.lists(_CELLS, unique_by=lambda row: (row["code"], row["modifier"]), max_size=8)


@given(before=_ROWS, after=_ROWS)
def test_tables_and_rows_are_compared_alike(before: list[Cells], after: list[Cells]) -> None:
    old, new = sheet(before), sheet(after, release="r2")
    fast = compare(old, new)
    every = [rows_of(s, pa.array(range(s.rows.num_rows), pa.int64())) for s in (old, new)]
    added, removed, changed = row_changes(TABLE, *every)
    assert fast.added_rows() == added
    assert fast.removed_rows() == removed
    assert fast.changed_rows() == changed
    assert fast.same == len(every[1]) - len(added) - len(changed)
    for name, count in fast.columns.items():
        assert count == sum(name in c.columns for c in changed)
        assert fast.changed_rows(column=name) == [c for c in changed if name in c.columns]


def test_rows_are_refused_where_a_key_stands_twice() -> None:
    rows = rows_of(sheet([of("A"), of("A")]), pa.array([0, 1]))
    with pytest.raises(ValueError, match="stands twice"):
        row_changes(TABLE, rows, [])


def test_silent_columns_are_left_out_of_rows_too() -> None:
    old = rows_of(sheet([of("A", kind="all", units=1)]), pa.array([0]))
    new = rows_of(sheet([of("A", kind="qpp", units=1, status="X")]), pa.array([0]))
    assert row_changes(TABLE, old, new, silent={"kind", "status"}) == ([], [], [])
    assert len(row_changes(TABLE, old, new)[0]) == 1


# -- which release to compare with ---------------------------------------------------------------

Q = [
    release(f"q{n}", date(2024, 3 * n - 2, 1), None, date(2024, 3 * n - 2, 1)) for n in range(1, 5)
]


@pytest.mark.parametrize(
    ("about", "others", "wanted"),
    [
        (Q[3], [Q[0], Q[1]], "q2"),
        (Q[3], [Q[1], Q[0]], "q2"),
        (Q[1], [Q[0], Q[1], Q[2]], "q2"),
        (Q[0], [Q[3], Q[1]], "q2"),
        (Q[3], [Q[0], replace(Q[2], complete=False)], "q1"),
        (Q[3], [replace(Q[2], complete=False)], "q3"),
        (Q[0], [replace(Q[1], complete=False), Q[2]], "q3"),
        (Q[3], [Q[0], replace(Q[2], status="proposed")], "q1"),
        (Q[3], [replace(Q[2], status="proposed")], "q3"),
        (Q[3], [replace(Q[2], source="other")], None),
        (Q[3], [], None),
        (replace(Q[0], id="q1r", issued=date(2024, 3, 9)), [Q[0], Q[1]], "q1"),
    ],
)
def test_the_release_before_is_the_one_to_compare_with(
    about: Release, others: list[Release], wanted: str | None
) -> None:
    found = predecessor(about, others)
    assert (found.id if found else None) == wanted


def test_real_quarters_change_as_their_files_say(tmp_path: Path) -> None:
    """Of the embedded releases: the January 2025 file against October 2025's."""
    store = Store.open(tmp_path)
    held = {p.release.id: p for p in store.releases("cms_pfs_rvu")}
    (pair,) = changes(sheets.stored(held["rvu25a"]), sheets.stored(held["rvu25d"])).pairs
    before, after = pair.before.rows.num_rows, pair.after.rows.num_rows
    assert before + len(pair.added) - len(pair.removed) == after
    assert after == len(pair.added) + len(pair.changed_after) + pair.same
    assert "conversion_factor" not in pair.columns
    plain = row_changes(
        pair.after.table,
        store.rows("pfs_rvu", held["rvu25a"]),
        store.rows("pfs_rvu", held["rvu25d"]),
        silent=set(pair.only_before) | set(pair.only_after),
    )
    assert [len(found) for found in plain] == [
        len(pair.added),
        len(pair.removed),
        len(pair.changed_after),
    ]
    assert plain[2] == pair.changed_rows()
