"""Read a price file into the store: from disk or as it comes in, or change nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from payeratlas.build.download import Moment, Watch
from payeratlas.build.registry import PriceSource
from payeratlas.formats.archive import ZIP_MAGIC
from payeratlas.formats.chunks import CHUNK, unpack, unpacked_chunks
from payeratlas.formats.source_file import unreadable
from payeratlas.formats.tic_json import JsonError
from payeratlas.formats.tic_lines import Lines, are_lines
from payeratlas.formats.witness import Witness
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Artifact
from payeratlas.store.hospital import read_hospital
from payeratlas.store.price_files import PriceFiles
from payeratlas.store.price_manifest import Issue, Pinned, Place, PriceFile
from payeratlas.store.price_tables import PriceTables
from payeratlas.store.tic import read_extract, read_tic, refusal

What = Literal["added", "read for more codes", "noted", "unchanged"]
_NOWHERE = Pinned("", "", 0, 0)
_READERS: dict[str, Callable[..., PriceTables[Any]]] = {  # by the FORMAT of a source
    "tic": read_tic,
    "tic_extract": read_extract,
    "hospital": read_hospital,
}


@dataclass(frozen=True, slots=True)
class Added:
    """A price file on hand, and what adding it did.

    ``added``: it is new. ``read for more codes``: it was there for fewer. ``noted``: its payer or
    address was. ``unchanged``: nothing.
    """

    file: PriceFile
    what: What


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user wants of a price file: whose it is said to be, and the codes (None: all)."""

    payer: str = ""
    codes: frozenset[str] | None = None

    def widened(self, held: PriceFile | None) -> frozenset[str] | None:
        """These codes and those that the file on hand was read for."""
        if held is None or self.codes is None:
            return self.codes
        return None if held.codes is None else self.codes | set(held.codes)

    def met_by(self, held: PriceFile) -> bool:
        """Whether the file on hand was read for all of these codes."""
        if held.codes is None:
            return True
        return self.codes is not None and self.codes <= set(held.codes)


def add(
    path: Path,
    held: PriceFiles,
    source: PriceSource,
    wish: Wish,
    *,
    watch: Watch,
    place: Place | None = None,
    name: str = "",
) -> Added:
    """Read a file on disk into the store; ``name`` is what it is called, if not as on disk.

    The same file for the same codes again changes nothing. Raises FileError where the file cannot
    be read as a payer's price file, StoreError where the disk refuses; the store is as it was.
    """
    size, sha256, zipped = _seen(path)
    found = held.get(sha256)
    if found and wish.met_by(found):
        return noted(found, held, wish, place)
    counted = Counted(sha256, size, zipped=zipped)
    name = name or path.name
    packed = _telling(counted.passing(_packed(path)), name, size, watch)
    return take(
        unpacked_chunks(path) if zipped else unpack(packed, where=name),
        name,
        counted,
        held,
        source,
        replace(wish, codes=wish.widened(found)),
        place=place,
    )


class ReadAgain(Exception):
    """The file is on hand for other codes, which was known only once all of it had come in."""

    def __init__(self, codes: frozenset[str] | None) -> None:
        super().__init__("read again for more codes")
        self.codes = codes


class Counted:
    """The sha256 and size of the bytes that pass through it: those of the file as published.

    ``sha256`` and ``size``, where given, are those of a file already known; of a zip, which is
    read through its directory, nothing passes and they are taken as they are.
    """

    def __init__(self, sha256: str = "", size: int = 0, *, zipped: bool = False) -> None:
        self._known = sha256
        self._size = size
        self._zipped = zipped
        self._digest = hashlib.sha256()
        self._got = 0

    def passing(self, chunks: Iterable[bytes]) -> Generator[bytes, None, None]:
        """The same chunks, counted."""
        for chunk in chunks:
            self._digest.update(chunk)
            self._got += len(chunk)
            yield chunk

    def artifact(self, name: str, place: Place | None) -> Artifact:
        """The file that passed. FileError where it is another than was known."""
        sha256, size = self._digest.hexdigest(), self._got
        if self._zipped:
            sha256, size = self._known, self._size
        if self._known and sha256 != self._known:
            raise FileError(
                "the file was changed while it was read.",
                where=name,
                cure="wait until whatever writes it has ended, then add it again.",
            )
        at = place or Place("")
        return Artifact(name, sha256, size, at.key, at.retrieved)


def take(
    chunks: Iterable[bytes],
    name: str,
    counted: Counted,
    held: PriceFiles,
    source: PriceSource,
    wish: Wish,
    *,
    place: Place | None = None,
) -> Added:
    """Read unpacked chunks of a file called ``name`` into the store and make it visible.

    ``counted`` saw the bytes that they were unpacked from. ReadAgain where the file turns out to be
    on hand for codes that are not among the wish's.
    """
    import pyarrow.parquet as pq  # late: it is slow to load

    read = _READERS[source.FORMAT]
    lines = Lines(chunks, name) if source.FORMAT == "tic" and are_lines(name) else None
    witness = Witness()
    codes = None if wish.codes is None else {c for w in wish.codes for c in (w, w.lower())}
    notes = {"source": source.SOURCE.id, "file": name, "licence": source.SOURCE.licence}
    with held.staging() as folder:
        try:
            through = witness.passing(lines or chunks)
            tables = read(through, folder, codes, name=name, notes=notes)
        except FileError as error:
            if lines is not None and isinstance(error.__cause__, JsonError):
                raise _in_lines(error.__cause__, lines, name) from error
            raise
        artifact = counted.artifact(name, place)
        before = held.get(artifact.sha256)
        if before and wish.met_by(before):  # the same bytes stand at another address too
            return noted(before, held, wish, place)
        if (widened := wish.widened(before)) != wish.codes:
            raise ReadAgain(widened)
        printed = pq.read_table(tables.files[tables.head], use_threads=False).to_pylist()[0]
        title, series, day, basis = source.describe(printed, name)
        file = PriceFile(
            source=source.SOURCE.id,
            artifact=artifact if before is None else before.artifact,
            payer=wish.payer or (before.payer if before else ""),
            kind=printed["kind"],
            issue=Issue(title, series, day.isoformat() if day else "", basis),
            printed=printed,
            codes=None if wish.codes is None else tuple(sorted(wish.codes)),
            account=tables.account,
            tables={},
            witness=_NOWHERE,
            places=_places(before, place),
            shifts=tuple(lines.shifts) if lines else (),
            software=_software(),
            licence=source.SOURCE.licence,
        )
        rows = {table: pq.read_metadata(path).num_rows for table, path in tables.files.items()}
        published = held.publish(file, tables.files, witness.slices(tables.keys), rows, over=before)
    return Added(published, "added" if before is None else "read for more codes")


def noted(found: PriceFile, held: PriceFiles, wish: Wish, place: Place | None) -> Added:
    """The file on hand, with a payer and an address that were not known before."""
    payer = wish.payer or found.payer
    places = _places(found, place)
    if payer == found.payer and places == found.places:
        return Added(found, "unchanged")
    return Added(held.relabel(replace(found, payer=payer, places=places), over=found), "noted")


def _places(found: PriceFile | None, place: Place | None) -> tuple[Place, ...]:
    known = {each.key: each for each in (found.places if found else ())}
    if place is not None and place.key:
        known[place.key] = place
    return tuple(known[key] for key in sorted(known))


def _software() -> str:
    from importlib.metadata import version  # late: it is slow to load

    return f"payeratlas {version('payeratlas')}"


def _in_lines(error: JsonError, lines: Lines, name: str) -> FileError:
    """What is wrong, with its place in the lines instead of the document made of them."""
    here = JsonError.at(error.reason, lines.place(error.offset), error.pointer, error.context)
    return refusal(here, name)


def _seen(path: Path) -> tuple[int, str, bool]:
    """Size and sha256 of a file, and whether it is a zip; FileError where it cannot be read."""
    try:
        with path.open("rb") as file:
            zipped = file.read(len(ZIP_MAGIC)) == ZIP_MAGIC
            file.seek(0)
            return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest(), zipped
    except OSError as error:
        raise unreadable(path, error) from error


def _packed(path: Path) -> Generator[bytes, None, None]:
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except OSError as error:
        raise unreadable(path, error) from error


def _telling(
    chunks: Iterable[bytes], name: str, total: int, watch: Watch
) -> Generator[bytes, None, None]:
    """The same chunks; the watch is told how far they are."""
    began, got = watch.clock(), 0
    for chunk in chunks:
        got += len(chunk)
        passed = watch.clock() - began
        rate = got / passed if passed > 0 else None
        watch.moment(Moment(name, got, total, rate, (total - got) / rate if rate else None))
        yield chunk
