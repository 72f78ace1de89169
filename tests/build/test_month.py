"""A month of price files: one manifest, the same from anywhere, and nothing but what it names."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from payeratlas.build.executor import Item, LocalProcesses, Receipt
from payeratlas.build.month import Month, leftovers, run, sweep
from payeratlas.build.month_file import read
from payeratlas.build.month_plan import Plan, PlannedFile, read_plan
from payeratlas.build.object_store import PART, open_files
from payeratlas.model.errors import InputError, StoreError
from payeratlas.store.tic import read_tic
from workkit import DEAD, Deadly, price_file, write_month

COUNT = 120
SOON = timedelta(hours=1)


class Here:
    """The slow, obvious executor: one item after another, in this process."""

    def map(self, function: str, items: Any, tell: Any = None) -> Any:
        module, _, name = function.partition(":")
        function_ = getattr(__import__(module, fromlist=[name]), name)
        for item in items:
            try:
                yield Receipt(item.id, "done", function_(item.work))
            except Exception as error:
                yield Receipt(item.id, "refused", reason=str(error))


def tree(root: Path) -> dict[str, bytes]:
    """Every file below a folder but the receipts, which name the place they were read from."""
    files = (path for path in sorted(root.rglob("*")) if path.is_file())
    found = {path.relative_to(root).as_posix(): path.read_bytes() for path in files}
    return {name: data for name, data in found.items() if not name.startswith("receipts/")}


def manifest(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "releases" / "month.json").read_bytes())
    return found


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return read_plan(write_month(tmp_path_factory.mktemp("in"), COUNT))


@pytest.fixture(scope="module")
def plain(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Month]:
    """The month as the slow executor makes it."""
    out = tmp_path_factory.mktemp("plain")
    return out, run(plan, str(out), Here())


@pytest.fixture
def few(tmp_path: Path) -> Plan:
    """Six files, of which one is damaged and two have the same bytes."""
    return read_plan(write_month(tmp_path / "few", 6))


def test_the_manifest_accounts_for_every_file(plain: tuple[Path, Month], plan: Plan) -> None:
    out, month = plain
    assert month.files.read == COUNT
    assert month.files.kept == COUNT - 2
    assert dict(month.files.rejected) == {"refused": 1}
    assert dict(month.files.merged) == {"same_bytes": 1}
    (refused,) = month.refused
    assert refused.name == "rates-002.json.gz"
    assert "the gzip data is cut short" in refused.reason
    told = manifest(out)
    assert told["complete"] is False
    assert told["refused"] == [{"name": refused.name, "reason": refused.reason}]
    assert told["account"] == month.as_dict()["files"]
    names = [file["artifact"]["name"] for file in told["files"]]
    names += [also["name"] for file in told["files"] for also in file["also"]]
    names += [file["name"] for file in told["refused"]]
    assert sorted(names) == sorted(file.name for file in plan.files)
    assert month.digest == hashlib.sha256((out / month.manifest).read_bytes()).hexdigest()


def test_its_tables_are_those_of_each_file_alone(
    plain: tuple[Path, Month], plan: Plan, tmp_path: Path
) -> None:
    out, month = plain
    path_of = {file.name: Path(file.address) for file in plan.files}
    rows = 0
    for file in manifest(out)["files"][::10]:
        path = path_of[file["artifact"]["name"]]
        assert file["artifact"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        alone = read_tic(path, tmp_path / path.stem)
        assert set(file["tables"]) == set(alone.files)
        assert file["account"]["prices"]["kept"] == alone.account.prices.kept
        for table, pinned in file["tables"].items():
            data = (out / pinned["path"]).read_bytes()
            assert hashlib.sha256(data).hexdigest() == pinned["sha256"]
            assert len(data) == pinned["bytes"]
            held = pq.read_table(io.BytesIO(data))
            assert held.equals(pq.read_table(alone.files[table]))
            assert held.num_rows == pinned["rows"]
    for file in manifest(out)["files"]:
        rows += file["tables"]["tic_price"]["rows"]
    assert rows == month.rows["tic_price"]
    notes = pq.read_metadata(out / file["tables"]["tic_price"]["path"]).metadata
    assert notes[b"payeratlas.release"] == b"month"
    assert b"147.212" in notes[b"payeratlas.licence"]


def test_processes_give_the_same_bytes(
    plain: tuple[Path, Month], plan: Plan, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    inner = LocalProcesses(2)
    month = run(plan, str(out), Deadly(inner, tmp_path / "marker", "die", victim=50))
    assert month.repeated == 1
    assert month.digest == plain[1].digest
    dead = tree(out).pop(DEAD)
    assert dead
    assert tree(out) == {**tree(plain[0]), DEAD: dead}
    assert month.packed == plain[1].packed
    assert month.cpu_seconds > 0

    now = datetime.now(UTC)
    left = {e.name for e in leftovers(str(out), now + SOON) if not e.name.startswith("receipts/")}
    assert left == {DEAD}
    assert not leftovers(str(out), now - SOON), "what is young may be of a run under way"
    sweep(str(out), leftovers(str(out), now + SOON))
    assert tree(out) == tree(plain[0])
    assert not list((out / "receipts").rglob("*.json"))


def test_a_run_goes_on_where_another_stopped(few: Plan, tmp_path: Path) -> None:
    out = str(tmp_path / "out")

    class Stopped(Here):
        def map(self, function: str, items: Any, tell: Any = None) -> Any:
            yield from super().map(function, items[:4], tell)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(few, out, Stopped())
    assert not (tmp_path / "out" / "releases").exists()
    month = run(few, out, Here())
    assert month.resumed == 3  # the fourth was refused, and may be mended now
    assert run(few, str(tmp_path / "anew"), Here()).digest == month.digest
    assert run(few, out, Here(), again=True).resumed == 0


@pytest.mark.parametrize("change", ["bytes", "later", "table", "receipt"])
def test_what_changed_is_read_again(few: Plan, tmp_path: Path, change: str) -> None:
    out = tmp_path / "out"
    run(few, str(out), Here())
    source = Path(few.files[3].address)
    (own,) = [
        path
        for path in (out / "receipts" / "month").iterdir()
        if json.loads(path.read_bytes())["artifact"]["name"] == source.name
    ]
    kept = json.loads(own.read_bytes())
    if change == "bytes":
        source.write_bytes(gzip.compress(price_file(77), mtime=0) + b"\0")
    elif change == "later":
        os.utime(source, (own.stat().st_mtime + 60,) * 2)
    elif change == "table":
        (out / kept["tables"]["tic_item"]["path"]).write_bytes(b"short")
    else:
        own.write_bytes(b"{}")
    if change == "bytes":
        with pytest.raises(StoreError, match="with another content") as refused:
            run(few, str(out), Here())
        assert "releases/month.json" in str(refused.value)
        return
    month = run(few, str(out), Here())
    assert month.resumed == 4
    assert month.digest == run(few, str(tmp_path / "anew"), Here()).digest


def test_without_an_answer_nothing_is_shown(few: Plan, tmp_path: Path) -> None:
    Path(few.files[4].address).unlink()
    out = tmp_path / "out"
    month = run(few, str(out), LocalProcesses(2, attempts=2))
    assert (month.manifest, month.digest) == ("", "")
    assert not (out / "releases").exists()
    (failed,) = month.failed
    assert failed.name == "rates-004.json.gz"
    assert "No such file" in failed.reason
    assert month.files.read == 5
    assert not month.whole


def test_a_pinned_file_must_be_the_one(few: Plan, tmp_path: Path) -> None:
    (file,) = [f for f in few.files if f.name == "rates-003.json.gz"]
    sha256 = hashlib.sha256(Path(file.address).read_bytes()).hexdigest()
    good = Plan("month", (PlannedFile(file.address, sha256=sha256),))
    bad = Plan("month", (PlannedFile(file.address, sha256="0" * 64),))
    assert run(good, str(tmp_path / "good"), Here()).files.kept == 1
    (refused,) = run(bad, str(tmp_path / "bad"), Here()).refused
    assert sha256 in refused.reason
    assert not (tmp_path / "bad" / "tables").exists()


def test_only_the_codes_that_were_asked_for(few: Plan, tmp_path: Path) -> None:
    whole = run(few, str(tmp_path / "whole"), Here())
    some = Plan("month", few.files, ("64640",))
    month = run(some, str(tmp_path / "some"), Here())
    assert manifest(tmp_path / "some")["codes"] == ["64640"]
    assert 0 < month.rows["tic_item"] == month.files.kept < whole.rows["tic_item"]


def test_a_zip_file_is_read_as_its_member(tmp_path: Path) -> None:
    path = tmp_path / "rates.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("rates.json", price_file(5))
    month = run(Plan("month", (PlannedFile(str(path)),)), str(tmp_path / "out"), Here())
    assert month.files.kept == 1
    assert month.packed == path.stat().st_size


def test_files_of_an_object_store_give_the_same(few: Plan, tmp_path: Path, bucket: str) -> None:
    zipped = tmp_path / "rates-9.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("rates.json", price_file(9))
    here = Plan("month", (*few.files, PlannedFile(str(zipped))))
    for file in here.files:
        open_files(f"{bucket}/in").put(file.name, Path(file.address))
    there = Plan("month", tuple(replace(f, address=f"{bucket}/in/{f.name}") for f in here.files))
    local = run(here, str(tmp_path / "out"), Here())
    month = run(there, f"{bucket}/out", LocalProcesses(1))
    assert month.files.kept == local.files.kept == 5
    assert month.digest == local.digest
    assert run(there, f"{bucket}/out", Here()).resumed == 6


def test_a_target_out_of_reach_is_told(few: Plan, bucket: str) -> None:
    with pytest.raises(StoreError, match="the target cannot be reached") as refused:
        leftovers("s3://no-such-bucket/x", datetime.now(UTC))
    assert "s3://no-such-bucket/x" in str(refused.value)
    month = run(few, "s3://no-such-bucket/x", LocalProcesses(2, attempts=1))
    assert len(month.failed) + len(month.refused) == 6
    assert not month.manifest


def test_workers_of_different_software_are_not_mixed(few: Plan, tmp_path: Path) -> None:
    class Mixed(Here):
        def map(self, function: str, items: Any, tell: Any = None) -> Any:
            for number, receipt in enumerate(super().map(function, items, tell)):
                if number == 3:
                    receipt.result["codec"]["parquet"] = "another"
                yield receipt

    with pytest.raises(StoreError, match="the workers are of different software") as refused:
        run(few, str(tmp_path), Mixed())
    assert "another" in str(refused.value)
    assert not (tmp_path / "releases").exists()


def test_what_a_worker_wrote_must_be_there(few: Plan, tmp_path: Path) -> None:
    class Elsewhere(Here):
        def map(self, function: str, items: list[Item], tell: Any = None) -> Any:
            away = [Item(i.id, {**i.work, "out": str(tmp_path / "away")}) for i in items]
            return super().map(function, away, tell)

    with pytest.raises(StoreError, match=r"a worker wrote .* there are none"):
        run(few, str(tmp_path / "out"), Elsewhere())
    assert not (tmp_path / "out" / "releases").exists()


def test_parts_and_broken_manifests(few: Plan, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(few, str(out), Here())
    part = out / "tables" / "tic_price" / f"{PART}1"
    part.write_bytes(b"half")
    soon = datetime.now(UTC) + SOON
    assert "tables/tic_price/.part-1" in {entry.name for entry in leftovers(str(out), soon)}
    (out / "releases" / "other.json").write_bytes(b"[]")
    with pytest.raises(StoreError, match="this is no manifest of a month"):
        leftovers(str(out), soon)


def test_reading_twice_is_reading_once(few: Plan, tmp_path: Path) -> None:
    (item, *_) = few.items(str(tmp_path), again=True)
    first = read(item.work)
    before = tree(tmp_path)
    assert read(item.work) == first
    assert tree(tmp_path) == before


WRONG = [
    ("[]", "the plan: an object is expected"),
    ("{", "the plan is no JSON"),
    ('{"format": 1, "files": ["a"]}', "the plan: release is missing"),
    ('{"format": 2, "release": "a", "files": ["a"]}', "format: it is 2, and 1 is known"),
    ('{"format": 1, "release": "a/b", "files": ["a"]}', "release: letters, digits"),
    ('{"format": 1, "release": "a", "files": []}', "files: no file is named"),
    ('{"format": 1, "release": "a", "files": ["a", 7]}', "files[1]: an object is expected"),
    ('{"format": 1, "release": "a", "files": ["a", "b", "a"]}', "files[2]: it has the address of"),
    ('{"format": 1, "release": "a", "files": [{"url": "a"}]}', "files[0]: address is missing"),
    ('{"format": 1, "release": "a", "files": ["a"], "code": 1}', "'code' is not known"),
    ('{"format": 1, "release": "a", "files": ["a"], "codes": []}', "codes: no code is named"),
    ('{"format": 1, "release": "a", "files": ["a"], "codes": [""]}', "codes[0]: a text"),
    (
        '{"format": 1, "release": "a", "files": [{"address": "a", "sha256": "x"}]}',
        "files[0].sha256: a sha256 is 64 digits",
    ),
]


@pytest.mark.parametrize(("text", "told"), WRONG)
def test_a_wrong_plan_is_refused_by_its_place(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text)
    with pytest.raises(InputError) as refused:
        read_plan(path)
    assert told in str(refused.value)
    assert str(path) in str(refused.value)


def test_paths_of_a_plan_are_taken_from_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    files = ["a.json", "/b/c.json", "s3://bucket/d.json"]
    path.write_text(json.dumps({"format": 1, "release": "r", "files": files, "codes": ["2", "1"]}))
    plan = read_plan(path)
    assert [f.address for f in plan.files] == [f"{tmp_path}/a.json", *files[1:]]
    assert plan.codes == ("1", "2")
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_plan(tmp_path / "none.json")
