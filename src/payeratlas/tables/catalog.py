"""All contracts, found by scanning this folder for modules that define TABLE."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import payeratlas.tables as _package
from payeratlas.tables.contract import Table


@cache
def contract(name: str) -> Table:
    """The contract of a table; KeyError where there is none.

    A module mostly bears the name of its table, so that one contract costs one import.
    """
    try:
        table = getattr(importlib.import_module(f"{_package.__name__}.{name}"), "TABLE", None)
    except ModuleNotFoundError:
        table = None
    return table if isinstance(table, Table) and table.name == name else catalog()[name]


@cache
def catalog() -> dict[str, Table]:
    """Every table contract by name."""
    tables: dict[str, Table] = {}
    for info in pkgutil.iter_modules(_package.__path__):
        table = getattr(importlib.import_module(f"{_package.__name__}.{info.name}"), "TABLE", None)
        if isinstance(table, Table):
            tables[table.name] = table
    return dict(sorted(tables.items()))
