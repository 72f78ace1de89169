"""Numbered notes: where the figures of a section come from, one note a file and one a rule.

A table of 109 localities cites its file once, with its row range, and not 109 times; a figure
computed from two files carries the numbers of both and of its rule. What one figure alone rests
on is :func:`source_lines`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.provenance import Citation, Derivation
from payeratlas.publish.wording import (
    citation_text,
    clean,
    column_text,
    file_text,
    join,
    place_text,
    printed_text,
    ranges_text,
    record_of,
)

T = TypeVar("T")
Key = tuple[object, ...]
"""Equal for figures that share a note."""
Place = tuple[str, int]
"""A file by its name, and a record in it."""
Rule = tuple[str, str]
"""A rule by its id, and its reference."""

_LISTED = 3  # records of one file that a note still names one by one


@dataclass(frozen=True, slots=True)
class Note:
    """One numbered note: a file with its cells, or a rule (with the steps of its arithmetic where
    it explains one figure only)."""

    number: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """What one figure rests on: files as keys of notes, rules as (id, reference), cells, records.

    ``keys`` are the notes it needs: one for each file, and one for its rule and those below it.
    """

    files: tuple[Key, ...] = ()
    rules: tuple[tuple[str, str], ...] = ()
    citations: tuple[Citation, ...] = ()
    places: tuple[Place, ...] = ()

    @property
    def keys(self) -> tuple[Key, ...]:
        """The notes it needs."""
        return (*self.files, ("rule", *self.rules)) if self.rules else self.files


class Sources:
    """Where the figures of a page come from, worked out once for each.

    Facts are told apart as objects: a page holds them as long as this is used.
    """

    def __init__(self) -> None:
        self._origins: dict[int, tuple[Fact, Origin, tuple[Key, ...]]] = {}
        self._lines: dict[int, tuple[str, ...]] = {}
        self._files: dict[int, Key] = {}

    def keys(self, fact: Fact) -> tuple[Key, ...]:
        """The notes a figure needs; none where there is nothing to cite."""
        return self._found(fact)[2]

    def places(self, fact: Fact) -> tuple[Place, ...]:
        """The records that a figure rests on, each with its file."""
        return self._found(fact)[1].places

    def lines(self, fact: Fact) -> tuple[str, ...]:
        """:func:`source_lines` of a figure."""
        told = self._lines.get(id(fact))
        if told is None:
            self._found(fact)  # which holds the fact, so that its id stays its own
            told = self._lines[id(fact)] = source_lines(fact)
        return told

    def note_lines(self, key: Key, facts: Sequence[Fact], told: set[Rule]) -> Iterable[str]:
        """What a note says of the figures that it stands for; ``told`` are the rules whose
        reference an earlier note has given, and grows by those of this one."""
        if key[0] == "rule":
            return _rule_lines([one for fact in facts if (one := shown(fact)) is not None], told)
        cells = {id(c): c for fact in facts for c in self._found(fact)[1].citations}
        mine = [c for c in cells.values() if self._file(c) == key]
        return _files(list(dict.fromkeys(mine)))

    def _file(self, citation: Citation) -> Key:
        """The note of a citation, which a figure holds."""
        key = self._files.get(id(citation))
        if key is None:
            key = self._files[id(citation)] = _file(citation)
        return key

    def _found(self, fact: Fact) -> tuple[Fact, Origin, tuple[Key, ...]]:
        found = self._origins.get(id(fact))
        if found is None:
            origin = self._origin(fact)
            found = self._origins[id(fact)] = fact, origin, origin.keys
        return found

    def _origin(self, fact: Fact) -> Origin:
        cited = shown(fact)
        if cited is None:
            return Origin()
        basis = cited.basis
        if isinstance(basis, Citation):
            place = _place(basis)
            return Origin((self._file(basis),), (), (basis,), (place,) if place else ())
        if not isinstance(basis, Derivation):
            return Origin()
        given = [self._found(one)[1] for _, one in basis.inputs if one.known]
        return Origin(
            files=_once(one.files for one in given),
            rules=_once([((basis.rule, basis.reference),), *(one.rules for one in given)]),
            citations=tuple(chain.from_iterable(one.citations for one in given)),
            places=_once(one.places for one in given),
        )


def _once(parts: Iterable[Iterable[T]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(parts)))


class Notes:
    """The notes of one section, numbered in reading order: one a file and one a rule."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._numbers: dict[Key, int] = {}
        self._facts: list[dict[int, Fact]] = []
        self._of: dict[int, tuple[int, ...]] = {}

    def numbers(self, fact: Fact) -> tuple[int, ...]:
        """The numbers of the notes that a figure needs, in the order of its keys."""
        found = self._of.get(id(fact))
        if found is None:
            keys = self._sources.keys(fact)  # which holds the fact, so that its id stays its own
            found = self._of[id(fact)] = tuple([self.number(key, fact) for key in keys])
        return found

    def number(self, key: Key, fact: Fact) -> int:
        """The number of the note with that key, which now also stands for the figure."""
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._numbers) + 1
            self._facts.append({})
        self._facts[number - 1][id(fact)] = fact
        return number

    def all(self) -> tuple[Note, ...]:
        """Every note opened so far, by number."""
        told: set[Rule] = set()
        return tuple(
            Note(number, tuple(self._sources.note_lines(key, facts, told)))
            for (key, number), facts in zip(
                self._numbers.items(), [list(one.values()) for one in self._facts], strict=True
            )
        )


def shown(fact: Fact) -> Fact | None:
    """The figure whose source is cited: itself, or an Unknown's last known one; else None."""
    if not isinstance(fact.value, Unknown):
        return fact
    last = fact.value.last_known
    return last if last is not None and last.known else None


def source_lines(fact: Fact) -> tuple[str, ...]:
    """Where one figure comes from; for an Unknown, where its last known value comes from."""
    cited = shown(fact)
    if cited is None:
        return ()
    files = _files(list(dict.fromkeys(cited.citations())))
    return (*(_rule_lines([cited], set()) if isinstance(cited.basis, Derivation) else ()), *files)


def file_lines(facts: Iterable[Fact]) -> tuple[str, ...]:
    """The files that some figures rest on, one line each with the cells read."""
    return tuple(_files(list(dict.fromkeys(c for fact in facts for c in fact.citations()))))


def source_text(fact: Fact) -> str:
    """:func:`source_lines` in one line; empty where there is nothing to cite."""
    return " · ".join(source_lines(fact))


def _file(citation: Citation) -> Key:
    return (
        "file",
        citation.source,
        citation.release,
        citation.artifact.sha256,
        citation.locator.member,
    )


def _place(citation: Citation) -> Place | None:
    record = record_of(citation)
    name = citation.locator.member or citation.artifact.name
    return None if record is None else (clean(name), record)


def _derivations(fact: Fact) -> list[Derivation]:
    """The derivation of a fact, then those of its inputs, each rule once."""
    found: dict[tuple[str, str], Derivation] = {}

    def walk(one: Fact) -> None:
        if isinstance(one.basis, Derivation):
            found.setdefault((one.basis.rule, one.basis.reference), one.basis)
            for _, given in one.basis.inputs:
                walk(given)

    walk(fact)
    return list(found.values())


def _rule_lines(facts: Sequence[Fact], told: set[Rule]) -> Iterable[str]:
    yield _rule_text(facts, told)
    first = facts[0]
    if isinstance(first.basis, Derivation) and all(fact == first for fact in facts):
        for step in first.basis.steps:
            yield _step_text(step.label, step.expression, step.result)


def _rule_text(facts: Sequence[Fact], told: set[Rule]) -> str:
    """``Computed by rule pfs.payment (reference; setting facility), from pfs.total (…).``

    The reference of a rule is given once among notes that stand together.
    """
    texts = []
    for position, derivation in enumerate(_derivations(facts[0])):
        rule = derivation.rule, derivation.reference
        inside = [clean(derivation.reference)] if derivation.reference and rule not in told else []
        told.add(rule)
        if position == 0:
            inside += _settings(facts)
        about = f" ({'; '.join(inside)})" if inside else ""
        texts.append(f"rule {clean(derivation.rule)}{about}")
    return (
        "Computed by "
        + ", which rests on ".join([texts[0], *texts[1:2]])
        + (f", and on {join(texts[2:])}" if texts[2:] else "")
    )


def _settings(facts: Sequence[Fact]) -> list[str]:
    """The settings of a rule, with every value they take in this note while those are few."""
    values: dict[str, dict[str, None]] = {}
    for fact in facts:
        if isinstance(fact.basis, Derivation):
            for role, value in fact.basis.settings:
                values.setdefault(clean(role), {})[clean(value)] = None
    return [
        f"{role} {' or '.join(given)}" if len(given) <= _LISTED else f"{role} by row"
        for role, given in values.items()
    ]


def _step_text(label: str, expression: str, result: str) -> str:
    text = clean(expression) + (f" = {clean(result)}" if result else "")
    return f"{clean(label)}: {text}" if label else text


def _files(citations: Sequence[Citation]) -> Iterable[str]:
    """One line a file: its name, then records, columns and printed texts."""
    by_file: dict[Key, list[Citation]] = {}
    for citation in citations:
        by_file.setdefault(_file(citation), []).append(citation)
    for cited in by_file.values():
        if len(cited) == 1:
            yield citation_text(cited[0])
        else:
            yield f"{file_text(cited[0])}, {_cells(cited)}"


def _cells(cited: Sequence[Citation]) -> str:
    """Several cells of one file: few records one by one with their text, many as ranges."""
    by_record: dict[int, list[Citation]] = {}
    others = []
    for citation in cited:
        record = record_of(citation)
        if record is None:
            others.append(citation)
        else:
            by_record.setdefault(record, []).append(citation)
    if len(by_record) <= _LISTED:
        parts = [
            f"record {record:,}: "
            + ", ".join(f"{column_text(c)} {printed_text(c.text)}" for c in cells)
            for record, cells in sorted(by_record.items())
        ]
    else:
        by_columns: dict[tuple[str, ...], list[int]] = {}
        for record, cells in by_record.items():
            by_columns.setdefault(tuple(column_text(c) for c in cells), []).append(record)
        parts = [
            f"records {ranges_text(records)}, column{'s' if len(columns) > 1 else ''} "
            f"{join(columns)}"
            for columns, records in by_columns.items()
        ]
    parts += [place_text(citation) for citation in others]
    return "; ".join(parts)
