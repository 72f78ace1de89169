"""Numbered notes: where the figures of a section come from, one note a file and one a rule.

A table of 109 localities cites its file once, with its row range, and not 109 times; a figure
computed from two files carries the numbers of both and of its rule. What one figure alone rests
on is :func:`source_lines`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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

Key = tuple[object, ...]
"""Equal for figures that share a note."""

_LISTED = 3  # records of one file that a note still names one by one


@dataclass(frozen=True, slots=True)
class Note:
    """One numbered note: a file with its cells, or a rule (with the steps of its arithmetic where
    it explains one figure only)."""

    number: int
    lines: tuple[str, ...]


class Notes:
    """The notes of one section, numbered in reading order: one a file and one a rule."""

    def __init__(self) -> None:
        self._facts: dict[Key, list[Fact]] = {}

    def number(self, key: Key, fact: Fact) -> int:
        """The number of the note with that key, which now also stands for the figure."""
        self._facts.setdefault(key, []).append(fact)
        return list(self._facts).index(key) + 1

    def all(self) -> tuple[Note, ...]:
        """Every note opened so far, by number."""
        return tuple(
            Note(number, tuple(_note_lines(key, facts)))
            for number, (key, facts) in enumerate(self._facts.items(), start=1)
        )


def shown(fact: Fact) -> Fact | None:
    """The figure whose source is cited: itself, or an Unknown's last known one; else None."""
    if not isinstance(fact.value, Unknown):
        return fact
    last = fact.value.last_known
    return last if last is not None and last.known else None


def note_keys(fact: Fact) -> tuple[Key, ...]:
    """The notes a figure needs: one for each file it rests on, and one for its rule."""
    cited = shown(fact)
    if cited is None:
        return ()
    keys: list[Key] = list(dict.fromkeys(_file(c) for c in cited.citations()))
    if isinstance(cited.basis, Derivation):
        keys.append(("rule", *((d.rule, d.reference) for d in _derivations(cited))))
    return tuple(keys)


def source_lines(fact: Fact) -> tuple[str, ...]:
    """Where one figure comes from; for an Unknown, where its last known value comes from."""
    cited = shown(fact)
    if cited is None:
        return ()
    files = _files(list(dict.fromkeys(cited.citations())))
    return (*(_rule_lines([cited]) if isinstance(cited.basis, Derivation) else ()), *files)


def file_lines(facts: Iterable[Fact]) -> tuple[str, ...]:
    """The files that some figures rest on, one line each with the cells read."""
    return tuple(_files(list(dict.fromkeys(c for fact in facts for c in fact.citations()))))


def source_text(fact: Fact) -> str:
    """:func:`source_lines` in one line; empty where there is nothing to cite."""
    return " · ".join(source_lines(fact))


def _note_lines(key: Key, facts: Sequence[Fact]) -> Iterable[str]:
    cited = [one for fact in facts if (one := shown(fact)) is not None]
    if key[0] == "rule":
        return _rule_lines(cited)
    citations = dict.fromkeys(c for fact in cited for c in fact.citations() if _file(c) == key)
    return _files(list(citations))


def _file(citation: Citation) -> Key:
    return (
        "file",
        citation.source,
        citation.release,
        citation.artifact.sha256,
        citation.locator.member,
    )


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


def _rule_lines(facts: Sequence[Fact]) -> Iterable[str]:
    yield _rule_text(facts)
    first = facts[0]
    if isinstance(first.basis, Derivation) and all(fact == first for fact in facts):
        for step in first.basis.steps:
            yield _step_text(step.label, step.expression, step.result)


def _rule_text(facts: Sequence[Fact]) -> str:
    """``Computed by rule pfs.payment (reference; setting facility), from pfs.total (…).``"""
    texts = []
    for position, derivation in enumerate(_derivations(facts[0])):
        inside = [clean(derivation.reference)] if derivation.reference else []
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
