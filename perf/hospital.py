"""Speed and memory of reading hospital files, as ratios to what else a user would pick.

CSV in CMS's tall and wide templates beside DuckDB's and pandas' ``read_csv``, JSON beside
``json.load``, orjson and ijson, of the same gzip file in the same run. Ours reads the file into the
tables of ``tables.hospital`` and writes them as Parquet; DuckDB writes the cells as they are as
Parquet, and the others merely hold what they read. Each case is a process of its own, start
included; ``x ours`` is the median over rounds of its ratio to the first case.

Files are real ones where ``shared/data`` is beside the repository, and made otherwise.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import hospital_file
from kernel import MEGA, UNPACK, limit, measure, python, show
from run import Case

from payeratlas.formats import hospital_kernel

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "hospital" / "v3"
REAL = {"tall": "mgh.csv.gz", "wide": "md-anderson.csv.gz", "json": "ucsf-parnassus.json.gz"}
READ = (
    "import sys, json; from pathlib import Path;"
    "from payeratlas.store.hospital import read_hospital;"
    "read_hospital(Path(sys.argv[1]), Path(sys.argv[2]), **json.loads(sys.argv[3]))"
)
DUCKDB = (
    "import sys, duckdb; from pathlib import Path;"
    "Path(sys.argv[2]).mkdir(parents=True, exist_ok=True);"
    "duckdb.read_csv(sys.argv[1], skiprows=2, header=True, all_varchar=True, null_padding=True,"
    "strict_mode=False, parallel=False, max_line_size=1 << 24)"
    ".write_parquet(sys.argv[2] + '/cells.parquet')"
)
PANDAS = (
    "import sys, pandas; pandas.read_csv(sys.argv[1], skiprows=2, dtype=str, encoding='utf-8-sig',"
    "encoding_errors='replace')"
)
JSON = "import sys, gzip, json; json.load(gzip.open(sys.argv[1]))"
ORJSON = "import sys, gzip, orjson; orjson.loads(gzip.open(sys.argv[1]).read())"
IJSON = (
    "import sys, gzip, ijson;"
    "sum(1 for _ in ijson.items(gzip.open(sys.argv[1]), 'standard_charge_information.item'))"
)


def ours(path: Path, out: Path, plain: bool) -> list[Case]:
    """The readers of this repository, with one thread too, and the plain ones where asked for."""
    ways = {"ours to Parquet": "{}", "ours, 1 thread": '{"threads": 1}'}
    if plain:
        ways["the plain reader to Parquet"] = '{"fast": false}'
    cases = [
        Case(name, python(READ, str(path), str(out / f"{number}"), options))
        for number, (name, options) in enumerate(ways.items())
    ]
    return [*cases, limit(path)]


def peers(path: Path, layout: str, out: Path) -> tuple[list[Case], list[str]]:
    """What else reads this layout, and what is left out because it is not installed."""
    csv = {
        "duckdb": Case("DuckDB read_csv to Parquet", python(DUCKDB, str(path), str(out / "duck"))),
        "pandas": Case("pandas read_csv", python(PANDAS, str(path))),
    }
    whole = {
        "json": Case("json.load", python(JSON, str(path))),
        "orjson": Case("orjson.loads", python(ORJSON, str(path))),
        "ijson": Case("ijson.items", python(IJSON, str(path))),
    }
    cases: list[Case] = []
    without: list[str] = []
    for module, case in (whole if layout == "json" else csv).items():
        if find_spec(module) is None:
            without.append(f"{case.name}: {module} is not installed (uv sync --group perf)")
        else:
            cases.append(case)
    return cases, without


def unpacked(path: Path) -> int:
    """How many bytes a file unpacks to; by another process, for memory counts from here on."""
    script = UNPACK.replace("sum(", "print(sum(", 1) + ")"
    said = subprocess.run(python(script, str(path)), check=True, capture_output=True, text=True)
    return int(said.stdout)


def file_of(layout: str, folder: Path, megabytes: int, made: bool) -> Path:
    """The file of a layout: a real one, or one made in the folder."""
    real = SHARED / REAL[layout]
    if real.is_file() and not made:
        return real
    path = folder / f"{layout}-{megabytes}.{'json' if layout == 'json' else 'csv'}.gz"
    if not path.exists():
        command = [sys.executable, hospital_file.__file__, str(path), "--layout", layout]
        subprocess.run([*command, "--megabytes", str(megabytes)], check=True)
    return path


def main() -> None:
    """Find or make the files, run the rounds and print a table of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each case runs")
    parser.add_argument("--layouts", nargs="+", default=REAL, choices=tuple(REAL))
    parser.add_argument("--plain", action="store_true", help="measure the plain readers too: slow")
    parser.add_argument("--made", action="store_true", help="use files made here, not real ones")
    parser.add_argument("--megabytes", type=int, default=50, help="unpacked size of those made")
    parser.add_argument("--folder", type=Path, help="keep files made here and use them again")
    asked = parser.parse_args()
    if not hospital_kernel.available():
        show(["payeratlas-kernel is not installed: JSON is read by the plain reader."])
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        out = Path(temporary) / "out"
        for layout in asked.layouts:
            path = file_of(layout, folder, asked.megabytes, asked.made)
            size = unpacked(path)
            packed = path.stat().st_size / MEGA
            show([f"{layout}: {path.name}, {size / MEGA:.0f} MB, {packed:.0f} MB as gzip"])
            others, without = peers(path, layout, out)
            cases = [*ours(path, out, asked.plain), *others]
            show([*measure(cases, asked.rounds, round(size / MEGA), "ours"), *without, ""])
    show(
        [
            f"Medians of {asked.rounds} rounds, process start included.",
            "Compare ratios, not milliseconds.",
        ]
    )


if __name__ == "__main__":
    main()
