"""Files under an address: a folder of this machine, or a prefix of an object store.

An object appears whole under its name or not at all. Addresses hold no secrets: credentials,
regions and endpoints of an object store come from the environment of its provider's tools
(``AWS_ACCESS_KEY_ID``, ``AWS_REGION``, ``AWS_ENDPOINT_URL`` and so on) or the machine's role.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from mmap import ACCESS_READ, mmap
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit
from uuid import uuid4

from payeratlas.model.errors import InputError
from payeratlas.store import disk

if TYPE_CHECKING:
    from obstore.store import ObjectStore

SCHEMES = ("s3", "s3a", "gs", "az", "abfs", "abfss")
PART = ".part-"
"""How the name of a file begins that is still being written in a folder."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """An object: its name under the address, its size in bytes, and when it was last written."""

    name: str
    size: int
    modified: datetime


class Files(Protocol):
    """What can be done with the files under an address; names are relative, parted by slashes.

    All raise OSError where the disk or the store refuses.
    """

    def put(self, name: str, content: Path | bytes) -> None:
        """Write an object, in place of one of that name."""
        ...

    def get(self, name: str) -> bytes | None:
        """The bytes of an object; None where there is none."""
        ...

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of an object as they come; FileNotFoundError where there is none."""
        ...

    def head(self, name: str) -> Entry | None:
        """What is known of an object; None where there is none."""
        ...

    def list(self, folder: str) -> Iterator[Entry]:
        """The objects below a folder, in the order of their names."""
        ...

    def remove(self, names: Sequence[str]) -> None:
        """Remove objects; those that are not there do not matter."""
        ...


def open_files(address: str) -> Files:
    """The files under an address.

    Raises InputError for an address of another kind, one that holds credentials, and where obstore
    is not installed.
    """
    scheme, mark, _ = address.partition("://")
    if not mark:
        return Folder(Path(address))
    if scheme == "file":
        return Folder(Path(urlsplit(address).path))
    if scheme not in SCHEMES:
        kinds = ", ".join(f"{name}://" for name in SCHEMES)
        fetch = " Download the file first." if scheme in ("http", "https") else ""
        raise InputError(
            "this is no folder and no object store.",
            where=address,
            cure=f"a path, or an address with {kinds}.{fetch}",
        )
    parts = urlsplit(address)
    if "@" in parts.netloc and scheme not in ("abfs", "abfss"):
        raise InputError(
            "an address may hold no credentials.",
            where=f"{scheme}://...@{parts.hostname}",
            cure="put them into the environment, for example as AWS_ACCESS_KEY_ID.",
        )
    try:
        from obstore.store import from_url
    except ImportError as error:
        raise InputError(
            "object stores need obstore, which is not installed.",
            where=address,
            cure="pip install 'payeratlas[cloud]'",
        ) from error
    try:
        return Bucket(from_url(address), address)
    except Exception as error:
        raise InputError(
            f"the address cannot be used: {_first_line(error)}.",
            where=address,
            cure="for example s3://bucket/folder, with the region in AWS_REGION.",
        ) from error


def open_file(address: str) -> tuple[Files, str]:
    """The files beside an address, and the name of its own; InputError as for ``open_files``."""
    folder, slash, name = address.rpartition("/")
    if not name:
        raise InputError("this is no file.", where=address, cure="an address that ends in a name.")
    return open_files(folder + (slash if not folder else "") if slash else "."), name


class Folder:
    """A folder of this machine; what is written is flushed to the disk before it has its name."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, name: str, content: Path | bytes) -> None:
        """See ``Files.put``."""
        final = self._root / name
        final.parent.mkdir(parents=True, exist_ok=True)
        part = final.with_name(f"{PART}{uuid4().hex}")
        try:
            if isinstance(content, bytes):
                disk.write_file(part, content)
            else:
                with (
                    content.open("rb") as file,
                    mmap(file.fileno(), 0, access=ACCESS_READ) as view,
                ):
                    disk.write_file(part, view)
            disk.rename(part, final)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        disk.sync_folder(final.parent)

    def get(self, name: str) -> bytes | None:
        """See ``Files.get``."""
        try:
            return (self._root / name).read_bytes()
        except FileNotFoundError:
            return None

    def chunks(self, name: str) -> Iterator[bytes]:
        """See ``Files.chunks``."""
        with (self._root / name).open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk

    def head(self, name: str) -> Entry | None:
        """See ``Files.head``."""
        try:
            found = (self._root / name).stat()
        except FileNotFoundError:
            return None
        return Entry(name, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def list(self, folder: str) -> Iterator[Entry]:
        """See ``Files.list``."""
        for path in sorted((self._root / folder).rglob("*")):
            entry = self.head(path.relative_to(self._root).as_posix()) if path.is_file() else None
            if entry:
                yield entry

    def remove(self, names: Sequence[str]) -> None:
        """See ``Files.remove``."""
        for name in names:
            disk.remove(self._root / name)


class Bucket:
    """A prefix of an object store; a network that stumbles is asked again by obstore itself."""

    def __init__(self, store: ObjectStore, address: str) -> None:
        self._store = store
        self._address = address

    def put(self, name: str, content: Path | bytes) -> None:
        """See ``Files.put``."""
        import obstore

        with _as_oserror(f"{self._address}/{name}"):
            obstore.put(self._store, name, content)

    def get(self, name: str) -> bytes | None:
        """See ``Files.get``."""
        import obstore

        try:
            with _as_oserror(f"{self._address}/{name}"):
                return bytes(obstore.get(self._store, name).bytes())
        except FileNotFoundError:
            return None

    def chunks(self, name: str) -> Iterator[bytes]:
        """See ``Files.chunks``."""
        import obstore

        with _as_oserror(f"{self._address}/{name}"):
            for chunk in obstore.get(self._store, name).stream(min_chunk_size=_CHUNK):
                yield bytes(chunk)

    def head(self, name: str) -> Entry | None:
        """See ``Files.head``."""
        import obstore

        try:
            with _as_oserror(f"{self._address}/{name}"):
                return _entry(obstore.head(self._store, name))
        except FileNotFoundError:
            return None

    def list(self, folder: str) -> Iterator[Entry]:
        """See ``Files.list``."""
        import obstore

        with _as_oserror(f"{self._address}/{folder}"):
            found = [_entry(meta) for page in obstore.list(self._store, folder) for meta in page]
        yield from sorted(found, key=lambda entry: PurePosixPath(entry.name).parts)

    def remove(self, names: Sequence[str]) -> None:
        """See ``Files.remove``."""
        import obstore

        with _as_oserror(self._address):
            obstore.delete(self._store, list(names))


def _entry(meta: Any) -> Entry:
    return Entry(meta["path"], meta["size"], meta["last_modified"])


@contextmanager
def _as_oserror(where: str) -> Iterator[None]:
    """obstore's own errors are no OSError, which callers know how to take."""
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError as error:
        raise FileNotFoundError(f"there is no {where}") from error
    except BaseError as error:
        raise OSError(f"{where}: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".")
