"""Files under an address: a folder and an object store behave alike; wrong addresses are named."""

from __future__ import annotations

import os
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from payeratlas.build.object_store import PART, Files, open_file, open_files
from payeratlas.model.errors import InputError
from payeratlas.store import disk

BIG = random.Random(1).randbytes(11_000_000)  # more than one part of an upload


@pytest.fixture(params=["folder", "bucket"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty place of either kind."""
    if request.param == "folder":
        return str(tmp_path / "a folder")
    found: str = request.getfixturevalue("bucket")
    return f"{found}/{tmp_path.name}/a folder"


@pytest.fixture
def files(address: str) -> Files:
    return open_files(address)


def test_what_is_put_can_be_had(files: Files, tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(BIG)
    files.put("a/small.json", b"{}")
    files.put("a/big file", tmp_path / "big")
    assert files.get("a/small.json") == b"{}"
    assert files.get("a/big file") == BIG
    assert b"".join(files.chunks("a/big file")) == BIG
    assert files.get("a/none") is None
    assert files.head("a/none") is None
    head = files.head("a/big file")
    assert head is not None
    assert (head.name, head.size) == ("a/big file", len(BIG))
    assert abs(datetime.now(UTC) - head.modified) < timedelta(minutes=10)
    with pytest.raises(FileNotFoundError, match="none"):
        next(files.chunks("a/none"))


def test_a_name_can_be_written_anew(files: Files) -> None:
    files.put("x", b"one")
    files.put("x", b"other")
    assert files.get("x") == b"other"
    assert [(e.name, e.size) for e in files.list("")] == [("x", 5)]


def test_lists_are_in_order_and_below_their_folder(files: Files) -> None:
    for name in ("a/2", "a/10", "b/1", "a/c/1", "ab/1"):
        files.put(name, b"x")
    assert [entry.name for entry in files.list("a")] == ["a/10", "a/2", "a/c/1"]
    assert list(files.list("none")) == []
    files.remove(["a/2", "a/never", "b/1"])
    assert [entry.name for entry in files.list("a")] == ["a/10", "a/c/1"]
    assert list(files.list("b")) == []


def test_a_file_is_found_beside_others(address: str, files: Files) -> None:
    files.put("in/x y.json", b"here")
    beside, name = open_file(f"{address}/in/x y.json")
    assert name == "x y.json"
    assert beside.get(name) == b"here"


def test_a_file_in_the_working_folder_or_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.json").write_bytes(b"here")
    beside, name = open_file("x.json")
    assert beside.get(name) == b"here"
    beside, name = open_file((tmp_path / "x.json").as_uri())
    assert beside.get(name) == b"here"
    beside, name = open_file("/etc")
    assert beside.head(name) is not None


def test_a_disk_that_refuses_leaves_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(staged: Path, final: Path) -> None:
        assert staged.name.startswith(PART)
        raise OSError(28, "No space left on device")

    files = open_files(str(tmp_path))
    files.put("x", b"one")
    monkeypatch.setattr(disk, "rename", full)
    with pytest.raises(OSError, match="No space left"):
        files.put("x", b"other")
    assert [p.name for p in tmp_path.iterdir()] == ["x"]
    assert files.get("x") == b"one"


def test_an_unknown_bucket_is_an_oserror_by_its_address(bucket: str) -> None:
    files = open_files("s3://no-such-bucket/x")
    with pytest.raises(OSError, match="s3://no-such-bucket/x/a"):
        files.put("a", b"")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://payer.example/x", "Download the file first"),
        ("ftp://payer.example/x", "no folder and no object store"),
        ("s3://key:secret@bucket/x", "may hold no credentials"),
    ],
)
def test_wrong_addresses_are_refused(address: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as refused:
        open_files(address)
    assert "secret" not in str(refused.value)


def test_a_folder_is_no_file() -> None:
    with pytest.raises(InputError, match="this is no file"):
        open_file("s3://bucket/x/")


def test_what_to_install_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(InputError, match=r"payeratlas\[cloud\]"):
        open_files("s3://bucket/x")
    assert open_files(os.sep)
