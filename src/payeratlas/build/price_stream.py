"""One price file of a payer's site into the store, as it comes in or, if it is a zip, over disk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from urllib.parse import parse_qsl, urlsplit

from payeratlas.build.download import Limits, Watch, download
from payeratlas.build.fetch import DOWNLOADS, file_name, own_folder
from payeratlas.build.guard import SiteError, Unreachable
from payeratlas.build.price_files import Added, Counted, ReadAgain, Wish, add, take
from payeratlas.build.registry import PriceSource
from payeratlas.build.resume import Changed
from payeratlas.build.stream import Streamed
from payeratlas.build.web import Order, Web
from payeratlas.formats.archive import ZIP_MAGIC
from payeratlas.formats.chunks import unpack
from payeratlas.model.errors import FileError
from payeratlas.store.disk import remove
from payeratlas.store.price_files import PriceFiles
from payeratlas.store.price_manifest import Place, PriceFile

_RESTARTS = 3
_MOST = 1 << 42  # bytes of a zip
_UNIX_DIGITS = 11  # of a time before the year 5138
_SIGNED = ("signature=", "sig=", "expires=", "x-amz-", "se=", "key-pair-id=", "token=")


@dataclass(frozen=True, slots=True)
class Target:
    """One distinct file of a posting.

    ``url`` is the address of its first mention, signature and all; ``key`` names the file.
    ``mentions`` counts the addresses that lead to it, ``plans`` the plans it is of. ``held`` is the
    file on hand, where it was read for the wanted codes. ``size`` is None where it was not asked
    for or the site does not say; ``trouble`` is what the site said instead.
    """

    name: str
    key: str
    url: str
    mentions: int
    plans: int
    held: PriceFile | None = None
    size: int | None = None
    etag: str = ""
    last_modified: str = ""
    trouble: str = ""

    @property
    def host(self) -> str:
        """The site that serves it."""
        return (urlsplit(self.key).hostname or "").lower()

    @property
    def wanted(self) -> bool:
        """Whether it has to be fetched: not on hand, or another version than the site has now."""
        if self.held is None:
            return True
        place = next((p for p in self.held.places if p.key == self.key), None)
        if place is None:
            return True
        if self.etag and place.etag:
            return self.etag != place.etag
        marks = ((self.last_modified, place.last_modified), (self.size, place.size))
        return any(now and then and now != then for now, then in marks)


def stream_in(
    target: Target,
    web: Web,
    held: PriceFiles,
    source: PriceSource,
    wish: Wish,
    *,
    watch: Watch,
    day: str,
    limits: Limits | None = None,
) -> Added:
    """Read a file from its site into the store; its bytes are not kept.

    A line that breaks is taken up where it ended; a file that its payer changes meanwhile is begun
    anew. Raises SiteError where the site does not give it, FileError where it cannot be read, each
    under its address without the signature; the store is then as it was.
    """
    try:
        for _ in range(_RESTARTS + 1):
            try:
                return _once(target, web, held, source, wish, watch, day, limits)
            except Changed:
                watch.say(f"{target.name} was changed meanwhile, or cannot be continued; anew")
            except ReadAgain as more:
                wish = Wish(wish.payer, more.codes)
        raise SiteError(
            f"the file changed {_RESTARTS + 1} times while it was read.",
            cure="try again later; its payer seems to be replacing it.",
        )
    except Unreachable as error:
        raise Unreachable(error.what, where=target.key) from error
    except SiteError as error:
        raise SiteError(
            _told(error, target), where=target.key, cure=_cure(error, target)
        ) from error


def _once(
    target: Target,
    web: Web,
    held: PriceFiles,
    source: PriceSource,
    wish: Wish,
    watch: Watch,
    day: str,
    limits: Limits | None,
) -> Added:
    streamed = Streamed(web, target.url, target.name, watch, limits)
    try:
        head = next(streamed, b"")
        version = streamed.version
        place = Place(
            target.key,
            version.etag if version else "",
            version.last_modified if version else "",
            version.total if version else None,
            day,
        )
        if head.startswith(ZIP_MAGIC):
            streamed.close()
            return _over_disk(target, web, held, source, wish, watch, place, limits)
        counted = Counted()
        packed: Iterator[bytes] = counted.passing(chain((head,), streamed))
        name = file_name(target.key)
        return take(unpack(packed, where=name), name, counted, held, source, wish, place=place)
    finally:
        streamed.close()


def _over_disk(
    target: Target,
    web: Web,
    held: PriceFiles,
    source: PriceSource,
    wish: Wish,
    watch: Watch,
    place: Place,
    limits: Limits | None,
) -> Added:
    """A zip is read through its directory, which stands at its end; so it goes to disk first."""
    given = limits or Limits()
    file = download(
        web,
        Order(target.url),
        own_folder(held.root, target.key),
        f"{file_name(target.key)}.packed",  # not checked as CMS's zips are: they fit memory
        watch=watch,
        day=place.retrieved,
        known_as=target.key,
        limits=Limits(_MOST, given.window, given.slowest, given.gain),
    )
    try:
        name = file_name(target.key)
        return add(file.path, held, source, wish, watch=watch, place=place, name=name)
    finally:
        for path in sorted(file.path.parent.iterdir()):
            remove(path)
        file.path.parent.rmdir()
        above = held.root / DOWNLOADS
        if not any(above.iterdir()):
            above.rmdir()


def _signed(target: Target) -> bool:
    query = target.url.partition("?")[2].lower()
    return any(word in query for word in _SIGNED)


def _told(error: FileError, target: Target) -> str:
    if _signed(target) and "refuses" in error.what:
        until = signed_until(target.url)
        when = f"ended on {until}" if until else "has most likely expired"
        return f"{error.what} Its address is signed, and the signature {when}."
    return error.what


def signed_until(url: str) -> str:
    """The day (UTC) until which an address is signed, where its query says so; else nothing.

    ``Expires`` is a Unix time (CloudFront, S3), ``se`` a date with time (Azure).
    """
    query = {key.lower(): value for key, value in parse_qsl(urlsplit(url).query)}
    if (seconds := query.get("expires", "")).isdecimal() and len(seconds) <= _UNIX_DIGITS:
        return datetime.fromtimestamp(int(seconds), UTC).date().isoformat()
    found = re.match(r"\d{4}-\d{2}-\d{2}", query.get("se", ""))
    return found[0] if found else ""


def _cure(error: FileError, target: Target) -> str:
    if _signed(target):
        return "fetch the table of contents again: it comes with addresses signed anew."
    if "nothing there" in error.what:
        return "fetch the table of contents again; its payer has moved or replaced the file."
    return (
        "open the address in a browser; if it gives the file, add it with 'payeratlas sources add "
        "tic'."
    )
