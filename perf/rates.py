"""Speed of benchmarks: all codes worked out of posted rates, and section D of what stands ready.

``build`` is the whole of ``payeratlas benchmarks build`` over made posted rates (``rates_file``),
beside the least that anyone could do with the same files: DuckDB's medians by code and payer, of
raw rows, nothing judged. ``--only N`` works out N codes of the same files, spread over all by their
number of rates, where all would take too long; what it prints is of those codes' rates.

``section D`` is one code's section of the page, composed by a process that has just begun, process
start included: the code with the most rates and the one in the middle. Where not all codes were
worked out, the index names the others too, so that its head has its full length.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import astuple
from pathlib import Path

from kernel import python, show
from run import Case

MEGA = 1_000_000
CODES = 8000
LIMIT_MS = 300
MEDIANS = (
    "import sys, duckdb; duckdb.sql('''SELECT code, payer_name, median(amount) FROM "
    "read_parquet($files) GROUP BY ALL''',"
    " params={'files': [sys.argv[1] + '/*-posted_rate.parquet']}).fetchall()"
)
MAKE = (
    "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); import rates;"
    "rates.make(Path(sys.argv[2]), int(sys.argv[3]))"
)
BUILD = (
    "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); import rates;"
    "rates.build(Path(sys.argv[2]), int(sys.argv[3]))"
)
# As a page does, and nothing besides.
SECTION = (
    "import sys; from datetime import date; from pathlib import Path;"
    "from payeratlas.model.time import AsOf; from payeratlas.pages.sections import rates;"
    "from payeratlas.store import Store; folder = Path(sys.argv[1]);"
    "found = rates.section(sys.argv[2], AsOf(date(2026, 4, 1)),"
    " Store(folder / 'nothing', folder / 'data'));"
    "assert not found.empty"
)


def make(folder: Path, rates: int) -> None:
    """Make the posted rates, in a data set that has the embedded one's fee schedules too."""
    import rates_file
    from compose import neighbours

    from payeratlas.store import EMBEDDED, Store

    data = folder / "data"
    data.mkdir(parents=True)
    for path in EMBEDDED.iterdir():
        if path.name != "rates":
            (data / path.name).symlink_to(path)
    (data / "rates").mkdir()
    rates_file.make(data / "rates", rates, sorted(neighbours(Store.open(), CODES)))


def build(folder: Path, only: int) -> None:
    """Work out all codes, or so many of them, and publish them; what was done is printed."""
    from payeratlas.build.benchmarks import Worker, write
    from payeratlas.build.rates_medicare import MedicareAmounts
    from payeratlas.rates.codec import encode
    from payeratlas.rates.on_hand import of_embedded
    from payeratlas.rates.read import RULES
    from payeratlas.store import Store
    from payeratlas.store import benchmarks as ready

    data = folder / "data"
    files = of_embedded(data)
    edition = ready.edition_of(((file.note.id, file.digest) for file in files), RULES)
    store = Store(folder / "nothing", data)
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        staging = Path(temporary)
        worker = Worker(files, data / "rates", staging, lambda: MedicareAmounts(store), edition)
        counts = worker.counts()
        heavy, ordinary = chosen(counts)
        begun = time.perf_counter()
        if only:
            by_rates = sorted(counts, key=counts.__getitem__)
            codes = {by_rates[len(by_rates) * n // only] for n in range(only)} | {heavy, ordinary}
            made = {code: worker.of_code(code) for code in sorted(codes)}
            notes = [file.note for file in files]
            blocks = {code: encode(found, notes) for code, found in made.items() if found}
            seconds = time.perf_counter() - begun
            index = ready.CodesWriter(staging)
            for code in counts:
                index.add(code, blocks.get(code, ready.NOT_LISTED))
            path = index.finish(edition, [list(astuple(note)) for note in notes], None)
            ready.publish(data / "rates", edition, {ready.CODES: path})
            read, cells = (
                sum(counts[code] for code in blocks),
                sum(len(m.cells) for m in made.values() if m),
            )
        else:
            told = write(worker, data / "rates", staging, lambda *_: None)
            seconds = time.perf_counter() - begun
            codes, read, cells = set(counts), told.read, told.cells
        worker.close()
    sys.stderr.write(f"{len(codes)} {read} {cells} {seconds} {heavy} {ordinary} ")
    sys.stderr.write(f"{counts[heavy]} {counts[ordinary]}\n")


def chosen(counts: Mapping[str, int]) -> tuple[str, str]:
    """The code with the most rates, and the one in the middle."""
    by_rates = sorted(counts, key=lambda code: (counts[code], code))
    return by_rates[-1], by_rates[len(by_rates) // 2]


def measure(folder: Path, millions: int, only: int, rounds: int) -> list[str]:
    """Make the files, build, and compose: the lines to print."""
    here = str(Path(__file__).parent)
    environment = dict(os.environ)
    # By processes of their own: what a command is started from counts into its peak.
    Case("make", python(MAKE, here, str(folder), str(millions * MEGA))).run(environment)
    rates = folder / "data" / "rates"
    size = sum(path.stat().st_size for path in rates.glob("*.parquet"))
    medians = Case("DuckDB, medians by code and payer", python(MEDIANS, str(rates)))
    medians.run(environment)
    ours = Case("build", python(BUILD, here, str(folder), str(only)))
    said = ours.run(environment).split()
    codes, read, cells = (int(word.decode()) for word in said[:3])
    seconds = float(said[3])
    heavy, ordinary = (word.decode() for word in said[4:6])
    most, middle = (int(word) for word in said[6:8])
    whole = millions * MEGA
    least = medians.seconds[0]
    lines = [
        f"{millions} million posted rates, {size / MEGA:.0f} MB of Parquet",
        f"{'case':<40}{'codes':>7}{'rates':>12}{'s':>9}{'rates/s':>11}{'peak MiB':>10}",
        f"{medians.name:<40}{CODES:>7}{whole:>12,}{least:>9.1f}{whole / least:>11,.0f}"
        f"{medians.peak_kib / 1024:>10.0f}",
        f"{'benchmarks' + (', some codes' if only else ''):<40}{codes:>7}{read:>12,}{seconds:>9.1f}"
        f"{read / seconds:>11,.0f}{ours.peak_kib / 1024:>10.0f}",
        f"{cells:,} cells; {seconds / read / (least / whole):.0f} times DuckDB's time for a rate",
    ]
    bare = Case("python -c pass", [sys.executable, "-c", "pass"])
    cold = [
        bare,
        Case(f"section D of {heavy}, {most:,} rates", python(SECTION, str(folder), heavy)),
        Case(f"section D of {ordinary}, {middle:,} rates", python(SECTION, str(folder), ordinary)),
    ]
    for case in cold:
        case.warm_up(environment)
    for _ in range(rounds):
        for case in cold:
            case.run(environment)
    lines.append(f"{'case':<40}{'ms':>8}{'CPU ms':>8}{'peak MiB':>10}")
    lines += [
        f"{case.name:<40}{statistics.median(case.seconds) * 1000:>8.0f}"
        f"{statistics.median(case.cpu_seconds) * 1000:>8.0f}{case.peak_kib / 1024:>10.0f}"
        for case in cold
    ]
    return [*lines, ""]


def main() -> None:
    """Print the figures of every size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millions", type=int, nargs="+", default=[1], help="rates: 1 10 50")
    parser.add_argument("--only", type=int, default=0, help="codes to work out; 0 for all")
    parser.add_argument("--rounds", type=int, default=5, help="how often section D is composed")
    parser.add_argument("--folder", type=Path, help="where to make the files, removed afterwards")
    asked = parser.parse_args()
    for millions in asked.millions:
        with tempfile.TemporaryDirectory(dir=asked.folder) as temporary:
            show(measure(Path(temporary), millions, asked.only, asked.rounds))
    show(
        [
            f"Section D: medians of {asked.rounds} rounds, process start included.",
            f"The aim is {LIMIT_MS} ms.",
        ]
    )


if __name__ == "__main__":
    main()
