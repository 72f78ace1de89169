"""Rows by code are the rows of the partitions, in the same order; the partitions judge."""

from __future__ import annotations

import json
import random
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from nccikit import ncci_store
from payeratlas.model.errors import StoreError
from payeratlas.pages.facts import ptp
from payeratlas.store import EMBEDDED, Part, Published, Store, Tally
from payeratlas.store.by_code import FORMAT, NAME, ByCode, _unpack, packed_rows
from payeratlas.store.by_code_write import Counted, write
from payeratlas.store.manifest import Wanted
from payeratlas.tables.catalog import catalog
from payeratlas.tables.contract import Row
from storekit import JANUARY, gpci, mue, own_store, release

APRIL = release("r2", date(2024, 4, 1), date(2024, 7, 1), date(2024, 3, 20))
EDITS = Counted("ncci_ptp", ("column1", "column2"), ptp.BY, (*ptp.BY, *ptp.CODES))
SERVICES = ("practitioner", "hospital")
LOOKED_UP = {"ncci_addon": ("addon", "primary"), "rbcs": ("hcpcs",)}


def plainly(
    store: Store, table: str, parts: list[tuple[Published, Part]], **where: Wanted
) -> list[Row]:
    """The slow way: every partition is opened and asked."""
    return store._reader._read(catalog()[table], parts, where)


def counted_plainly(
    store: Store, parts: list[tuple[Published, Part]], **where: Wanted
) -> list[Tally]:
    shown = [*ptp.BY, *ptp.CODES]
    found = store._reader._count(
        catalog()["ncci_ptp"], list(enumerate(parts)), list(ptp.BY), shown, where
    )
    found.sort(key=lambda entry: (entry[0], entry[1].first.ordinal))
    return [tally for _, tally in found]


def placed(store: Store, table: str) -> list[tuple[Published, Part]]:
    """All partitions of a table in the order of a history."""
    return list(store._placed(table, None, {}, {}))


@pytest.fixture(scope="module")
def sorted_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    root = tmp_path_factory.mktemp("by_code")
    store = ncci_store(root)
    assert write(store, LOOKED_UP, [EDITS], ()) == (root / NAME).stat().st_size
    store.close()
    return own_store(root)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The embedded data set, which holds the file."""
    return Store(tmp_path_factory.mktemp("none"), EMBEDDED)


def asked_without_database(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on, opening a partition is an error."""

    def refuse(*_: object) -> None:
        raise AssertionError("a partition was opened")

    monkeypatch.setattr(store._reader, "_fetch", refuse)


@pytest.mark.parametrize(
    ("table", "column"), [("ncci_addon", "addon"), ("ncci_addon", "primary"), ("rbcs", "hcpcs")]
)
def test_every_code_has_the_rows_of_its_partitions(
    sorted_store: Store, monkeypatch: pytest.MonkeyPatch, table: str, column: str
) -> None:
    parts = placed(sorted_store, table)
    every = plainly(sorted_store, table, parts)
    codes = sorted({row.text(column) for row in every})
    assert len(codes) > 1
    asked_without_database(sorted_store, monkeypatch)
    for code in codes:
        assert sorted_store.history(table, **{column: code}) == [
            row for row in every if row.text(column) == code
        ]
    assert sorted_store.history(table, **{column: "00000"}) == []
    assert sorted_store.history(table, **{column: "ZZZZZ"}) == []


def test_other_conditions_hold_too(sorted_store: Store) -> None:
    rows = sorted_store.history("ncci_addon")
    row = rows[0]
    both = {"addon": row.text("addon"), "primary": row.text("primary")}
    assert row in sorted_store.history("ncci_addon", **both)
    assert sorted_store.history("ncci_addon", addon=both["addon"], primary="00000") == []
    with pytest.raises(KeyError):
        sorted_store.history("ncci_addon", addon=both["addon"], colour="red")
    with pytest.raises(ValueError, match="not text"):
        sorted_store.history("ncci_addon", addon=both["addon"], effective="2024-01-01")


def test_counts_are_those_of_the_partitions(
    sorted_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (published,) = sorted_store.releases("ncci_ptp")
    parts = {
        service: [
            p for p in placed(sorted_store, "ncci_ptp") if p[1].constants["service"] == service
        ]
        for service in ptp.SERVICES
    }
    codes = sorted(
        {row.text(c) for row in sorted_store.rows("ncci_ptp", published) for c in ptp.CODES}
    )
    expected = {
        (service, column, code): counted_plainly(
            sorted_store, parts[service], service=service, **{column: code}
        )
        for service in ptp.SERVICES
        for column in ptp.CODES
        for code in (*codes, "00000")
    }
    assert any(len(tallies) > 1 for tallies in expected.values())
    asked_without_database(sorted_store, monkeypatch)
    for (service, column, code), tallies in expected.items():
        where = {"service": service, column: code}
        found = sorted_store.tally("ncci_ptp", published, ptp.BY, evidence=ptp.CODES, **where)
        assert found == tallies


def test_what_was_not_counted_is_counted_from_the_partitions(sorted_store: Store) -> None:
    (published,) = sorted_store.releases("ncci_ptp")
    rows = sorted_store.rows("ncci_ptp", published)
    code = rows[0].text("column1")
    other = sorted_store.tally("ncci_ptp", published, ("rationale",), column1=code)
    assert sum(tally.rows for tally in other) == sum(row["column1"] == code for row in rows)
    assert {tuple(tally.values) for tally in other} == {("rationale",)}
    several = sorted_store.tally(
        "ncci_ptp", published, ptp.BY, evidence=ptp.CODES, column1=(code, "00000")
    )
    assert sum(tally.rows for tally in several) == sum(tally.rows for tally in other)


def test_a_release_that_came_later_is_read_beside_them(tmp_path: Path) -> None:
    store = own_store(tmp_path)
    store.publish(*mue(JANUARY, SERVICES))
    write(store, {"ncci_mue": ("hcpcs",)}, [], ())
    first = own_store(tmp_path).history("ncci_mue")
    store = own_store(tmp_path)
    store.publish(*mue(APRIL, SERVICES))
    again = own_store(tmp_path)
    code = first[0].text("hcpcs")
    expected = [
        row for row in plainly(again, "ncci_mue", placed(again, "ncci_mue")) if row["hcpcs"] == code
    ]
    assert {row.release for row in expected} == {"r1", "r2"}
    assert again.history("ncci_mue", hcpcs=code) == expected


def test_a_small_table_is_kept_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = own_store(tmp_path)
    store.publish(*gpci(JANUARY, 1))
    store.publish(*gpci(APRIL, 2, count=1))
    write(store, {}, [], ["pfs_gpci"])
    store = own_store(tmp_path)
    parts = placed(store, "pfs_gpci")
    expected = plainly(store, "pfs_gpci", parts)
    asked_without_database(store, monkeypatch)
    assert store.history("pfs_gpci") == expected != []
    assert store.history("pfs_gpci", locality="00") == [
        r for r in expected if r["locality"] == "00"
    ]


def test_writing_again_leaves_the_file_and_a_new_partition_writes_it_anew(tmp_path: Path) -> None:
    store = own_store(tmp_path)
    store.publish(*mue(JANUARY, SERVICES))
    said: list[str] = []
    write(store, {"ncci_mue": ("hcpcs",)}, [], (), said.append)
    assert said == ["sorting ncci_mue by code"]
    before = (tmp_path / NAME).stat()
    write(store, {"ncci_mue": ("hcpcs",)}, [], (), said.append)
    after = (tmp_path / NAME).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    store.publish(*mue(APRIL, SERVICES))
    write(store, {"ncci_mue": ("hcpcs",)}, [], (), said.append)
    assert said == ["sorting ncci_mue by code"] * 2
    assert len(ByCode(tmp_path / NAME).head["parts"]["ncci_mue"]) == 2 * len(SERVICES)


def test_a_partition_of_other_bytes_is_not_answered_for(tmp_path: Path) -> None:
    store = own_store(tmp_path)
    published = store.publish(*mue(JANUARY, SERVICES))
    write(store, {"ncci_mue": ("hcpcs",)}, [], ())
    part = published.parts[0]
    by_code = ByCode(tmp_path / NAME)
    table = catalog()["ncci_mue"]
    assert by_code.number(table, part) == 0
    assert by_code.number(table, replace(part, sha256="0" * 64)) is None


@pytest.mark.parametrize("harm", ["head", "block", "line", "short", "foreign"])
def test_damage_names_the_file_and_the_cure(tmp_path: Path, harm: str) -> None:
    store = own_store(tmp_path)
    store.publish(*mue(JANUARY, SERVICES))
    write(store, {"ncci_mue": ("hcpcs",)}, [], ())
    code = store.history("ncci_mue")[0].text("hcpcs")
    path = tmp_path / NAME
    data = bytearray(path.read_bytes())
    line = data.index(b"\n") + 1
    if harm == "head":
        data[line + 3] ^= 1
    elif harm == "block":
        data[-3] ^= 1
    elif harm == "line":
        data[3] ^= 1
    elif harm == "short":
        del data[line + 20 :]
    else:
        data[:] = b"\x00" * 1000
    path.write_bytes(data)
    with pytest.raises(StoreError, match="remove it") as caught:
        own_store(tmp_path).history("ncci_mue", hcpcs=code)
    assert caught.value.where == str(path)
    path.unlink()
    assert own_store(tmp_path).history("ncci_mue", hcpcs=code) != []


def test_a_citation_is_reopened_in_the_partition_itself(
    sorted_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = sorted_store.history("rbcs")[0]
    cited = sorted_store.cite(row, "hcpcs")

    def refuse(*_: object) -> None:
        raise AssertionError("asked the file of rows by code")

    monkeypatch.setattr(ByCode, "rows", refuse)
    assert sorted_store.reopen(cited).text == row["hcpcs"]


def test_columns_of_one_value_are_told_once() -> None:
    rows: list[list[object]] = [[0, 2, None, "a"], [1, 2, None, "b"]]
    packed = packed_rows(rows)
    assert packed == [[0, 1], 2, None, ["a", "b"]]
    assert [list(row) for row in _unpack(packed)] == rows
    assert [list(row) for row in _unpack(packed_rows(rows[:1]))] == rows[:1]


# -- the embedded data set -------------------------------------------------------------------------


def blocks(data: bytes) -> Iterator[dict[str, object]]:
    """Every block of codes of a file, read by other means than the class."""
    line, _, rest = data.partition(b"\n")
    size = int(line.split()[-2])
    head = json.loads(zlib.decompress(rest[:size]))
    start = size
    for length, _ in head["blocks"]:
        yield json.loads(zlib.decompress(rest[start : start + length]))
        start += length


def test_no_row_of_the_embedded_data_is_missing_or_there_twice(shipped: Store) -> None:
    data = (EMBEDDED / NAME).read_bytes()
    assert data.startswith(FORMAT.encode())
    by_code = ByCode(EMBEDDED / NAME)
    records: Counter[tuple[str, int]] = Counter()
    counted: Counter[tuple[str, int]] = Counter()
    for block in blocks(data):
        for told in block.values():
            assert isinstance(told, dict)
            for key, packed in told.items():
                for row in _unpack(packed):
                    records[key, row[0]] += 1
                    counted[key, row[0]] += row[3] if " by " in key else 0
    for table, columns in by_code.head["looked_up"].items():
        for number, (path, _) in enumerate(by_code.head["parts"][table]):
            rows = next(p.rows for r in shipped.releases() for p in r.parts if p.path == path)
            assert [records[f"{table}.{column}", number] for column in columns] == [rows] * len(
                columns
            )
    for table, told in by_code.head["counted"].items():
        for number, (path, _) in enumerate(by_code.head["parts"][table]):
            rows = next(p.rows for r in shipped.releases() for p in r.parts if p.path == path)
            assert [counted[f"{table} by {c}", number] for c in told["columns"]] == [rows] * 2
    on_hand = {(p.path, p.sha256) for r in shipped.releases() for p in r.parts}
    assert {(p, s) for parts in by_code.head["parts"].values() for p, s in parts} <= on_hand


def test_embedded_rows_of_any_code_are_those_of_its_partitions(shipped: Store) -> None:
    by_code = ByCode(EMBEDDED / NAME)
    chosen = random.Random(64640)
    sample = [*chosen.sample(by_code.head["firsts"], 12), "64640", "99213", "J0585"]
    for table, columns in by_code.head["looked_up"].items():
        parts = placed(shipped, table)
        for column in columns:
            every = plainly(shipped, table, parts, **{column: tuple(sample)})
            for code in sample:
                expected = [row for row in every if row.text(column) == code]
                assert shipped.history(table, **{column: code}) == expected


def test_embedded_counts_of_any_code_are_those_of_its_partitions(shipped: Store) -> None:
    (published,) = shipped.releases("ncci_ptp")
    for service in ptp.SERVICES:
        parts = [p for p in placed(shipped, "ncci_ptp") if p[1].constants["service"] == service]
        for column in ptp.CODES:
            for code in ("64640", "99213", "G0463", "0213T"):
                where = {"service": service, column: code}
                found = shipped.tally("ncci_ptp", published, ptp.BY, evidence=ptp.CODES, **where)
                assert found == counted_plainly(shipped, parts, **where)
                assert code == "0213T" or found


def test_expected_codes_of_shipped_data_need_no_reading_ahead(
    sorted_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = own_store(sorted_store.root)
    rows = plainly(one, "rbcs", placed(one, "rbcs"))
    asked_without_database(one, monkeypatch)
    one.expect(row.text("hcpcs") for row in rows)
    for row in rows:
        assert row in one.history("rbcs", hcpcs=row.text("hcpcs"))


def test_a_data_set_says_whether_its_counts_were_shipped(
    sorted_store: Store, tmp_path: Path
) -> None:
    (published,) = sorted_store.releases("ncci_ptp")
    assert sorted_store.counted("ncci_ptp", published, ptp.BY, evidence=ptp.CODES)
    assert not sorted_store.counted("ncci_ptp", published, ("rationale",))
    bare = ncci_store(tmp_path)
    (published,) = bare.releases("ncci_ptp")
    assert not bare.counted("ncci_ptp", published, ptp.BY, evidence=ptp.CODES)
