"""Make a release visible, at once or not at all.

Everything is written under ``staging/`` and flushed, moved to its content-addressed name (which
nothing names yet), the folders are flushed; then one rename of the manifest makes the release
visible. What a crash leaves behind is named by no manifest: it is invisible, and removed by the
next publishing that finds no other reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from payeratlas.formats import SourceFile
from payeratlas.model.errors import StoreError
from payeratlas.store import disk
from payeratlas.store.manifest import (
    Part,
    blob_path,
    decode,
    encode,
    manifest_path,
    same_content,
)
from payeratlas.store.partition import check, check_together, licence_of, place, to_parquet
from payeratlas.tables.reading import Batch, Reading

STAGING = "staging"


def prepare(
    reading: Reading, files: Sequence[SourceFile], licence: str, software: str
) -> tuple[bytes, dict[str, bytes]]:
    """The manifest of a reading and its partitions by path; nothing is written yet.

    Raises StoreError where a batch breaks its contract, a file is not the one it was read from,
    or a file gave no row.
    """
    release = reading.release
    for name in (release.source, release.id):
        if not name or not set(name) <= _SAFE or name.startswith("."):
            raise StoreError(
                f"{name!r} cannot name a folder.",
                cure="ids are letters, digits, dots, hyphens and underscores.",
            )
    given = {file.artifact.sha256: file for file in files}
    for file in files:
        if disk.sha256_of(file.data) != file.artifact.sha256:
            raise StoreError("its bytes are not those of its artifact.", where=file.artifact.name)
        if all(batch.artifact.sha256 != file.artifact.sha256 for batch in reading.batches):
            raise StoreError(
                f"no row of {release.id} was read from it.",
                where=file.artifact.name,
                cure="leave this file out, or check that it belongs to the release.",
            )
    partitions: dict[str, bytes] = {}
    parts = []
    for batch in reading.batches:
        check(batch)
        if batch.artifact.sha256 not in given:
            raise StoreError(
                "the file it was read from is not among those given.", where=place(batch)
            )
    check_together(reading.batches)
    for batch in sorted(reading.batches, key=_place):  # in whatever order the files were given
        note = licence or "; ".join(sorted(set(licence_of(batch.table).values())))
        data = to_parquet(batch, release, note)
        sha256 = disk.sha256_of(data)
        table = batch.table.name
        path = f"tables/{table}/source={release.source}/release={release.id}/{sha256[:12]}.parquet"
        partitions[path] = data
        parts.append(
            Part(
                table=table,
                path=path,
                sha256=sha256,
                bytes=len(data),
                rows=len(batch.ordinals),
                artifact=batch.artifact,
                member=batch.member,
                constants=batch.constants,
                bindings=batch.bindings,
                numbers=batch.epoch.numbers,
                epoch=batch.epoch.id,
                encoding=batch.epoch.encoding,
                account=batch.account,
                delimiter=batch.epoch.delimiter,
                lost=batch.epoch.lost,
            )
        )
    return encode(release, tuple(parts), licence, software), partitions


def _place(batch: Batch) -> tuple[object, ...]:
    constants = tuple(sorted(batch.constants.items()))
    return batch.table.name, constants, batch.artifact.name, batch.member, batch.artifact.sha256


_SAFE = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


def commit(root: Path, manifest: bytes, content: Mapping[str, bytes], lock: disk.ReadLock) -> bytes:
    """Bring a release into the store at ``root``; the manifest that stands afterwards.

    ``content`` maps paths (partitions, blobs) to bytes. Equal content is left alone, so
    publishing twice changes nothing, and publishing over a damaged file repairs it. Raises
    StoreError where the disk refuses; the release is then as it was.
    """
    with writing(root, lock):
        sweep(root, lock)
        return _commit(root, manifest, content)


def withdraw(root: Path, manifest: str, lock: disk.ReadLock) -> None:
    """Take a release's manifest away, and what only it named."""
    with writing(root, lock):
        disk.remove(root / manifest)
        disk.sync_folder((root / manifest).parent)
        sweep(root, lock)


def seal(root: Path, lock: disk.ReadLock) -> None:
    """Leave nothing but what manifests name, for a data set that is shipped read-only."""
    with writing(root, lock):
        sweep(root, lock)
    lock.release()
    for name in (disk.READERS, disk.PUBLISHER):
        disk.remove(root / name)
    if (root / STAGING).exists():
        (root / STAGING).rmdir()


@contextmanager
def writing(root: Path, lock: disk.ReadLock) -> Iterator[None]:
    """Hold the store for writing; OSError inside becomes a StoreError that names its cure."""
    try:
        disk.make_folders(root)
        with disk.only_publisher(root):
            if not (root / disk.READERS).exists():
                disk.write_file(root / disk.READERS, b"")
            lock.hold()
            yield
    except OSError as error:
        raise StoreError(
            f"the disk refused: {error.strerror or error}.",
            where=str(error.filename or root),
            cure="make room or mend the disk, then try again; the store is as it was.",
        ) from error


def _commit(root: Path, manifest: bytes, content: Mapping[str, bytes]) -> bytes:
    release = decode(manifest, root, "the new manifest").release
    final = root / manifest_path(release.source, release.id)
    former = final.read_bytes() if final.exists() else None
    staging = root / STAGING
    for number, (path, data) in enumerate(sorted(content.items())):
        target = root / path
        if target.exists() and target.read_bytes() == data:
            continue
        disk.make_folders(staging)
        staged = staging / str(number)
        disk.write_file(staged, data)
        disk.make_folders(target.parent)
        disk.rename(staged, target)
    if former is not None and same_content(former, manifest):
        return former
    disk.make_folders(staging)
    disk.make_folders(final.parent)
    staged = staging / "manifest"
    disk.write_file(staged, manifest)
    # Files that were already there are flushed too: a killed publisher may have left them unnamed
    # and their folders unflushed.
    for folder in _folders(root, (*(root / path for path in content), final)):
        disk.sync_folder(folder)
    disk.rename(staged, final)
    try:
        disk.sync_folder(final.parent)
    except OSError:
        _restore(staged, final, former)
        raise
    return manifest


def _folders(root: Path, files: Iterable[Path]) -> list[Path]:
    """Every folder from the store's parent down to the files'."""
    found = {root.parent, root}
    for file in files:
        found |= {folder for folder in file.parents if root in folder.parents}
    return sorted(found)


def _restore(staged: Path, final: Path, former: bytes | None) -> None:
    """Take back a manifest whose name could not be flushed: the release was not published."""
    if former is None:
        disk.remove(final)
    else:
        disk.write_file(staged, former)
        disk.rename(staged, final)


def sweep(root: Path, lock: disk.ReadLock) -> int:
    """Remove what no manifest names, if nobody else reads the store; how many files went."""
    with lock.alone() as sole:
        if not sole:
            return 0
        named = set()
        for path in (root / "releases").glob("*/*.json"):
            published = decode(path.read_bytes(), root, str(path))
            for part in published.parts:
                named |= {part.path, blob_path(part.artifact.sha256)}
        gone = 0
        for folder in (STAGING, "tables", "blobs"):
            for path in sorted((root / folder).rglob("*")):
                if path.is_file() and path.relative_to(root).as_posix() not in named:
                    disk.remove(path)
                    gone += 1
        return gone
