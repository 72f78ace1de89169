"""Speed of reading a payer's price file, as ratios to merely unpacking it in the same round.

The limit is ``igzip -dc`` of ISA-L where it is installed, else the same library from Python. Each
round runs every case once, in turn, process start included; the table shows medians over rounds.
Peers that need the whole file in memory run on a smaller one, against the limit of that one.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tic_file
from run import Case

from payeratlas.formats import tic_kernel

MEGA = 1_000_000
NARROW = 1 << 30  # bytes of address space, most of it the code of libraries and never touched
UNPACK = (
    "import sys; from pathlib import Path; from payeratlas.formats.chunks import unpacked_chunks;"
    "sum(map(len, unpacked_chunks(Path(sys.argv[1]))))"
)
READ = (
    "import sys, json; from pathlib import Path; from payeratlas.store.tic import read_tic;"
    "read_tic(Path(sys.argv[1]), Path(sys.argv[2]), **json.loads(sys.argv[3]))"
)
IJSON = (
    "import sys, gzip, ijson;"
    "items = ijson.items(gzip.open(sys.argv[1]), 'in_network.item');"
    "sum(len(r['negotiated_prices']) for i in items"
    " for r in i['negotiated_rates'])"
)
ORJSON = (
    "import sys, gzip, orjson;"
    "items = orjson.loads(gzip.open(sys.argv[1]).read())['in_network'];"
    "sum(len(r['negotiated_prices']) for i in items"
    " for r in i['negotiated_rates'])"
)
DUCKDB = (
    "import sys, duckdb; duckdb.sql('''"
    "SELECT count(*), sum(p.negotiated_rate) FROM (SELECT unnest(r.negotiated_prices) AS p FROM ("
    "SELECT unnest(i.negotiated_rates) AS r FROM (SELECT unnest(in_network) AS i FROM "
    "read_json($path, maximum_object_size=2000000000))))''', params={'path': sys.argv[1]})"
    ".fetchall()"
)


def python(script: str, *words: str) -> list[str]:
    """A command that runs a script with arguments."""
    return [sys.executable, "-c", script, *words]


def limit(path: Path) -> Case:
    """Merely unpacking the file."""
    if igzip := shutil.which("igzip"):
        return Case("igzip -dc", [igzip, "-dc", str(path)])
    return Case("python-isal, to nothing", python(UNPACK, str(path)))


def kernel_cases(path: Path, out: Path) -> list[Case]:
    """The limit, then this reader's ways of reading one file."""
    chosen = tic_file.codes(300)
    ways = {
        "all": {},
        "all-1": {"threads": 1},
        "300-codes": {"codes": chosen},
        "300-codes-1": {"codes": chosen, "threads": 1},
    }
    names = {
        "all": "all to Parquet, 2 threads",
        "all-1": "all to Parquet, 1 thread",
        "300-codes": "300 codes to Parquet, 2 threads",
        "300-codes-1": "300 codes to Parquet, 1 thread",
    }
    return [
        limit(path),
        *(
            Case(names[key], python(READ, str(path), str(out / key), json.dumps(options)))
            for key, options in ways.items()
        ),
    ]


def narrow_case(path: Path, out: Path) -> Case:
    """All of the file with little address space to do it in."""
    mebibytes = NARROW >> 20
    return Case(
        f"the same under ulimit -v, {mebibytes} MiB",
        python(READ, str(path), str(out / "narrow"), "{}"),
        limits=[(resource.RLIMIT_AS, NARROW)],
    )


def peer_cases(path: Path, out: Path) -> list[Case]:
    """The limit, this reader, and what else a user would pick, on a file that they can bear."""
    options = json.dumps({"native": False})
    return [
        limit(path),
        Case("all to Parquet, 2 threads", python(READ, str(path), str(out / "peer"), "{}")),
        Case("DuckDB read_json, sum", python(DUCKDB, str(path))),
        Case("orjson, count", python(ORJSON, str(path))),
        Case("ijson, count", python(IJSON, str(path))),
        Case("plain reader to Parquet", python(READ, str(path), str(out / "plain"), options)),
    ]


def measure(cases: Sequence[Case], rounds: int, megabytes: int, first: str = "limit") -> list[str]:
    """Run all cases in turn, once to warm up and ``rounds`` times; the lines of the table.

    ``first`` is what the first case is called in it. ``x limit`` is of wall time, ``x cpu`` of
    processor time: the second is the steadier one where the machine is shared.
    """
    environment = dict(os.environ)
    for case in cases:
        case.warm_up(environment)
    for _ in range(rounds):
        for case in cases:
            case.run(environment)
    least = cases[0]
    lines = [f"{'case':<36}{'ms':>8}{f'x {first}':>9}{'x cpu':>7}{'MB/s':>7}{'peak MiB':>10}"]
    for case in cases:
        lines.append(
            f"{case.name:<36}{statistics.median(case.seconds) * 1000:>8.0f}"
            f"{ratio(case.seconds, least.seconds):>9.2f}"
            f"{ratio(case.cpu_seconds, least.cpu_seconds):>7.2f}"
            f"{megabytes / statistics.median(case.seconds):>7.0f}{case.peak_kib / 1024:>10.0f}"
        )
    return lines


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median over rounds of one case's ratio to another's."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def show(lines: Sequence[str]) -> None:
    """Print lines at once."""
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Make the files, run the rounds and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each case runs")
    parser.add_argument(
        "--megabytes", type=int, nargs="+", default=[1000], help="unpacked sizes: 100 1000 20000"
    )
    parser.add_argument("--styles", nargs="+", default=tic_file.STYLES, choices=tic_file.STYLES)
    parser.add_argument("--peers", type=int, default=100, help="megabytes for peers; 0 for none")
    parser.add_argument("--folder", type=Path, help="keep the files here and use them again")
    asked = parser.parse_args()
    if not tic_kernel.available():
        raise SystemExit("payeratlas-kernel is not installed: scripts/setup builds it")
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        out = Path(temporary) / "out"

        @contextmanager
        def file(megabytes: int, style: str) -> Iterator[Path]:
            path = folder / f"{style}-{megabytes}.json.gz"
            if not path.exists():
                # By a process of its own: what a command is started from counts into its peak.
                made = [sys.executable, tic_file.__file__, str(path), "--style", style]
                subprocess.run([*made, "--megabytes", str(megabytes)], check=True)
            packed = path.stat().st_size / MEGA
            show([f"{style}, {megabytes} MB, {packed:.0f} MB as gzip"])
            yield path
            if asked.folder is None:
                path.unlink()  # the next one may need the room

        for megabytes in asked.megabytes:
            for style in asked.styles:
                with file(megabytes, style) as path:
                    cases = [*kernel_cases(path, out), narrow_case(path, out)]
                    show(measure(cases, asked.rounds, megabytes))
                sizes = {p.stem: p.stat().st_size for p in sorted((out / "all").iterdir())}
                each = ", ".join(f"{name} {size}" for name, size in sizes.items())
                show([f"bytes written: {sum(sizes.values())}: {each}", ""])
                shutil.rmtree(out)
        if asked.peers:
            with file(asked.peers, "dense") as path:
                show(["peers"])
                show([*measure(peer_cases(path, out), min(asked.rounds, 3), asked.peers), ""])
    show(
        [
            f"Medians of {asked.rounds} rounds (peers: at most 3), process start included.",
            "Compare ratios, not milliseconds.",
        ]
    )


if __name__ == "__main__":
    main()
