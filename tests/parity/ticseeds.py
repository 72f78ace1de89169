"""Writes files made by chance for scripts/fuzz.

Those in ``made`` are as they are; in ``seeds`` (payers' files) and ``hospital`` a byte before each
tells the fuzzer how to read it.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from hospitalmake import HospitalMaker
from ticmake import Maker

COUNT = 300


def write(folder: Path) -> None:
    """The same files each time."""
    for name in ("made", "seeds", "hospital"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for seeds, maker in (("seeds", Maker), ("hospital", HospitalMaker)):
        for seed in range(COUNT):
            chance = random.Random(seed)
            data = maker(chance, broken=0.01 if seed % 3 == 0 else 0.0).file()
            (folder / "made" / f"{seeds}-{seed}").write_bytes(data)
            (folder / seeds / str(seed)).write_bytes(bytes([chance.randrange(256)]) + data)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
