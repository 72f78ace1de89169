"""``payeratlas month read`` as a person sees it: progress, then what became of every file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TextIO

from payeratlas.apps.bars import counting
from payeratlas.apps.options import emit
from payeratlas.build.executor import Executor, LocalProcesses, Receipt
from payeratlas.build.month import Month, Problem, run
from payeratlas.build.month_plan import read_plan
from payeratlas.model.errors import InputError

_LISTED = 10  # refused or failed files that a person still reads


def read_month(
    plan: Path,
    out: str,
    *,
    executor: str,
    jobs: int | None,
    master: str,
    again: bool,
    receipts: Path | None,
    as_json: bool,
) -> int:
    """Read a plan's files and say what came of it; 1 where a file is missing from it, else 0."""
    planned = read_plan(plan)
    if "://" not in out:
        out = Path(out).resolve().as_posix()  # workers may stand elsewhere
    begun = monotonic()
    with (
        _noted(receipts) as notes,
        counting(quiet=as_json) as bar,
    ):
        task = bar.add_task("Price files", total=len(planned.files), told="")
        fates = {"refused": 0, "failed": 0}

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        def note(receipt: Receipt) -> None:
            if receipt.outcome in fates:
                fates[receipt.outcome] += 1
                words = ", ".join(f"{n} {fate}" for fate, n in fates.items() if n)
                bar.update(task, told=words)
            if notes:
                notes.write(receipt.to_json() + "\n")

        place = _executor(executor, jobs, master)
        month = run(planned, out, place, tell=tell, note=note, again=again)
    seconds = monotonic() - begun
    if as_json:
        emit(json.dumps({**month.as_dict(), "out": out, "wall": round(seconds, 1)}, indent=2))
    else:
        emit(_words(month, out, seconds))
    return 0 if month.whole else 1


def _executor(name: str, jobs: int | None, master: str) -> Executor:
    if name == "local":
        if master:
            raise InputError("--master is of --executor spark.", cure="leave one of them out.")
        return LocalProcesses(jobs or os.cpu_count() or 1)
    if jobs:
        raise InputError(
            "--jobs is of the local executor.",
            cure="Spark runs as many files at once as its executors have cores.",
        )
    from payeratlas.build.executor_spark import Spark, connect

    return Spark(connect(master))


@contextmanager
def _noted(path: Path | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    try:
        file = path.open("w", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"the receipts cannot be written there: {error.strerror or error}.",
            where=str(path),
            cure="name another file with --receipts.",
        ) from error
    with file:
        yield file


def _words(month: Month, out: str, seconds: float) -> str:
    lines = [
        f"{month.release}: {month.files.kept:,} price files read in {seconds:,.0f} s "
        f"({month.cpu_seconds:,.0f} s of processor time), {month.packed:,} bytes, "
        f"{month.unpacked:,} unpacked",
        f"  {sum(month.rows.values()):,} rows, of which {month.rows.get('tic_price', 0):,} prices, "
        f"in {month.written:,} bytes",
    ]
    for count, words in (
        (month.resumed, "had been read by an earlier run"),
        (month.repeated, "took more than one attempt"),
        (sum(n for _, n in month.files.merged), "have the bytes of another and are named with it"),
    ):
        if count:
            lines.append(f"  {count:,} {words}")
    lines += _listed("refused", month.refused) + _listed("failed", month.failed)
    if month.manifest:
        lines.append(f"  {out}/{month.manifest}, sha256 {month.digest}")
    else:
        lines.append(
            "  Nothing became visible: files got no answer. Run it again; what was read is not "
            "read again."
        )
    return "\n".join(lines)


def _listed(fate: str, problems: tuple[Problem, ...]) -> list[str]:
    lines = [f"  {fate}: {problem.name}: {problem.reason}" for problem in problems[:_LISTED]]
    if len(problems) > _LISTED:
        lines.append(f"  and {len(problems) - _LISTED:,} more {fate} (--json lists all)")
    return lines
