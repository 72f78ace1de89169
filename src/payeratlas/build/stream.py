"""A file read as it comes in, without being kept: a line that breaks is taken up where it ended.

For files too large to keep. What was read is remembered by how many bytes it was and by the site's
marks of the version, so that the bytes of two versions are never mixed: where the site cannot go
on from there, ``Changed`` says that all has to be read anew.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

from payeratlas.build.download import Limits, Moment, Watch, page_instead
from payeratlas.build.guard import SiteError, Unreachable
from payeratlas.build.resume import Changed, Pace, Version, continued
from payeratlas.build.web import ATTEMPTS, Answer, Order, Web, attempts, refusal
from payeratlas.formats.archive import GZIP_MAGIC
from payeratlas.formats.delimited import refuse_page
from payeratlas.model.errors import FileError

_FAILURES = 25  # series of attempts that may bring next to nothing, one after another
_AS_IT_IS = {"identity", "gzip", "x-gzip"}


class Streamed(Iterator[bytes]):
    """The bytes of a file as served, in chunks; to be gone through once.

    ``version`` is known once the first chunk came. Raises SiteError where the site gives something
    else than a file, Unreachable where it stays silent, Changed where the bytes so far are of no
    use.
    """

    def __init__(
        self, web: Web, url: str, name: str, watch: Watch, limits: Limits | None = None
    ) -> None:
        """``name`` is told to the watch."""
        self._web = web
        self._url = url
        self._name = name
        self._watch = watch
        self._limits = limits or Limits()
        self._connection: Generator[bytes, None, None] | None = None
        self._began = watch.clock()
        self._ended = False
        self._continues = True
        self._failures = 0
        self._mark = 0  # bytes at the last failure
        self.version: Version | None = None
        self.got = 0

    def __next__(self) -> bytes:
        chunk = b"" if self._ended else self._chunk_or_again()
        if not chunk:
            self._ended = True
            self.close()
            raise StopIteration
        self.got += len(chunk)
        self._tell()
        return chunk

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _chunk_or_again(self) -> bytes:
        try:
            return self._chunk()
        except Unreachable as error:
            self._count(error)
        for attempt in attempts():
            with attempt:
                try:
                    return self._chunk()
                except Unreachable as error:
                    words = f"attempt {attempt.num} of {ATTEMPTS}: {error.what}"
                    self._watch.say(f"{self._name}, {words}")
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _count(self, error: Unreachable) -> None:
        """Refuse to go on for ever where each connection brings a few bytes only."""
        gained, self._mark = self.got - self._mark, self.got
        self._failures = 0 if gained >= self._limits.gain else self._failures + 1
        if self._failures > _FAILURES:
            raise error
        self._watch.say(f"{self._name}, at byte {self.got}: {error.what}")

    def _chunk(self) -> bytes:
        if self._connection is None:
            self._connection = self._connected(self.got)
        try:
            return next(self._connection, b"")
        except BaseException:
            self._connection = None
            raise

    def _connected(self, have: int) -> Generator[bytes, None, None]:
        """The chunks of one connection, from byte ``have`` on."""
        if have and not (self._continues and self.version and self.version.mark):
            raise Changed
        headers = self.version.rest(have) if have and self.version else {}
        with self._web.open(Order(self._url), headers) as answer:
            skipped = self._begin(answer, have)
            total = self.version.total if self.version else None
            pace = Pace(self._limits.window, self._limits.slowest, self._watch.clock(), self.got)
            passed = have - skipped
            for chunk in answer.chunks:
                passed += len(chunk)
                if skipped:
                    cut = min(skipped, len(chunk))
                    skipped -= cut
                    chunk = chunk[cut:]
                if not chunk:
                    continue
                if passed == len(chunk):
                    self._look(chunk, answer)
                pace.check(self._watch.clock(), passed, answer.url)
                yield chunk
            if total is not None and passed != total:
                raise Unreachable(
                    f"{passed} of {total} bytes came, then nothing.", where=answer.url
                )
            if passed == 0:
                raise SiteError("the site gave an empty file.", where=answer.url)

    def _begin(self, answer: Answer, have: int) -> int:
        """Check that the answer is the file, or its rest; how many bytes of it to pass over."""
        if answer.status == 416:
            raise Changed
        if answer.status not in (200, 206):
            raise refusal(answer)
        packed = answer.headers.get("content-encoding", "identity").lower()
        if packed not in _AS_IT_IS:  # stored as gzip and served so is what is wanted
            raise SiteError(
                f"the site packs the file on the way ({packed}), though asked not to.",
                where=answer.url,
                cure="download by hand, and use 'payeratlas sources add tic'.",
            )
        # What is packed for this answer alone may be other bytes the next time.
        self._continues = packed == "identity" or self._url.partition("?")[0].endswith(".gz")
        if answer.status == 206 and have:
            continued(answer, self.version, have)
            return 0
        now = Version.of(self._url, answer)
        if have and now != self.version:
            raise Changed
        self.version = now
        return have

    def _look(self, head: bytes, answer: Answer) -> None:
        """Refuse a web page in place of the file."""
        try:
            refuse_page(head, answer.url)
            page = answer.is_page and not head.startswith((GZIP_MAGIC, b"{"))
        except FileError:
            page = True
        if page:
            raise page_instead(head, answer)

    def _tell(self) -> None:
        total = self.version.total if self.version else None
        passed = self._watch.clock() - self._began
        rate = self.got / passed if passed > 0 else None
        left = (total - self.got) / rate if rate and total is not None else None
        self._watch.moment(Moment(self._name, self.got, total, rate, left))
