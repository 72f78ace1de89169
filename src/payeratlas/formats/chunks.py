"""Files too large for memory, as chunks of their unpacked bytes, verified to the last one.

gzip is unpacked by ISA-L; every member's CRC and length are checked by the time its last chunk has
been handed on. A consumer that publishes must therefore wait for the end. Zip files hold one file
and are read from disk. Anything else is taken as it is.
"""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Generator, Iterable, Iterator
from itertools import chain
from pathlib import Path
from queue import Empty, Full, Queue

from isal import igzip_lib

from payeratlas.formats.archive import DAMAGE, GZIP_MAGIC, ZIP_MAGIC, refuse, unsafe
from payeratlas.formats.delimited import refuse_page
from payeratlas.model.errors import FileError

CHUNK = 1 << 20
_SNIFFED = 2048
_ISAL_ERROR: type[Exception] = igzip_lib.IsalError  # type: ignore[assignment]


def unpacked_chunks(path: Path) -> Generator[bytes, None, None]:
    """The unpacked bytes of a gzip, zip or plain file in chunks.

    Raises FileError for a file that cannot be read, is empty, is a web page, is damaged or cut
    short, is followed by bytes that are not its own, or holds more than one file.
    """
    where = path.name
    try:
        with path.open("rb") as file:
            magic = file.read(len(ZIP_MAGIC))
        yield from _unzip(path) if magic == ZIP_MAGIC else unpack(_from_disk(path), where=where)
    except OSError as error:
        raise FileError(
            f"the file cannot be read: {error.strerror or error}.",
            where=where,
            cure="check the path and its permissions.",
        ) from error


def unpack(chunks: Iterable[bytes], *, where: str) -> Generator[bytes, None, None]:
    """The unpacked bytes of a gzip or plain file that comes in chunks, as from a download.

    Raises FileError as ``unpacked_chunks`` does; a zip file is refused, since its directory stands
    at its end.
    """
    left = iter(chunks)
    head = b""
    while len(head) < _SNIFFED and (chunk := next(left, None)) is not None:
        head += chunk
    if not head:
        raise refuse("the file is empty.", where)
    refuse_page(head, where)
    if head.startswith(ZIP_MAGIC):
        raise refuse(
            "a zip file can be read from disk only.", where, "download it, then name the file."
        )
    whole = chain((head,), left)
    yield from _gunzip(whole, where) if head.startswith(GZIP_MAGIC) else whole


def _from_disk(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _gunzip(chunks: Iterable[bytes], where: str) -> Iterator[bytes]:
    """All members of a gzip file; zero padding may follow, as in ``archive.gunzip``."""
    read = 0  # compressed bytes taken so far
    engine: igzip_lib.IgzipDecompressor | None = None
    rest = b""
    padding = False
    for chunk in chunks:
        read += len(chunk)
        rest += chunk
        while rest:
            if engine is None:
                if padding or not GZIP_MAGIC.startswith(rest[:2]):
                    if rest.strip(b"\0"):
                        place = read - len(rest.lstrip(b"\0"))
                        raise refuse(
                            f"bytes that are not gzip follow the data (from byte {place}).", where
                        )
                    padding, rest = True, b""
                    break
                if len(rest) < len(GZIP_MAGIC):
                    break
                engine = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
            given, rest = rest, b""
            try:
                while True:
                    out = engine.decompress(given, CHUNK)
                    if out:
                        yield out
                    given = b""
                    if engine.eof or (engine.needs_input and len(out) < CHUNK):
                        break
            except _ISAL_ERROR as error:
                raise refuse(f"the gzip data is damaged: {error}.", where) from error
            if engine.eof:
                rest = engine.unused_data
                engine = None
    if engine is not None or rest:
        raise refuse("the gzip data is cut short.", where)


def _unzip(path: Path) -> Iterator[bytes]:
    where = path.name
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [
                info
                for info in archive.infolist()
                if not info.is_dir() and not info.filename.startswith("__MACOSX/")
            ]
            for info in infos:
                if reason := unsafe(info):
                    raise refuse(f"its member {info.orig_filename!r} {reason}.", where)
            if len(infos) != 1:
                raise refuse(
                    f"it holds {len(infos)} files, not one.", where, "unpack it and add each file."
                )
            size = 0
            with archive.open(infos[0]) as stream:
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    yield chunk
            if size != infos[0].file_size:
                raise refuse(f"its member {infos[0].filename!r} is cut short.", where)
    except DAMAGE as error:
        raise refuse(f"the zip file is cut short or damaged: {error}.", where) from error


def ahead(chunks: Iterable[bytes], depth: int = 4) -> Generator[bytes, None, None]:
    """The same chunks, made on a thread of its own up to ``depth`` ahead of who takes them.

    What the source raises is raised here, after the chunks before it.
    """
    queue: Queue[bytes | BaseException | None] = Queue(depth)
    stop = threading.Event()

    def put(item: bytes | BaseException | None) -> bool:
        while not stop.is_set():
            try:
                queue.put(item, timeout=0.1)
            except Full:
                continue
            return True
        return False

    def run() -> None:
        try:
            for chunk in chunks:
                if not put(chunk):
                    return
            put(None)
        except BaseException as error:
            put(error)

    thread = threading.Thread(target=run, name="payeratlas-unpack", daemon=True)
    thread.start()
    try:
        while (item := queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        while thread.is_alive():
            try:
                queue.get(timeout=0.01)
            except Empty:
                continue
        thread.join()
