"""The store: releases on hand, the one in force, its rows, and the citation of each cell."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from payeratlas.model.errors import StoreError
from payeratlas.model.facts import Fact, Unknown, Value
from payeratlas.model.provenance import Citation, Release
from payeratlas.model.time import AsOf, Period
from payeratlas.store import inforce, software
from payeratlas.store.cell import citation, nothing_printed, value_of
from payeratlas.store.disk import ReadLock, sha256_of
from payeratlas.store.folder import default_root
from payeratlas.store.manifest import (
    Part,
    Published,
    Wanted,
    blob_path,
    decode,
    manifest_path,
    wanted,
)
from payeratlas.store.query import Reader, Tally, scanned
from payeratlas.store.reopen import Reopened, reopen
from payeratlas.tables.catalog import catalog, contract
from payeratlas.tables.contract import Row, Table

if TYPE_CHECKING:
    import pyarrow as pa

    from payeratlas.formats import SourceFile
    from payeratlas.store.benchmarks import Ready
    from payeratlas.tables.reading import Reading

EMBEDDED = Path(__file__).parents[1] / "embedded"
T = TypeVar("T")
Placed = tuple[Published, Part]
_NEVER = object()
_KEPT = 10_000  # answers kept by once(), so that a process that runs for weeks does not grow


class Store:
    """A consistent view of the releases on hand, as they were when it was opened.

    Two folders make it up: the embedded data set, read-only, and over it the user's own store.
    Where both hold a release of the same source and id, the user's is the one that counts.
    What others publish meanwhile is not seen until the store is opened again.
    """

    def __init__(self, root: Path, embedded: Path | None) -> None:
        """Use :meth:`open`; this names both folders."""
        self.root = root.resolve()
        self._embedded = embedded.resolve() if embedded else None
        self._lock = ReadLock(self.root)
        self._roots = (*((self._embedded,) if self._embedded else ()), self.root)
        self._reader = Reader(self._roots)
        self._once: dict[Hashable, Any] = {}
        self._parts_of: dict[tuple[str, str, str, str], list[Part]] = {}
        self._published = self._load()
        self._closing = weakref.finalize(self, _close, self._lock, self._reader)

    @classmethod
    def open(cls, root: Path | None = None, *, embedded: bool = True) -> Store:
        """Open the embedded data set and, over it, the user's store at ``root`` if it exists.

        ``root`` is by default the folder named by PAYERATLAS_STORE, else the platform's folder
        for user data. Raises StoreError where a manifest cannot be read.
        """
        return cls(root or default_root(), EMBEDDED if embedded else None)

    @property
    def embedded(self) -> str | None:
        """The folder of the embedded data set, where one is open."""
        return str(self._embedded) if self._embedded else None

    def close(self) -> None:
        """Let go of the store's files; only needed before removing its folder."""
        self._closing()

    def _load(self) -> dict[tuple[str, str], Published]:
        self._once.clear()
        self._parts_of.clear()
        found: dict[tuple[str, str], Published] = {}
        for root in self._roots:
            for path in sorted((root / "releases").glob("*/*.json")):
                published = decode(path.read_bytes(), root, str(path))
                key = published.release.source, published.release.id
                if key != (path.parent.name, path.stem):
                    raise StoreError(
                        f"the manifest is of release {key[1]} of {key[0]}.",
                        where=str(path),
                        cure="delete this file and add the release again.",
                    )
                found[key] = published
        return found

    # -- releases ------------------------------------------------------------------------------

    def releases(self, source: str | None = None) -> tuple[Published, ...]:
        """Every release on hand (of one source), by source, start of cover, issue and id."""

        def find() -> tuple[Published, ...]:
            found = [p for p in self._published.values() if source in (None, p.release.source)]
            return tuple(sorted(found, key=lambda p: _order(p.release)))

        return self.once(("releases", source), find)

    def series(self) -> tuple[tuple[str, Mapping[str, str]], ...]:
        """Every table on hand with the constants that its partitions stand under, each once."""
        found = {
            (part.table, tuple(sorted(part.constants.items()))): part.constants
            for published in self.releases()
            for part in published.parts
        }
        return tuple((table, constants) for (table, _), constants in sorted(found.items()))

    def release_of(self, row: Row) -> Release:
        """The release a row belongs to."""
        return self._holder(row.source, row.release).release

    def handed(self, published: Published) -> Published:
        """A release as this store hands it out, whichever view of the store gave it before."""
        return self._holder(published.release.source, published.release.id)

    def in_force(
        self, table: str, as_of: AsOf, *, source: str | None = None, **constants: Wanted
    ) -> Published | Unknown:
        """The release that answers for a table on a date, or Unknown(not_covered) with the gap.

        Among releases that hold the table under the ``constants`` (one text or any of several),
        final or correction, covering the date of service and known on ``as_of.known_on``: whole
        ones before excerpts, then the latest issued. Nothing is ever carried forward.
        """
        key = ("in_force", table, as_of, source, tuple(constants.items()))
        return self.once(key, lambda: self._in_force(table, as_of, source, constants))

    def _in_force(
        self, table: str, as_of: AsOf, source: str | None, constants: Mapping[str, Wanted]
    ) -> Published | Unknown:
        holding = self._holding(table, source, constants)
        releases = [p.release for p in holding]
        match = inforce.in_force(releases, as_of)
        if match is None:
            return inforce.gap(releases, as_of, _sought(table, constants))
        return next(p for p in holding if p.release is match)

    def _holding(
        self, table: str, source: str | None, constants: Mapping[str, Wanted]
    ) -> tuple[Published, ...]:
        """The releases that hold a table under the constants, in order."""

        def find() -> tuple[Published, ...]:
            held = self.once(("by table",), self._by_table).get(table, ())
            return tuple(
                p
                for p in held
                if source in (None, p.release.source) and p.holds(table, **constants)
            )

        return self.once(("holding", table, source, tuple(constants.items())), find)

    def _by_table(self) -> Mapping[str, list[Published]]:
        """The releases that hold each table, in order."""
        found: dict[str, list[Published]] = {}
        for published in self.releases():
            for table in dict.fromkeys(part.table for part in published.parts):
                found.setdefault(table, []).append(published)
        return found

    def once(self, key: Hashable, work_out: Callable[[], T]) -> T:
        """What follows from this store alone, worked out when first asked for and then kept.

        For what every page asks again: ``key`` names it, and holds all that it depends on
        besides the store.
        """
        found = self._once.get(key, _NEVER)
        if found is _NEVER:
            found = work_out()
            if len(self._once) >= _KEPT:
                self._once.clear()
            self._once[key] = found
        return cast(T, found)

    def benchmarks(self, code: str, rules: int) -> Ready:
        """The benchmarks of a code that stand ready, of the price files on hand and this version
        of the rules; of those that were on hand when it was first asked."""
        from payeratlas.store.benchmarks import Benchmarks  # late: pages without rates need none

        where = self.root, self._embedded
        return self.once(("benchmarks", rules), lambda: Benchmarks(*where, rules)).ready(code)

    def expect(self, codes: Iterable[str]) -> None:
        """Say which billing codes will be asked for next: their rows are then read together."""
        self._reader.expect(codes)

    @cached_property
    def version(self) -> str:
        """The version of the software."""
        return software.version()

    @property
    def edition(self) -> str:
        """sha256 over every release's manifest and the software version: what a page rests on."""
        lines = [f"{p.release.source} {p.release.id} {p.digest}" for p in self.releases()]
        return sha256_of("\n".join([f"payeratlas {self.version}", *lines]).encode())

    # -- rows ----------------------------------------------------------------------------------

    def rows(self, table: str, published: Published, **where: Wanted) -> list[Row]:
        """Rows of one release that meet every condition on text columns, in source order."""
        return self._reader.rows(_contract(table), self._placed(table, published, {}, where), where)

    def tally(
        self,
        table: str,
        published: Published,
        by: Sequence[str],
        *,
        evidence: Sequence[str] = (),
        **where: Wanted,
    ) -> list[Tally]:
        """Rows of one release that meet every condition, counted by the values of some columns.

        For tables too large to make rows of what is only counted. ``evidence`` names columns that
        the first row of each count is to show beside those.
        """
        contract = _contract(table)
        parts = self._placed(table, published, {}, where)
        return self._reader.tally(contract, parts, by, evidence, where)

    def counted(
        self, table: str, published: Published, by: Sequence[str], *, evidence: Sequence[str] = ()
    ) -> bool:
        """Whether such a :meth:`tally` of one code costs next to nothing: the data set was shipped
        with the rows of every code counted."""
        parts = self._placed(table, published, {}, {})
        return self._reader.counted(_contract(table), parts, by, evidence)

    def look_up(
        self,
        table: str,
        as_of: AsOf,
        *,
        source: str | None = None,
        constants: Mapping[str, Wanted] | None = None,
        **where: Wanted,
    ) -> list[Row] | Unknown:
        """Rows of the release in force that meet the conditions.

        None of them: ``not_listed`` where that release is whole, ``not_covered`` where it is an
        excerpt, which says nothing about what it leaves out.
        """
        constants = constants or {}
        match = self.in_force(table, as_of, source=source, **constants)
        if isinstance(match, Unknown):
            return match
        parts = self._placed(table, match, constants, where)
        rows = self._reader.rows(_contract(table), parts, where)
        if rows:
            return rows
        release = match.release
        named = f"{release.id} ({release.source}), in force on {as_of.service_date},"
        sought = _sought(table, {**constants, **where})
        if release.complete:
            return Unknown("not_listed", f"{named} is whole and has no row of {sought}.")
        return Unknown(
            "not_covered",
            f"{named} is on hand only as an excerpt, which has no row of {sought}; "
            "the whole release may list it.",
        )

    def history(
        self,
        table: str,
        *,
        source: str | None = None,
        constants: Mapping[str, Wanted] | None = None,
        **where: Wanted,
    ) -> list[Row]:
        """Rows of all releases, by start of cover, issue and place in the file; one query."""
        contract = _contract(table)
        return self._reader.rows(
            contract, self._placed(table, source, constants or {}, where), where
        )

    def scan(
        self,
        table: str,
        published: Published,
        columns: Sequence[str] | None = None,
        **constants: Wanted,
    ) -> pa.Table:
        """A whole release of a table as Arrow, in source order, for work on all its rows.

        ``constants`` leave out the partitions of another value, such as a service type.
        """
        import pyarrow as pa  # late: pages do not need it

        contract = _contract(table)
        schema = contract.arrow_schema()
        names = list(columns) if columns is not None else schema.names
        parts = published.parts_of(table, constants)
        tables = [scanned(published, part, contract, names) for part in parts]
        empty = pa.schema([schema.field(name) for name in names]).empty_table()
        return pa.concat_tables(tables) if tables else empty

    # -- citations -----------------------------------------------------------------------------

    def cite(self, row: Row, column: str) -> Citation:
        """Where a cell was read: release, file, record and column, and the text as printed.

        ValueError where the column stands in no cell (it is a constant of the file, or the layout
        lacks it).
        """
        return citation(row, column, self._part(row), _contract(row.table))

    def fact(
        self,
        measure: str,
        row: Row,
        column: str,
        *,
        unit: str,
        subject: str,
        value: Value | None = None,
        period: Period | None = None,
    ) -> Fact:
        """A cited Fact from a stored cell; the decimals stay as many as the contract has.

        ``value`` says what the cell means where that is not its own text (a flag). ``period`` is
        by default what the release covers. A cell that prints nothing gives an Unknown.
        """
        part, release = self._part(row), self.release_of(row)
        stated = value_of(row[column]) if value is None else value
        period = period or release.covers
        if stated is None or not (column in part.bindings or column in part.constants):
            nothing = nothing_printed(row, column, part, release)
            return Fact(measure, subject, nothing, unit, period)
        basis = citation(row, column, part, _contract(row.table))
        return Fact(measure, subject, stated, unit, period, basis)

    def reopen(self, cited: Citation, originals: Mapping[str, Path] | None = None) -> Reopened:
        """Read a citation again from the publisher's file, else from the pinned partition.

        ``originals`` maps sha256 to files the user has. StoreError where the text is not there,
        a file was changed, or the release is not on hand.
        """
        published = self._holder(cited.source, cited.release)
        return reopen(cited, published, catalog(), self._reader, self.root, originals or {})

    # -- publishing ----------------------------------------------------------------------------

    def publish(
        self,
        reading: Reading,
        files: Sequence[SourceFile],
        *,
        licence: str = "",
        keep_bytes: bool = True,
    ) -> Published:
        """Make a reading visible in the user's store, whole or not at all.

        ``files`` are those it was read from; they are kept by sha256 unless ``keep_bytes`` is
        False. Publishing equal content again changes nothing. Raises StoreError, with the store
        as it was, where the reading breaks its contract or the disk refuses.
        """
        from payeratlas.store.publish import commit, prepare  # late: not for readers

        manifest, content = prepare(reading, files, licence, f"payeratlas {self.version}")
        if keep_bytes:
            content |= {blob_path(file.artifact.sha256): file.data for file in files}
        standing = commit(self.root, manifest, content, self._lock)
        self._published = self._load()
        published = self._holder(reading.release.source, reading.release.id)
        if published.digest != sha256_of(standing):
            raise StoreError(
                f"{reading.release.id} was published again by someone else at the same time.",
                where=str(self.root),
                cure="nothing is lost: theirs stands. Add yours again if it should replace it.",
            )
        return published

    def withdraw(self, source: str, release: str) -> None:
        """Remove a release from the user's store; the embedded data set is never touched."""
        from payeratlas.store.publish import withdraw

        if self._holder(source, release).root != self.root:
            raise StoreError(f"{release} of {source} is embedded and cannot be removed.")
        withdraw(self.root, manifest_path(source, release), self._lock)
        self._published = self._load()

    def seal(self) -> None:
        """Remove from the user's store what no manifest names, lock files included.

        For making a data set that is shipped read-only; nobody else may have it open.
        """
        from payeratlas.store.publish import seal

        seal(self.root, self._lock)

    # -- the inside ----------------------------------------------------------------------------

    def _holder(self, source: str, release: str) -> Published:
        try:
            return self._published[source, release]
        except KeyError:
            raise StoreError(
                f"release {release} of {source} is not on hand.",
                where=str(self.root),
                cure="add it with 'payeratlas sources add'.",
            ) from None

    def _placed(
        self,
        table: str,
        among: Published | str | None,
        constants: Mapping[str, Wanted],
        where: Mapping[str, Wanted],
    ) -> tuple[Placed, ...]:
        """The partitions of a release, of a source or of all that can hold such rows, by start of
        cover and issue; those whose constants rule it out are left shut."""

        def find() -> tuple[Placed, ...]:
            if isinstance(among, Published):
                releases = [among]
            else:
                held = self._holding(table, among, {})
                releases = sorted(held, key=lambda p: _order(p.release)[1:])
            return tuple(
                (published, part)
                for published in releases
                for part in published.parts_of(table, constants)
                if all(
                    name not in part.constants or part.constants[name] in wanted(value)
                    for name, value in settled.items()
                )
            )

        names = self.once(("settled", table), lambda: self._settled(table))
        settled = {name: value for name, value in where.items() if name in names}
        named = (among.root, among.digest) if isinstance(among, Published) else among
        key = ("placed", table, named, tuple(constants.items()), tuple(settled.items()))
        return self.once(key, find)

    def _settled(self, table: str) -> frozenset[str]:
        """The columns that some partition of a table has one value in: they may rule it out."""
        held = self._holding(table, None, {})
        parts = (part for published in held for part in published.parts_of(table, {}))
        return frozenset(name for part in parts for name in part.constants)

    def _part(self, row: Row) -> Part:
        key = (row.source, row.release, row.table, row.artifact)
        parts = self._parts_of.get(key)
        if parts is None:
            parts = self._parts_of[key] = [
                part
                for part in self._holder(row.source, row.release).parts
                if (part.table, part.artifact.sha256) == (row.table, row.artifact)
            ]
        for part in parts:
            for name, constant in part.constants.items():
                if row.values[name] != constant:
                    break
            else:
                return part
        raise StoreError(
            f"{row.release} of {row.source} was not read from the row's file.",
            where=str(self.root),
            cure="the release was replaced; look the row up again.",
        )


def _close(lock: ReadLock, reader: Reader) -> None:
    reader.close()
    lock.release()


def _contract(table: str) -> Table:
    try:
        return contract(table)
    except KeyError:
        raise ValueError(f"there is no table {table!r}: {', '.join(catalog())}") from None


def _order(release: Release) -> tuple[object, ...]:
    return release.source, release.covers.start, release.issued, release.id


def _sought(table: str, conditions: Mapping[str, Wanted]) -> str:
    words = [
        f"{name} {' or '.join(text or 'empty' for text in wanted(value))}"
        for name, value in conditions.items()
    ]
    return f"{table} ({', '.join(words)})" if words else table
