"""Publish and be killed, over and over: run as a script by the crash tests.

Arguments: a folder that holds the store ``before``, a folder for the trials, a list of points as
JSON, and, where a price file is to be added and no release published, its path. A point is
``["call", n]`` (killed before the n-th call that changes the disk),
``["half", n]`` (killed in the middle of the n-th write), ``["line", n]`` (killed at the n-th line
of the store's code) or ``["none", 0]``. Each trial is a forked process of its own; how many calls,
writes and lines the last one saw is printed as JSON.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import payeratlas.store.publish
from payeratlas.store import Store
from payeratlas.store.price_files import PriceFiles
from pricekit import added, added_hospital
from storekit import JANUARY, gpci, own_store

CALLS = ("open", "write", "fsync", "replace", "mkdir", "unlink")
PACKAGE = str(Path(payeratlas.store.publish.__file__).parent)


class Killer:
    """Counts what the store does and kills this process at the wanted point."""

    def __init__(self, kind: str, number: int) -> None:
        self.kind, self.number = kind, number
        self.seen = {"call": 0, "half": 0, "line": 0}

    def reach(self, kind: str) -> bool:
        """Count one more of a kind; whether it is the wanted one."""
        self.seen[kind] += 1
        return self.kind == kind and self.seen[kind] == self.number

    def hook(self) -> None:
        """Wrap the calls that change the disk, or trace the store's lines."""
        for name in CALLS:
            setattr(os, name, self._wrapped(name, getattr(os, name)))
        if self.kind == "line":
            sys.settrace(self._trace)

    def _wrapped(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            if self.reach("call"):
                os.kill(os.getpid(), signal.SIGKILL)
            if name == "write" and self.reach("half"):
                handle, data = arguments
                call(handle, bytes(data)[: len(data) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **named)

        return counted

    def _trace(self, frame: FrameType, event: str, argument: object) -> Any:
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        if event == "line" and self.reach("line"):
            os.kill(os.getpid(), signal.SIGKILL)
        return self._trace


def publish(root: Path) -> None:
    """What each trial does: version 2 over whatever is there."""
    store: Store = own_store(root)
    store.publish(*gpci(JANUARY, 2))


def add_price_file(path: Path, root: Path) -> None:
    """The same for a payer's price file: read for one code more than before; or a hospital's."""
    if path.suffix == ".csv":
        added_hospital(path, PriceFiles(root))
    else:
        added(path, PriceFiles(root), "99213")


def main() -> int:
    """Run the trials one after another; how each ended stands in its folder's ``ended``."""
    before, trials, points = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
    work = partial(add_price_file, Path(sys.argv[4])) if len(sys.argv) > 4 else publish
    work(trials / "warm-up")  # loads the libraries once, before any fork
    counted: dict[str, int] = {}
    for place, (kind, number) in enumerate(points):
        root = trials / str(place)
        if before.exists():
            shutil.copytree(before, root)
        child = os.fork()
        if child == 0:
            killer = Killer(kind, number)
            if kind == "none":  # count the lines as well
                sys.settrace(killer._trace)
            killer.hook()
            work(root)
            sys.settrace(None)
            (trials / "counted.json").write_text(json.dumps(killer.seen))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        if not killed and status != 0:
            return 1
        (trials / f"{place}.ended").write_text("killed" if killed else "finished")
    counted = json.loads((trials / "counted.json").read_text())
    sys.stdout.write(json.dumps(counted))
    return 0


if __name__ == "__main__":
    sys.exit(main())
