"""One file in memory, pinned by the sha256 of its bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Artifact


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was served: its Artifact and its bytes."""

    artifact: Artifact
    data: bytes = field(repr=False)

    @classmethod
    def open(cls, path: Path, *, url: str = "", retrieved: str = "") -> SourceFile:
        """Read a file from disk; the Artifact keeps its name without directories.

        ``url`` and ``retrieved`` say where and when it was obtained, where that is known. Raises
        FileError where there is no such file, it cannot be read, or it is empty.
        """
        try:
            data = path.read_bytes()
        except OSError as error:
            raise unreadable(path, error) from error
        return cls.of(path.name, data, url=url, retrieved=retrieved)

    @classmethod
    def of(cls, name: str, data: bytes, *, url: str = "", retrieved: str = "") -> SourceFile:
        """A file from bytes already in hand; FileError where there are none."""
        if not data:
            raise FileError("the file is empty.", where=name, cure="download it again.")
        digest = hashlib.sha256(data).hexdigest()
        return cls(Artifact(name, digest, len(data), url, retrieved), data)


def unreadable(path: Path, error: OSError) -> FileError:
    """The refusal of a file that the disk does not give."""
    return FileError(
        f"the file cannot be read: {error.strerror or error}.",
        where=str(path),
        cure="check the path and its permissions.",
    )
