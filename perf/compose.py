"""Compose the pages of codes as a site does, without rendering: a case of ``perf/run.py``."""

from __future__ import annotations

import argparse
import gc
import random
from datetime import date

from payeratlas.model.errors import InputError
from payeratlas.model.time import AsOf
from payeratlas.pages.compose import page_of
from payeratlas.pages.facts import ptp
from payeratlas.pages.releases import CODE, default_day
from payeratlas.store import Store, Watched

DAY = date(2025, 10, 15)
SEED = 64640


def neighbours(store: Store, count: int) -> list[str]:
    """Runs of sixteen neighbouring codes, drawn with a fixed seed, as a site takes them in turn."""
    found: set[str] = set()
    for table in ("pfs_rvu", "hcpcs_code"):
        for published in store.releases():
            if published.holds(table):
                name = CODE if table == "pfs_rvu" else "code"
                found |= set(store.scan(table, published, [name]).column(name).to_pylist())
    codes = sorted(found)
    drawn = random.Random(SEED)
    starts = drawn.sample(range(0, len(codes) - 16, 16), -(-count // 16))
    return [code for start in sorted(starts) for code in codes[start : start + 16]][:count]


def main() -> None:
    """Compose the pages; with ``--prepare-only`` do all but that, to be taken off."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--prepare-only", action="store_true")
    chosen = parser.parse_args()
    store = Store.open()
    codes = neighbours(store, chosen.count)
    gc.disable()  # as in the site
    ptp.load(AsOf(DAY), store)
    if chosen.prepare_only:
        return
    store.expect(codes)
    for code in codes:
        try:
            page_of(code, AsOf(default_day(code, DAY, store)), Watched(store))
        except InputError:
            continue  # no release on hand lists it


if __name__ == "__main__":
    main()
