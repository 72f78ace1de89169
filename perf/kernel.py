"""Speed of reading a payer's price file, as ratios to merely unpacking it in the same round.

The limit is ``igzip -dc`` of ISA-L where it is installed, else the same library from Python. Each
round runs every case once, in turn, process start included; the table shows medians over rounds.
Peers that need the whole file in memory run on a smaller one, against the limit of that one.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import tic_file
from run import Case

from payeratlas.formats import tic_kernel

MEGA = 1_000_000
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
    ways = {
        "all to Parquet, 2 threads": {},
        "all to Parquet, 1 thread": {"threads": 1},
        "300 codes to Parquet, 2 threads": {"codes": tic_file.codes(300)},
        "300 codes to Parquet, 1 thread": {"codes": tic_file.codes(300), "threads": 1},
    }
    return [
        limit(path),
        *(
            Case(name, python(READ, str(path), str(out / str(number)), json.dumps(options)))
            for number, (name, options) in enumerate(ways.items())
        ),
    ]


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


def measure(cases: Sequence[Case], rounds: int) -> list[str]:
    """Run all cases in turn, once to warm up and ``rounds`` times; the lines of the table."""
    environment = dict(os.environ)
    for case in cases:
        case.run(environment)
        case.seconds.clear()
    for _ in range(rounds):
        for case in cases:
            case.run(environment)
    least = cases[0].seconds
    lines = [f"{'case':<36}{'ms':>8}{'x limit':>9}{'peak MiB':>10}"]
    for case in cases:
        ratio = statistics.median(s / b for s, b in zip(case.seconds, least, strict=True))
        milliseconds = statistics.median(case.seconds) * 1000
        lines.append(
            f"{case.name:<36}{milliseconds:>8.0f}{ratio:>9.2f}{case.peak_kib / 1024:>10.0f}"
        )
    return lines


def show(lines: Sequence[str]) -> None:
    """Print lines at once."""
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Make the files, run the rounds and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each case runs")
    parser.add_argument("--megabytes", type=int, nargs="+", default=[1000], help="unpacked sizes")
    parser.add_argument("--styles", nargs="+", default=["reference"], choices=tic_file.STYLES)
    parser.add_argument("--pretty", action="store_true", help="with white space")
    parser.add_argument("--peers", type=int, default=100, help="megabytes for peers; 0 for none")
    parser.add_argument("--folder", type=Path, help="keep the files here and use them again")
    asked = parser.parse_args()
    if not tic_kernel.available():
        raise SystemExit("payeratlas-kernel is not installed: scripts/setup builds it")
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        out = Path(temporary) / "out"

        def file(megabytes: int, style: str) -> Path:
            name = f"{style}{'-pretty' * asked.pretty}-{megabytes}.json.gz"
            if not (folder / name).exists():
                tic_file.write(folder / name, megabytes * MEGA, style, pretty=asked.pretty)
            return folder / name

        for megabytes in asked.megabytes:
            for style in asked.styles:
                path = file(megabytes, style)
                packed = path.stat().st_size / MEGA
                show([f"{style}, {megabytes} MB, {packed:.0f} MB as gzip"])
                show(measure(kernel_cases(path, out), asked.rounds))
                sizes = {p.stem: p.stat().st_size for p in sorted((out / "0").iterdir())}
                show(["bytes: " + ", ".join(f"{name} {size}" for name, size in sizes.items()), ""])
        if asked.peers:
            path = file(asked.peers, "reference")
            show([f"peers, reference, {asked.peers} MB"])
            show([*measure(peer_cases(path, out), min(asked.rounds, 3)), ""])
    show(
        [f"Medians of {asked.rounds} rounds (peers: at most 3). Compare ratios, not milliseconds."]
    )


if __name__ == "__main__":
    main()
