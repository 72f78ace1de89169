"""What a month costs in processor time, as a ratio to merely unpacking its files in the same round.

Processor time of workers is read from the receipts, that of ``igzip -dc`` (or of the same library
from Python, where it is not installed) from the system; neither depends on what else the machine is
doing as much as seconds do. The ratio is what docs/how-to/run-a-month-on-a-cluster.md reckons with.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import tic_file
from kernel import MEGA, limit, show

from payeratlas.formats import tic_kernel


def unpacking(paths: list[Path]) -> float:
    """Processor seconds of merely unpacking all files."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for path in paths:
        subprocess.run(limit(path).command, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def month(plan: Path, out: Path, jobs: int) -> tuple[float, float, dict[str, float]]:
    """Processor seconds of the workers at their files, of the whole run, and what it printed."""
    script = "from payeratlas.apps.cli import main; main()"
    command = [sys.executable, "-c", script, "month", "read", str(plan)]
    command += ["--out", str(out), "--jobs", str(jobs), "--again", "--json"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    whole = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = json.loads(done.stdout)
    return told["cpu_seconds"], whole, told


def main() -> None:
    """Make the files, run the rounds and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=4, help="how many files")
    parser.add_argument("--megabytes", type=int, default=250, help="unpacked size of each")
    parser.add_argument("--rounds", type=int, default=3, help="how often both run")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--folder", type=Path, help="keep the files here and use them again")
    asked = parser.parse_args()
    if not tic_kernel.available():
        raise SystemExit("payeratlas-kernel is not installed: scripts/setup builds it")
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / f"{n}-{asked.megabytes}.json.gz" for n in range(asked.files)]
        for number, path in enumerate(paths):
            if not path.exists():
                tic_file.write(path, asked.megabytes * MEGA + number * 100_000, "reference")
        plan = folder / "plan.json"
        plan.write_text(
            json.dumps({"format": 1, "release": "perf", "files": [str(p) for p in paths]})
        )
        ratios, wholes = [], []
        for _ in range(asked.rounds):
            least = unpacking(paths)
            at_files, whole, told = month(plan, Path(temporary) / "out", asked.jobs)
            ratios.append(at_files / least)
            wholes.append(whole / least)
            giga = told["unpacked"] / 1e9
            show(
                [
                    f"unpacking {least / giga:.2f} CPU s a GB unpacked; reading "
                    f"{at_files / giga:.2f} ({ratios[-1]:.2f}x), with starting "
                    f"{whole / giga:.2f} ({wholes[-1]:.2f}x); {told['wall']} s for {giga:.2f} GB"
                ]
            )
        show(
            [
                f"{asked.files} files of {asked.megabytes} MB, {told['packed'] / 1e6:.0f} MB as "
                f"gzip, {told['written'] / 1e6:.0f} MB as tables, {asked.jobs} processes",
                f"median of {asked.rounds}: {statistics.median(ratios):.2f}x {limit(paths[0]).name}"
                f" in processor time, {statistics.median(wholes):.2f}x with starting",
            ]
        )


if __name__ == "__main__":
    main()
