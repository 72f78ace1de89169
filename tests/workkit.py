"""What workers are given in tests of executors, and months of small price files.

Workers import this module by its name: it holds nothing of pytest. A worker that shall die does so
at a chosen item, once: a marker says whether it has died before.
"""

from __future__ import annotations

import dataclasses
import gzip
import json
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from payeratlas.build.executor import Executor, Item, Receipt, Tell
from payeratlas.build.month_file import read
from payeratlas.build.object_store import open_files
from payeratlas.model.errors import FileError

DO = "workkit:do"
READ_OR_DIE = "workkit:read_or_die"
CODES = ("64640", "99213", "27447", "J1885")
DEAD = "tables/tic_price/release=month/0000000000000000-000000000000.parquet"
"""What an attempt leaves that dies in ``read_or_die``."""


def do(work: Mapping[str, Any]) -> dict[str, Any]:
    """Twice the number; or whatever else ``act`` says, at most ``times`` times."""
    act = work.get("act")
    if act and _first(work, work.get("times", 1)):
        _ACTS[act]()
    return {"twice": 2 * work["number"], "odd": object() if act == "no json" else None}


def read_or_die(work: Mapping[str, Any]) -> dict[str, Any]:
    """Read a price file; at the victim's first attempt die after its tables were written."""
    if work["item"] == work["victim"] and _first(work, 1):
        open_files(work["out"]).put(DEAD, b"left by an attempt that died")
        read({**work, "item": f"{work['item']}-lost"})
        _ACTS[work["act"]]()
    return read(work)


def _first(work: Mapping[str, Any], times: int) -> bool:
    """Whether this was done fewer than so many times; counts it."""
    for number in range(times):
        try:
            Path(f"{work['marker']}.{number}").open("x").close()
        except FileExistsError:
            continue
        return True
    return False


def _kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)


def _java() -> int:
    """The Java process above this one."""
    process = os.getppid()
    while Path(f"/proc/{process}/comm").read_text().strip() != "java":
        process = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    return process


def _refuse() -> None:
    raise FileError("it is damaged.", where="x.json", cure="mend it.")


def _unreachable() -> None:
    raise ConnectionResetError("the network stumbled")


def _blunder() -> None:
    raise TypeError("a blunder")


_ACTS: dict[str, Callable[[], None]] = {
    "die": lambda: _kill(os.getpid()),
    "die above": lambda: _kill(os.getppid()),  # on Spark the worker that Spark knows
    "die with java": lambda: _kill(_java()),  # on Spark the whole executor
    "exit": lambda: sys.exit(7),
    "refuse": _refuse,
    "unreachable": _unreachable,
    "blunder": _blunder,
    "no json": lambda: None,
}


class Deadly:
    """An executor on which the worker of one item of a month dies at the first attempt."""

    def __init__(self, inner: Executor, marker: Path, act: str, victim: int) -> None:
        self._inner = inner
        self._further = {"marker": str(marker), "act": act}
        self._victim = victim

    def map(
        self, function: str, items: Sequence[Item], tell: Tell | None = None
    ) -> Iterator[Receipt]:
        """See ``Executor.map``."""
        victim = {"victim": items[self._victim].id}
        again = [dataclasses.replace(i, work={**i.work, **self._further, **victim}) for i in items]
        return self._inner.map(READ_OR_DIE, again, tell)


def price_file(number: int) -> bytes:
    """A small in-network file, another for each number."""
    chance = random.Random(number)
    groups = [
        {"npi": [1_234_567_893, number], "tin": {"type": "ein", "value": f"11-{n:07}"}}
        for n in range(chance.randint(1, 4))
    ]
    return json.dumps(
        {
            "reporting_entity_name": f"Payer {number}",
            "provider_references": [
                {"provider_group_id": n, "provider_groups": [group]}
                for n, group in enumerate(groups)
            ],
            "in_network": [
                {
                    "billing_code": code,
                    "billing_code_type": "CPT",
                    "negotiated_rates": [
                        {
                            "provider_references": [chance.randrange(len(groups))],
                            "negotiated_prices": [
                                {"negotiated_rate": chance.randrange(10_000) / 100}
                                for _ in range(chance.randint(1, 5))
                            ],
                        }
                    ],
                }
                for code in CODES
            ],
        }
    ).encode()


def write_month(folder: Path, count: int) -> Path:
    """A plan of so many price files, one of them cut short and two of the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Any] = []
    for number in range(count):
        data = gzip.compress(price_file(number if number != 1 else 0), mtime=0)
        if number == 2:
            data = data[:-9]
        name = f"rates-{number:03}.json.gz"
        (folder / name).write_bytes(data)
        files.append(name if number % 2 else {"address": name, "url": f"https://p.example/{name}"})
    plan = folder / "plan.json"
    plan.write_text(json.dumps({"format": 1, "release": "month", "files": files}))
    return plan
