"""Downloads over a line that fails: what arrives is whole, and continued where it ended."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from filekit import zipped
from payeratlas.build.download import Downloaded, Limits, Moment, Watch, download
from payeratlas.build.guard import SiteError, Unreachable
from payeratlas.build.web import ATTEMPTS, Order, Patience
from payeratlas.model.errors import FileError, InputError, StoreError
from payeratlas.store import disk
from sitekit import BOUND, DAY, NAME, PATH, URL, Clock, Reply, Site, Take, failing, listed, moved


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# -- without a fault -----------------------------------------------------------------------------


def test_a_file_arrives_and_is_pinned(
    site: Site, take: Take, folder: Path, archive: bytes, moments: list[Moment]
) -> None:
    site.serve(PATH, Reply(archive))
    got = take(clock=Clock(0.5))
    assert got.path == folder / NAME
    assert got.path.read_bytes() == archive
    assert got.fresh
    assert listed(folder) == [NAME, f"{NAME}.json"]
    pin = json.loads((folder / f"{NAME}.json").read_text("utf-8"))
    assert pin == {
        "url": URL,
        "sha256": sha256(archive),
        "size": len(archive),
        "etag": Reply(archive).mark,
        "last_modified": "Wed, 01 Jul 2026 12:00:00 GMT",
        "retrieved": DAY,
    }
    first, last = moments[0], moments[-1]
    assert (first.got, first.total, first.rate, first.left) == (0, len(archive), None, None)
    assert (last.got, last.total, last.left) == (len(archive), len(archive), 0)
    middle = moments[len(moments) // 2]
    assert middle.rate
    assert middle.left == pytest.approx((len(archive) - middle.got) / middle.rate)
    assert [m.got for m in moments] == sorted(m.got for m in moments)


def test_a_file_that_is_there_is_asked_about_and_not_sent_again(
    site: Site, take: Take, archive: bytes, folder: Path
) -> None:
    site.serve(PATH, Reply(archive))
    first = take()
    again = take()
    assert (again.fresh, again.pin) == (False, first.pin)
    assert site.asked[1].headers["if-none-match"] == Reply(archive).mark
    assert listed(folder) == [NAME, f"{NAME}.json"]


def test_without_an_etag_the_date_is_asked_about(site: Site, take: Take, archive: bytes) -> None:
    site.serve(PATH, Reply(archive, etag=""))
    take()
    take()
    assert site.asked[1].headers["if-modified-since"] == "Wed, 01 Jul 2026 12:00:00 GMT"


def test_a_file_that_its_publisher_replaced_is_taken_and_told(
    site: Site, take: Take, archive: bytes
) -> None:
    newer = zipped({"PPRRVU2025_Oct.csv": b"newer"})
    site.serve(PATH, Reply(archive), Reply(newer))
    take()
    got = take()
    assert got.path.read_bytes() == newer
    assert (got.fresh, got.replaced) == (True, sha256(archive))


def test_a_file_that_was_changed_on_disk_is_downloaded_again(
    site: Site, take: Take, folder: Path, archive: bytes
) -> None:
    site.serve(PATH, Reply(archive))
    take()
    (folder / NAME).write_bytes(archive[:-1] + b"?")
    got = take()
    assert got.fresh
    assert got.path.read_bytes() == archive
    assert "if-none-match" not in site.asked[1].headers


def test_somebody_elses_file_is_not_overwritten(
    site: Site, take: Take, folder: Path, archive: bytes
) -> None:
    site.serve(PATH, Reply(archive))
    folder.mkdir()
    (folder / NAME).write_bytes(b"mine")
    with pytest.raises(InputError, match="not downloaded by this program"):
        take()
    assert (folder / NAME).read_bytes() == b"mine"
    assert listed(folder) == [NAME]
    assert site.asked == []


def test_a_file_without_announced_length_arrives_too(
    site: Site, take: Take, archive: bytes, moments: list[Moment]
) -> None:
    site.serve(PATH, Reply(archive, length=False))
    assert take(clock=Clock(0.5)).path.read_bytes() == archive
    assert {moment.total for moment in moments} == {None}
    assert {moment.left for moment in moments} == {None}


def test_a_csv_needs_no_zip(site: Site, take: Take) -> None:
    site.serve(PATH, Reply(b"HCPCS,RATE\n", kind="text/csv"))
    assert take(name="rates.csv").path.read_bytes() == b"HCPCS,RATE\n"


# -- the connection ------------------------------------------------------------------------------


def test_a_cut_connection_is_taken_up_where_it_ended(
    site: Site, take: Take, archive: bytes, said: list[str]
) -> None:
    site.serve(PATH, Reply(archive, cut=100_000), Reply(archive, cut=50_000), Reply(archive))
    assert take().path.read_bytes() == archive
    assert site.ranges() == ["", "bytes=100000-", "bytes=150000-"]
    assert {a.headers.get("if-range") for a in site.asked[1:]} == {Reply(archive).mark}
    assert [words[:40] for words in said] == [
        f"{NAME}, attempt {n} of 5: the connection"[:40] for n in (1, 2)
    ]


def test_a_date_serves_where_the_etag_is_weak(site: Site, take: Take, archive: bytes) -> None:
    weak = Reply(archive, etag='W/"1"', cut=100_000)
    site.serve(PATH, weak, Reply(archive, etag='W/"1"'))
    assert take().path.read_bytes() == archive
    assert site.asked[1].headers["if-range"] == "Wed, 01 Jul 2026 12:00:00 GMT"


def test_without_any_mark_it_begins_again(site: Site, take: Take, archive: bytes) -> None:
    bare = Reply(archive, etag="", dated=False)
    site.serve(PATH, Reply(archive, etag="", dated=False, cut=100_000), bare)
    assert take().path.read_bytes() == archive
    assert site.ranges() == ["", ""]


def test_a_site_without_ranges_begins_again(site: Site, take: Take, archive: bytes) -> None:
    site.serve(PATH, Reply(archive, cut=100_000, ranges=False), Reply(archive, ranges=False))
    assert take().path.read_bytes() == archive
    assert site.ranges() == ["", "bytes=100000-"]


def test_as_long_as_bytes_come_in_there_is_no_last_attempt(
    site: Site, take: Take, archive: bytes
) -> None:
    pieces = [Reply(archive, cut=30_000)] * 12
    site.serve(PATH, *pieces, Reply(archive))
    assert take().path.read_bytes() == archive
    assert len(site.asked) == 13 > ATTEMPTS


def test_a_line_that_brings_nothing_is_given_up_and_kept(
    site: Site, take: Take, folder: Path, archive: bytes
) -> None:
    site.serve(PATH, Reply(archive, cut=100_000), Reply(archive, cut=0))
    with pytest.raises(Unreachable, match="connection failed"):
        take()
    assert (folder / f"{NAME}.part").read_bytes() == archive[:100_000]
    site.serve(PATH, Reply(archive))
    assert take().path.read_bytes() == archive
    assert site.ranges()[-1] == "bytes=100000-"


def test_truncation_is_found_by_the_announced_length(
    site: Site, take: Take, folder: Path, archive: bytes
) -> None:
    site.serve(PATH, Reply(archive, cut=len(archive) - 1), Reply(archive, cut=0))
    with pytest.raises(Unreachable):
        take()
    assert not (folder / NAME).exists()


def test_truncation_without_a_length_is_found_by_the_zip(
    site: Site, take: Take, folder: Path, archive: bytes
) -> None:
    site.serve(PATH, Reply(archive[:-100], length=False))
    with pytest.raises(FileError, match="cut short or damaged"):
        take()
    assert listed(folder) == []


def test_500_then_the_file(site: Site, take: Take, archive: bytes, said: list[str]) -> None:
    site.serve(PATH, failing(500), failing(502), Reply(archive))
    assert take().path.read_bytes() == archive
    assert [words.partition(": ")[2] for words in said] == [
        "the site answers 500, for now.",
        "the site answers 502, for now.",
    ]


@pytest.mark.parametrize("status", [404, 410, 403, 401])
def test_an_error_is_told_at_once(site: Site, take: Take, folder: Path, status: int) -> None:
    site.serve(PATH, failing(status))
    with pytest.raises(SiteError, match=rf"\({status}\)"):
        take()
    assert len(site.asked) == 1
    assert listed(folder) == []


def test_a_slow_site_is_dropped_and_taken_up_again(
    site: Site, folder: Path, archive: bytes, take: Take
) -> None:
    """The server holds the rest back until the test has ended."""
    event = threading.Event()
    site.serve(PATH, Reply(archive, hold=(100_000, event)), Reply(archive))
    try:
        with site.web(patience=Patience(read=0.5)) as web:
            assert take(web=web).path.read_bytes() == archive
    finally:
        event.set()
    assert site.ranges()[0] == ""
    assert site.ranges()[-1].startswith("bytes=")


def test_a_trickle_is_no_download(site: Site, take: Take, archive: bytes, folder: Path) -> None:
    """By the clock of the test an hour passes with every piece that comes in."""
    site.serve(PATH, Reply(archive))
    with pytest.raises(Unreachable, match="next to nothing"):
        take(clock=Clock(3600.0), limits=Limits(gain=1 << 30))
    assert len(site.asked) == ATTEMPTS


def test_redirects_are_followed_each_time(site: Site, take: Take, archive: bytes) -> None:
    site.serve(PATH, moved("/real.zip"))
    site.serve("/real.zip", Reply(archive, cut=100_000), Reply(archive))
    got = take()
    assert got.path.read_bytes() == archive
    assert got.pin.url == URL
    assert site.paths() == [PATH, "/real.zip"] * 2


def test_a_redirect_to_another_host_is_refused(site: Site, take: Take, folder: Path) -> None:
    site.serve(PATH, moved("https://bucket.example.com/rvu25d.zip"))
    with pytest.raises(SiteError, match=r"not on a host of this source \(www\.cms\.gov\)"):
        take()
    assert listed(folder) == []


# -- the disk, and others ------------------------------------------------------------------------


def test_a_full_disk_is_told_and_what_came_is_kept(
    site: Site, take: Take, folder: Path, archive: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(staged: Path, final: Path) -> None:
        if final.name == NAME:
            raise OSError(28, "No space left on device", str(final))
        staged.replace(final)

    site.serve(PATH, Reply(archive))
    with monkeypatch.context() as patched:
        patched.setattr(disk, "rename", refuse)
        with pytest.raises(StoreError, match="No space left on device"):
            take()
    assert not (folder / NAME).exists()
    assert take().path.read_bytes() == archive


def test_two_downloads_of_one_file_do_not_mix(
    site: Site, take: Take, folder: Path, archive: bytes
) -> None:
    event = threading.Event()
    site.serve(PATH, Reply(archive, hold=(100_000, event)))
    started = threading.Event()
    found: list[Downloaded] = []

    def first() -> None:
        watch = Watch(Clock(), lambda moment: started.set() if moment.got else None)
        with site.web() as web:
            found.append(download(web, Order(URL), folder, NAME, watch=watch, day=DAY))

    thread = threading.Thread(target=first)
    thread.start()
    try:
        assert started.wait(BOUND)
        with pytest.raises(InputError, match="by another program"):
            take()
    finally:
        event.set()
        thread.join(BOUND)
    assert found[0].path.read_bytes() == archive


KILLED = """
import sys
from pathlib import Path

import httpcore2

from payeratlas.build.download import Watch, download
from payeratlas.build.web import Order, Web

port, url, folder, name = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4]


class Led(httpcore2.NetworkBackend):
    def connect_tcp(self, *args, **kwargs):
        stream = httpcore2.SyncBackend().connect_tcp("127.0.0.1", port, 10)
        stream.start_tls = lambda *args, **kwargs: stream
        return stream


def moment(now):
    if now.got:
        sys.stdout.write("ready\\n")
        sys.stdout.flush()


with Web(["www.cms.gov"], backend=Led()) as web:
    download(web, Order(url), folder, name, watch=Watch(lambda: 0.0, moment), day="2026-07-02")
"""


@pytest.mark.parametrize("share", [10, 50, 90])
def test_a_killed_download_is_continued_by_the_next_program(
    site: Site, take: Take, folder: Path, archive: bytes, share: int
) -> None:
    event = threading.Event()
    sent = len(archive) * share // 100
    site.serve(PATH, Reply(archive, hold=(sent, event)), Reply(archive))
    command = [sys.executable, "-c", KILLED, str(site.port), URL, str(folder), NAME]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as program:
        try:
            assert program.stdout
            assert program.stdout.readline() == b"ready\n"
        finally:
            program.send_signal(signal.SIGKILL)
            program.wait(BOUND)
            event.set()
    have = (folder / f"{NAME}.part").stat().st_size
    assert 0 < have <= sent
    assert take().path.read_bytes() == archive
    assert site.ranges() == ["", f"bytes={have}-"]
    assert listed(folder) == [NAME, f"{NAME}.json"]
