"""Pinned bytes and the rows read from them: blobs, lock files, releases in force, citations."""

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
