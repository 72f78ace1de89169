"""The embedded data set is what its inventory says, whole, small, and rebuilt to the byte."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from payeratlas.build.embed import INVENTORY, Entry, build, inventory
from payeratlas.build.embed_rates import SERVICES
from payeratlas.model.facts import Unknown
from payeratlas.model.time import AsOf
from payeratlas.store import EMBEDDED, Part, Published, Store
from payeratlas.store.benchmarks import RATES
from payeratlas.store.by_code import NAME
from payeratlas.store.manifest import same_content
from payeratlas.store.query import verified
from payeratlas.tables.catalog import catalog
from payeratlas.tables.contract import Row

MOST_BYTES = 40_000_000
ENTRIES = inventory(EMBEDDED / INVENTORY)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store.open(tmp_path_factory.mktemp("none"))


def name_of(entry: Entry) -> str:
    return f"{entry.source} {entry.release}"


def tree(root: Path) -> dict[str, bytes]:
    """The releases; their list is left out, and so are price files (test_embedded_rates)."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
        and path.name not in (INVENTORY, SERVICES)
        and not path.is_relative_to(root / RATES)
    }


def unpacked(data: bytes) -> list[bytes]:
    """The head and the blocks of the file of rows by code, decompressed."""
    line, _, rest = data.partition(b"\n")
    size = int(line.split()[-2])
    head = json.loads(zlib.decompress(rest[:size]))
    told = json.dumps({k: v for k, v in head.items() if k not in ("blocks", "whole")}).encode()
    found, start = [told], size
    for length, _ in (*head["blocks"], *(b for sheets in head["whole"].values() for b in sheets)):
        found.append(zlib.decompress(rest[start : start + length]))
        start += length
    assert start == len(rest)
    return found


def test_it_holds_exactly_what_the_inventory_lists(store: Store) -> None:
    listed = [(entry.source, entry.release) for entry in ENTRIES]
    assert len(listed) == len(set(listed))
    held = {(p.release.source, p.release.id) for p in store.releases()}
    assert held == set(listed)
    for entry in ENTRIES:
        (published,) = [p for p in store.releases(entry.source) if p.release.id == entry.release]
        artifacts = {part.artifact.name for part in published.parts}
        assert artifacts == {name.rpartition("/")[2] for name in entry.files}


def test_nothing_lies_about_that_no_manifest_names(store: Store) -> None:
    named = {part.path for p in store.releases() for part in p.parts}
    named |= {f"releases/{p.release.source}/{p.release.id}.json" for p in store.releases()}
    named |= {NAME}  # rows of the same partitions by code: tests/unit/test_store_by_code.py
    assert set(tree(EMBEDDED)) == named


def test_every_partition_is_what_its_manifest_pinned(store: Store) -> None:
    for published in store.releases():
        for part in published.parts:
            assert len(verified(published, part)) == part.bytes
            assert part.account.kept == part.rows
        for table in {part.table for part in published.parts}:
            rows = sum(part.rows for part in published.parts_of(table, {}))
            assert store.scan(table, published, ["ordinal"]).num_rows == rows


def test_it_stays_small() -> None:
    size = sum(path.stat().st_size for path in EMBEDDED.rglob("*") if path.is_file())
    assert size < MOST_BYTES


def test_every_partition_carries_its_release_and_licence(store: Store) -> None:
    for published in store.releases():
        for part in published.parts:
            notes = pq.read_metadata(published.root / part.path).metadata
            assert notes[b"payeratlas.release"].decode() == published.release.id
            assert notes[b"payeratlas.source"].decode() == published.release.source
            assert notes[b"payeratlas.licence"].decode() == published.licence != ""
            assert part.artifact.sha256 in notes[b"payeratlas.artifact"].decode()


def test_no_descriptor_of_a_billing_code_is_in_it(store: Store) -> None:
    for published in store.releases():
        for part in published.parts:
            if "hcpcs" in catalog()[part.table].key:
                columns = store.scan(part.table, published).column_names
                assert not [c for c in columns if re.search("desc|name|text", c)]
                headings = [binding.heading for binding in part.bindings.values()]
                assert not [h for h in headings if "DESC" in h.upper()]


def test_every_table_has_an_embedded_release(store: Store) -> None:
    held = {part.table for p in store.releases() for part in p.parts}
    assert held == set(catalog())


def test_the_gaps_between_releases_stay_gaps(store: Store) -> None:
    standard = {"participation": ("all", "nonqpp")}
    for day in (date(2024, 10, 1), date(2025, 4, 1), date(2025, 9, 30), date(2026, 1, 1)):
        found = store.look_up("pfs_rvu", AsOf(day), constants=standard, hcpcs="64640")
        assert isinstance(found, Unknown)
        assert found.reason == "not_covered"


def test_a_wheel_takes_it_along(repository: Path) -> None:
    ignored = subprocess.run(
        ["git", "check-ignore", *(str(EMBEDDED / path) for path in [INVENTORY, *tree(EMBEDDED)])],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    if ignored.returncode == 128:
        pytest.skip("not a git checkout")
    assert ignored.stdout == ""
    assert 'packages = ["src/payeratlas"]' in (repository / "pyproject.toml").read_text("utf-8")


# -- against the publishers' files ----------------------------------------------------------------


def lines(path: Path) -> Iterator[list[str]]:
    """The records of a file of text, read by other means than ours; its odd letters as in DOS."""
    opener = gzip.open if path.suffix == ".gz" else open
    encoding = "utf-8-sig"
    with opener(path, "rb") as data:
        try:
            for line in data:
                line.decode(encoding)
        except UnicodeDecodeError:
            encoding = "cp437"
    with opener(path, "rt", encoding=encoding, newline="") as text:
        tabs = path.suffix == ".txt" and "\t" in text.read()
        text.seek(0)
        yield from csv.reader(text, delimiter="\t" if tabs else ",")


def by_name(shared_data: Path, entry: Entry) -> dict[str, Path]:
    return {path.name: path for path in entry.paths(shared_data)}


FIRST_CELL = {  # what the first cell of a data record looks like, by table
    "pfs_rvu": "[0-9A-Z]{3,5}",  # one converted file lost leading zeros
    "pfs_gpci": "[0-9]{5}",
    "pfs_locality": "[0-9]{4,5}",
    "pfs_oppscap": "[0-9A-Z]{5}",
    "ncci_mue": "[0-9A-Z]{5}",
    "pos": "[0-9]{2}",
    "hcpcs_modifier": "[A-Z][A-Z0-9]",
    "opps_addendum_b": r"[0-9A-Z]{5}\W?",  # one converted file lost a character after two codes
    "asc_aa": "[0-9A-Z]{5}",
    "asc_bb": "[0-9A-Z]{5}",
    "asc_dd1": "[A-Z][0-9]",
    "asc_ee": "[0-9A-Z]{5}",
    "asc_ff": "[0-9A-Z]{5}",
    "asc_wage_index": "[0-9]{2}|[0-9]{5}",
    "hcpcs_code": "[A-V][0-9]{4}",
    "hcpcs_text": "[A-V][0-9]{4}",
    "ncci_ptp": "[0-9A-Z]{5}",
    "ncci_addon": "[0-9A-Z]{5}",
    "rbcs": "[0-9A-Z]{5}",
    "anes_cf": r"[0-9]{4,5} ?",
    "anes_base_units": "[0-9]{5}",
    "opps_wage_index": "[0-9]{2}|[0-9]{5}",
    "anes_national_cf": "Contractor",
    "asp_limit": "[0-9A-Z]{5}",
    "clfs": "2025",
    "utilization": "National|State",
    "utilization_specialty": "[0-9A-Z]{5}",
    "zip_locality": "[0-9]{5}",
    "nucc_taxonomy": "[0-9A-Z]{9}X",
    "specialty_taxonomy": r"[0-9A-Z]{2}(\[\d+\])*",
}
LEAST_CELLS = {"asc_wage_index": 3}  # where not two: an area may lack its index
# Tables whose files print one row twice; in the last two the texts that are dropped may differ.
MERGED = {"pfs_locality", "hcpcs_modifier", "asc_bb", "asc_ff"}
ONCE = {  # the cells by which two printed rows are one, where not all
    "hcpcs_modifier": lambda cells: (cells[0], cells[-1]),
    "asc_bb": lambda cells: cells[:1],
    "asc_ff": lambda cells: cells[:1],
}


@pytest.mark.parametrize("entry", ENTRIES, ids=name_of)
def test_rows_are_those_of_an_independent_count(
    store: Store, shared_data: Path, entry: Entry
) -> None:
    (published,) = [p for p in store.releases(entry.source) if p.release.id == entry.release]
    paths = by_name(shared_data, entry)
    for part in published.parts:
        path = paths[part.artifact.name]
        first = re.compile(FIRST_CELL[part.table])
        least = LEAST_CELLS.get(part.table, 2)
        count, once = 0, set()
        for record in lines(path.with_suffix(".csv") if path.suffix == ".xlsx" else path):
            if (
                not first.fullmatch(record[0].strip())
                or record[0] in ("HCPCS", "hcpcs")
                or sum(1 for cell in record if cell.strip()) < least
            ):
                continue
            count += 1
            if part.table in MERGED:
                cells = tuple(cell.strip() for cell in record)
                once.add(ONCE.get(part.table, tuple)(cells))
        expected = len(once) if part.table in MERGED else count
        assert part.rows == expected
        assert sum(n for _, n in part.account.merged) == count - expected


def middle_row(store: Store, published: Published, part: Part) -> Row:
    """The row halfway through a partition, looked up by its key as a page would."""
    contract = catalog()[part.table]
    names = [name for name in contract.key if contract.column(name).kind == "text"]
    rows = store.scan(part.table, published, [*names, "artifact", "ordinal"])
    for name, value in {"artifact": part.artifact.sha256, **part.constants}.items():
        if name in rows.column_names:
            rows = rows.filter(pc.equal(rows[name], value))
    assert rows.num_rows == part.rows
    chosen = rows.slice(rows.num_rows // 2, 1).to_pylist()[0]
    found = store.rows(part.table, published, **{name: chosen[name] for name in names})
    place = chosen["artifact"], chosen["ordinal"]
    (row,) = [row for row in found if (row.artifact, row.ordinal) == place]
    return row


@pytest.mark.parametrize("entry", ENTRIES, ids=name_of)
def test_a_sample_of_cells_reopens_in_the_publishers_file(
    store: Store, shared_data: Path, entry: Entry
) -> None:
    (published,) = [p for p in store.releases(entry.source) if p.release.id == entry.release]
    paths = by_name(shared_data, entry)
    originals = {part.artifact.sha256: paths[part.artifact.name] for part in published.parts}
    for part in published.parts:
        row = middle_row(store, published, part)
        for place, column in enumerate(part.bindings):
            cited = store.cite(row, column)
            assert store.reopen(cited).level == "table"
            if place in (1, len(part.bindings) - 1):  # a whole file is read for each
                assert store.reopen(cited, originals).level == "bytes"


@pytest.mark.slow
def test_it_is_rebuilt_to_the_byte(tmp_path: Path, shared_data: Path, repository: Path) -> None:
    circumstances = (
        {"TZ": "Pacific/Kiritimati", "LANG": "C", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
        {"TZ": "America/Chicago", "LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "64640"},
    )
    running = []
    for number, chosen in enumerate(circumstances):
        working = tmp_path / f"cwd{number}"
        working.mkdir()
        command = [sys.executable, "-m", "payeratlas.build.embed"]
        command += ["--from", str(shared_data), "--to", str(tmp_path / f"build{number}")]
        environment = {k: v for k, v in os.environ.items() if k not in ("LC_ALL", "LANG")}
        running.append(
            subprocess.Popen(
                command,
                cwd=working,
                env=environment | chosen,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    for process in running:
        _, said = process.communicate()
        assert process.returncode == 0, said
    one, other, committed = tree(tmp_path / "build0"), tree(tmp_path / "build1"), tree(EMBEDDED)
    assert one == other
    assert set(one) == set(committed), "run scripts/data and commit what it writes"
    for path, data in one.items():
        if path.endswith(".json"):
            assert same_content(data, committed[path]), path
        elif path == NAME:  # compressed by the zlib of this Python
            assert unpacked(data) == unpacked(committed[path]), path
        else:
            assert data == committed[path], path


def test_building_over_itself_changes_nothing_and_drops_what_is_not_listed(
    tmp_path: Path, shared_data: Path
) -> None:
    few = [e for e in ENTRIES if e.source in ("cms_pos", "hcpcs_modifiers")]
    root = tmp_path / "set"
    said: list[str] = []
    built: tuple[Published, ...] = build(few, shared_data, root, said.append)
    assert [p.release.source for p in built] == ["cms_pos", "hcpcs_modifiers"]
    assert any("publishing pos2024" in words for words in said)
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}
    build(few, shared_data, root)
    assert {p: p.stat().st_mtime_ns for p in root.rglob("*") if p.is_file()} == before
    build(few[:1], shared_data, root)
    assert {path.split("/")[1] for path in tree(root) if path != NAME} == {"cms_pos", "pos"}
    manifest = json.loads((root / "releases" / "cms_pos" / "pos2024.json").read_text("utf-8"))
    assert manifest["licence"]
