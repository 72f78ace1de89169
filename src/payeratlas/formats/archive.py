"""gzip and zip, verified before anything is believed.

Every member is checked to its last byte (CRC and length) and unpacked in memory only: no name in
an archive ever becomes a path on disk. Limits on counts and sizes hold for what is declared and
for what really comes out.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from payeratlas.formats.delimited import DOWNLOAD_AGAIN, refuse_page
from payeratlas.model.errors import FileError

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
_ZIP_END = b"PK\x05\x06"
_ZIP_END_SIZE = 22
_ENCRYPTED = 0x1
_CHUNK = 1 << 20

# What zipfile and zlib raise for bytes that are no sound archive.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one archive may hold: bytes unpacked in all, and members."""

    unpacked: int = 1 << 30
    members: int = 2000


LIMITS = Limits()


def refuse(what: str, where: str, cure: str = DOWNLOAD_AGAIN) -> FileError:
    """The error that refuses a file; to be raised."""
    return FileError(what, where=where, cure=cure)


def gunzip(data: bytes, *, where: str, limits: Limits = LIMITS) -> bytes:
    """The content of a gzip file: all its members, CRC and length of each verified.

    Zero padding after the last member is allowed (RFC 1952 tools write it); any other byte there
    is refused, as are truncation, damage, and more bytes than the limit.
    """
    refuse_page(data, where)
    if not data.startswith(GZIP_MAGIC):
        raise refuse("this is not a gzip file (its first bytes are not gzip's).", where)
    out: list[bytes] = []
    size = 0
    rest = data
    while rest.startswith(GZIP_MAGIC):
        engine = zlib.decompressobj(wbits=31)
        pending = rest
        try:
            while pending and not engine.eof:
                chunk = engine.decompress(pending, _CHUNK)
                pending = engine.unconsumed_tail
                size += len(chunk)
                if size > limits.unpacked:
                    raise refuse(
                        f"it unpacks to more than {limits.unpacked} bytes.",
                        where,
                        "check that this is the publisher's file: it is far larger than any known.",
                    )
                out.append(chunk)
        except zlib.error as error:
            raise refuse(f"the gzip data is damaged: {error}.", where) from error
        if not engine.eof:
            raise refuse("the gzip data is cut short.", where)
        rest = engine.unused_data
    if rest.strip(b"\0"):
        offset = len(data) - len(rest)
        raise refuse(f"bytes that are not gzip follow the data (from byte {offset}).", where)
    return b"".join(out)


def unsafe(info: zipfile.ZipInfo) -> str:
    """Why a member of a zip archive is not taken, or nothing."""
    name = info.orig_filename
    parts = name.replace("\\", "/").split("/")
    if "\0" in name or not name.strip("/"):
        return "has no usable name"
    if name.startswith(("/", "\\")) or (len(name) > 1 and name[1] == ":"):
        return "has an absolute path"
    if ".." in parts:
        return "climbs out of its folder"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a symbolic link"
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is compressed by a method other than deflate"
    return ""


def _opened(data: bytes, where: str, limits: Limits) -> zipfile.ZipFile:
    """The archive with its directory checked; no member is unpacked yet."""
    refuse_page(data, where)
    if not data.startswith((ZIP_MAGIC, _ZIP_END)):
        raise refuse("this is not a zip file (its first bytes are not a zip's).", where)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except DAMAGE as error:
        raise refuse(f"the zip file is cut short or damaged: {error}.", where) from error
    end = data.rfind(_ZIP_END)
    if end + _ZIP_END_SIZE + len(archive.comment) != len(data):
        raise refuse("bytes follow the end of the zip file.", where)
    infos = archive.infolist()
    if len(infos) > limits.members:
        raise refuse(f"it holds {len(infos)} members, more than {limits.members}.", where)
    for info in infos:
        if reason := unsafe(info):
            raise refuse(f"its member {info.orig_filename!r} {reason}.", where)
    for name, count in Counter(info.filename for info in infos).items():
        if count > 1:
            raise refuse(f"its member {name!r} stands twice.", where)
    if sum(info.file_size for info in infos) > limits.unpacked:
        raise refuse(f"it declares more than {limits.unpacked} bytes unpacked.", where)
    ordered = sorted(infos, key=lambda info: info.header_offset)
    for one, after in pairwise(ordered):
        if one.header_offset + one.compress_size > after.header_offset:
            raise refuse(f"its members {one.filename!r} and {after.filename!r} overlap.", where)
    return archive


def zip_members(data: bytes, *, where: str, limits: Limits = LIMITS) -> tuple[str, ...]:
    """Names of the files in a zip archive, folders included in the name, in directory order.

    Refuses names that climb, absolute names, links, duplicates, encryption, overlaps, and more
    members or declared bytes than the limits.
    """
    with _opened(data, where, limits) as archive:
        return tuple(info.filename for info in archive.infolist() if not info.is_dir())


def unzip(data: bytes, member: str, *, where: str, limits: Limits = LIMITS) -> bytes:
    """The bytes of one member of a zip archive, CRC and length verified."""
    with _opened(data, where, limits) as archive:
        try:
            info = archive.getinfo(member)
        except KeyError as error:
            raise refuse(f"it holds no member {member!r}.", where) from error
        out: list[bytes] = []
        size = 0
        try:
            with archive.open(info) as stream:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    if size > min(info.file_size, limits.unpacked):
                        raise refuse(f"its member {member!r} is larger than declared.", where)
                    out.append(chunk)
        except DAMAGE as error:
            raise refuse(f"its member {member!r} is damaged: {error}.", where) from error
        if size != info.file_size:
            raise refuse(f"its member {member!r} is cut short.", where)
        return b"".join(out)
