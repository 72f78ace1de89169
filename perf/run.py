"""Speed of what people run most, as ratios to a bare Python started in the same round.

Seconds drift with the machine; ratios much less. Each round runs every case once, in turn, and the
table shows medians over rounds. Nothing is asserted: a person reads it and compares.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

PROGRAM = [sys.executable, "-c", "from payeratlas.apps.cli import main; main()"]
STARTED = [sys.executable, "-c", "import payeratlas; payeratlas.open()"]
HISTORY = [
    sys.executable,
    "-c",
    "from payeratlas.store import Store; Store.open().history('pfs_rvu', hcpcs='64640')",
]
PAGES = 96
COMPOSE = [sys.executable, str(Path(__file__).parent / "compose.py"), str(PAGES)]


@dataclass
class Case:
    """A command, and what it took each time it ran."""

    name: str
    command: Sequence[str]
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    peak_kib: int = 0
    limits: Sequence[tuple[int, int]] = ()
    """Resources of ``resource.setrlimit`` that the command has to do with."""

    def run(self, environment: dict[str, str]) -> bytes:
        """Run once; a command that fails stops the whole run, for its time means nothing.

        What it writes to standard error is returned.
        """
        begun = time.perf_counter()
        process = subprocess.Popen(
            self.command,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            preexec_fn=self._limit if self.limits else None,
        )
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stderr.close()
        if process.returncode:
            raise SystemExit(f"{self.name} failed:\n{said.decode(errors='replace')}")
        self.seconds.append(time.perf_counter() - begun)
        self.cpu_seconds.append(usage.ru_utime + usage.ru_stime)
        self.peak_kib = max(self.peak_kib, usage.ru_maxrss)
        return said

    def warm_up(self, environment: dict[str, str]) -> None:
        """Run once, not counted."""
        self.run(environment)
        self.seconds.clear()
        self.cpu_seconds.clear()

    def _limit(self) -> None:
        for kind, most in self.limits:
            resource.setrlimit(kind, (most, most))


def cases(folder: Path) -> list[Case]:
    """What is measured; the first is what the others are compared with."""
    facts = ["facts", "64640", "--as-of", "2025-10-15", "--json"]
    publish = ["publish", "64640", "--as-of", "2025-10-15", "--out", str(folder)]
    return [
        Case("python -c pass", [sys.executable, "-c", "pass"]),
        Case("payeratlas --help", [*PROGRAM, "--help"]),
        Case("open the store", STARTED),
        Case("history of one code, all releases", HISTORY),
        Case("payeratlas code 64640", [*PROGRAM, "code", "64640"]),
        Case("payeratlas pair 64640 64450", [*PROGRAM, "pair", "64640", "64450"]),
        Case("payeratlas facts 64640 --json", [*PROGRAM, *facts]),
        Case("payeratlas publish 64640", [*PROGRAM, *publish]),
        Case("compose no page", [*COMPOSE, "--prepare-only"]),
        Case(f"compose {PAGES} pages of a site", COMPOSE),
    ]


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="how often each case runs")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        # No store of the user's own: the embedded data is the same for everyone.
        environment = {**os.environ, "PAYERATLAS_STORE": str(Path(name) / "store")}
        measured = cases(Path(name) / "out")
        for case in measured:
            case.warm_up(environment)
        for _ in range(rounds):
            for case in measured:
                case.run(environment)
    bare = measured[0]
    lines = [f"{'case':<36}{'ms':>8}{'x bare':>9}{'CPU ms':>9}{'x bare':>9}{'peak MiB':>10}"]
    for case in measured:
        line = f"{case.name:<36}"
        for width, own, base in (
            (8, case.seconds, bare.seconds),
            (9, case.cpu_seconds, bare.cpu_seconds),
        ):
            ratio = statistics.median(s / b for s, b in zip(own, base, strict=True))
            line += f"{statistics.median(own) * 1000:>{width}.0f}{ratio:>9.1f}"
        lines.append(f"{line}{case.peak_kib / 1024:>10.0f}")
    lines.append(f"Medians of {rounds} rounds. Compare ratios, not milliseconds.")
    lines.append("CPU is user and system time, of all threads: it drifts less with other work.")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
