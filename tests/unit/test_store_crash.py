"""Killed at any point, out of power at any point: the store holds the old release or the new."""

from __future__ import annotations

import copy
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from payeratlas.store.query import verified
from storekit import JANUARY, gpci, own_store, publish_gpci, tree, versions

WORKER = Path(__file__).parents[1] / "storekit_crash.py"
RANDOM_KILLS = 60


def holds(root: Path) -> set[int] | None:
    """The versions in a store whose every partition and blob is whole; None where it is empty."""
    store = own_store(root)
    try:
        found = None
        for published in store.releases():
            for part in published.parts:
                verified(published, part)
                sha256 = part.artifact.sha256
                blob = root / "blobs" / "sha256" / sha256[:2] / sha256
                assert blob.stat().st_size == part.artifact.size
            found = versions(store, published)
        return found
    finally:
        store.close()


def heals(root: Path, whole: dict[str, bytes]) -> None:
    """Publishing again after the crash gives the very store of an undisturbed run."""
    publish_gpci(root, version=2)
    publish_gpci(root, version=2)  # what the crashed run left is swept by the next one
    assert tree(root) == whole


def run(before: Path, trials: Path, points: list[tuple[str, int]]) -> dict[str, int]:
    """Run the trials in a process of their own; what an undisturbed publishing does, counted."""
    trials.mkdir()
    done = subprocess.run(
        [sys.executable, str(WORKER), str(before), str(trials), json.dumps([("none", 0), *points])],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, int] = json.loads(done.stdout)
    return found


@pytest.fixture(params=["first", "over an older one"])
def before(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    root = tmp_path / "before"
    if request.param != "first":
        publish_gpci(root, version=7)  # leaves a partition that nothing names
        publish_gpci(root, version=1)
    return root


@pytest.fixture
def whole(tmp_path: Path) -> dict[str, bytes]:
    publish_gpci(tmp_path / "whole", version=2)
    return tree(tmp_path / "whole")


def check(before: Path, trials: Path, points: int, whole: dict[str, bytes]) -> list[str]:
    """Every trial's store is the old or the new one, and heals; how the trials ended."""
    old = holds(before)
    ends = []
    seen = set()
    for place in range(1, points + 1):
        ends.append((trials / f"{place}.ended").read_text())
        found = holds(trials / str(place))
        assert found in (old, {2})
        seen.add("old" if found == old else "new")
        heals(trials / str(place), whole)
    assert seen == {"old", "new"}
    return ends


def test_a_kill_at_any_call_leaves_the_old_or_the_new_release(
    tmp_path: Path, before: Path, whole: dict[str, bytes]
) -> None:
    counted = run(before, tmp_path / "count", [])
    assert counted["call"] > 20
    assert counted["half"] >= 3, "a partition, a blob and a manifest are written"
    points = [(kind, n) for kind in ("call", "half") for n in range(1, counted[kind] + 1)]
    run(before, tmp_path / "trials", points)
    ends = check(before, tmp_path / "trials", len(points), whole)
    assert ends == ["killed"] * len(points)


def test_a_kill_at_any_line_leaves_the_old_or_the_new_release(
    tmp_path: Path, before: Path, whole: dict[str, bytes]
) -> None:
    counted = run(before, tmp_path / "count", [])
    chosen = random.Random(64640).sample(range(1, counted["line"] + 1), RANDOM_KILLS - 2)
    points = [("line", n) for n in (1, *sorted(chosen), counted["line"])]
    run(before, tmp_path / "trials", points)
    ends = check(before, tmp_path / "trials", len(points), whole)
    assert ends.count("killed") == len(points)


# -- out of power: what was not flushed is gone ---------------------------------------------------


@dataclass
class File:
    """A file as the program sees it, and as it was when last flushed."""

    live: bytes = b""
    safe: bytes | None = None


@dataclass
class Folder:
    """A folder's names now, and as they were when last flushed."""

    live: dict[str, Any] = field(default_factory=dict)
    safe: dict[str, Any] = field(default_factory=dict)


class Model:
    """The disk below ``top``, kept beside the real one by watching every call."""

    def __init__(self, top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.top, self.handles = top, dict[int, File | Folder]()
        self.root = self._load(top)
        self.states = [copy.deepcopy(self.root)]
        for name in ("open", "write", "fsync", "replace", "mkdir", "unlink", "close"):
            monkeypatch.setattr(os, name, self._watch(getattr(os, name), getattr(self, f"_{name}")))

    def _load(self, path: Path) -> File | Folder:
        if path.is_file():
            data = path.read_bytes()
            return File(data, data)
        names = {entry.name: self._load(entry) for entry in path.iterdir()}
        return Folder(names, dict(names))

    def _watch(self, call: Callable[..., Any], note: Callable[..., None]) -> Callable[..., Any]:
        def watched(*arguments: Any, **named: Any) -> Any:
            result = call(*arguments, **named)
            note(result, *arguments)
            self.states.append(copy.deepcopy(self.root))
            return result

        return watched

    def _at(self, path: Path) -> Any:
        node: Any = self.root
        for name in Path(path).relative_to(self.top).parts:
            node = node.live[name]
        return node

    def _open(self, handle: int, path: Path, flags: int, mode: int = 0) -> None:
        path = Path(path)
        if flags & os.O_CREAT and path.name not in self._at(path.parent).live:
            self._at(path.parent).live[path.name] = File()
        if flags & os.O_TRUNC:
            self._at(path).live = b""
        self.handles[handle] = self._at(path)

    def _write(self, count: int, handle: int, data: memoryview) -> None:
        node = self.handles[handle]
        assert isinstance(node, File)
        node.live += bytes(data)[:count]

    def _fsync(self, _: None, handle: int) -> None:
        node = self.handles[handle]
        node.safe = dict(node.live) if isinstance(node, Folder) else node.live

    def _replace(self, _: None, one: Path, other: Path) -> None:
        self._at(Path(other).parent).live[Path(other).name] = self._at(one)
        del self._at(Path(one).parent).live[Path(one).name]

    def _mkdir(self, _: None, path: Path) -> None:
        self._at(Path(path).parent).live[Path(path).name] = Folder()

    def _unlink(self, _: None, path: Path) -> None:
        del self._at(Path(path).parent).live[Path(path).name]

    def _close(self, _: None, handle: int) -> None:
        self.handles.pop(handle, None)


def restore(node: File | Folder, path: Path, names: str) -> None:
    """Write what is on the disk after the power came back.

    ``names`` is "safe" where only flushed names survive, "live" where every name does: both may
    happen. Of a file's content, only what was flushed survives.
    """
    if isinstance(node, File):
        path.write_bytes(node.safe or b"")
        return
    path.mkdir()
    for name, inner in getattr(node, names).items():
        restore(inner, path / name, names)


@pytest.mark.parametrize("names", ["safe", "live"])
def test_no_power_cut_tears_a_release(
    tmp_path: Path, before: Path, names: str, whole: dict[str, bytes]
) -> None:
    old = holds(before)
    top = tmp_path / "top"
    top.mkdir()
    if before.exists():
        before.rename(top / "store")
    with pytest.MonkeyPatch.context() as watching:
        model = Model(top, watching)
        own_store(top / "store").publish(*gpci(JANUARY, 2))
        states = model.states
    assert len(states) > 30
    found = []
    for number, state in enumerate(states):
        restore(state, tmp_path / f"{number}", names)
        found.append(holds(tmp_path / f"{number}" / "store"))
    turn = found.index({2})
    assert found[:turn] == [old] * turn
    assert found[turn:] == [{2}] * (len(found) - turn)
    assert found[-1] == {2}, "what publish() reported as done survives"
    for number in (0, turn - 1, turn, len(found) - 1):
        heals(tmp_path / f"{number}" / "store", whole)


def test_the_model_of_the_disk_forgets_what_is_not_flushed(tmp_path: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    with pytest.MonkeyPatch.context() as watching:
        model = Model(top, watching)
        handle = os.open(top / "a", os.O_WRONLY | os.O_CREAT, 0o644)
        os.write(handle, b"one")
        os.fsync(handle)
        os.write(handle, b"two")
        os.close(handle)
        state = model.root
    restore(state, tmp_path / "live", "live")
    restore(state, tmp_path / "safe", "safe")
    assert (top / "a").read_bytes() == b"onetwo"
    assert (tmp_path / "live" / "a").read_bytes() == b"one"
    assert not list((tmp_path / "safe").iterdir())
