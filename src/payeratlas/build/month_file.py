"""One price file of a month: read where it lies, its tables written beside those of the others.

This is the function of ``executor.Item``: idempotent, and the same on every executor. A table's
file is named by the sha256 of the price file and by its own, so that whatever attempts write the
same bytes write one object. Nothing shows it but the manifest, which is made from the receipts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Iterator, Mapping
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from payeratlas.build.month_plan import software
from payeratlas.build.object_store import Files, open_file, open_files
from payeratlas.formats import tic_kernel
from payeratlas.formats.archive import ZIP_MAGIC
from payeratlas.model.errors import FileError
from payeratlas.store.price_manifest import account_json
from payeratlas.store.tic import read_tic
from payeratlas.tables.tic import TIC

READ = "payeratlas.build.month_file:read"
"""The name of ``read`` for an executor."""
_CHUNK = 1 << 20


def receipt_path(release: str, item: str) -> str:
    """Where a worker notes what an item became, so that another run need not read it again."""
    return f"receipts/{release}/{item}.json"


def table_folder(table: str, release: str) -> str:
    """Where the files of a table stand."""
    return f"tables/{table}/release={release}"


def read(work: Mapping[str, Any]) -> dict[str, Any]:
    """Read the price file of an item (``Plan.items``), write its tables, and say what it became.

    Gives ``artifact``, ``kind``, ``unpacked`` (bytes), ``account``, ``tables`` (path, sha256,
    bytes, rows by name), ``codec`` (what wrote the bytes) and ``resumed``: whether an earlier run
    had done it and the file has not changed since. Raises FileError where the file is damaged, not
    what it should be, or not the one pinned; OSError where it or the target cannot be reached.
    """
    out = open_files(work["out"])
    source, name = open_file(work["address"])
    if not work["again"] and (standing := _standing(work, out, source, name)):
        return {**standing, "resumed": True}
    with TemporaryDirectory(prefix="payeratlas-") as temporary:
        folder = Path(temporary)
        bytes_of = _Hashed(source.chunks(name))
        # Nothing of the file's name: files of the same bytes then write the same objects.
        notes = {"release": work["release"], "licence": _LICENCE}
        found = read_tic(
            _spooled(bytes_of, folder / name),
            folder / "tables",
            work["codes"],
            name=name,
            notes=notes,
            threads=1,  # a file a core: more than two threads a file give together
        )
        sha256 = bytes_of.digest()
        if work["sha256"] and work["sha256"] != sha256:
            raise FileError(
                f"its bytes are not those that were pinned, but sha256 {sha256}.",
                where=name,
                cure="pin this sha256 in the plan if the publisher's new file is meant.",
            )
        tables, writers = {}, set()
        for table, path in sorted(found.files.items()):
            tables[table], writer = _described(path, table_folder(table, work["release"]), sha256)
            writers.add(writer)
            out.put(tables[table]["path"], path)
    answer: dict[str, Any] = {
        "artifact": {"name": name, "sha256": sha256, "size": bytes_of.size, "url": work["url"]},
        "kind": found.account.kind,
        "unpacked": found.account.bytes,
        "account": account_json(found.account),
        "tables": tables,
        "codec": {
            "payeratlas": software(),
            "reader": "native" if tic_kernel.available() else "plain",
            "parquet": ", ".join(sorted(writers)),
        },
    }
    out.put(receipt_path(work["release"], work["item"]), json.dumps(answer).encode())
    return {**answer, "resumed": False}


_LICENCE = "; ".join(sorted({c.licence for table in TIC.values() for c in table.columns}))


class _Hashed:
    """Chunks as they pass, with their sha256 and size once all have passed."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._sha256 = hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._sha256.update(chunk)
            self.size += len(chunk)
            yield chunk

    def digest(self) -> str:
        """The sha256 of all chunks, those that nobody took included."""
        for _ in self:
            pass
        return self._sha256.hexdigest()


def _spooled(chunks: _Hashed, path: Path) -> Path | Generator[bytes, None, None]:
    """The chunks; those of a zip file as a file, since its directory stands at its end."""
    head = b""
    parts = iter(chunks)
    while len(head) < len(ZIP_MAGIC) and (chunk := next(parts, None)) is not None:
        head += chunk
    whole = chain((head,) if head else (), parts)
    if not head.startswith(ZIP_MAGIC):
        return (chunk for chunk in whole)
    with path.open("wb") as file:
        file.writelines(whole)
    return path


def _described(path: Path, folder: str, artifact: str) -> tuple[dict[str, Any], str]:
    """A table's file as the manifest names it, and what wrote it."""
    import pyarrow.parquet as pq  # late: the native reader's start overlaps with it

    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    sha256 = digest.hexdigest()
    about = pq.read_metadata(path)
    told = {
        "path": f"{folder}/{artifact[:16]}-{sha256[:12]}.parquet",
        "sha256": sha256,
        "bytes": path.stat().st_size,
        "rows": about.num_rows,
    }
    return told, about.created_by


def _standing(
    work: Mapping[str, Any], out: Files, source: Files, name: str
) -> dict[str, Any] | None:
    """What an earlier run made of the item, if the file is as it was and all is still there."""
    path = receipt_path(work["release"], work["item"])
    noted = out.head(path)
    if noted is None:
        return None
    file = source.head(name)
    try:
        found: dict[str, Any] = json.loads(out.get(path) or b"")
        size = found["artifact"]["size"]
        if file is None or file.size != size or file.modified > noted.modified:
            return None
        for table in found["tables"].values():
            entry = out.head(table["path"])
            if entry is None or entry.size != table["bytes"]:
                return None
    except (ValueError, KeyError, TypeError):  # not a receipt of this software: read it anew
        return None
    return found
