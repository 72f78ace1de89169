"""Downloads of the wrong bytes: changed midway, damaged, too many, or a page instead of a file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from filekit import zipped
from payeratlas.build.download import Limits, Moment
from payeratlas.build.guard import SiteError, Unreachable
from payeratlas.build.web import Order
from payeratlas.model.errors import FileError
from sitekit import HOST, NAME, PATH, Reply, Site, Take, licence_page, listed, page


def test_bytes_that_change_midway_are_not_mixed(
    site: Site, take: Take, archive: bytes, said: list[str]
) -> None:
    newer = zipped({"PPRRVU2025_Oct.csv": b"newer" * 50_000})
    site.serve(PATH, Reply(archive, cut=100_000), Reply(newer))
    assert take().path.read_bytes() == newer
    assert site.ranges() == ["", "bytes=100000-"]


@pytest.mark.parametrize("fault", ["etag", "size", "start"])
def test_a_site_that_continues_another_file_is_caught(
    site: Site, take: Take, archive: bytes, said: list[str], fault: str
) -> None:
    """A site that ignores If-Range and sends the rest of something else."""
    size = len(archive)
    given = {
        "etag": (("ETag", '"other"'), ("Content-Range", f"bytes 100000-{size - 1}/{size}")),
        "size": (("Content-Range", f"bytes 100000-{size}/{size + 1}"),),
        "start": (("Content-Range", f"bytes 99999-{size - 1}/{size}"),),
    }[fault]
    mixed = Reply(archive[100_000:], status=206, headers=given, etag="", ranges=False)
    site.serve(PATH, Reply(archive, cut=100_000), mixed, Reply(archive))
    assert take().path.read_bytes() == archive
    assert site.ranges() == ["", "bytes=100000-", ""]
    assert "changed by its publisher meanwhile" in said[-1]


def test_a_file_that_never_stays_the_same_is_given_up(
    site: Site, take: Take, archive: bytes
) -> None:
    size = len(archive)
    given = (("ETag", '"other"'), ("Content-Range", f"bytes 100000-{size - 1}/{size}"))
    mixed = Reply(archive, status=206, headers=given, etag="", ranges=False)
    site.serve(PATH, *[Reply(archive, cut=100_000), mixed] * 9)
    with pytest.raises(SiteError, match="changed 4 times"):
        take()


def test_a_resumed_file_that_is_unsound_is_taken_anew(
    site: Site, take: Take, folder: Path, archive: bytes
) -> None:
    """What a power cut left on disk may be of the right length and the wrong content."""
    site.serve(PATH, Reply(archive, cut=100_000), Reply(archive, cut=0))
    with pytest.raises(Unreachable):
        take()
    part = folder / f"{NAME}.part"
    part.write_bytes(b"PK\x03\x04" + bytes(99_996))
    site.serve(PATH, Reply(archive))
    assert take().path.read_bytes() == archive
    assert site.ranges()[-2:] == ["bytes=100000-", ""]


def test_a_part_longer_than_the_file_is_taken_anew(
    site: Site, take: Take, folder: Path, archive: bytes
) -> None:
    site.serve(PATH, Reply(archive, cut=100_000), Reply(archive, cut=0))
    with pytest.raises(Unreachable):
        take()
    (folder / f"{NAME}.part").write_bytes(archive + b"more")
    site.serve(PATH, Reply(archive))
    assert take().path.read_bytes() == archive


def test_a_part_of_another_address_is_not_continued(
    site: Site, take: Take, folder: Path, archive: bytes
) -> None:
    site.serve("/files/zip/old.zip", Reply(archive, cut=100_000), Reply(archive, cut=0))
    with pytest.raises(Unreachable):
        take(order=Order(f"https://{HOST}/files/zip/old.zip"))
    site.serve(PATH, Reply(archive))
    assert take().path.read_bytes() == archive
    assert site.ranges()[-1] == ""


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b'{"url": 1}'])
def test_a_damaged_note_means_a_new_beginning(
    site: Site, take: Take, folder: Path, archive: bytes, note: bytes
) -> None:
    folder.mkdir()
    (folder / f"{NAME}.part").write_bytes(archive[:100_000])
    (folder / f"{NAME}.part.json").write_bytes(note)
    site.serve(PATH, Reply(archive))
    assert take().path.read_bytes() == archive
    assert site.ranges() == [""]


@pytest.mark.parametrize(
    ("html", "what"),
    [
        (licence_page("/files/zip/x.zip"), "a licence page called 'License Agreement | CMS'"),
        (
            '<!doctype html><title>Terms</title><a href="/x.zip?agree=yes&amp;next=Accept">I</a>',
            "a licence page called 'Terms'",
        ),
        ("<html><title>Access\n Denied &amp; gone</title></html>", "called 'Access Denied & gone'"),
        ("<html><body>Something went wrong</body></html>", "a web page, not the file"),
        ("<html>" + "x" * 400_000, "most likely an error page"),
        ("\ufeff  <?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>", "a web page"),
    ],
)
def test_a_page_instead_of_a_zip_is_named_for_what_it_is(
    site: Site, take: Take, folder: Path, html: str, what: str
) -> None:
    site.serve(PATH, page(html))
    with pytest.raises(SiteError) as caught:
        take()
    assert what in caught.value.what
    assert "browser" in caught.value.cure
    assert len(site.asked) == 1
    assert listed(folder) == []


def test_a_page_that_calls_itself_a_zip_is_a_page(site: Site, take: Take) -> None:
    site.serve(PATH, Reply(b"<html><title>Oops</title></html>"))
    with pytest.raises(SiteError, match="a web page called 'Oops'"):
        take()


def test_a_zip_that_calls_itself_a_page_is_a_zip(site: Site, take: Take, archive: bytes) -> None:
    site.serve(PATH, Reply(archive, kind="text/html"))
    assert take().path.read_bytes() == archive


def test_what_is_neither_zip_nor_page_is_refused_early(
    site: Site, take: Take, moments: list[Moment], folder: Path
) -> None:
    site.serve(PATH, Reply(b"%PDF-1.7" + bytes(300_000)))
    with pytest.raises(SiteError, match="not a zip file"):
        take()
    assert [moment.got for moment in moments] == [0]
    assert listed(folder) == []


def test_an_empty_file_is_no_file(site: Site, take: Take, folder: Path) -> None:
    site.serve(PATH, Reply(b""))
    with pytest.raises(SiteError, match="empty file"):
        take()
    assert listed(folder) == []


def test_a_flipped_bit_is_found(site: Site, take: Take, folder: Path, archive: bytes) -> None:
    damaged = bytearray(archive)
    damaged[300_000] ^= 1
    site.serve(PATH, Reply(bytes(damaged)))
    with pytest.raises(FileError, match=r"RVU25D\.pdf' is damaged"):
        take()
    assert listed(folder) == []


def test_the_wanted_sha256_or_nothing(site: Site, take: Take, folder: Path, archive: bytes) -> None:
    site.serve(PATH, Reply(archive))
    with pytest.raises(
        SiteError,
        match=f"sha256 is {hashlib.sha256(archive).hexdigest()}, and {'0' * 64} was wanted",
    ):
        take(sha256=["0" * 64])
    assert listed(folder) == []
    assert take(sha256=["0" * 64, hashlib.sha256(archive).hexdigest().upper()]).fresh
    with pytest.raises(SiteError, match="was wanted"):
        take(sha256=["0" * 64])


@pytest.mark.parametrize("announced", [True, False])
def test_a_file_may_not_be_of_any_size(
    site: Site, take: Take, folder: Path, archive: bytes, announced: bool
) -> None:
    site.serve(PATH, Reply(archive, length=announced))
    with pytest.raises(SiteError, match="larger than 100000 bytes"):
        take(limits=Limits(size=100_000))
    assert listed(folder) == []


def test_compression_on_the_way_is_refused(site: Site, take: Take, archive: bytes) -> None:
    site.serve(PATH, Reply(archive, headers=(("Content-Encoding", "gzip"),)))
    with pytest.raises(SiteError, match="compresses the file on the way"):
        take()
    assert site.asked[0].headers["accept-encoding"] == "identity"
