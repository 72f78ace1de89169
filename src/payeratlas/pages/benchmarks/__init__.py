"""Section D's material: the benchmarks of a code as Facts, tables and drawings.

:func:`benchmarks_for` is the one door to them: whoever shows or computes again goes through it.
"""

from __future__ import annotations

from payeratlas.model.facts import Unknown
from payeratlas.model.time import AsOf
from payeratlas.rates.benchmark import Benchmarks
from payeratlas.rates.read import benchmarks_of
from payeratlas.store import Store


def benchmarks_for(code: str, as_of: AsOf, store: Store) -> Benchmarks | Unknown:
    """The benchmarks of a code from the price files on hand, or why there are none.

    ``not_covered`` where no price file has been read for comparison, ``not_listed`` where those on
    hand have nothing of the code.
    """
    return benchmarks_of(code, store)
