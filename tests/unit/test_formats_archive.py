"""gzip and zip: verified to the last byte, or refused."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib

import pytest

from filekit import zipped
from payeratlas.formats.archive import Limits, gunzip, unzip, zip_members
from payeratlas.model.errors import FileError

TEXT = b"HCPCS,MOD\r\n64640,\r\n" * 5


def packed(data: bytes = TEXT) -> bytes:
    return gzip.compress(data, mtime=0)


def no_gzip(data: bytes, limits: Limits = Limits()) -> FileError:  # noqa: B008 (frozen)
    with pytest.raises(FileError) as caught:
        gunzip(data, where="f.gz", limits=limits)
    assert caught.value.where == "f.gz"
    assert caught.value.cure
    return caught.value


def test_gzip_gives_its_content() -> None:
    assert gunzip(packed(), where="f.gz") == TEXT


def test_all_members_are_read_and_zero_padding_is_allowed() -> None:
    assert gunzip(packed(b"a") + packed(b"") + packed(b"b") + b"\0" * 512, where="f.gz") == b"ab"


def test_every_truncation_is_refused() -> None:
    whole = packed()
    for end in range(len(whole)):
        no_gzip(whole[:end])
    for end in range(1, len(whole)):
        no_gzip(whole + whole[:end])


def test_no_flipped_bit_passes_as_other_content() -> None:
    whole = packed()
    refused = 0
    for bit in range(len(whole) * 8):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        try:
            assert gunzip(bytes(damaged), where="f.gz") == TEXT
        except FileError:
            refused += 1
    header = 10  # of which time, level and system may differ without harm
    assert refused >= (len(whole) - header) * 8


def test_trailing_bytes_are_refused_with_their_place() -> None:
    whole = packed()
    assert f"from byte {len(whole)}" in no_gzip(whole + b"junk").what


def test_a_gzip_bomb_is_stopped_at_the_limit() -> None:
    assert "more than 1000 bytes" in no_gzip(packed(b"\0" * 5_000_000), Limits(1000)).what


def test_what_is_no_gzip_is_named() -> None:
    assert "not a gzip" in no_gzip(b"HCPCS,MOD\n").what
    assert "web page" in no_gzip(b"<!DOCTYPE html><html>").what


def unzip_all(data: bytes, limits: Limits = Limits()) -> dict[str, bytes]:  # noqa: B008 (frozen)
    names = zip_members(data, where="f.zip", limits=limits)
    return {name: unzip(data, name, where="f.zip", limits=limits) for name in names}


def no_zip(data: bytes, limits: Limits = Limits()) -> FileError:  # noqa: B008 (frozen)
    with pytest.raises(FileError) as caught:
        unzip_all(data, limits)
    assert caught.value.where == "f.zip"
    assert caught.value.cure
    return caught.value


def with_info(**fields: object) -> bytes:
    """A zip of one member whose directory entry says something else."""
    out = io.BytesIO()
    info = zipfile.ZipInfo("a.csv", (2024, 1, 1, 0, 0, 0))
    for name, value in fields.items():
        setattr(info, name, value)
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, TEXT)
    return out.getvalue()


def test_nested_folders_are_served() -> None:
    data = zipped({"RVU26A/": "", "RVU26A/csv/a.csv": TEXT, "b.txt": "b", "c.csv": ""})
    assert zip_members(data, where="f.zip") == ("RVU26A/csv/a.csv", "b.txt", "c.csv")
    assert unzip(data, "RVU26A/csv/a.csv", where="f.zip") == TEXT
    assert unzip(data, "c.csv", where="f.zip") == b""


def test_stored_members_are_served() -> None:
    data = zipped({"a.csv": TEXT}, zipfile.ZIP_STORED)
    assert unzip(data, "a.csv", where="f.zip") == TEXT


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("../evil.csv", "climbs"),
        ("a/../../evil.csv", "climbs"),
        ("a\\..\\..\\evil.csv", "climbs"),
        ("/etc/evil.csv", "absolute"),
        ("\\\\host\\evil.csv", "absolute"),
        ("C:\\evil.csv", "absolute"),
        ("//", "no usable name"),
    ],
)
def test_names_that_leave_the_archive_are_refused(name: str, fault: str) -> None:
    error = no_zip(zipped({"good.csv": TEXT, name: "x"}))
    assert fault in error.what
    assert "download" in error.cure


def test_a_symbolic_link_is_refused() -> None:
    assert "symbolic link" in no_zip(with_info(external_attr=0o120777 << 16)).what


def test_a_name_with_nul_is_refused() -> None:
    data = zipped({"a.csvXb": TEXT}).replace(b"a.csvXb", b"a.csv\0b")
    assert "no usable name" in no_zip(data).what


def test_encryption_and_other_methods_are_refused() -> None:
    data = bytearray(zipped({"a.csv": TEXT}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "encrypted" in no_zip(bytes(data)).what
    assert "method" in no_zip(zipped({"a.csv": TEXT}, zipfile.ZIP_BZIP2)).what


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", TEXT)
        archive.writestr("a.csv", "other")
    assert "stands twice" in no_zip(out.getvalue()).what


def test_bombs_are_stopped_before_and_while_unpacking() -> None:
    bomb = zipped({"a.csv": b"0" * 5_000_000})
    assert len(bomb) < 10_000
    assert "declares more than" in no_zip(bomb, Limits(1_000_000)).what
    lying = bytearray(bomb)
    size = struct.pack("<L", 5_000_000)
    for _ in range(2):  # in the member's own head and in the directory
        at = lying.index(size)
        lying[at : at + 4] = struct.pack("<L", 500)
    assert "damaged" in no_zip(bytes(lying), Limits(1_000_000)).what
    many = zipped({f"{n}.csv": "x" for n in range(20)})
    assert "20 members" in no_zip(many, Limits(members=19)).what


def test_overlapping_members_are_refused() -> None:
    data = bytearray(zipped({"a.csv": TEXT, "b.csv": TEXT}))
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = struct.pack("<L", 5)  # b begins inside a
    assert "overlap" in no_zip(bytes(data)).what


def test_every_truncation_of_a_zip_is_refused() -> None:
    whole = zipped({"a.csv": TEXT, "b.csv": "b"})
    for end in range(len(whole)):
        no_zip(whole[:end])


def test_no_flipped_bit_of_a_zip_passes_as_other_content() -> None:
    members = {"a.csv": TEXT, "b.csv": b"b"}
    whole = zipped(members)
    for bit in range(len(whole) * 8):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        try:
            found = unzip_all(bytes(damaged))
        except FileError:
            continue
        for name, content in found.items():
            assert members.get(name, content) == content
            assert zlib.crc32(content) in {zlib.crc32(c) for c in members.values()}


def test_bytes_around_a_zip_are_refused() -> None:
    whole = zipped({"a.csv": TEXT})
    assert "follow the end" in no_zip(whole + b"x").what
    assert "not a zip" in no_zip(b"x" + whole).what


def test_what_is_no_zip_is_named() -> None:
    assert "web page" in no_zip(b"<!doctype html><title>AMA licence</title>").what
    assert "not a zip" in no_zip(TEXT).what


def test_an_absent_member_is_named() -> None:
    with pytest.raises(FileError, match=r"holds no member 'z\.csv'"):
        unzip(zipped({"a.csv": TEXT}), "z.csv", where="f.zip")
