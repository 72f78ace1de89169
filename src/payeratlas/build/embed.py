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
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from payeratlas.build.ingest import Progress, add
from payeratlas.model.errors import AtlasError, FileError
from payeratlas.store import EMBEDDED, Published, Store

INVENTORY = "inventory.toml"
REPOSITORY = EMBEDDED.parents[2]
"""Where ``kept_in`` of an entry is looked for: the folder that this package was checked out to."""


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
    return store.releases()


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
