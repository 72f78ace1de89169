"""Which version of a file the bytes on hand are, and whether an answer truly continues them.

What a download to disk and a file read as it comes in have in common.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from payeratlas.build.guard import Unreachable
from payeratlas.build.web import Answer

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class Changed(Exception):
    """The bytes so far are of no use: they are not of the file that the site has now."""


@dataclass(frozen=True, slots=True)
class Version:
    """A file at an address, by the site's own marks; ``total`` None where it does not say."""

    url: str
    etag: str
    last_modified: str
    total: int | None

    @classmethod
    def of(cls, url: str, answer: Answer) -> Version:
        """The version that an answer with the whole file gives."""
        marks = answer.headers
        return cls(url, marks.get("etag", ""), marks.get("last-modified", ""), answer.length)

    @property
    def mark(self) -> str:
        """What may be sent as If-Range: a strong ETag, else the date; empty where neither."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.last_modified

    def rest(self, have: int) -> Mapping[str, str]:
        """The headers that ask for what follows the first ``have`` bytes of this version."""
        return {"Range": f"bytes={have}-", "If-Range": self.mark}


def continued(answer: Answer, version: Version | None, have: int) -> int:
    """The whole size, where the answer truly continues what is there; Changed where not."""
    found = _RANGE.fullmatch(answer.headers.get("content-range", ""))
    if not found or not version:
        raise Changed
    start, end, total = (int(text) for text in found.groups())
    etag = answer.headers.get("etag", version.etag)
    same = start == have and end == total - 1 and version.total in (None, total)
    if not same or etag != version.etag:
        raise Changed
    return total


class Pace:
    """Drops a line on which next to nothing comes: fewer than ``slowest`` bytes a second."""

    def __init__(self, window: float, slowest: float, now: float, got: int) -> None:
        """In each ``window`` seconds; ``now`` and ``got`` are where it begins."""
        self._window, self._slowest = window, slowest
        self._since, self._marked = now, got

    def check(self, now: float, got: int, where: str) -> None:
        """Unreachable where too little came in the window that ends now."""
        if now - self._since >= self._window:
            if got - self._marked < self._slowest * (now - self._since):
                raise Unreachable("the site sends next to nothing.", where=where)
            self._since, self._marked = now, got
