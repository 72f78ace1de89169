"""The sources on hand, found by scanning their folder and the installed entry points.

A source is a package of ``payeratlas/sources/`` (or an entry point in the group
``payeratlas.sources``) that defines ``SOURCE``, ``read`` and ``discover``. Its id is its folder's
name. Nothing above ``sources`` names one in an import.

A source whose files are too large to keep (retention ``witness``) is no series of releases: it
defines ``SOURCE``, ``FORMAT``, ``describe``, ``key_of`` and ``offered``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any, Protocol, cast

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


class PriceSource(Protocol):
    """What a source of price files defines; ``FORMAT`` names what reads them."""

    SOURCE: Source
    FORMAT: str

    def describe(self, printed: Mapping[str, Any], name: str) -> tuple[str, str, date | None, str]:
        """Title, series, first observed day and its basis, from what a file prints of itself."""

    def key_of(self, location: str) -> str:
        """What names a file whatever its signature."""

    def offered(self, locations: Iterable[str | None]) -> Sequence[Offer]:
        """The distinct files among the addresses that a table of contents prints."""


WITNESS = "witness"
_OF_RELEASES = ("SOURCE", "read", "discover")
_OF_WITNESS = ("SOURCE", "FORMAT", "describe", "key_of", "offered")


def source_ids() -> tuple[str, ...]:
    """The ids of all sources, in order; none of them is loaded."""
    return tuple(sorted({*_folders(), *_entry_points()}))


def load_source(source_id: str) -> SourceModule:
    """The source of that id. Raises InputError where there is none, or none of releases;
    ValueError where its module does not define what a source must."""
    module = _load(source_id)
    if module.SOURCE.retention == WITNESS:
        raise InputError(
            f"the files of '{source_id}' are no releases; they are read one by one.",
            cure=f"payeratlas sources add {source_id} FILE, or payeratlas sources fetch "
            f"{source_id} INDEX.",
        )
    return cast(SourceModule, module)


def load_price_source(source_id: str) -> PriceSource | None:
    """The source of payers' price files of that id; None where the id is of another source.

    Raises as :func:`load_source` does.
    """
    module = _load(source_id)
    return cast(PriceSource, module) if module.SOURCE.retention == WITNESS else None


def registered() -> dict[str, ModuleType]:
    """Every source's module by id, whatever it defines besides ``SOURCE``."""
    return {source_id: _load(source_id) for source_id in source_ids()}


def sources() -> dict[str, SourceModule]:
    """Every source of releases by id."""
    return {
        source_id: cast(SourceModule, module)
        for source_id, module in registered().items()
        if module.SOURCE.retention != WITNESS
    }


def _load(source_id: str) -> ModuleType:
    folders, points = _folders(), _entry_points()
    if source_id in folders:
        if source_id in points:
            raise ValueError(f"the entry point {points[source_id].value} takes a built-in's name")
        return _checked(source_id, importlib.import_module(f"{PACKAGE}.{source_id}"))
    if source_id in points:
        return _checked(source_id, points[source_id].load())
    raise InputError(f"there is no source '{source_id}'.", cure=f"one of {', '.join(source_ids())}")


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


def _checked(source_id: str, module: ModuleType) -> ModuleType:
    about = getattr(module, "SOURCE", None)
    witness = isinstance(about, Source) and about.retention == WITNESS
    for name in _OF_WITNESS if witness else _OF_RELEASES:
        if not hasattr(module, name):
            raise ValueError(f"the source {source_id} does not define {name}")
    if not isinstance(about, Source) or about.id != source_id:
        called = getattr(about, "id", about)
        raise ValueError(f"the source in {source_id} calls itself {called!r}")
    return module
