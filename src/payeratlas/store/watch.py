"""A store that remembers what was asked of it and what it answered.

A page is a function of its code, its dates, the software and the answers of the store. So the
answers given while it was composed are what it rests on: their digest is the page's edition, and
asking the same questions of another store tells whether the page would come out the same, without
composing it again.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from payeratlas.model.errors import StoreError
from payeratlas.model.facts import Unknown
from payeratlas.model.provenance import Release
from payeratlas.model.time import AsOf
from payeratlas.store.disk import sha256_of
from payeratlas.store.manifest import Part, Published, Wanted
from payeratlas.store.query import Tally
from payeratlas.store.store import Store
from payeratlas.tables.contract import Row

if TYPE_CHECKING:
    import pyarrow as pa

    from payeratlas.store.benchmarks import Ready

T = TypeVar("T")
Question = tuple[Any, ...]
"""What was asked, as values that JSON can hold: the method first, then its arguments."""
_Answer = tuple[str, frozenset[Release]]
"""A question with the digest of its answer as the edition tells them, and the releases whose rows
the answer gave."""
_FIELDS = tuple(one.name for one in fields(Published))
_INSIDE = frozenset({"parts", "licence", "software", "digest", "root"})


class Watched(Store):
    """A view of a store, for one page, that notes each question with a digest of its answer.

    Rows are told by the sha256 of their partition and their record numbers; a release by what it
    says of itself, and by its manifest only once somebody looks inside.
    """

    def __init__(self, store: Store) -> None:
        """Watch a store; it must stay open as long as this is used."""
        self.__dict__.update(store.__dict__)
        self._store = store
        self._answers: dict[Question, _Answer] = {}
        self._handed: dict[tuple[str, str], _Seen] = {}
        self._me = weakref.ref(self)  # for what is handed out: a circle would outlive the page
        self._edition = ""

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question so far, each once, in the order in which it was first asked."""
        return tuple(self._answers)

    @property
    def used(self) -> frozenset[Release]:
        """The releases that any row so far was read from."""
        return frozenset().union(*{releases for _, releases in self._answers.values()})

    @property
    def edition(self) -> str:
        """sha256 over all answers and the software version: what the page rests on.

        RuntimeError where something new is asked after this: it would be missing here.
        """
        if not self._edition:
            told = sorted(line for line, _ in self._answers.values())
            text = "\n".join([f"payeratlas {self.version}", *told])
            self._edition = sha256_of(text.encode())
        return self._edition

    # -- what is asked ---------------------------------------------------------------------------

    def releases(self, source: str | None = None) -> tuple[Published, ...]:
        found = self._store.releases(source)
        self._note_same(("releases", source), lambda: [_release(p.release) for p in found])
        return tuple(map(self._seen, found))

    def series(self) -> tuple[tuple[str, Mapping[str, str]], ...]:
        found = self._store.series()
        self._note_same(("series",), lambda: [[table, sorted(c.items())] for table, c in found])
        return found

    def release_of(self, row: Row) -> Release:
        return self._store.release_of(row)  # the answer that gave the row holds its release

    def handed(self, published: Published) -> Published:
        return self._seen(published)

    def in_force(
        self, table: str, as_of: AsOf, *, source: str | None = None, **constants: Wanted
    ) -> Published | Unknown:
        found = self._store.in_force(table, as_of, source=source, **constants)
        question = ("in_force", table, _days(as_of), source, _conditions(constants))
        if isinstance(found, Unknown):
            self._note_same(question, lambda: _unknown(found))
            return found
        self._note_same(question, lambda: _release(found.release))
        return self._seen(found)

    def rows(self, table: str, published: Published, **where: Wanted) -> list[Row]:
        release = published.release
        found = self._store.rows(table, self._own(release.source, release.id), **where)
        question = ("rows", table, release.source, release.id, _conditions(where))
        self._note_rows(question, found)
        return found

    def look_up(
        self,
        table: str,
        as_of: AsOf,
        *,
        source: str | None = None,
        constants: Mapping[str, Wanted] | None = None,
        **where: Wanted,
    ) -> list[Row] | Unknown:
        found = self._store.look_up(table, as_of, source=source, constants=constants, **where)
        question = (
            "look_up",
            table,
            _days(as_of),
            source,
            _conditions(constants or {}),
            _conditions(where),
        )
        if isinstance(found, Unknown):
            self._note(question, _unknown(found))
        else:
            self._note_rows(question, found)
        return found

    def history(
        self,
        table: str,
        *,
        source: str | None = None,
        constants: Mapping[str, Wanted] | None = None,
        **where: Wanted,
    ) -> list[Row]:
        found = self._store.history(table, source=source, constants=constants, **where)
        question = ("history", table, source, _conditions(constants or {}), _conditions(where))
        self._note_rows(question, found)
        return found

    def scan(
        self,
        table: str,
        published: Published,
        columns: Sequence[str] | None = None,
        **constants: Wanted,
    ) -> pa.Table:
        release = published.release
        self._look_inside(release.source, release.id)
        return self._store.scan(table, self._own(release.source, release.id), columns, **constants)

    def tally(
        self,
        table: str,
        published: Published,
        by: Sequence[str],
        *,
        evidence: Sequence[str] = (),
        **where: Wanted,
    ) -> list[Tally]:
        release = published.release
        self._look_inside(release.source, release.id)
        own = self._own(release.source, release.id)
        return self._store.tally(table, own, by, evidence=evidence, **where)

    def benchmarks(self, code: str, rules: int) -> Ready:
        found = self._store.benchmarks(code, rules)
        answer = [found.state, sha256_of(found.data)]
        self._note(("benchmarks", code, rules), answer)
        return found

    def once(self, key: Hashable, work_out: Callable[[], T]) -> T:
        """As in any store; the questions behind a kept answer are noted again for this page."""
        kept = self._store.once(("watched", key), lambda: self._apart(work_out))
        if self._edition:
            for question, answer in kept[1].items():
                self._add(question, answer)
        else:
            self._answers.update(kept[1])
        return kept[0]

    def _apart(self, work_out: Callable[[], T]) -> tuple[T, dict[Question, _Answer]]:
        """A result with the questions asked on the way to it, and no others."""
        answers, edition = self._answers, self._edition
        self._answers, self._edition = {}, ""
        try:
            return work_out(), self._answers
        finally:
            self._answers, self._edition = answers, edition

    # -- how answers are told --------------------------------------------------------------------

    def _note(
        self, question: Question, answer: object, used: frozenset[Release] = frozenset()
    ) -> None:
        self._add(question, _answer(question, answer, used))

    def _note_same(self, question: Question, answer: Callable[[], object]) -> None:
        """Note a question that many pages ask alike: its answer is told once for all of them."""
        nobody: frozenset[Release] = frozenset()
        self._add(
            question,
            self._store.once(("noted", question), lambda: _answer(question, answer(), nobody)),
        )

    def _note_rows(self, question: Question, rows: Iterable[Row]) -> None:
        """Which records of which partitions, and what is said of those when a cell is cited."""
        records: dict[str, list[int]] = {}
        parts: dict[str, tuple[Release, Part]] = {}
        for row in rows:
            part = self._part(row)
            records.setdefault(part.path, []).append(row.ordinal)
            parts[part.path] = self._store.release_of(row), part
        answer = [
            [_release(release), self._told(part), records[path]]
            for path, (release, part) in parts.items()
        ]
        self._note(question, answer, frozenset(release for release, _ in parts.values()))

    def _add(self, question: Question, answer: _Answer) -> None:
        if self._edition and question not in self._answers:
            raise RuntimeError(f"asked after the edition was told: {question}")
        self._answers[question] = answer

    def _told(self, part: Part) -> str:
        return self._store.once(("part", part.path, part.sha256), lambda: _part(part))

    def _own(self, source: str, release: str) -> Published:
        return self._holder(source, release)

    def _seen(self, published: Published) -> Published:
        release = published.release
        named = release.source, release.id
        handed = self._handed.get(named)
        if handed is None:
            handed = self._handed[named] = _seen(published, self._me)
        return handed

    def _look_inside(self, source: str, release: str) -> None:
        question = ("inside", source, release)
        if question not in self._answers:
            digest = self._own(source, release).digest
            self._note_same(question, lambda: digest)

    def _ask(self, question: Question) -> None:
        """Ask a question again that another watched store noted; StoreError where a release that
        it names is gone."""
        match question:
            case ("releases", source):
                self.releases(source)
            case ("series",):
                self.series()
            case ("in_force", table, days, source, constants):
                self.in_force(table, _as_of(days), source=source, **_where(constants))
            case ("rows", table, source, release, where):
                self.rows(table, self._own(source, release), **_where(where))
            case ("look_up", table, days, source, constants, where):
                self.look_up(
                    table,
                    _as_of(days),
                    source=source,
                    constants=_where(constants),
                    **_where(where),
                )
            case ("history", table, source, constants, where):
                self.history(table, source=source, constants=_where(constants), **_where(where))
            case ("benchmarks", code, rules):
                self.benchmarks(code, rules)
            case ("inside", source, release):
                self._look_inside(source, release)
            case _:
                raise ValueError(f"{question!r} is no question")


def edition_now(questions: Iterable[Question], store: Store) -> str:
    """The edition that a page with these questions would have of this store.

    Empty where a release that one of them names is no longer on hand. Equal to the page's own
    edition means that composing it again would give the same page.
    """
    watched = Watched(store)
    try:
        for question in questions:
            watched._ask(question)
    except StoreError:
        return ""
    return watched.edition


class _Seen(Published):
    """A release handed to a page: it says when somebody looks at more than the release itself."""

    __slots__ = ("_watched",)

    def __getattribute__(self, name: str) -> Any:
        if name in _INSIDE:
            watched = object.__getattribute__(self, "_watched")()
            if watched is not None:
                release = object.__getattribute__(self, "release")
                watched._look_inside(release.source, release.id)
        return object.__getattribute__(self, name)


def _seen(published: Published, watched: weakref.ref[Watched]) -> _Seen:
    seen = object.__new__(_Seen)
    object.__setattr__(seen, "_watched", watched)
    for name in _FIELDS:
        object.__setattr__(seen, name, getattr(published, name))
    return seen


def _days(as_of: AsOf) -> tuple[str, str | None]:
    known_on = as_of.known_on.isoformat() if as_of.known_on else None
    return as_of.service_date.isoformat(), known_on


def _as_of(days: Sequence[str | None]) -> AsOf:
    served, known_on = days
    return AsOf(date.fromisoformat(str(served)), date.fromisoformat(known_on) if known_on else None)


def _conditions(where: Mapping[str, Wanted]) -> tuple[tuple[str, Wanted], ...]:
    return tuple(where.items())


def _where(conditions: Iterable[Sequence[Any]]) -> dict[str, Wanted]:
    """Conditions as they were given, also after JSON made lists of tuples."""
    return {name: tuple(v) if isinstance(v, list) else v for name, v in conditions}


def _answer(question: Question, answer: object, used: frozenset[Release]) -> _Answer:
    return f"{json.dumps(question)} {sha256_of(json.dumps(answer).encode())}", used


@lru_cache(maxsize=4096)
def _release(release: Release) -> str:
    return sha256_of(repr(release).encode())


def _part(part: Part) -> str:
    """What a citation says of the partition's file, and the rows it holds."""
    left_out = {"path", "bytes", "rows", "account"}
    told = {one.name: getattr(part, one.name) for one in fields(Part) if one.name not in left_out}
    return sha256_of(repr(told).encode())


def _unknown(unknown: Unknown) -> list[str]:
    return [unknown.reason, unknown.detail]
