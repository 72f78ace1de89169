"""One file to disk: resumed, checked, pinned, and named by one rename.

What is known of a download stands beside it and nowhere else: ``NAME.part`` holds the bytes so
far, ``NAME.part.json`` which version of which file they are. Whoever comes next, after a crash or
a kill, continues from there; if the publisher has changed the file meanwhile, from the start.
A finished file has ``NAME.json`` beside it: where it came from, when, and its sha256.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from html import unescape
from pathlib import Path
from typing import IO

from payeratlas.build.guard import SiteError, Unreachable
from payeratlas.build.resume import Changed, Pace, Version, continued
from payeratlas.build.terms import asks_for_consent
from payeratlas.build.web import (
    ATTEMPTS,
    Answer,
    Hop,
    Order,
    Web,
    attempts,
    refusal,
)
from payeratlas.formats.archive import ZIP_MAGIC, unzip, zip_members
from payeratlas.formats.delimited import refuse_page
from payeratlas.model.errors import FileError, InputError, StoreError
from payeratlas.store import disk

if sys.platform != "win32":
    import fcntl

_RESTARTS = 3
_HEAD = 2048  # bytes that tell a page from a file
_SHOWN_PAGE = 256 << 10
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Limits:
    """The most bytes of one file, and the fewest that must come in.

    In each ``window`` seconds ``slowest`` bytes a second are expected, else the line is dropped and
    taken up again; ``gain`` bytes more justify another series of attempts.
    """

    size: int = 512 << 20
    window: float = 60.0
    slowest: float = 256.0
    gain: int = 64 << 10


@dataclass(frozen=True, slots=True)
class Moment:
    """How far a download is: bytes so far and in all, bytes a second, seconds left.

    What is not known is None: ``total`` where the site does not say, ``rate`` and ``left`` before
    anything came.
    """

    name: str
    got: int
    total: int | None
    rate: float | None
    left: float | None


@dataclass(frozen=True, slots=True)
class Watch:
    """What a download tells while it runs, and the clock by which it tells it (in seconds)."""

    clock: Callable[[], float]
    moment: Callable[[Moment], None] = lambda moment: None
    say: Callable[[str], None] = lambda words: None


@dataclass(frozen=True, slots=True)
class Pin:
    """A finished file: where it came from and when, its sha256, and the site's own marks of it."""

    url: str
    sha256: str
    size: int
    etag: str
    last_modified: str
    retrieved: str


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file on disk with its pin; ``fresh`` is False where the one on disk was still the newest,
    ``replaced`` is the sha256 of the file that another download of the same address gave before."""

    path: Path
    pin: Pin
    fresh: bool
    replaced: str = ""


def download(
    web: Web,
    order: Order,
    folder: Path,
    name: str,
    *,
    watch: Watch,
    day: str,
    known_as: str = "",
    sha256: Collection[str] = (),
    limits: Limits | None = None,
    hop: Hop | None = None,
) -> Downloaded:
    """Download what ``order`` asks for as ``folder/name``, or find that it is there already.

    ``known_as`` is the address that the file is recorded under, where that is not the order's own
    (it was offered behind a licence page). ``day`` is today, for the pin. ``sha256``, where given,
    are the only bytes that are accepted. Raises SiteError where the site gives something else than
    a whole, sound file of that kind, Unreachable where it stays silent, InputError where the place
    is taken, StoreError where the disk refuses.
    """
    wanted = frozenset(each.lower() for each in sha256)
    url = known_as or order.url
    job = _Job(web, order, folder, name, watch, day, url, wanted, limits or Limits(), hop)
    try:
        disk.make_folders(folder)
        with job.alone():
            return job.run()
    except OSError as error:
        raise StoreError(
            f"the disk refused: {error.strerror or error}.",
            where=str(error.filename or folder),
            cure="make room or name another folder with --out; what was downloaded is continued.",
        ) from error


@dataclass
class _Job:
    web: Web
    order: Order
    folder: Path
    name: str
    watch: Watch
    day: str
    url: str
    sha256: frozenset[str]
    limits: Limits
    hop: Hop | None
    out: IO[bytes] = field(init=False)
    resumed: bool = False

    @property
    def final(self) -> Path:
        return self.folder / self.name

    def beside(self, suffix: str) -> Path:
        return self.folder / f"{self.name}{suffix}"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the unfinished file open; whoever else holds it goes first."""
        part = self.beside(".part")
        with part.open("a+b") as self.out:
            if not _locked(self.out, part):
                raise InputError(
                    "this file is being downloaded by another program.",
                    where=str(self.final),
                    cure="wait until it has ended, or name another folder with --out.",
                )
            try:
                yield
            finally:
                if not self.out.closed and self.size() == 0:
                    self.drop()

    def run(self) -> Downloaded:
        held = self.held()
        for _ in range(_RESTARTS + 1):
            try:
                return self.series(held)
            except Changed:
                self.out.truncate(0)
                self.watch.say(f"{self.name} was changed by its publisher meanwhile; starting anew")
        raise SiteError(
            f"the file changed {_RESTARTS + 1} times while it was downloaded.",
            where=self.url,
            cure="try again later; the publisher seems to be replacing it.",
        )

    def series(self, held: Pin | None) -> Downloaded:
        """Attempts without end as long as each series of them brings bytes."""
        while True:
            before = self.size()
            try:
                for attempt in attempts():
                    with attempt:
                        try:
                            return self.once(held)
                        except Unreachable as error:
                            words = f"attempt {attempt.num} of {ATTEMPTS}: {error.what}"
                            self.watch.say(f"{self.name}, {words}")
                            raise
            except Unreachable:
                if self.size() < before + self.limits.gain:
                    raise

    def held(self) -> Pin | None:
        """The pin of the finished file on disk, where its bytes are still those."""
        try:
            pin = Pin(**json.loads(self.beside(".json").read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            if self.final.exists():
                raise InputError(
                    "there is a file of that name that was not downloaded by this program.",
                    where=str(self.final),
                    cure="move it away, or name another folder with --out.",
                ) from None
            return None
        if pin.url == self.url and self.final.exists() and _digest(self.final) == pin.sha256:
            return pin
        return None

    def size(self) -> int:
        self.out.flush()
        return os.fstat(self.out.fileno()).st_size

    def once(self, held: Pin | None) -> Downloaded:
        note = self.note()
        have = self.size() if note else 0
        headers = _conditions(note if have else None, held, have)
        with self.web.open(self.order, headers, hop=self.hop) as answer:
            if answer.status == 304 and held and not have:
                return Downloaded(self.final, self.checked(held), fresh=False)
            if answer.status == 416:
                raise Changed
            if answer.status not in (200, 206):
                raise refusal(answer)
            if answer.headers.get("content-encoding", "identity").lower() != "identity":
                raise SiteError(
                    "the site compresses the file on the way, though asked not to.",
                    where=answer.url,
                    cure="download by hand, and use 'payeratlas sources add'.",
                )
            total: int | None
            if answer.status == 206:
                total = continued(answer, note, have)
            else:
                have, total = 0, answer.length
                self.begin(answer)
            self.resumed = self.resumed or have > 0
            self.take(answer, have, total)
        return self.finish(held)

    def note(self) -> Version | None:
        try:
            note = Version(**json.loads(self.beside(".part.json").read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return note if note.url == self.url and note.mark else None

    def begin(self, answer: Answer) -> None:
        """Start from nothing: first empty the file, then say what it will be."""
        self.out.truncate(0)
        self.resumed = False
        _write(self.beside(".part.json"), asdict(Version.of(self.url, answer)))

    def take(self, answer: Answer, have: int, total: int | None) -> None:
        """Write what comes in, after a look at its beginning."""
        clock, limits = self.watch.clock, self.limits
        started = clock()
        got = have
        pace = Pace(limits.window, limits.slowest, started, got)
        head = b"" if have == 0 else None
        self.tell(got, total, None)
        for chunk in answer.chunks:
            if head is not None:
                head += chunk
                if len(head) < _HEAD:
                    continue
                chunk, head = head, None
                self.look(chunk, answer)
            got += len(chunk)
            self.bound(max(got, total or 0))
            self.out.write(chunk)
            now = clock()
            pace.check(now, got, answer.url)
            self.tell(got, total, (got - have) / (now - started) if now > started else None)
        if head:
            self.look(head, answer)
            self.out.write(head)
            got += len(head)
            self.tell(got, total, None)
        if total is not None and got != total:
            raise Unreachable(f"{got} of {total} bytes came, then nothing.", where=answer.url)
        if got == 0:
            raise SiteError("the site gave an empty file.", where=answer.url)

    def bound(self, size: int) -> None:
        if size > self.limits.size:
            self.drop()
            raise SiteError(
                f"the file is larger than {self.limits.size} bytes, and no known one is.",
                where=self.url,
                cure="look at the address in a browser.",
            )

    def tell(self, got: int, total: int | None, rate: float | None) -> None:
        left = (total - got) / rate if rate and total is not None else None
        self.watch.moment(Moment(self.name, got, total, rate, left))

    def look(self, head: bytes, answer: Answer) -> None:
        """Refuse a web page or other bytes where a zip should be, before more is taken."""
        try:
            refuse_page(head, answer.url)
            page = answer.is_page and not head.startswith(ZIP_MAGIC)
        except FileError:
            page = True
        if page:
            self.drop()
            raise page_instead(head, answer)
        if self.is_zip and not head.startswith(ZIP_MAGIC):
            self.drop()
            raise SiteError(
                "what the site gave is not a zip file (its first bytes are not a zip's).",
                where=answer.url,
                cure="open the address in a browser and see what it is.",
            )

    @property
    def is_zip(self) -> bool:
        return self.name.lower().endswith(".zip")

    def drop(self) -> None:
        """Forget the unfinished file."""
        self.out.truncate(0)
        disk.remove(self.beside(".part"))
        disk.remove(self.beside(".part.json"))

    def checked(self, pin: Pin) -> Pin:
        if self.sha256 and pin.sha256 not in self.sha256:
            raise SiteError(
                f"its sha256 is {pin.sha256}, and {' or '.join(sorted(self.sha256))} was wanted.",
                where=pin.url,
                cure="the publisher replaced the file, or the wanted sha256 is another file's.",
            )
        return pin

    def finish(self, held: Pin | None) -> Downloaded:
        """Check the whole file, pin it, and give it its name."""
        part, note = self.beside(".part"), self.beside(".part.json")
        self.out.flush()
        os.fsync(self.out.fileno())
        marks = json.loads(note.read_text("utf-8"))
        pin = Pin(
            self.url,
            _digest(part),
            self.size(),
            marks["etag"],
            marks["last_modified"],
            self.day,
        )
        try:
            self.sound(part)
            self.checked(pin)
        except FileError:
            if self.resumed:  # two halves of two files, or of a disk that lost power
                raise Changed from None
            self.drop()
            raise
        _write(self.beside(".json"), asdict(pin))
        if sys.platform == "win32":
            self.out.close()  # an open file cannot be renamed there
        disk.rename(part, self.final)
        disk.remove(note)
        disk.sync_folder(self.folder)
        replaced = held.sha256 if held and held.sha256 != pin.sha256 else ""
        return Downloaded(self.final, pin, fresh=True, replaced=replaced)

    def sound(self, part: Path) -> None:
        """Every member of a zip is unpacked once, its CRC and length verified."""
        if self.is_zip:
            data = part.read_bytes()
            for member in zip_members(data, where=self.name):
                unzip(data, member, where=self.name)


def _conditions(note: Version | None, held: Pin | None, have: int) -> dict[str, str]:
    if note and have:
        return dict(note.rest(have))
    if held and held.etag:
        return {"If-None-Match": held.etag}
    if held and held.last_modified:
        return {"If-Modified-Since": held.last_modified}
    return {}


def page_instead(head: bytes, answer: Answer) -> SiteError:
    """The error for a web page where a file should be: what page it is, and what to do."""
    page = bytearray(head)
    for chunk in answer.chunks:
        if len(page) > _SHOWN_PAGE:
            break
        page += chunk
    title = _TITLE.search(bytes(page))
    words = unescape(title[1].decode("utf-8", "replace")) if title else ""
    shown = "".join(c for c in " ".join(words.split())[:80] if c.isprintable())
    called = f" called '{shown}'" if shown else ""
    if asks_for_consent(bytes(page)):
        return SiteError(
            f"the site gave a licence page{called}, not the file: it wants its terms accepted.",
            where=answer.url,
            cure="accept them in a browser, download there, and use 'payeratlas sources add'.",
        )
    return SiteError(
        f"the site gave a web page{called}, not the file; it is most likely an error page.",
        where=answer.url,
        cure="open the address in a browser; if the file has moved, see 'payeratlas sources fetch "
        "NAME --list'.",
    )


def _locked(out: IO[bytes], part: Path) -> bool:
    """Whether the open unfinished file is now ours alone, and still the one of that name."""
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return part.stat().st_ino == os.fstat(out.fileno()).st_ino
    except (BlockingIOError, FileNotFoundError):
        return False


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, document: Mapping[str, object]) -> None:
    staged = path.with_name(f".{path.name}.new")
    disk.write_file(staged, (json.dumps(document, indent=1, sort_keys=True) + "\n").encode())
    disk.rename(staged, path)
