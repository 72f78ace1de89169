"""Read a store while others publish in it: run as a script by the tests of readers.

Arguments: the store's folder, a file that appears when this reader has read enough, how many
reads that is, and a file that tells it to stop. Prints what it saw as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from storekit import own_store, versions


def main() -> int:
    """Open, read several times, close, until told to stop; count mixes and strays."""
    root, enough, wanted, stop = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    reads = mixed = 0
    seen: set[int] = set()
    meanings: dict[str, set[int]] = {}
    while not Path(stop).exists():
        store = own_store(root)
        (published,) = store.releases()
        first = versions(store, published)
        for _ in range(4):  # the same view, while others may publish
            found = versions(store, published)
            reads += 1
            mixed += len(found) != 1 or found != first
            seen |= found
        meanings.setdefault(store.edition, set()).update(first)
        store.close()
        if reads >= wanted:
            enough.touch()
    mixed += sum(len(versions) != 1 for versions in meanings.values())
    sys.stdout.write(json.dumps({"reads": reads, "mixed": mixed, "seen": sorted(seen)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
