"""A file is pinned by its bytes and named without its folders."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError


def test_the_artifact_says_name_digest_and_size(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file.csv"
    path.parent.mkdir()
    path.write_bytes(b"a,b\r\n")
    file = SourceFile.open(path, url="https://example.org/file.csv", retrieved="2026-11-24")
    assert file.data == b"a,b\r\n"
    assert file.artifact.name == "file.csv"
    assert file.artifact.sha256 == hashlib.sha256(b"a,b\r\n").hexdigest()
    assert file.artifact.size == 5
    assert (file.artifact.url, file.artifact.retrieved) == (
        "https://example.org/file.csv",
        "2026-11-24",
    )
    assert "a,b" not in repr(file), "the bytes of a file are not for logs"


def test_what_cannot_be_read_is_refused_by_path(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(FileError, match="cannot be read") as caught:
            SourceFile.open(path)
        assert caught.value.where == str(path)
        assert caught.value.cure


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.touch()
    with pytest.raises(FileError, match=r"empty\.csv: the file is empty"):
        SourceFile.open(path)
