"""Price files of payers and hospitals in the user's store, and how one becomes visible.

What is read from a file is staged in a folder of its own, flushed, moved to names made of its
content (which nothing names yet); then one rename of the manifest makes all its tables visible. A
file that is read again for more codes replaces its manifest the same way. What a crash leaves is
named by no manifest, and removed by the next publishing that finds no other reader.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

from payeratlas.formats.price_account import accounts_of
from payeratlas.formats.witness import Slice
from payeratlas.model.errors import StoreError
from payeratlas.store import disk
from payeratlas.store.folder import default_root
from payeratlas.store.price_manifest import (
    FOLDER,
    Pinned,
    PriceFile,
    decode,
    encode,
    manifest_path,
)
from payeratlas.store.publish import writing

if sys.platform != "win32":
    import fcntl

_ALIVE = ".alive"
_READ_AGAIN = "add the price file again: that puts back what is damaged."


class PriceFiles:
    """The price files on hand in a user's store, as they are each time they are asked for."""

    def __init__(self, root: Path) -> None:
        """Use :meth:`open`."""
        self.root = root.resolve()
        self._lock = disk.ReadLock(self.root)
        self._swept = False  # sweeping looks at every file: once, and after something was replaced
        self._closing = weakref.finalize(self, self._lock.release)

    @classmethod
    def open(cls, root: Path | None = None) -> Self:
        """Open the store at ``root``, by default the user's own; it need not be there yet."""
        return cls(root or default_root())

    def close(self) -> None:
        """Let go of the store; only needed before removing its folder."""
        self._closing()

    def all(self) -> tuple[PriceFile, ...]:
        """Every price file on hand, by payer, name and id. StoreError for a broken manifest."""
        found = (
            decode(path.read_bytes(), self.root, str(path))
            for path in sorted((self.root / FOLDER / "files").glob("*.json"))
        )
        return tuple(sorted(found, key=lambda f: (f.entity.casefold(), f.artifact.name, f.id)))

    def get(self, sha256: str) -> PriceFile | None:
        """The price file of that sha256, where it is on hand."""
        path = self.root / manifest_path(sha256[:16])
        try:
            return decode(path.read_bytes(), self.root, str(path))
        except FileNotFoundError:
            return None

    # -- adding ------------------------------------------------------------------------------

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """A folder to read a file into; it is gone afterwards, whatever happened."""
        with writing(self.root, self._lock):  # so that nobody sweeps it before it is locked
            above = self.root / FOLDER / "staging"
            disk.make_folders(above)
            folder = Path(tempfile.mkdtemp(dir=above))
            held = _locked(folder / _ALIVE)
        with _refusals(self.root):
            try:
                yield folder
            finally:
                for path in sorted(folder.iterdir()):
                    disk.remove(path)
                if held is not None:
                    os.close(held)
                with contextlib.suppress(OSError):
                    folder.rmdir()

    def publish(
        self,
        file: PriceFile,
        staged: Mapping[str, Path],
        slices: Sequence[Slice],
        rows: Mapping[str, int],
        *,
        over: PriceFile | None,
    ) -> PriceFile:
        """Make a file visible: its tables, staged by name, and its witness, all at once.

        ``file`` comes without what only the store knows (``tables``, ``witness``); ``over`` is what
        it replaces. Raises StoreError, with the store as it was, where the tables do not hold what
        the account says, another program published the file meanwhile, or the disk refuses.
        """
        _balanced(file, rows)
        tables = {
            table: Pinned(
                f"{FOLDER}/tables/{table}/file={file.id}/{digest[:12]}.parquet",
                digest,
                path.stat().st_size,
                rows[table],
            )
            for table, path in sorted(staged.items())
            for digest in (_digest(path),)
        }
        witness = _witness(slices)
        digest = disk.sha256_of(witness)
        pinned = Pinned(
            f"{FOLDER}/witness/{file.id}-{digest[:12]}.json", digest, len(witness), len(slices)
        )
        whole = replace(file, tables=tables, witness=pinned)
        with writing(self.root, self._lock):
            self._expect(over, file)
            if not self._swept:
                self._sweep()
            self._swept = over is None
            folder = self.root / FOLDER / "staging"
            disk.make_folders(folder)
            note = folder / "witness"
            disk.write_file(note, witness)
            moves = {tables[table].path: path for table, path in staged.items()}
            for target, path in ({pinned.path: note} | moves).items():
                disk.sync_file(path)
                disk.make_folders((self.root / target).parent)
                disk.rename(path, self.root / target)
            self._name(whole)
        return self._standing(whole)

    def relabel(self, file: PriceFile, *, over: PriceFile) -> PriceFile:
        """Replace the manifest of a file on hand by one that names the same tables.

        Raises StoreError where another program published the file meanwhile.
        """
        with writing(self.root, self._lock):
            self._expect(over, file)
            self._name(file)
        return self._standing(file)

    def withdraw(self, file: PriceFile) -> None:
        """Take a price file away, and what only it named."""
        with writing(self.root, self._lock):
            path = self.root / manifest_path(file.id)
            disk.remove(path)
            disk.sync_folder(path.parent)
            self._sweep()
            self._swept = False

    def _expect(self, over: PriceFile | None, file: PriceFile) -> None:
        """Refuse to replace what another program published since ``over`` was read: its codes
        would be lost."""
        now = self.get(file.artifact.sha256)
        if (now.digest if now else "") != (over.digest if over else ""):
            raise StoreError(
                "another program added this price file at the same time.",
                where=file.artifact.name,
                cure="add it again: what the other one read is then kept.",
            )

    def _name(self, file: PriceFile) -> None:
        """The one rename: before it nothing of the file is visible, after it all of it."""
        final = self.root / manifest_path(file.id)
        disk.make_folders(final.parent)
        staged = self.root / FOLDER / "staging" / "manifest"
        disk.make_folders(staged.parent)
        disk.write_file(staged, encode(file))
        named = [self.root / pinned.path for pinned in file.files]
        for folder in sorted({f for p in (*named, final) for f in _above(p, self.root)}):
            disk.sync_folder(folder)
        disk.rename(staged, final)
        disk.sync_folder(final.parent)

    def _standing(self, file: PriceFile) -> PriceFile:
        found = self.get(file.artifact.sha256)
        if found is None:
            raise StoreError("the price file was withdrawn meanwhile.", where=file.artifact.name)
        return found

    def _sweep(self) -> None:
        """Remove what no manifest names, if nobody else reads the store."""
        with self._lock.alone() as sole:
            if not sole:
                return
            files = self.all()
            named = {pinned.path for file in files for pinned in file.files}
            ids = {file.id for file in files}
            for part in ("tables", "witness"):
                for path in sorted((self.root / FOLDER / part).rglob("*")):
                    if path.is_file() and path.relative_to(self.root).as_posix() not in named:
                        disk.remove(path)
            for path in sorted((self.root / FOLDER / "posted").glob("*/*/*")):
                if path.parent.parent.name not in ids:  # made of a file that was withdrawn
                    disk.remove(path)
        for folder in sorted((self.root / FOLDER / "staging").glob("*/")):
            held = _locked(folder / _ALIVE)
            if held is not None:  # nobody reads into it any more
                os.close(held)
                for path in sorted(folder.iterdir()):
                    disk.remove(path)
                with contextlib.suppress(OSError):
                    folder.rmdir()


def damage(file: PriceFile) -> Iterator[str]:
    """What of a price file on hand is not what its manifest pinned, in words."""
    for pinned in file.files:
        path = file.root / pinned.path
        try:
            same = _digest(path) == pinned.sha256
        except OSError as error:
            same = False
            yield f"{path}: it is not there ({error.strerror}). Try: {_READ_AGAIN}"
            continue
        if not same:
            yield f"{path}: it is not what its manifest pinned. Try: {_READ_AGAIN}"


def slices_of(file: PriceFile) -> tuple[Slice, ...]:
    """The raw slices kept of a file; StoreError where they are not what its manifest pinned."""
    path = file.root / file.witness.path
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"its slices cannot be read ({error.strerror}).", where=str(path), cure=_READ_AGAIN
        ) from error
    if disk.sha256_of(data) != file.witness.sha256:
        raise StoreError("its slices were changed.", where=str(path), cure=_READ_AGAIN)
    return tuple(
        Slice(s["offset"], s["length"], s["sha256"], s["blanked"].encode("latin-1"))
        for s in json.loads(data)
    )


def _witness(slices: Sequence[Slice]) -> bytes:
    # One character a byte, so that a slice may begin or end within a letter.
    found = [
        {
            "offset": each.offset,
            "length": each.length,
            "sha256": each.sha256,
            "blanked": each.blanked.decode("latin-1"),
        }
        for each in slices
    ]
    return (json.dumps(found, indent=1, sort_keys=True) + "\n").encode()


def _balanced(file: PriceFile, rows: Mapping[str, int]) -> None:
    """Refuse tables that hold another number of rows than the account kept."""
    kept_of = accounts_of(file.account)
    for what, tables in file.account.TABLES.items():
        held, kept = sum(rows.get(table, 0) for table in tables), kept_of[what].kept
        if held != kept:
            raise StoreError(
                f"its tables hold {held} {what}, and its account kept {kept}.",
                where=file.artifact.name,
                cure="report this as a fault of the software; the store is as it was.",
            )


@contextmanager
def _refusals(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"the disk refused: {error.strerror or error}.",
            where=str(error.filename or root),
            cure="make room or mend the disk, then try again; the store is as it was.",
        ) from error


def _above(path: Path, root: Path) -> list[Path]:
    """The folders from the store's parent down to a file's."""
    return [root.parent, root, *(folder for folder in path.parents if root in folder.parents)]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _locked(path: Path) -> int | None:
    """A file held open and locked for this process; None where another holds it."""
    if sys.platform == "win32":
        return None
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle
