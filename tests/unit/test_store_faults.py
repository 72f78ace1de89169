"""A disk that refuses, and readers and publishers that meet."""

from __future__ import annotations

import errno
import gc
import itertools
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from payeratlas.model.errors import StoreError
from payeratlas.store import Store
from storekit import JANUARY, gpci, own_store, publish_gpci, tree, versions

READER = Path(__file__).parents[1] / "storekit_reader.py"
PUBLISHINGS, READS = 50, 300
CALLS = ("open", "write", "fsync", "replace", "mkdir", "unlink")


@contextmanager
def failing(call: str, nth: int, code: int, *, again: bool = False) -> Iterator[list[int]]:
    """Let the n-th call fail (and all later ones, with ``again``); yields the count of calls."""
    count = [0]
    real = getattr(os, call)

    def fail(*arguments: Any, **named: Any) -> Any:
        count[0] += 1
        if count[0] == nth or (again and count[0] > nth):
            raise OSError(code, os.strerror(code))
        return real(*arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, call, fail)
        yield count


def calls_of(root: Path, call: str) -> int:
    """How often an undisturbed publishing makes a call."""
    with failing(call, 0, 0) as count:
        publish_gpci(root, version=2)
    return count[0]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("older", [False, True])
def test_a_refusal_leaves_the_store_as_it_was(
    tmp_path: Path, call: str, code: int, older: bool
) -> None:
    if older:
        publish_gpci(tmp_path / "count", version=1)
    total = calls_of(tmp_path / "count", call)
    refusals = 0
    for nth in range(1, total + 1):
        root = tmp_path / str(nth)
        if older:
            publish_gpci(root, version=1)
        before = own_store(root).releases()
        store = own_store(root)
        refused = None
        try:
            with failing(call, nth, code):
                store.publish(*gpci(JANUARY, 2))
        except StoreError as error:
            refused = error
        if refused is None:
            # Only the store's reading lock may do without: then it sweeps nothing.
            assert call == "open"
        else:
            refusals += 1
            assert os.strerror(code) in refused.what
            assert refused.where
            assert "as it was" in refused.cure
            assert own_store(root).releases() == store.releases() == before
        assert versions(store, store.publish(*gpci(JANUARY, 2))) == {2}
    assert refusals >= total - 2
    assert refusals > 0 or total == 0


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_disk_that_stays_broken_leaves_the_old_or_the_new_release(
    tmp_path: Path, call: str
) -> None:
    publish_gpci(tmp_path / "count", version=1)
    for nth in range(1, calls_of(tmp_path / "count", call) + 1):
        root = tmp_path / str(nth)
        publish_gpci(root, version=1)
        with failing(call, nth, errno.EIO, again=True), pytest.raises(StoreError):
            own_store(root).publish(*gpci(JANUARY, 2))
        after = own_store(root)
        assert versions(after, after.releases()[0]) in ({1}, {2})


@pytest.mark.slow
def test_readers_never_see_a_mix(tmp_path: Path) -> None:
    root, stop = tmp_path / "store", tmp_path / "stop"
    publish_gpci(root, version=1)
    enough = [tmp_path / f"enough-{n}" for n in range(2)]
    readers = [
        subprocess.Popen(
            [sys.executable, str(READER), str(root), str(path), str(READS), str(stop)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for path in enough
    ]
    for number in itertools.count(2):
        publish_gpci(root, version=number % 7)
        done = all(path.exists() for path in enough)
        if (done and number > PUBLISHINGS) or any(r.poll() is not None for r in readers):
            break
    stop.touch()
    for reader in readers:
        out, errors = reader.communicate()
        assert reader.returncode == 0, errors
        found = json.loads(out)
        assert found["mixed"] == 0
        assert found["reads"] >= READS
        assert len(found["seen"]) > 1, "nothing was published while it read"


def test_publishers_wait_for_each_other(tmp_path: Path) -> None:
    failures: list[str] = []  # words alone: an exception would hold its store open

    def work(first: int) -> None:
        try:
            for version in range(first, first + 5):
                publish_gpci(tmp_path, version=version)
        except Exception as error:
            failures.append(str(error))

    threads = [threading.Thread(target=work, args=(first,)) for first in (1, 101, 201)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    overtaken = [error for error in failures if "by someone else" not in error]
    assert not overtaken
    gc.collect()  # whatever still refers to a store that was overtaken
    store = own_store(tmp_path)
    (published,) = store.releases()
    assert len(versions(store, published)) == 1
    store.close()
    publish_gpci(tmp_path, version=5)
    publish_gpci(tmp_path, version=5)
    publish_gpci(tmp_path / "alone", version=5)
    assert tree(tmp_path).keys() >= tree(tmp_path / "alone").keys()
    assert len(tree(tmp_path)) == 2 * len(tree(tmp_path / "alone"))


def test_threads_share_a_store(tmp_path: Path) -> None:
    publish_gpci(tmp_path, version=3)
    store: Store = own_store(tmp_path)
    (published,) = store.releases()
    found: list[set[int]] = []
    threads = [
        threading.Thread(target=lambda: found.append(versions(store, published))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [{3}] * 8
