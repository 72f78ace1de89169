"""Pinned bytes and the rows read from them: blobs, lock files, releases in force, citations."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payeratlas.store.manifest import Part, Published
    from payeratlas.store.query import Tally
    from payeratlas.store.reopen import Reopened
    from payeratlas.store.store import EMBEDDED, Store
    from payeratlas.store.watch import Question, Watched, edition_now

__all__ = [
    "EMBEDDED",
    "Part",
    "Published",
    "Question",
    "Reopened",
    "Store",
    "Tally",
    "Watched",
    "edition_now",
]

# Where each name is; imported when first asked for, so that a price file can be read without the
# rest of the store.
_HOMES = {
    "EMBEDDED": "store",
    "Part": "manifest",
    "Published": "manifest",
    "Question": "watch",
    "Reopened": "reopen",
    "Store": "store",
    "Tally": "query",
    "Watched": "watch",
    "edition_now": "watch",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
