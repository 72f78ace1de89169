"""Rows of the release in force: typed, in source order, or an Unknown that says why not."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from payeratlas.model.errors import StoreError
from payeratlas.model.facts import Unknown
from payeratlas.model.time import AsOf
from payeratlas.store import Store
from storekit import JANUARY, gpci, mue, own_store, release

FEBRUARY = AsOf(date(2024, 2, 1))
JULY = release("r3", date(2024, 7, 1), date(2024, 10, 1), date(2024, 6, 20))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = own_store(tmp_path / "s")
    found.publish(*gpci(JANUARY, 1))
    found.publish(*gpci(JULY, 3))
    return found


def test_values_come_back_as_they_were_read(store: Store) -> None:
    rows = store.look_up("pfs_gpci", FEBRUARY)
    assert isinstance(rows, list)
    assert [row.ordinal for row in rows] == [3, 4, 5]
    assert dict(rows[1].values) == {
        "mac": "10001",
        "state": "OH",
        "locality": "01",
        "locality_name": "Place 1",
        "work_gpci": Decimal("1.001"),
        "pe_gpci": Decimal("1.001"),
        "mp_gpci": Decimal("1.001"),
    }
    assert str(rows[1]["work_gpci"]) == "1.001"
    assert (rows[1].source, rows[1].release, rows[1].table) == ("kit", "r1", "pfs_gpci")
    assert rows[1].artifact == store.releases()[0].parts[0].artifact.sha256
    assert store.release_of(rows[1]) == JANUARY


def test_conditions_take_one_text_or_any_of_several(store: Store) -> None:
    (published, _) = store.releases()
    where: dict[str, str | tuple[str, ...]] = {"mac": ("10002", "10000", "nowhere"), "state": "OH"}
    assert [r.text("mac") for r in store.rows("pfs_gpci", published, **where)] == ["10000", "10002"]
    assert store.rows("pfs_gpci", published, mac=()) == []
    assert store.rows("pfs_gpci", published, mac="10000", state="XX") == []


@pytest.mark.parametrize("text", ["' OR 1=1 --", '"; DROP TABLE x', "10000'", "%", "\0", "?"])
def test_texts_are_bound_and_never_run(store: Store, text: str) -> None:
    (published, _) = store.releases()
    assert store.rows("pfs_gpci", published, mac=text) == []
    found = store.look_up("pfs_gpci", FEBRUARY, mac=text)
    assert isinstance(found, Unknown)
    assert found.reason == "not_listed"


def test_names_that_no_contract_knows_are_refused(store: Store) -> None:
    (published, _) = store.releases()
    with pytest.raises(KeyError):
        store.rows("pfs_gpci", published, **{'mac" OR true --': "x"})
    with pytest.raises(ValueError, match="there is no table"):
        store.history("pfs_gpci; --")
    with pytest.raises(ValueError, match="not text"):
        store.rows("pfs_gpci", published, work_gpci="1.001")


def test_history_is_ordered_by_cover_and_issue(store: Store) -> None:
    before = release("r0", date(2023, 1, 1), date(2024, 1, 1), date(2024, 2, 2))
    again = release("r1b", date(2024, 1, 1), date(2024, 4, 1), date(2024, 1, 5))
    store.publish(*gpci(again, 2))
    store.publish(*gpci(before, 9))
    rows = store.history("pfs_gpci", mac=("10001", "10002"))
    assert [row.release for row in rows] == ["r0"] * 2 + ["r1"] * 2 + ["r1b"] * 2 + ["r3"] * 2
    assert [row.ordinal for row in rows] == [4, 5] * 4
    assert store.history("pfs_gpci", source="elsewhere") == []
    assert store.history("ncci_mue") == []


def test_a_gap_is_not_covered_and_names_its_neighbours(store: Store) -> None:
    found = store.look_up("pfs_gpci", AsOf(date(2024, 5, 5)), mac="10001")
    assert isinstance(found, Unknown)
    assert found.reason == "not_covered"
    for word in ("pfs_gpci", "2024-05-05", "r1 (kit)", "2024-03-31", "r3 (kit)", "2024-07-01"):
        assert word in found.detail
    assert store.in_force("pfs_gpci", AsOf(date(2024, 5, 5))) == found


def test_a_table_nobody_holds_is_not_covered(store: Store) -> None:
    found = store.in_force("ncci_mue", FEBRUARY, service="hospital")
    assert found == Unknown("not_covered", "no release of ncci_mue (service hospital) is on hand.")


def test_absent_from_a_whole_release_is_not_listed(store: Store) -> None:
    found = store.look_up("pfs_gpci", FEBRUARY, mac="99999", locality="")
    assert isinstance(found, Unknown)
    assert found.reason == "not_listed"
    assert "r1 (kit)" in found.detail
    assert "mac 99999, locality empty" in found.detail


def test_absent_from_an_excerpt_is_not_covered(store: Store) -> None:
    excerpt = release(
        "r9-excerpt", date(2026, 1, 1), date(2026, 4, 1), date(2025, 12, 1), complete=False
    )
    store.publish(*gpci(excerpt, 9, count=1))
    spring = AsOf(date(2026, 2, 1))
    assert len(store.look_up("pfs_gpci", spring, mac="10000")) == 1  # type: ignore[arg-type]
    found = store.look_up("pfs_gpci", spring, mac="10001")
    assert isinstance(found, Unknown)
    assert found.reason == "not_covered"
    assert "excerpt" in found.detail
    assert "r9-excerpt" in found.detail


def test_what_was_known_on_a_day_decides(store: Store) -> None:
    correction = release(
        "r1a", date(2024, 3, 9), date(2024, 4, 1), date(2024, 3, 7), status="correction"
    )
    store.publish(*gpci(correction, 2))
    served = date(2024, 3, 20)
    for known_on, expected in (
        (date(2024, 3, 6), "r1"),
        (date(2024, 3, 7), "r1a"),
        (None, "r1a"),
    ):
        match = store.in_force("pfs_gpci", AsOf(served, known_on))
        assert not isinstance(match, Unknown)
        assert match.release.id == expected
    early = store.in_force("pfs_gpci", AsOf(served, date(2023, 12, 19)))
    assert isinstance(early, Unknown)
    assert "r1 (kit) covers it but was issued on 2023-12-20" in early.detail


def test_a_proposed_release_is_never_in_force(store: Store) -> None:
    store.publish(
        *gpci(release("p", date(2025, 1, 1), None, date(2024, 8, 1), status="proposed"), 7)
    )
    found = store.in_force("pfs_gpci", AsOf(date(2025, 2, 1)))
    assert isinstance(found, Unknown)
    assert "p (kit) covers it but is only proposed" in found.detail


def test_constants_choose_the_release_and_its_parts(tmp_path: Path) -> None:
    store = own_store(tmp_path)
    store.publish(*mue(JANUARY, ["practitioner", "hospital"], 4))
    late = release("r2", date(2024, 1, 1), date(2024, 4, 1), date(2024, 1, 30))
    store.publish(*mue(late, ["hospital"], 6))

    def value(service: str | tuple[str, ...]) -> list[tuple[str, object]]:
        rows = store.look_up("ncci_mue", FEBRUARY, constants={"service": service}, hcpcs="Z0001")
        assert isinstance(rows, list)
        return [(row.text("service"), row["mue"]) for row in rows]

    assert value("practitioner") == [("practitioner", 4)]
    assert value("hospital") == [("hospital", 6)]
    assert value(("dme", "hospital")) == [("hospital", 6)]
    assert isinstance(store.in_force("ncci_mue", FEBRUARY, service="dme"), Unknown)
    first = store.releases()[0]
    assert first.holds("ncci_mue", service="practitioner")
    assert not first.holds("ncci_mue", service="dme")
    assert not first.holds("pfs_gpci")
    rows = store.rows("ncci_mue", first, service="hospital")
    assert {row.text("service") for row in rows} == {"hospital"}
    assert [r.text("service") for r in store.history("ncci_mue", hcpcs="Z0001")] == [
        "hospital",
        "practitioner",
        "hospital",
    ]


def test_a_whole_release_comes_as_arrow(store: Store) -> None:
    first, _ = store.releases()
    table = store.scan("pfs_gpci", first)
    assert table.column("mac").to_pylist() == ["10000", "10001", "10002"]
    assert table.column("work_gpci").to_pylist() == [Decimal("1.001")] * 3
    assert table.column("release").to_pylist() == ["r1"] * 3
    narrow = store.scan("pfs_gpci", first, ["mp_gpci", "ordinal"])
    assert narrow.column_names == ["mp_gpci", "ordinal"]
    assert narrow.column("ordinal").to_pylist() == [3, 4, 5]
    assert store.scan("ncci_mue", first).num_rows == 0


def test_pages_load_no_more_than_they_need() -> None:
    script = """
import sys
from datetime import date
from pathlib import Path
from payeratlas.model.time import AsOf
from payeratlas.store import Store
store = Store.open(Path("nowhere"))
store.edition, store.in_force("pos", AsOf(date(2025, 1, 1)))
assert "duckdb" not in sys.modules
(row,) = store.look_up("pos", AsOf(date(2025, 1, 1)), pos="11")
store.cite(row, "name")
from payeratlas.apps.api import Atlas
Atlas(store).code("64640").page
heavy = {"duckdb", "pyarrow", "numpy", "payeratlas.formats", "python_calamine"}
heavy |= {"importlib.metadata", "email", "jinja2", "typst", "cryptography", "msgspec"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
store.rows("hcpcs_text", *store.releases("hcpcs_level2"), code="J0585")
assert "duckdb" in sys.modules and "pyarrow" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_folders_may_have_any_name(tmp_path: Path) -> None:
    store = own_store(tmp_path / "my [data] * 'and' ? %20 ünï" / "source=x")
    published = store.publish(*gpci(JANUARY))
    assert [row.source for row in store.rows("pfs_gpci", published)] == ["kit"] * 3


def test_damage_under_an_open_store_names_the_file(store: Store) -> None:
    first, second = store.releases()
    assert len(store.rows("pfs_gpci", first)) == 3
    for published in (first, second):
        (store.root / published.parts[0].path).unlink()
        with pytest.raises(StoreError, match=r"is not there|cannot be read") as refused:
            store.rows("pfs_gpci", published)
        assert published.parts[0].path in refused.value.where


def test_the_query_engine_reads_no_other_file(store: Store, tmp_path: Path) -> None:
    import duckdb

    outside = tmp_path / "outside.csv"
    outside.write_text("a\n1\n")
    assert store.history("pfs_gpci")
    connection = store._reader._connection
    assert connection is not None
    with pytest.raises(duckdb.PermissionException):
        connection.execute("SELECT * FROM read_csv(?)", [str(outside)])
    with pytest.raises(duckdb.InvalidInputException, match="configuration"):
        connection.execute("SET enable_external_access = true")
