"""Build the embedded data set: figures of real releases as Parquet, with their manifests.

``python -m payeratlas.build.embed --from FOLDER`` reads the files that ``inventory.toml`` lists
below FOLDER and writes ``src/payeratlas/embedded/``. A few small ones are kept whole in the
repository, among the samples of the tests; their entries say so. The same files give the same
bytes. Releases whose content has not changed keep their manifest as it is; those no longer listed
are removed.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from payeratlas.build.ingest import Progress, add
from payeratlas.model.errors import AtlasError, FileError
from payeratlas.pages.facts import addon, ptp
from payeratlas.pages.releases import CODE, tables_of_codes
from payeratlas.store import EMBEDDED, Published, Store
from payeratlas.store.by_code_write import Counted, write

INVENTORY = "inventory.toml"
REPOSITORY = EMBEDDED.parents[2]
"""Where ``kept_in`` of an entry is looked for: the folder that this package was checked out to."""
WHOLE = 3000  # rows of all releases of a table without codes that is kept as it is


@dataclass(frozen=True, slots=True)
class Entry:
    """One release of the inventory: its source and id, and the files that make it.

    ``kept_in`` is the folder of the repository that holds them, empty where they are among the
    publishers' files.
    """

    source: str
    release: str
    files: tuple[str, ...]
    kept_in: str = ""

    def paths(self, originals: Path) -> list[Path]:
        """The files themselves, given the folder of the publishers' files."""
        folder = REPOSITORY / self.kept_in if self.kept_in else originals
        return [folder / name for name in self.files]


def inventory(path: Path) -> list[Entry]:
    """The entries of an inventory file."""
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    return [
        Entry(source, release["id"], tuple(release["files"]), release.get("kept_in", ""))
        for source, releases in sorted(found.items())
        for release in releases
    ]


def build(
    entries: Sequence[Entry], originals: Path, root: Path, progress: Progress | None = None
) -> tuple[Published, ...]:
    """Bring the data set at ``root`` to what the inventory says; what then stands there.

    Raises FileError where a file is missing or turns out to be of another release.
    """
    store = Store(root, None)
    for entry in entries:
        paths = entry.paths(originals)
        published = add(entry.source, paths, store, progress=progress, keep_bytes=False)
        if published.release.id != entry.release:
            raise FileError(
                f"the inventory says {entry.release}, the files say {published.release.id}.",
                where=f"{entry.source}: {', '.join(entry.files)}",
                cure="correct inventory.toml.",
            )
    listed = {(entry.source, entry.release) for entry in entries}
    for published in store.releases():
        release = published.release
        if (release.source, release.id) not in listed:
            store.withdraw(release.source, release.id)
    store.seal()
    sort_by_code(root, progress)
    return store.releases()


def sort_by_code(root: Path, progress: Progress | None = None) -> int:
    """Write the rows of a sealed data set by code too, for who asks for one code; its size.

    Every table of billing codes is sorted by them, but the edits, whose millions are counted as a
    page counts them; small tables without codes are kept as they are.
    """
    store = Store(root, None)
    looked_up: dict[str, tuple[str, ...]] = dict.fromkeys(tables_of_codes(store), (CODE,))
    looked_up |= {addon.TABLE: ("addon", "primary")}
    edits = Counted(ptp.TABLE, tuple(ptp.COLUMNS), ptp.BY, (*ptp.BY, *ptp.CODES))
    rows = Counter[str]()
    for part in (part for published in store.releases() for part in published.parts):
        rows[part.table] += part.rows
    whole = [
        table
        for table, count in rows.items()
        if count <= WHOLE and table not in looked_up and table != ptp.TABLE
    ]
    return write(store, looked_up, [edits], whole, progress)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0, or 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m payeratlas.build.embed", description=__doc__)
    parser.add_argument("--from", dest="originals", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--to", dest="root", type=Path, default=EMBEDDED, metavar="FOLDER")
    chosen = parser.parse_args(arguments)
    try:
        entries = inventory(EMBEDDED / INVENTORY)
        releases = build(entries, chosen.originals, chosen.root, _say)
    except AtlasError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    rows = sum(part.rows for published in releases for part in published.parts)
    size = sum(part.bytes for published in releases for part in published.parts)
    _say(f"{len(releases)} releases, {rows} rows, {size} bytes of Parquet in {chosen.root}")
    return 0


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


if __name__ == "__main__":
    sys.exit(main())
