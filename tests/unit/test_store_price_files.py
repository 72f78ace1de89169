"""Price files in the store: whole or not at all, once, for all codes asked for, and mendable."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from filekit import zipped
from payeratlas.model.errors import FileError, StoreError
from payeratlas.store import Store
from payeratlas.store.price_files import PriceFiles, damage, slices_of
from payeratlas.store.price_manifest import Place, decode, encode
from pricekit import (
    ALLOWED,
    FILE,
    added,
    added_hospital,
    amounts,
    found,
    in_network,
    packed,
    tree,
    written,
)

_HEALED = 7  # every so many killed stores are healed as well
_REFUSED = 8  # calls of a kind that are refused, from the first on
WORKER = Path(__file__).parents[1] / "storekit_crash.py"
HOSPITAL = WORKER.parent / "sources/hospital/samples/made-up_tall_standardcharges.csv"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def held(root: Path) -> PriceFiles:
    return PriceFiles(root)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(tmp_path / "2026-11-01_rates.json.gz", FILE)


def names(root: Path) -> set[str]:
    return {name.split("/")[1] for name in tree(root)}


def test_a_file_is_pinned_as_published(held: PriceFiles, path: Path) -> None:
    import hashlib

    file = added(path, held, payer="Mine").file
    data = path.read_bytes()
    assert file.artifact.sha256 == hashlib.sha256(data).hexdigest()
    assert (file.artifact.size, file.artifact.name) == (len(data), path.name)
    assert (file.payer, file.entity, file.kind) == ("Mine", "Mine", "in_network")
    assert file.printed["version"] == "1.6.2"
    assert file.issue.observed_from == "2026-11-01"
    assert file.account.bytes == len(json.dumps(FILE))
    for rows in (file.account.items, file.account.prices, file.account.groups):
        gone = sum(n for _, n in (*rows.rejected, *rows.merged))
        assert rows.read == rows.kept + gone > 0
    assert set(file.tables) == {
        f"tic_{n}" for n in ("file", "item", "price", "terms", "provider_group", "provider_set")
    }
    assert list(damage(file)) == []
    assert held.get(file.artifact.sha256) == file
    assert held.all() == (file,)


def test_the_same_file_again_adds_nothing(held: PriceFiles, path: Path, root: Path) -> None:
    assert added(path, held).what == "added"
    before = tree(root)
    again = added(path.rename(path.with_name("other-name.json.gz")), held)
    assert again.what == "unchanged"
    assert again.file.artifact.name == "2026-11-01_rates.json.gz"
    assert added(written(path, FILE), held, "64640").what == "unchanged"
    assert tree(root) == before


def test_more_codes_are_read_besides(held: PriceFiles, path: Path, root: Path) -> None:
    first = added(path, held, "64640").file
    assert first.codes == ("64640",)
    assert dict(first.account.items.rejected) == {"not_wanted": 1}
    assert found(held, first, "99213").items == 0
    assert not first.holds_code("99213")
    second = added(path, held, "99213")
    assert second.what == "read for more codes"
    assert second.file.codes == ("64640", "99213")
    assert amounts(held, second.file, "64640") == [Decimal("202.91"), Decimal("405.5")]
    whole = added(path, held)
    assert (whole.what, whole.file.codes) == ("read for more codes", None)
    assert added(path, held, "12345").what == "unchanged"
    # What only the earlier manifests named is swept by the next publishing.
    added(written(path.with_name("b.json"), ALLOWED), held)
    named = {pinned.path for file in held.all() for pinned in file.files}
    assert {n for n in tree(root) if not n.startswith("prices/files/")} == named


def test_codes_of_either_case_are_met(held: PriceFiles, tmp_path: Path) -> None:
    document = in_network({**FILE["in_network"][0], "billing_code": "j1885"})
    file = added(written(tmp_path / "x.json", document), held, "J1885").file
    assert len(amounts(held, file, "J1885")) == 2


def test_a_payer_and_an_address_are_noted(held: PriceFiles, path: Path) -> None:
    added(path, held)
    place = Place("https://mrf.example.com/x", '"e"', "", 5, "2026-11-20")
    noted = added(path, held, payer="Mine", place=place)
    assert (noted.what, noted.file.payer, noted.file.places) == ("noted", "Mine", (place,))
    assert added(path, held).file == noted.file
    assert list(damage(noted.file)) == []


@pytest.mark.parametrize("form", ["json", "gz", "zip"])
def test_a_file_is_read_in_each_of_its_forms(held: PriceFiles, tmp_path: Path, form: str) -> None:
    data = json.dumps(FILE).encode()
    forms = {"json": data, "gz": packed(FILE), "zip": zipped({"rates.json": data})}
    path = tmp_path / f"rates.{form}"
    path.write_bytes(forms[form])
    file = added(path, held).file
    assert file.artifact.size == len(forms[form])
    assert amounts(held, file, "64640") == [Decimal("202.91"), Decimal("405.5")]
    assert added(path, held).what == "unchanged"


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("x.json", b"", "empty"),
        ("x.json", b"<html><body>no</body></html>", "web page"),
        ("x.json", b'{"in_network":[{}]', "ends too soon"),
        ("x.json.gz", packed(FILE)[:-9], "cut short"),
        ("x.json.gz", packed(FILE)[:60] + b"\0" + packed(FILE)[61:], "damaged"),
        ("x.zip", zipped({"a.json": "{}", "b.json": "{}"}), "2 files, not one"),
        ("x.json", b'{"hello":1}', "none of in_network"),
    ],
)
def test_a_refused_file_leaves_the_store_as_it_was(
    held: PriceFiles, path: Path, root: Path, tmp_path: Path, name: str, data: bytes, says: str
) -> None:
    added(path, held)
    before = tree(root)
    bad = tmp_path / name
    bad.write_bytes(data)
    with pytest.raises(FileError, match=says) as refused:
        added(bad, held)
    assert name in refused.value.where
    assert refused.value.cure
    assert tree(root) == before


def test_a_file_that_is_not_there_is_named(held: PriceFiles, tmp_path: Path, root: Path) -> None:
    with pytest.raises(FileError, match="No such file") as refused:
        added(tmp_path / "none.json", held)
    assert "none.json" in refused.value.where
    assert not root.exists()


def test_tables_that_differ_from_the_account_are_refused(
    held: PriceFiles, path: Path, root: Path, tmp_path: Path
) -> None:
    file = added(path, held).file
    before = tree(root)
    with (
        held.staging() as folder,
        pytest.raises(StoreError, match="hold 3 prices, and its account kept 4"),
    ):
        held.publish(file, {}, (), {"tic_item": 2, "tic_price": 3}, over=file)
    assert not folder.exists()
    assert tree(root) == before


def test_withdrawing_takes_all_of_it_away(held: PriceFiles, path: Path, root: Path) -> None:
    file = added(path, held).file
    held.withdraw(file)
    assert held.all() == ()
    assert tree(root) == {}


def test_damage_is_found_and_mended(held: PriceFiles, path: Path, root: Path) -> None:
    file = added(path, held).file
    table = root / file.tables["tic_price"].path
    table.write_bytes(table.read_bytes()[:-1] + b"X")
    (root / file.witness.path).unlink()
    told = list(damage(file))
    assert len(told) == 2
    assert "not what its manifest pinned" in told[0]
    assert "not there" in told[1]
    with pytest.raises(StoreError, match="slices cannot be read"):
        slices_of(file)
    held.withdraw(file)
    assert list(damage(added(path, held).file)) == []


def test_the_witness_stays_and_holds_no_prose(held: PriceFiles, path: Path) -> None:
    import hashlib

    file = added(path, held).file
    data = json.dumps(FILE).encode()
    (only,) = slices_of(file)
    raw = data[only.offset : only.offset + only.length]
    assert hashlib.sha256(raw).hexdigest() == only.sha256
    assert b"202.91" in only.blanked
    everything = b"".join(tree(held.root).values())
    assert b"FORBIDDEN" not in everything


def test_nothing_of_the_prose_reaches_a_table(held: PriceFiles, path: Path) -> None:
    import pyarrow.parquet as pq

    file = added(path, held).file
    for table in file.tables:
        shown = str(pq.read_table(file.table_path(table), partitioning=None).to_pylist())
        assert "FORBIDDEN" not in shown


def test_twice_in_two_stores_gives_the_same_bytes(tmp_path: Path, path: Path) -> None:
    one, other = PriceFiles(tmp_path / "a"), PriceFiles(tmp_path / "b")
    added(path, one)
    added(path, other)
    assert tree(one.root) == tree(other.root)


def test_the_releases_of_the_store_are_untouched(held: PriceFiles, path: Path, root: Path) -> None:
    from storekit import publish_gpci

    publish_gpci(root, version=1)
    before = Store(root, None)
    edition = before.edition
    before.close()
    added(path, held)
    publish_gpci(root, version=2)  # sweeps, but not what price files name
    publish_gpci(root, version=1)
    assert Store(root, None).edition == edition
    assert list(damage(held.all()[0])) == []


def test_what_another_program_added_meanwhile_is_not_lost(
    held: PriceFiles, path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both read the file, each for a code of its own; the second to end is refused."""
    real = PriceFiles.publish

    def overtaken(self: PriceFiles, *arguments: Any, **named: Any) -> Any:
        with monkeypatch.context() as patch:
            patch.setattr(PriceFiles, "publish", real)
            added(path, PriceFiles(root), "99213")
        return real(self, *arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(PriceFiles, "publish", overtaken)
        with pytest.raises(StoreError, match="at the same time"):
            added(path, held, "64640")
    (now,) = held.all()
    assert now.codes == ("99213",)
    assert added(path, held, "64640").file.codes == ("64640", "99213")


# -- a manifest that is none ---------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 99}'])
def test_a_broken_manifest_is_named(held: PriceFiles, path: Path, root: Path, text: str) -> None:
    file = added(path, held).file
    manifest = root / "prices" / "files" / f"{file.id}.json"
    manifest.write_text(text)
    with pytest.raises(StoreError, match="manifest") as refused:
        held.all()
    assert str(manifest) in refused.value.where


# -- disk full, killed ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["open", "write", "fsync", "replace", "mkdir"])
def test_a_disk_that_refuses_leaves_the_store_as_it_was(
    held: PriceFiles, path: Path, root: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    old = added(path, held, "64640").file
    real: Any = getattr(os, name)
    calls = 0

    def count(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        return real(*arguments, **named)

    trial = PriceFiles(root.parent / "counting")
    with monkeypatch.context() as patch:
        patch.setattr(os, name, count)
        added(path, trial, "99213")
    assert calls
    refused = 0
    for number in range(1, calls + 1, max(1, calls // _REFUSED)):
        left = number

        def fail(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(*arguments, **named)

        with monkeypatch.context() as patch:
            patch.setattr(os, name, fail)
            try:
                added(path, held, "99213")
            except (StoreError, FileError):
                refused += 1
        (now,) = held.all()
        assert now == old or now.codes == ("64640", "99213")
        assert list(damage(now)) == []
        held.withdraw(now)
        assert added(path, held, "64640").file == old
    assert refused


def test_a_kill_at_any_call_leaves_the_old_or_the_new_file(tmp_path: Path, path: Path) -> None:
    before = PriceFiles(tmp_path / "before")
    old = added(path, before, "64640").file
    whole = PriceFiles(tmp_path / "whole")
    added(path, whole, "64640")
    new = added(path, whole, "99213").file
    before.close()
    counted = run(tmp_path / "before", tmp_path / "count", [], path)
    assert counted["call"] > 20
    assert counted["half"] >= 2
    points = [(kind, n) for kind in ("call", "half") for n in range(1, counted[kind] + 1)]
    run(tmp_path / "before", tmp_path / "trials", points, path)
    seen = set()
    for place in range(1, len(points) + 1):
        root = tmp_path / "trials" / str(place)
        assert (tmp_path / "trials" / f"{place}.ended").read_text() == "killed"
        held = PriceFiles(root)
        (now,) = held.all()
        assert now in (old, new)
        assert list(damage(now)) == []
        seen.add(now.codes)
        if place % _HEALED:
            held.close()
            continue
        healed = added(path, held, "99213").file
        assert replace(healed, root=new.root) == new
        added(written(tmp_path / "other.json", ALLOWED), held)  # sweeps what was left
        named = {pinned.path for file in held.all() for pinned in file.files}
        assert {n for n in tree(root) if not n.startswith("prices/files/")} == named
        held.close()
    assert len(seen) == 2


def test_a_kill_at_any_call_adds_a_hospitals_file_or_does_not(tmp_path: Path, path: Path) -> None:
    before = PriceFiles(tmp_path / "before")
    old = added(path, before, "64640").file
    whole = PriceFiles(tmp_path / "whole")
    new = added_hospital(HOSPITAL, whole).file
    before.close()
    counted = run(tmp_path / "before", tmp_path / "count", [], HOSPITAL)
    assert counted["call"] > 20
    points = [("call", n) for n in range(1, counted["call"] + 1)]
    run(tmp_path / "before", tmp_path / "trials", points, HOSPITAL)
    seen = set()
    for place in range(1, len(points) + 1):
        assert (tmp_path / "trials" / f"{place}.ended").read_text() == "killed"
        held = PriceFiles(tmp_path / "trials" / str(place))
        ids = {file.id for file in held.all()}
        assert ids in ({old.id}, {old.id, new.id})
        assert not [words for file in held.all() for words in damage(file)]
        seen.add(len(ids))
        held.close()
    assert seen == {1, 2}


def test_a_manifest_of_before_hospitals_is_read(tmp_path: Path, path: Path) -> None:
    held = PriceFiles(tmp_path / "store")
    file = added(path, held, "64640").file
    told = json.loads(encode(file))
    assert set(told["account"]) == {
        *("kind", "items", "prices", "groups", "plans", "files"),
        *("rates", "bytes", "oddities"),
    }
    again = decode(json.dumps(told).encode(), held.root, "manifest")
    assert (again.account, again.issue, again.tables) == (file.account, file.issue, file.tables)


def run(before: Path, trials: Path, points: list[tuple[str, int]], path: Path) -> dict[str, int]:
    """Run the trials in a process of their own; what an undisturbed adding does, counted."""
    trials.mkdir()
    listed = json.dumps([("none", 0), *points])
    done = subprocess.run(
        [sys.executable, str(WORKER), str(before), str(trials), listed, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, int] = json.loads(done.stdout)
    return found
