"""Add files of a publisher to the store: open, read, publish, or change nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from payeratlas.build.registry import load_source
from payeratlas.formats import SourceFile
from payeratlas.model.errors import InputError
from payeratlas.store import Published, Store
from payeratlas.tables.reading import Reading

Progress = Callable[[str], None]


def add(
    source_id: str,
    paths: Sequence[Path],
    store: Store,
    *,
    progress: Progress | None = None,
    keep_bytes: bool = True,
) -> Published:
    """Read the files as one release of a source and publish it in the user's store.

    ``progress`` is told each step in a few words. Adding the same files again changes nothing.
    Raises InputError for an unknown source, FileError for a file that cannot be read as the
    source's, StoreError where the disk refuses; the store is then as it was.
    """
    tell = progress or (lambda words: None)
    if not paths:
        raise InputError("no file was named.", cure="name the files of one release.")
    load_source(source_id)
    files = []
    for path in paths:
        tell(f"opening {path.name}")
        files.append(SourceFile.open(path))
    reading = read(source_id, files, progress=tell)
    return publish(source_id, reading, files, store, progress=tell, keep_bytes=keep_bytes)


def read(
    source_id: str, files: Sequence[SourceFile], *, progress: Progress | None = None
) -> Reading:
    """The release that the files are, as the source reads them; FileError where it cannot."""
    source = load_source(source_id)
    if progress:
        progress(f"reading as {source.SOURCE.title}")
    return source.read(files)


def publish(
    source_id: str,
    reading: Reading,
    files: Sequence[SourceFile],
    store: Store,
    *,
    progress: Progress | None = None,
    keep_bytes: bool = True,
) -> Published:
    """Make what was read visible in the user's store, whole or not at all; StoreError if not."""
    licence = load_source(source_id).SOURCE.licence
    if progress:
        rows = sum(len(batch.ordinals) for batch in reading.batches)
        progress(f"publishing {reading.release.id}: {rows} rows")
    return store.publish(reading, files, licence=licence, keep_bytes=keep_bytes)
