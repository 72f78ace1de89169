"""The sources on hand, found by scanning their folder and the installed entry points.

A source is a package of ``payeratlas/sources/`` (or an entry point in the group
``payeratlas.sources``) that defines ``SOURCE``, ``read`` and ``discover``. Its id is its folder's
name. Nothing above ``sources`` names one in an import.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Protocol, cast

from payeratlas.formats import SourceFile
from payeratlas.model.errors import InputError
from payeratlas.model.provenance import Source
from payeratlas.tables.reading import Reading

PACKAGE = "payeratlas.sources"
GROUP = "payeratlas.sources"


class Offer(Protocol):
    """A file that a publisher's page offers: its title there, its address, and its release."""

    @property
    def title(self) -> str:
        """The words of the link."""

    @property
    def url(self) -> str:
        """Where it leads."""

    @property
    def release(self) -> str:
        """The same for all files of one release, and for no file of another."""

    @property
    def part(self) -> str:
        """Which file of its release it is; empty where the release has one."""


class SourceModule(Protocol):
    """What every source defines."""

    SOURCE: Source

    def read(self, files: Sequence[SourceFile]) -> Reading:
        """One release out of its files; FileError where they are not what they should be."""

    def discover(self, get: Callable[[str], bytes]) -> Sequence[Offer]:
        """The files the publisher offers now, newest first; ``get`` fetches an address."""


def source_ids() -> tuple[str, ...]:
    """The ids of all sources, in order; none of them is loaded."""
    return tuple(sorted({*_folders(), *_entry_points()}))


def load_source(source_id: str) -> SourceModule:
    """The source of that id. Raises InputError where there is none, ValueError where its module
    does not define what a source must."""
    folders, points = _folders(), _entry_points()
    if source_id in folders:
        if source_id in points:
            raise ValueError(f"the entry point {points[source_id].value} takes a built-in's name")
        return _checked(source_id, importlib.import_module(f"{PACKAGE}.{source_id}"))
    if source_id in points:
        return _checked(source_id, points[source_id].load())
    raise InputError(f"there is no source '{source_id}'.", cure=f"one of {', '.join(source_ids())}")


def sources() -> dict[str, SourceModule]:
    """Every source by id."""
    return {source_id: load_source(source_id) for source_id in source_ids()}


def _folders() -> set[str]:
    # Resolved by name at run time: sources are found, never imported by those above them.
    paths = importlib.import_module(PACKAGE).__path__
    return {
        info.name
        for info in pkgutil.iter_modules(paths)
        if info.ispkg and not info.name.startswith("_")
    }


def _entry_points() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _checked(source_id: str, module: ModuleType) -> SourceModule:
    for name in ("SOURCE", "read", "discover"):
        if not hasattr(module, name):
            raise ValueError(f"the source {source_id} does not define {name}")
    if not isinstance(module.SOURCE, Source) or module.SOURCE.id != source_id:
        called = getattr(module.SOURCE, "id", module.SOURCE)
        raise ValueError(f"the source in {source_id} calls itself {called!r}")
    return cast(SourceModule, module)
