"""Facts of a code, one file a family of measures: each defines MEASURES and facts()."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache, lru_cache
from types import ModuleType

from payeratlas.model.facts import Fact, Measure
from payeratlas.model.time import AsOf
from payeratlas.store import Store


@cache
def families() -> tuple[ModuleType, ...]:
    """The modules of this folder that define MEASURES and facts(), by name."""
    modules = (
        importlib.import_module(f"{__name__}.{info.name}")
        for info in pkgutil.iter_modules(__path__)
        if not info.name.startswith("_")
    )
    return tuple(m for m in modules if hasattr(m, "MEASURES") and hasattr(m, "facts"))


def measures() -> dict[str, Measure]:
    """Every measure that this version can state, by id."""
    return {m.id: m for family in families() for m in family.MEASURES}


@lru_cache(maxsize=32)
def facts_of(code: str, as_of: AsOf, store: Store) -> tuple[Fact, ...]:
    """All Facts of one billing code on one date, known and Unknown, in a fixed order.

    Subjects are the code itself and its modified rows (``77002-26``). A measure that does not
    apply to the code (it is of another fee schedule) is absent; one that applies and has no
    value is Unknown.
    """
    return tuple(fact for family in families() for fact in family.facts(code, as_of, store))


def fact_of(code: str, measure: str, as_of: AsOf, store: Store, subject: str = "") -> Fact:
    """One Fact by measure (and subject, else the code itself); KeyError where there is none."""
    wanted = subject or code
    for fact in facts_of(code, as_of, store):
        if fact.measure == measure and fact.subject == wanted:
            return fact
    raise KeyError(f"{measure}({wanted})")
