"""Benchmarks that stand ready, by code: where they are, and whether they are of what is on hand.

What ``rates`` works out of the price files on hand is kept under a name made of them, the
*edition*: a digest of every price file with what its posted rates were made from, and of the
version of the rules. So nothing stale is ever found: another file, another edition. A folder
``prices/benchmarks/<edition>`` holds ``codes.bin`` with all codes, whose rename makes it visible,
``cell.parquet`` with their cells, and ``codes/`` with codes that were worked out one at a time.

The data that comes with the software has the same layout below ``embedded/rates``, with a
``manifest.json`` of its price files.

``codes.bin`` is one line (format, length and sha256 of the head), the head (compressed JSON), then
a compressed block for each code. What a block holds is the business of ``rates.codec``.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from payeratlas.model.errors import StoreError
from payeratlas.store import disk

if TYPE_CHECKING:
    from payeratlas.store.price_manifest import PriceFile

FORMAT = "payeratlas benchmarks 1"
RATES = "rates"
"""Folder of the price files that come with the software, below the embedded data set."""
FOLDER = "prices"
MANIFEST = "manifest.json"
CODES = "codes.bin"
CELLS = "cell.parquet"
_SUM = 16
_DIGITS = 16
_LEVEL = 9

State = Literal["no_files", "not_made", "not_read", "not_listed", "made"]

NOT_LISTED = b"null"
NOT_READ = b"false"
"""What stands in the file of one code that has no benchmarks."""
_NOTHING: Mapping[bytes, State] = {NOT_LISTED: "not_listed", NOT_READ: "not_read"}


@dataclass(frozen=True, slots=True)
class Ready:
    """What stands ready for a code.

    ``no_files``: no price file is on hand; ``not_made``: its benchmarks have not been worked out
    of those on hand; ``not_read``: they were read for other codes only; ``not_listed``: none has
    the code; ``made``: ``data`` has them, in the words of ``rates.codec``, with ``notes``.
    """

    state: State
    edition: str = ""
    data: bytes = b""
    notes: Sequence[Sequence[Any]] = ()


class CodesFile:
    """A ``codes.bin``: the data of one code in one read."""

    def __init__(self, path: Path) -> None:
        """Read the head. StoreError where the file is damaged, OSError where it is not there."""
        self._path = path
        with path.open("rb") as file:
            line = file.readline(256)
            words = line.decode("ascii", "replace").rsplit(" ", 2)
            if len(words) != 3 or words[0] != FORMAT or not words[1].isdigit():
                raise self._damaged()
            data = file.read(int(words[1]))
        if hashlib.sha256(data).hexdigest() != words[2].strip():
            raise self._damaged()
        self.head: Mapping[str, Any] = json.loads(zlib.decompress(data))
        self.codes: Sequence[str] = self.head["codes"]
        self._starts = [len(line) + len(data)]
        for size, _ in self.head["blocks"]:
            self._starts.append(self._starts[-1] + size)

    def of(self, code: str) -> bytes | None:
        """The data of a code; None where it has none."""
        number = bisect_left(self.codes, code)
        if number == len(self.codes) or self.codes[number] != code:
            return None
        size, digest = self.head["blocks"][number]
        with self._path.open("rb") as file:
            file.seek(self._starts[number])
            data = file.read(size)
        if hashlib.sha256(data).hexdigest()[:_SUM] != digest:
            raise self._damaged()
        return zlib.decompress(data)

    def ready(self, code: str) -> Ready:
        """What stands ready for a code."""
        edition = self.head["edition"]
        data = self.of(code)
        if data is not None:
            return Ready("made", edition, data, self.head["notes"])
        read = self.head["read"]
        return Ready("not_listed" if read is None or code in read else "not_read", edition)

    def _damaged(self) -> StoreError:
        return StoreError(
            "these benchmarks are not what was written.",
            where=str(self._path),
            cure="remove the file and run: payeratlas benchmarks build.",
        )


class CodesWriter:
    """Writes a ``codes.bin`` code by code, its blocks beside it until the head is known."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is one of the writer's own, below the store's staging."""
        self._blocks = (folder / "blocks").open("wb")
        self._folder = folder
        self._codes: list[str] = []
        self._sizes: list[list[Any]] = []

    def add(self, code: str, data: bytes) -> None:
        """The data of the next code; codes come in order. ValueError where they do not."""
        if self._codes and code <= self._codes[-1]:
            raise ValueError(f"{code} comes after {self._codes[-1]}")
        block = zlib.compress(data, _LEVEL)
        self._blocks.write(block)
        self._codes.append(code)
        self._sizes.append([len(block), hashlib.sha256(block).hexdigest()[:_SUM]])

    def finish(self, edition: str, notes: Sequence[object], read: Sequence[str] | None) -> Path:
        """The staged file; ``read`` are the codes that files were read for, None: any."""
        self._blocks.close()
        document = {
            "edition": edition,
            "notes": notes,
            "read": None if read is None else sorted(read),
            "codes": self._codes,
            "blocks": self._sizes,
        }
        told = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        head = zlib.compress(told, _LEVEL)
        path = self._folder / CODES
        with path.open("wb") as file, (self._folder / "blocks").open("rb") as blocks:
            file.write(f"{FORMAT} {len(head)} {hashlib.sha256(head).hexdigest()}\n".encode())
            file.write(head)
            while chunk := blocks.read(1 << 20):
                file.write(chunk)
        disk.remove(self._folder / "blocks")
        return path


def sources(root: Path, embedded: Path | None) -> tuple[tuple[str, str], ...]:
    """Every price file on hand that prints negotiated rates: id, and what its rates are made from.

    Those of the user's store, then those that come with the software; of the latter not one that
    the user has read whole.
    """
    users = of_user(root)
    whole = {file.id for file in users if file.codes is None}
    own = []
    if users:
        from payeratlas.store.posted import KINDS, digest_of  # late: a fresh machine needs neither

        own = [(file.id, digest_of(file, users)) for file in users if file.kind in KINDS]
    told = [
        (file["note"][0], file["digest"])
        for file in embedded_manifest(embedded)
        if file["note"][0] not in whole
    ]
    return (*own, *told)


def of_user(root: Path) -> tuple[PriceFile, ...]:
    """The price files of the user's store."""
    if not (root / FOLDER / "files").is_dir():
        return ()
    from payeratlas.store.price_files import PriceFiles

    held = PriceFiles(root)
    try:
        return held.all()
    finally:
        held.close()


def embedded_manifest(embedded: Path | None) -> Sequence[Mapping[str, Any]]:
    """The price files that come with the software, as their manifest tells them."""
    if embedded is None:
        return ()
    try:
        found: Sequence[Mapping[str, Any]] = json.loads((embedded / RATES / MANIFEST).read_bytes())
    except FileNotFoundError:
        return ()
    return found


def edition_of(found: Iterable[tuple[str, str]], rules: int) -> str:
    """The edition of price files and rules; empty where there is no file."""
    told = sorted(map(list, found))
    if not told:
        return ""
    return disk.sha256_of(json.dumps([rules, told]).encode())[:_DIGITS]


def evidence_path(file_id: str, digest: str, rules: int) -> str:
    """Where the evidence of a posted file is kept, relative to a root."""
    return f"{FOLDER}/evidence/{file_id}-{digest}-{rules}.json"


def folder_of(edition: str) -> str:
    """Where the benchmarks of an edition stand, relative to a root."""
    return f"{FOLDER}/benchmarks/{edition}"


def alone_path(edition: str, code: str) -> str:
    """Where the benchmarks of one code stand that was worked out alone."""
    return f"{folder_of(edition)}/codes/{code}.json"


class Benchmarks:
    """The benchmarks that stand ready for the price files that were on hand when it was made."""

    def __init__(self, root: Path, embedded: Path | None, rules: int) -> None:
        """``root`` is the user's store, ``embedded`` the embedded data set."""
        self.edition = edition_of(sources(root, embedded), rules)
        self._root = root
        roots = (root, *((embedded / RATES,) if embedded else ()))
        self._all = self._open(roots)

    def _open(self, roots: Iterable[Path]) -> CodesFile | None:
        for root in roots if self.edition else ():
            try:
                return CodesFile(root / folder_of(self.edition) / CODES)
            except FileNotFoundError:
                continue
        return None

    @property
    def whole(self) -> bool:
        """Whether every code stands ready, or there is no price file at all."""
        return self._all is not None or not self.edition

    def ready(self, code: str) -> Ready:
        """What stands ready for a code."""
        if not self.edition:
            return Ready("no_files")
        if self._all is not None:
            return self._all.ready(code)
        try:
            data = (self._root / alone_path(self.edition, code)).read_bytes()
        except FileNotFoundError:
            return Ready("not_made", self.edition)
        if data in _NOTHING:
            return Ready(_NOTHING[data], self.edition)
        return Ready("made", self.edition, data)


def write_alone(root: Path, edition: str, code: str, data: bytes) -> None:
    """Keep the benchmarks of one code, at once or not at all.

    StoreError where the disk refuses.
    """
    keep(root / alone_path(edition, code), data)


def keep(final: Path, data: bytes) -> None:
    """Write a file under its name at once or not at all. StoreError where the disk refuses."""
    staged = final.with_name(f"{final.name}.{hashlib.sha256(data).hexdigest()[:_SUM]}")
    try:
        disk.make_folders(final.parent)
        disk.write_file(staged, data)
        disk.rename(staged, final)
        disk.sync_folder(final.parent)
    except OSError as error:
        raise StoreError(
            f"the disk refused: {error.strerror or error}.",
            where=str(final),
            cure="make room, or name a store that can be written with --store.",
        ) from error


def publish(root: Path, edition: str, staged: Mapping[str, Path]) -> Path:
    """Give staged files their names, ``codes.bin`` last; then remove other editions."""
    folder = root / folder_of(edition)
    disk.make_folders(folder)
    for name in sorted(staged, key=lambda name: name == CODES):
        disk.sync_file(staged[name])
        disk.rename(staged[name], folder / name)
        disk.sync_folder(folder)
    for above in (folder.parent, folder.parent.parent):
        disk.sync_folder(above)
    sweep(folder)
    return folder / CODES


def sweep(folder: Path) -> None:
    """Remove other editions than the one in ``folder``: ``codes.bin`` of each first."""
    for former in sorted(folder.parent.iterdir()):
        if former == folder or not former.is_dir():
            continue
        disk.remove(former / CODES)
        for path in sorted(former.rglob("*"), reverse=True):
            if path.is_dir():
                path.rmdir()
            else:
                disk.remove(path)
        former.rmdir()
