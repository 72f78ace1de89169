"""The page as JSON, and facts as JSON: schema version v1, the same bytes for the same page.

The page keeps tables of what its figures share (facts, periods, rules, columns of files, files);
everything else refers to them by id. ``schema/v1/page.json`` and ``schema/v1/facts.json`` describe
every property.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Iterable
from decimal import Decimal
from typing import Any

from payeratlas.model.amounts import Money
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.provenance import Artifact, Citation, Derivation, Release, Step
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
)

SCHEMA_VERSION = "v1"
Json = dict[str, Any]

_BETWEEN = re.compile(r'\},(\{"(?:id|source)":")')
_STATED = ("measure", "subject", "value", "unit", "period", "type")
_SURROGATE = re.compile("[\ud800-\udfff]")


def render(page: Page) -> str:
    """Everything the page holds, as one JSON document that ends with a newline.

    Each entry of a list stands on a line of its own: small, and easy to compare with another.
    """
    lines = []
    for name, value in page_json(page).items():
        text = _dump(value)
        if isinstance(value, list) and value:
            # No string of JSON holds a brace before a bare quote: this stands between entries.
            text = _BETWEEN.sub(r"},\n\1", text)
            text = f"[\n{text[1:-1]}\n]"
        lines.append(f"{_dump(name)}:{text}")
    return "{" + ",\n".join(lines) + "}\n"


def render_evidence(page: Page) -> str:
    """Of :func:`render` what verification reads, in one line: the facts and what they rest on.

    Embedded in a page's HTML, which shows the rest itself.
    """
    left_out = ("system", "title", "summary", "notices", "page_facts", "sections", "releases")
    whole = page_json(page)
    return _dump({name: value for name, value in whole.items() if name not in left_out}) + "\n"


def page_json(page: Page) -> Json:
    """The page as plain JSON values."""
    tables = _Tables()
    facts = [tables.fact(fact) for fact in page.facts]
    body = {
        "code": page.code,
        "system": page.system,
        "title": page.title,
        "summary": tables.text(page.summary),
        "notices": [tables.text(notice) for notice in page.notices],
        "page_facts": facts,
        "sections": [_section(section, tables) for section in page.sections],
        "releases": [_release(release) for release in page.releases],
    }
    return {
        "schema_version": SCHEMA_VERSION,
        "edition": page.edition,
        "version": page.version,
        "as_of": {
            "service_date": page.as_of.service_date.isoformat(),
            "known_on": page.as_of.known_on.isoformat() if page.as_of.known_on else None,
        },
        **body,
        "facts": tables.facts,
        "periods": tables.periods.entries,
        "rules": tables.rules.entries,
        "columns": tables.columns.entries,
        "artifacts": tables.artifacts.entries,
    }


def facts_json(facts: Iterable[Fact]) -> list[Json]:
    """Facts as self-contained JSON values, each with its citation, derivation or reason."""
    return [_whole(fact) for fact in facts]


def render_facts(facts: Iterable[Fact]) -> str:
    """:func:`facts_json` as a JSON document that ends with a newline."""
    text = json.dumps(facts_json(facts), ensure_ascii=False, allow_nan=False, indent=1)
    return _without_surrogates(text) + "\n"


def value_json(value: object) -> str | int | bool | None:
    """A value: money with two decimals and other decimals as scaled, both as strings; integers
    and flags as such; codes and text as strings; null where it is Unknown."""
    if isinstance(value, Unknown):
        return None
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, Money):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(f"{value!r} is not a value")


def kind_of(value: object) -> str:
    """What a value is, so that it can be read back: JSON alone cannot tell 1.98 from a code."""
    match value:
        case Unknown():
            return "unknown"
        case Money():
            return "money"
        case Decimal():
            return "decimal"
        case bool():
            return "flag"
        case int():
            return "integer"
    return "text"


def period_json(period: Period | None) -> Json | None:
    """A half-open period; ``observed`` stands only where it is true."""
    if period is None:
        return None
    span: Json = {
        "from": period.start.isoformat(),
        "to": period.end.isoformat() if period.end else None,
    }
    return span | {"observed": True} if period.observed else span


def _whole(fact: Fact) -> Json:
    body = _stated(fact)
    match fact.basis:
        case Citation() as citation:
            artifact = citation.artifact
            place = {
                "name": artifact.name,
                "sha256": artifact.sha256,
                "bytes": artifact.size,
                "url": artifact.url,
            }
            body["citation"] = _citation(citation, place)
        case Derivation() as derivation:
            inputs = [{"role": role, **_whole(given)} for role, given in derivation.inputs]
            body["derivation"] = _derivation(derivation, inputs)
        case None if isinstance(fact.value, Unknown):
            last = fact.value.last_known
            body["unknown"] = _unknown(fact.value, _whole(last) if last else None)
    return body


def _stated(fact: Fact) -> Json:
    return {
        "measure": fact.measure,
        "subject": fact.subject,
        "value": value_json(fact.value),
        "unit": fact.unit,
        "period": period_json(fact.period),
    }


def _citation(citation: Citation, artifact: object) -> Json:
    locator = citation.locator
    return {
        "source": citation.source,
        "release": citation.release,
        "artifact": artifact,
        "locator": locator.fragment,
        **({"member": locator.member} if locator.member else {}),
        "column": locator.column,
        "text": citation.text,
    }


def _derivation(derivation: Derivation, inputs: list[Json]) -> Json:
    return {
        "rule": derivation.rule,
        "reference": derivation.reference,
        "settings": dict(derivation.settings),
        "inputs": inputs,
        "steps": [step_json(step) for step in derivation.steps],
    }


def step_json(step: Step) -> Json:
    """One step of an explanation."""
    return {
        "label": step.label,
        "expression": step.expression,
        "result": step.result,
        "reference": step.reference,
    }


def _unknown(unknown: Unknown, last: object) -> Json:
    known = {"last_known": last} if last else {}
    return {"reason": unknown.reason, "detail": unknown.detail, **known}


class _Table:
    """Entries that others refer to by id, each once, in the order they were first named."""

    def __init__(self, letter: str) -> None:
        self.entries: list[Json] = []
        self._letter = letter
        self._ids: dict[Hashable, str] = {}

    def id_of(self, key: Hashable, body: Callable[[], Json]) -> str:
        """The id of the entry with that key; ``body`` makes it where it is new."""
        identity = self._ids.get(key)
        if identity is None:
            made = body()
            identity = self._ids[key] = f"{self._letter}{len(self.entries) + 1}"
            self.entries.append({"id": identity, **made})
        return identity


class _Tables:
    """What the figures of a page share. Inputs come before what is computed from them."""

    def __init__(self) -> None:
        self.periods = _Table("p")
        self.rules = _Table("r")
        self.columns = _Table("c")
        self.artifacts = _Table("a")
        self._facts = _Table("f")
        self._seen: dict[int, tuple[Fact, str]] = {}

    @property
    def facts(self) -> list[Json]:
        """Every fact named so far."""
        return self._facts.entries

    def fact(self, fact: Fact) -> str:
        """The id of a fact; equal facts, to the last zero of a decimal, are one."""
        known = self._seen.get(id(fact))
        if known is not None:
            return known[1]
        name, basis = self._basis(fact)
        value, kind, period = value_json(fact.value), kind_of(fact.value), self.period(fact.period)
        stated = (fact.measure, fact.subject, value, fact.unit, period, kind)
        identity = self._facts.id_of(
            (*stated, name, *_flat(basis)),
            lambda: dict(zip(_STATED, stated, strict=True)) | {name: basis},
        )
        self._seen[id(fact)] = (fact, identity)
        return identity

    def _basis(self, fact: Fact) -> tuple[str, Json]:
        match fact.basis:
            case Citation() as citation:
                place = citation.locator
                return "citation", {
                    "column": self.column(citation),
                    "locator": place.fragment,
                    "text": citation.text,
                }
            case Derivation() as derivation:
                inputs = [self.fact(given) for _, given in derivation.inputs]
                return "derivation", {"rule": self.rule(derivation), "inputs": inputs}
        assert isinstance(fact.value, Unknown)
        last = fact.value.last_known
        return "unknown", _unknown(fact.value, self.fact(last) if last else None)

    def period(self, period: Period | None) -> str | None:
        """The id of a period; null where there is none."""
        if period is None:
            return None
        return self.periods.id_of(period, lambda: period_json(period) or {})

    def rule(self, derivation: Derivation) -> str:
        """The id of a rule with its settings and the parts its inputs play."""
        roles = tuple(role for role, _ in derivation.inputs)
        return self.rules.id_of(
            (derivation.rule, derivation.reference, derivation.settings, roles),
            lambda: {
                "rule": derivation.rule,
                "reference": derivation.reference,
                "settings": dict(derivation.settings),
                "roles": list(roles),
            },
        )

    def column(self, citation: Citation) -> str:
        """The id of the column of a file that a citation points into."""
        place = citation.locator
        return self.columns.id_of(
            (citation.source, citation.release, citation.artifact, place.member, place.column),
            lambda: {
                "source": citation.source,
                "release": citation.release,
                "artifact": self.artifact(citation.artifact),
                **({"member": place.member} if place.member else {}),
                "heading": place.column,
            },
        )

    def artifact(self, artifact: Artifact) -> str:
        """The id of a file."""
        return self.artifacts.id_of(
            artifact,
            lambda: {
                "name": artifact.name,
                "sha256": artifact.sha256,
                "bytes": artifact.size,
                "url": artifact.url,
                "retrieved": artifact.retrieved,
            },
        )

    def text(self, text: Text) -> list[str | Json]:
        return [self.span(span) for span in text]

    def span(self, span: Span) -> str | Json:
        if isinstance(span, str):
            return span
        if isinstance(span, Fact):
            return {"fact": self.fact(span)}
        if isinstance(span, Name):
            link = {"href": span.href} if span.href else {}
            return {"name": span.text, "code": span.code, **link}
        if isinstance(span, Period):
            return {"period": period_json(span)}
        return {"date": span.isoformat()}


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
            return {"kind": "subsection", "title": block.title, "blocks": blocks}
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


def _cell(cell: Cell, tables: _Tables) -> Json:
    tone = {} if cell.tone == "plain" else {"tone": cell.tone}
    return {"text": tables.text(cell.text), **tone}


def _chart(chart: Chart, tables: _Tables) -> Json:
    series = [
        {
            "key": one.key,
            "title": one.title,
            "points": [
                {
                    "fact": tables.fact(point.fact),
                    "period": tables.period(point.period),
                    "label": point.label,
                }
                for point in one.points
            ],
        }
        for one in chart.series
    ]
    return {
        "kind": "chart",
        "drawing": chart.kind,
        "title": chart.title,
        "description": chart.description,
        "series": series,
        "marked": tables.fact(chart.marked) if chart.marked else None,
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


def _flat(basis: Json) -> tuple[object, ...]:
    """The values of a basis, to compare by."""
    return tuple(tuple(v) if isinstance(v, list) else v for v in basis.values())


def _dump(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _without_surrogates(text)


def _without_surrogates(text: str) -> str:
    """The text with lone surrogates as JSON escapes: they have no UTF-8."""
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
