"""The sections of a page, found by scanning ``sections/``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import cast

from payeratlas.model.time import AsOf
from payeratlas.pages import sections as _package
from payeratlas.pages.page import Section
from payeratlas.store import Store
from payeratlas.store.software import plug_ins


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """Where a section stands: its letter, its anchor (the module's name) and its title."""

    letter: str
    id: str
    title: str


Compose = Callable[[str, AsOf, Store], Section | None]


@cache
def registered() -> tuple[tuple[Place, Compose], ...]:
    """Every section's place and composing function, in page order.

    A module of ``sections/`` (or an entry point in the group ``payeratlas.sections``) defines
    SECTION, a Place whose id is the module's name, and ``section(code, as_of, store)``.
    """
    modules = [
        importlib.import_module(f"{_package.__name__}.{info.name}")
        for info in pkgutil.iter_modules(_package.__path__)
        if not info.name.startswith("_")
    ]
    modules += [point.load() for point in plug_ins("payeratlas.sections")]
    found = []
    for module in modules:
        place = cast(Place, module.SECTION)
        if place.id != module.__name__.rpartition(".")[2]:
            raise ValueError(f"{module.__name__} calls itself {place.id!r}")
        found.append((place, cast(Compose, module.section)))
    return tuple(sorted(found, key=lambda entry: entry[0]))
