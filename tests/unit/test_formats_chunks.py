"""Large files in chunks: verified to their last byte, or refused."""

from __future__ import annotations

import gzip
import io
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from payeratlas.formats.chunks import ahead, unpack, unpacked_chunks
from payeratlas.model.errors import FileError

TEXT = b"".join(b'{"line": %d}\n' % n for n in range(200_000))
PACKED = gzip.compress(TEXT, mtime=0)


def unpacked(data: bytes, size: int = 65_536) -> bytes:
    return b"".join(unpack((data[i : i + size] for i in range(0, len(data), size)), where="f"))


@pytest.mark.parametrize("size", [1000, 65_536, len(PACKED) + 1])
def test_gzip_members_and_padding(size: int) -> None:
    assert unpacked(PACKED, size) == TEXT
    assert unpacked(PACKED + gzip.compress(b"more"), size) == TEXT + b"more"
    assert unpacked(PACKED + bytes(600), size) == TEXT
    assert unpacked(TEXT, size) == TEXT


def test_members_may_be_cut_anywhere() -> None:
    two = gzip.compress(b"one", mtime=0) + gzip.compress(b"two", mtime=0)
    for at in range(1, len(two)):
        assert b"".join(unpack([two[:at], two[at:]], where="f")) == b"onetwo"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (PACKED[:-1], "cut short"),
        (PACKED[:1000], "cut short"),
        (PACKED[:-8] + bytes([PACKED[-8] ^ 1]) + PACKED[-7:], "damaged"),
        (PACKED[:-4] + bytes([PACKED[-4] ^ 1]) + PACKED[-3:], "damaged"),
        (PACKED + b"x", rf"not gzip follow the data \(from byte {len(PACKED)}\)"),
        (PACKED + b"\0\0\x1f\x8b", "not gzip follow"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"PK\x03\x04", "from disk only"),
    ],
)
def test_what_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(FileError, match=why):
        unpacked(data)


def test_every_flipped_bit_is_seen() -> None:
    small = gzip.compress(TEXT[:3000], mtime=0)
    for at in range(10, len(small)):
        damaged = small[:at] + bytes([small[at] ^ (1 << at % 8)]) + small[at + 1 :]
        with pytest.raises(FileError):
            unpacked(damaged)


def zipped(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def test_zip_of_one_file(tmp_path: Path) -> None:
    path = tmp_path / "f.zip"
    path.write_bytes(zipped(("a.json", TEXT), ("__MACOSX/._a.json", b"x")))
    assert b"".join(unpacked_chunks(path)) == TEXT
    for members in ((("a", b"1"), ("b", b"2")), (("../a", b"1"),)):
        path.write_bytes(zipped(*members))
        with pytest.raises(FileError, match=r"not one|climbs out"):
            list(unpacked_chunks(path))
    whole = zipped(("a.json", TEXT))
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileError, match="cut short or damaged"):
        list(unpacked_chunks(path))
    with pytest.raises(FileError, match="cannot be read"):
        list(unpacked_chunks(tmp_path / "none"))


def test_ahead_gives_the_same_and_raises_the_same() -> None:
    def failing() -> Iterator[bytes]:
        yield b"a"
        yield b"b"
        raise ValueError("broken")

    assert list(ahead([b"%d" % n for n in range(100)], 2)) == [b"%d" % n for n in range(100)]
    chunks = ahead(failing())
    assert [next(chunks), next(chunks)] == [b"a", b"b"]
    with pytest.raises(ValueError, match="broken"):
        next(chunks)


def test_ahead_ends_its_thread_when_the_taker_stops() -> None:
    before = threading.active_count()
    chunks = ahead((b"x" for _ in range(10**9)), 2)
    assert next(chunks) == b"x"
    chunks.close()
    assert threading.active_count() == before
