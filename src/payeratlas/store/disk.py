"""Files that survive a crash: written whole, flushed to the disk, then named by one rename.

Every call to the operating system that changes the disk goes through here, as ``os.<name>``, so
that tests can stop or fail any of them.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from mmap import mmap
from pathlib import Path

if sys.platform != "win32":
    import fcntl

READERS = ".readers"  # lock files, at the root of a store
PUBLISHER = ".publisher"
_CHUNK = 1 << 20


def sha256_of(data: bytes) -> str:
    """The sha256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def write_file(path: Path, data: bytes | mmap) -> None:
    """Write a new file and flush it to the disk; an existing file of that name is replaced."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        with memoryview(data) as whole:
            place = 0
            while place < len(whole):
                place += os.write(handle, whole[place : place + _CHUNK])
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Flush to the disk a file that something else wrote."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(path: Path) -> None:
    """Flush a folder's list of names to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folders(path: Path) -> None:
    """Make a folder and those above it; their names are not yet flushed."""
    missing = []
    while not path.is_dir():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        os.mkdir(folder)  # noqa: PTH102 (see the module's docstring)


def rename(staged: Path, final: Path) -> None:
    """Give a flushed file its name, over any file of that name; the folder is not yet flushed."""
    os.replace(staged, final)  # noqa: PTH105


def remove(path: Path) -> None:
    """Remove a file if it is there."""
    try:
        os.unlink(path)  # noqa: PTH108
    except FileNotFoundError:
        return


class ReadLock:
    """Says "somebody reads this store" while it is held; sweeping waits until nobody else does.

    Holding it costs nothing where the store is not there yet, or on Windows (where a file that
    is open cannot be removed anyway).
    """

    def __init__(self, root: Path) -> None:
        self._path = root / READERS
        self._handle: int | None = None
        self.hold()

    def hold(self) -> None:
        """Take the shared lock, if the store's lock file exists and none is held yet."""
        if sys.platform == "win32" or self._handle is not None:
            return
        try:
            handle = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return
        fcntl.flock(handle, fcntl.LOCK_SH)
        self._handle = handle

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether no other reader is there; while inside, none can come.

        To be used by the one publisher only: the shared lock is let go for a moment.
        """
        if sys.platform == "win32" or self._handle is None:
            yield False
            return
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            sole = True
        except OSError:
            sole = False
        try:
            yield sole
        finally:
            fcntl.flock(self._handle, fcntl.LOCK_SH)

    def release(self) -> None:
        """Let go."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


@contextmanager
def only_publisher(root: Path) -> Iterator[None]:
    """Hold the store's publishing lock; a second publisher waits for the first to end."""
    if sys.platform == "win32":
        yield
        return
    handle = os.open(root / PUBLISHER, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
