"""What a whole site takes: time, processor time, disk; and a second run, with nothing changed.

With ``--codes`` a random sample is built, and what all would take is told as what it is, an
estimate: seconds of a shared machine say little, processor time and bytes say more.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from payeratlas.build.site import Site, build_site
from payeratlas.build.site_pages import BATCH
from payeratlas.build.site_plan import codes_on_hand
from payeratlas.store import Store


def main() -> None:
    """Build, build again, and print what both took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--codes", type=int, default=0, help="a sample of about so many; else all")
    parser.add_argument("--jobs", type=int, default=2, help="how many processes build pages")
    parser.add_argument("--out", type=Path, help="keep the site in this folder, which is emptied")
    parser.add_argument("--today", type=date.fromisoformat, default=date(2026, 1, 1))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = given.out or Path(name) / "site"
        shutil.rmtree(root, ignore_errors=True)
        # No store of the user's own: the embedded data is the same for everyone.
        os.environ["PAYERATLAS_STORE"] = str(Path(name) / "store")
        store = Store.open()
        every = codes_on_hand(store)
        codes = _sample(every, given.codes) if given.codes else every
        share = len(every) / len(codes)
        lines = [f"{len(codes):,} of {len(every):,} codes, {given.jobs} processes"]
        for run in ("first run", "again, nothing changed"):
            lines += _run(run, root, store, codes, given.today, given.jobs, share)
        lines += _disk(root, share)
    sys.stdout.write("\n".join(lines) + "\n")


def _sample(every: Sequence[str], count: int) -> list[str]:
    """Some runs of neighbouring codes, taken by chance: a batch reads the rows of its codes
    together, and far fewer of them where they stand together, as in a whole site."""
    starts = range(0, len(every), BATCH)
    runs = random.Random(64640).sample(starts, min(len(starts), max(1, count // BATCH)))
    return [code for start in sorted(runs) for code in every[start : start + BATCH]]


def _run(
    name: str,
    root: Path,
    store: Store,
    codes: Sequence[str],
    today: date,
    jobs: int,
    share: float,
) -> list[str]:
    seconds, used = time.perf_counter(), _used()
    site: Site = build_site(store, root, today=today, codes=codes, jobs=jobs)
    seconds, used = time.perf_counter() - seconds, _used() - used
    each = used / len(codes) * 1000
    told = [
        f"{name}: {site.built:,} built, {site.kept:,} kept, {len(site.refused):,} refused",
        f"  {seconds:,.0f} s; {used:,.0f} s of processors, {each:.1f} ms a code",
    ]
    if share > 1:
        minutes = used * share / 60
        told.append(f"  all codes, estimated: {minutes:.1f} minutes of processors")
    return told


def _used() -> float:
    """Processor seconds of this process and of those it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _disk(root: Path, share: float) -> list[str]:
    """Blocks taken on disk, and bytes by kind of file."""
    blocks, files = 0, Counter[str]()
    sizes = Counter[str]()
    for path in (root, *root.rglob("*")):
        taken = path.stat()
        blocks += taken.st_blocks * 512
        if path.is_file():
            part = path.relative_to(root).parts[0]
            kind = part if part in ("pagefind", "browse", ".payeratlas") else path.suffix
            files[kind] += 1
            sizes[kind] += taken.st_size
    pages = sum(1 for path in root.glob("*/*.html") if path.parent.name == path.stem)
    lines = [f"disk: {blocks / 1e9:.3f} GB ({blocks / pages / 1e3:.1f} kB a page)"]
    if share > 1:
        lines.append(f"  all codes, estimated: {blocks * share / 1e9:.2f} GB")
    for kind, size in sizes.most_common():
        each = size / files[kind] / 1e3
        lines.append(
            f"  {kind:<14}{files[kind]:>7,} files{size / 1e6:>10.1f} MB{each:>8.1f} kB each"
        )
    return lines


if __name__ == "__main__":
    main()
