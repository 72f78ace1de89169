"""The benchmarks of a code that stand ready in a store."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from payeratlas.model.errors import StoreError
from payeratlas.model.facts import Unknown
from payeratlas.rates.benchmark import Benchmarks, FileNote
from payeratlas.rates.codec import decode

if TYPE_CHECKING:
    from payeratlas.store import Store

RULES = 1
"""Raise it whenever the same posted rates would give other benchmarks, or other bytes."""

BUILD = "payeratlas benchmarks build"


def benchmarks_of(code: str, store: Store) -> Benchmarks | Unknown:
    """What the price files on hand make of a code.

    Unknown ``not_covered`` where there is no such file, where those on hand were read for other
    codes, or where their benchmarks have not been worked out since the last file was added;
    ``not_listed`` where they were read for the code and none prints it. StoreError for damage.
    """
    found = store.benchmarks(code, RULES)
    if found.state == "no_files":
        return Unknown(
            "not_covered", "no price file of a payer or a hospital has been read for comparison."
        )
    if found.state == "not_made":
        return Unknown(
            "not_covered",
            "the benchmarks have not been worked out since a price file was added or removed; "
            f"run: {BUILD}.",
        )
    if found.state == "not_read":
        return Unknown("not_covered", f"the price files on hand were not read for {code}.")
    if found.state == "not_listed":
        return Unknown(
            "not_listed",
            f"no price file on hand prints {code} as a code that others use too.",
        )
    try:
        return _decoded(found.data, tuple(map(tuple, found.notes)))
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise StoreError(
            f"the benchmarks of {code} cannot be read ({type(error).__name__}: {error}).",
            where=str(store.root / "prices" / "benchmarks" / found.edition),
            cure=f"remove that folder and run: {BUILD}.",
        ) from error


@lru_cache(maxsize=4)  # a page asks twice, its verification once for each figure
def _decoded(data: bytes, notes: tuple[tuple[Any, ...], ...]) -> Benchmarks:
    return decode(data, [FileNote(*one) for one in notes])
