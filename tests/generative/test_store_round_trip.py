"""What is published comes back: every kind of value, every condition, every byte, any order."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from payeratlas.formats import SourceFile
from payeratlas.model.provenance import Artifact, RowAccount
from payeratlas.store import Part, Published
from payeratlas.store.disk import sha256_of
from payeratlas.store.manifest import decode, encode, same_content
from payeratlas.store.partition import check, to_parquet
from payeratlas.store.query import Reader
from payeratlas.tables import pfs_gpci
from payeratlas.tables.contract import Binding, Cell, Column, Table
from payeratlas.tables.reading import Batch, Epoch, Reading
from storekit import own_store, release

ALL_KINDS = Table(
    name="all_kinds",
    grain="one thing",
    key=("name",),
    columns=(
        Column("name", "text", "A name.", required=True),
        Column("words", "text", "Any text."),
        Column("ratio", "decimal", "A ratio.", "x", 4),
        Column("count", "integer", "A count.", "things"),
        Column("since", "date", "A day."),
    ),
)
EPOCH = Epoch("kit", "name", {})
ABOUT = release("r1", date(2024, 1, 1), None, date(2024, 1, 1))

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ratios = st.decimals("-99999999999999.9999", "99999999999999.9999", places=4)
rows = st.tuples(
    st.none() | texts,
    st.none() | ratios,
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31)),
    st.none() | st.dictionaries(st.sampled_from(["words", "ratio"]), texts, min_size=1),
)
names = st.lists(st.text("AB'\"%_ é\0\n", max_size=4), unique=True, min_size=1, max_size=12)


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@settings(max_examples=120, deadline=None)
@given(st.data(), names)
def test_rows_come_back_equal_and_conditions_choose_as_python_would(
    data: st.DataObject, found: list[str]
) -> None:
    cells = [data.draw(rows) for _ in found]
    ordinals = data.draw(
        st.lists(st.integers(1, 10**6), unique=True, min_size=len(found), max_size=len(found))
    )
    columns: dict[str, list[Cell]] = {"name": list(found)}
    for place, column in enumerate(ALL_KINDS.columns[1:]):
        columns[column.name] = [row[:4][place] for row in cells]
    printed = [json.dumps(row[4]) if row[4] else None for row in cells]
    batch = Batch(
        ALL_KINDS,
        Artifact("f.csv", "0" * 64, 1),
        "",
        EPOCH,
        columns,
        sorted(ordinals),
        printed,
        {c.name: Binding(i, c.name) for i, c in enumerate(ALL_KINDS.columns, 1)},
        RowAccount(len(found), len(found)),
    )
    check(batch)
    content = to_parquet(batch, ABOUT, "none")
    assert content == to_parquet(batch, ABOUT, "none")
    with folder() as root:
        (root / "p.parquet").write_bytes(content)
        part = Part(
            "all_kinds", "p.parquet", sha256_of(content), len(content), len(found),
            batch.artifact, "", {}, batch.bindings, "fixed", "kit", "utf-8", batch.account,
        )  # fmt: skip
        published = Published(ABOUT, (part,), "", "", "", root)
        reader = Reader([root])
        back = reader.rows(ALL_KINDS, [(published, part)], {})
        assert [dict(row.values) for row in back] == [
            {name: values[i] for name, values in columns.items()} for i in range(len(found))
        ]
        assert [str(row["ratio"]) for row in back] == [str(v) for v in columns["ratio"]]
        assert [row.ordinal for row in back] == sorted(ordinals)
        assert [dict(row.printed) for row in back] == [row[4] or {} for row in cells]
        wanted = tuple(data.draw(st.lists(st.sampled_from([*found, "absent"]), max_size=3)))
        word = data.draw(st.sampled_from([row[0] or "" for row in cells]))
        chosen = reader.rows(ALL_KINDS, [(published, part)], {"name": wanted, "words": word})
        assert [row.ordinal for row in chosen] == [
            row.ordinal for row in back if row["name"] in wanted and row["words"] == word
        ]
        reader.close()


@st.composite
def published(draw: st.DrawFn) -> Published:
    """A Published with any texts its publisher may print."""
    artifact = Artifact(draw(texts), draw(st.text("0123456789abcdef", min_size=64, max_size=64)), 7)
    kept, lost = draw(st.integers(0, 99)), draw(st.integers(1, 99))
    bindings = draw(st.dictionaries(texts, st.builds(Binding, st.integers(1, 99), texts)))
    part = Part(
        draw(texts), draw(texts), draw(texts), 1, kept, artifact, draw(texts),
        draw(st.dictionaries(texts, texts)), bindings, "shortest", "e", "cp1252",
        RowAccount(kept + lost, kept, (("blank", lost),)),
    )  # fmt: skip
    end = draw(st.none() | st.dates(date(2024, 1, 2)))
    about = release(draw(texts), date(2024, 1, 1), end, draw(st.dates()), source=draw(texts))
    return Published(about, (part,), draw(texts), "payeratlas 1", "", Path("/nowhere"))


@given(published())
def test_a_manifest_says_everything_and_always_in_the_same_words(one: Published) -> None:
    data = encode(one.release, one.parts, one.licence, one.software)
    back = decode(data, one.root, "m")
    assert (back.release, back.parts, back.licence) == (one.release, one.parts, one.licence)
    assert back.digest == sha256_of(data)
    assert encode(back.release, back.parts, back.licence, back.software) == data
    other = encode(one.release, one.parts, one.licence, "payeratlas 2")
    assert same_content(data, other)
    assert not same_content(data, encode(one.release, one.parts, one.licence + "x", one.software))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.booleans()), min_size=1, max_size=8)
)
def test_the_store_holds_what_was_published_last(steps: list[tuple[int, int, bool]]) -> None:
    """Any run of publishing and withdrawing against a dictionary; equal states, equal editions."""
    with folder() as root:
        store = own_store(root / "s")
        twin: dict[str, int] = {}
        editions: dict[str, str] = {}
        for which, version, withdraw in steps:
            about = release(f"r{which}", date(2024, 1 + which, 1), None, date(2024, 1, 1))
            if withdraw and about.id in twin:
                store.withdraw("kit", about.id)
                del twin[about.id]
            else:
                store.publish(*_tiny(about.id, which, version))
                twin[about.id] = version
            for view in (store, own_store(root / "s")):
                held = {
                    p.release.id: int(view.rows("pfs_gpci", p)[0].text("locality_name"))
                    for p in view.releases()
                }
                assert held == twin
            state = json.dumps(twin, sort_keys=True)
            assert editions.setdefault(state, store.edition) == store.edition
            assert view.edition == store.edition
        assert len(set(editions.values())) == len(editions)


def _tiny(id: str, which: int, version: int) -> tuple[Reading, list[SourceFile]]:
    file = SourceFile.of("f.csv", f"{id} {version}".encode())
    one: list[Cell] = [Decimal("1.000")]
    columns: dict[str, list[Cell]] = {"mac": ["00001"], "state": [None], "locality": ["00"]}
    columns |= {"locality_name": [str(version)], "work_gpci": one, "pe_gpci": one, "mp_gpci": one}
    bindings = {name: Binding(i, name) for i, name in enumerate(columns, start=1)}
    batch = Batch(
        pfs_gpci.TABLE, file.artifact, "", EPOCH, columns, [1], [None], bindings, RowAccount(1, 1)
    )
    about = release(id, date(2024, 1 + which, 1), None, date(2024, 1, 1))
    return Reading(about, (batch,)), [file]
