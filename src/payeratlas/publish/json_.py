"""The page as JSON: schema version v1, the same bytes for the same page.

The page keeps tables of what its figures share (measures, periods, reasons, rules, files and their
columns). A fact is a short row that refers to them by position, and the text refers to facts the
same way: a page holds hundreds of figures, and a site tens of thousands of pages.
``schema/v1/page.json`` describes every property and place of a row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable
from typing import Any

from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.provenance import Artifact, Citation, Derivation, Release
from payeratlas.model.time import Period
from payeratlas.pages.page import (
    Block,
    Bullets,
    Cell,
    Chart,
    Gap,
    Grid,
    Name,
    Page,
    Paragraph,
    Section,
    Span,
    Subsection,
    Text,
    Tiles,
    texts,
)
from payeratlas.publish.fact_json import Json, kind_of, period_json, value_json, without_surrogates

SCHEMA_VERSION = "v1"

_MEASURED = ("measure", "unit", "type")
_REASONED = ("reason", "detail")


def render(page: Page, *, sections: bool = True) -> str:
    """Everything the page holds, as one JSON document that ends with a newline.

    Each entry of a list stands on a line of its own: small, and easy to compare with another.
    Without ``sections`` the words and tables of the page are left out, as beside the HTML of a
    site, which shows them; the facts in them stay.
    """
    lines = []
    for name, value in page_json(page, sections=sections).items():
        listed = isinstance(value, list) and bool(value) and isinstance(value[0], list | dict)
        text = _lines(value) if listed else _dump(value)
        lines.append(f'"{name}":{text}')
    return without_surrogates("{" + ",\n".join(lines) + "}\n")


def render_evidence(page: Page) -> str:
    """Of :func:`render` what verification reads, in one line: the facts and what they rest on.

    Embedded in a page's HTML, which shows the rest itself.
    """
    left_out = ("system", "title", "summary", "notices", "page_facts", "sections", "releases")
    whole = page_json(page)
    kept = {name: value for name, value in whole.items() if name not in left_out}
    return without_surrogates(_dump(kept)) + "\n"


def page_json(page: Page, *, sections: bool = True) -> Json:
    """The page as plain JSON values, with or without the words and tables of its sections."""
    tables = _Tables()
    facts = [tables.fact(fact) for fact in page.facts]
    body: Json = {
        "code": page.code,
        "system": page.system,
        "title": page.title,
        "summary": tables.text(page.summary),
        "notices": [tables.text(notice) for notice in page.notices],
        "page_facts": facts,
    }
    if sections:
        body["sections"] = [_section(section, tables) for section in page.sections]
    else:
        for section in page.sections:
            tables.note([section.lead, *texts(section.blocks)])
            tables.note_points(section.blocks)
    body["releases"] = [_release(release) for release in page.releases]
    return {
        "schema_version": SCHEMA_VERSION,
        "edition": page.edition,
        "version": page.version,
        "as_of": {
            "service_date": page.as_of.service_date.isoformat(),
            "known_on": page.as_of.known_on.isoformat() if page.as_of.known_on else None,
        },
        **body,
        "measures": tables.measures.entries,
        "facts": tables.facts.entries,
        "periods": tables.periods.entries,
        "reasons": tables.reasons.entries,
        "rules": tables.rules.entries,
        "columns": tables.columns.entries,
        "files": tables.files.entries,
        "artifacts": tables.artifacts.entries,
    }


class _Table:
    """Entries that others refer to by position, each once, in the order they were first named."""

    def __init__(self) -> None:
        self.entries: list[Any] = []
        self._places: dict[Hashable, int] = {}

    def place(self, key: Hashable, body: Callable[[], Any]) -> int:
        """The position of the entry with that key; ``body`` makes it where it is new."""
        place = self._places.get(key)
        if place is None:
            made = body()  # which may add entries of its own
            place = self._places[key] = len(self.entries)
            self.entries.append(made)
        return place

    def row(self, row: tuple[Any, ...]) -> int:
        """The position of an entry that is a row, known by its values."""
        place = self._places.get(row)
        if place is None:
            place = self._places[row] = len(self.entries)
            self.entries.append([list(v) if isinstance(v, tuple) else v for v in row])
        return place


class _Tables:
    """What the figures of a page share. Inputs come before what is computed from them.

    Facts and files are told apart as objects first, which is quick: the page holds them.
    """

    def __init__(self) -> None:
        self.facts = _Table()
        self.measures = _Table()
        self.periods = _Table()
        self.reasons = _Table()
        self.rules = _Table()
        self.columns = _Table()
        self.files = _Table()
        self.artifacts = _Table()
        self._seen: dict[int, tuple[Fact, int]] = {}
        self._artifacts: dict[int, tuple[Artifact, int]] = {}

    def fact(self, fact: Fact) -> int:
        """The position of a fact; equal facts, to the last zero of a decimal, are one."""
        known = self._seen.get(id(fact))
        if known is not None:
            return known[1]
        value = value_json(fact.value)
        basis, measure = self._basis(fact, value), self._measure(fact)
        place = self.facts.row((measure, fact.subject, value, self._period(fact), *basis))
        self._seen[id(fact)] = fact, place
        return place

    def _measure(self, fact: Fact) -> int:
        """The position of what is measured, with its unit and the type of its value."""
        named = fact.measure, fact.unit, kind_of(fact.value)
        return self.measures.place(named, lambda: dict(zip(_MEASURED, named, strict=True)))

    def _basis(self, fact: Fact, value: object) -> tuple[Any, ...]:
        """The end of a fact's row: column and place, rule and inputs, or reason.

        The text of a cell that prints the value as JSON spells it is not repeated.
        """
        match fact.basis:
            case Citation(locator=locator, text=text) as citation:
                cited = self.column(citation), locator.fragment
                spelt = value if isinstance(value, str) else _digits(value)
                return cited if text == spelt else (*cited, text)
            case Derivation() as derivation:
                inputs = tuple([self.fact(given) for _, given in derivation.inputs])
                return self.rule(derivation), inputs
        assert isinstance(fact.value, Unknown)
        last, told = fact.value.last_known, (fact.value.reason, fact.value.detail)
        reason = self.reasons.place(told, lambda: dict(zip(_REASONED, told, strict=True)))
        return (reason, self.fact(last)) if last else (reason,)

    def _period(self, fact: Fact) -> int | None:
        return None if fact.period is None else self.period(fact.period)

    def period(self, period: Period) -> int:
        """The position of a period."""
        return self.periods.place(period, lambda: period_json(period))

    def rule(self, derivation: Derivation) -> int:
        """The position of a rule with its settings and the parts its inputs play."""
        roles = tuple([role for role, _ in derivation.inputs])
        return self.rules.place(
            (derivation.rule, derivation.reference, derivation.settings, roles),
            lambda: {
                "rule": derivation.rule,
                "reference": derivation.reference,
                "settings": dict(derivation.settings),
                "roles": list(roles),
            },
        )

    def column(self, citation: Citation) -> int:
        """The position of the column of a file that a citation points into."""
        place, artifact = citation.locator, self.artifact(citation.artifact)
        file = self.files.place(
            (citation.source, citation.release, artifact, place.member),
            lambda: {
                "source": citation.source,
                "release": citation.release,
                "artifact": artifact,
                **({"member": place.member} if place.member else {}),
            },
        )
        return self.columns.row((file, place.column))

    def artifact(self, artifact: Artifact) -> int:
        """The position of a file's bytes."""
        known = self._artifacts.get(id(artifact))
        if known is None:
            place = self.artifacts.place(
                artifact,
                lambda: {
                    "name": artifact.name,
                    "sha256": artifact.sha256,
                    "bytes": artifact.size,
                    "url": artifact.url,
                    "retrieved": artifact.retrieved,
                },
            )
            known = self._artifacts[id(artifact)] = artifact, place
        return known[1]

    def text(self, text: Text) -> list[str | int | Json]:
        return [span if isinstance(span, str) else self.span(span) for span in text]

    def note(self, found: Iterable[Text]) -> None:
        """Give the facts in texts their places."""
        for text in found:
            for span in text:
                if isinstance(span, Fact):
                    self.fact(span)

    def note_points(self, blocks: Iterable[Block | Subsection]) -> None:
        """Give the facts in drawings their places."""
        for block in blocks:
            if isinstance(block, Subsection):
                self.note_points(block.blocks)
            elif isinstance(block, Chart):
                self.note([block.facts])

    def span(self, span: Span) -> str | int | Json:
        if isinstance(span, str):
            return span
        if isinstance(span, Fact):
            return self.fact(span)
        if isinstance(span, Name):
            link = {"href": span.href} if span.href else {}
            return {"code" if span.code else "name": span.text, **link}
        if isinstance(span, Period):
            return {"period": self.period(span)}
        return {"date": span.isoformat()}


def _digits(value: object) -> str | None:
    """A number as JSON spells it; None for anything else."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _section(section: Section, tables: _Tables) -> Json:
    return {
        "id": section.id,
        "letter": section.letter,
        "title": section.title,
        "empty": section.empty,
        "lead": tables.text(section.lead),
        "blocks": [_block(block, tables) for block in section.blocks],
    }


def _block(block: Block | Subsection, tables: _Tables) -> Json:
    match block:
        case Subsection():
            blocks = [_block(inner, tables) for inner in block.blocks]
            return {
                "kind": "subsection",
                "title": block.title,
                "folded": block.folded,
                "blocks": blocks,
            }
        case Paragraph():
            return {"kind": "paragraph", "text": tables.text(block.text)}
        case Bullets():
            return {"kind": "bullets", "items": [tables.text(item) for item in block.items]}
        case Tiles():
            tiles = [
                {
                    "label": tile.label,
                    "answer": tables.text(tile.answer),
                    "note": tables.text(tile.note),
                    "tone": tile.tone,
                }
                for tile in block.tiles
            ]
            return {"kind": "tiles", "tiles": tiles}
        case Grid():
            return {
                "kind": "grid",
                "caption": block.caption,
                "head": list(block.head),
                "rows": [[_cell(cell, tables) for cell in row] for row in block.rows],
                "numeric": list(block.numeric),
                "folded": block.folded,
                "note": tables.text(block.note),
            }
        case Chart():
            return _chart(block, tables)
        case Gap():
            return {
                "kind": "gap",
                "what": block.what,
                "why": tables.text(block.why),
                "fill": tables.text(block.fill),
            }


def _cell(cell: Cell, tables: _Tables) -> list[str | int | Json] | Json:
    text = tables.text(cell.text)
    return text if cell.tone == "plain" else {"text": text, "tone": cell.tone}


def _chart(chart: Chart, tables: _Tables) -> Json:
    series = [
        {
            "key": one.key,
            "title": one.title,
            "points": [
                [
                    tables.fact(point.fact),
                    tables.period(point.period),
                    point.label,
                    *map(tables.fact, point.more),
                ]
                for point in one.points
            ],
            "marked": None if one.marked is None else tables.fact(one.marked),
        }
        for one in chart.series
    ]
    return {
        "kind": "chart",
        "drawing": chart.kind,
        "title": chart.title,
        "description": chart.description,
        "series": series,
        "marked": None if chart.marked is None else tables.fact(chart.marked),
        "marked_as": chart.marked_as,
    }


def _release(release: Release) -> Json:
    return {
        "source": release.source,
        "id": release.id,
        "title": release.title,
        "issued": release.issued.isoformat(),
        "issued_basis": release.issued_basis,
        "covers": period_json(release.covers),
        "status": release.status,
        "complete": release.complete,
        "note": release.note,
    }


_dump = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def _lines(entries: list[Any]) -> str:
    """A list, each entry on its line."""
    if isinstance(entries[0], list):
        # An empty text between rows, none of which ends in a text beside a row, marks where a line
        # ends: no text holds a bare quote. One call of the encoder is much quicker than hundreds.
        spaced = _dump([one for entry in entries for one in (entry, "")])
        return "[\n" + spaced[1:-4].replace('],"",[', "],\n[") + "\n]"
    return "[\n" + ",\n".join(map(_dump, entries)) + "\n]"
