"""Read the facts of a published page back, so that each can be verified.

Takes the page's JSON, or its HTML, which carries the facts inside or names the JSON beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from html.parser import HTMLParser
from typing import Any, TypeVar, cast, get_args

from payeratlas.model.amounts import Money
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact, Reason, Unknown, Value
from payeratlas.model.provenance import Artifact, Citation, Derivation, Locator
from payeratlas.model.time import AsOf, Period
from payeratlas.publish.json_ import SCHEMA_VERSION

T = TypeVar("T")

SCRIPT_ID = "payeratlas-page"
"""Id of the element in a page's HTML that holds its facts as JSON, or names the file that does."""


@dataclass(frozen=True, slots=True)
class PublishedFacts:
    """What a published page says of itself, and every fact it rests on.

    ``facts`` hold those of the page, those of its sections, and the inputs of both, each once.
    """

    code: str
    edition: str
    version: str
    as_of: AsOf
    facts: tuple[Fact, ...]


def load_page_facts(text: str, *, where: str = "") -> PublishedFacts:
    """The facts of a page published as JSON or HTML, with citations and derivations.

    Raises InputError, naming ``where``, for anything that is not such a page.
    """
    document = text.lstrip("\ufeff \t\r\n")
    if not document.startswith("{"):
        document = _embedded(document, where)
    try:
        data = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON: {error}", where=where, cure=_CURE) from error
    version = data.get("schema_version") if isinstance(data, dict) else None
    if version != SCHEMA_VERSION:
        raise InputError(
            f"schema version {version!r} is not {SCHEMA_VERSION!r}.", where=where, cure=_CURE
        )
    try:
        return _page(data)
    except (LookupError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        raise InputError(f"not a whole page: {error!r}", where=where, cure=_CURE) from error


_CURE = "a page written by 'payeratlas publish' as .json or .html"


@dataclass(frozen=True, slots=True)
class Companion:
    """The JSON that stands beside a page of a site: its file name, and the sha256 of the JSON (of
    what is inside, where it is packed with gzip)."""

    name: str
    sha256: str


def companion(text: str, *, where: str = "") -> Companion | None:
    """The JSON that an HTML page names as its own; None for any other text.

    InputError where the name is not that of a file in the same folder.
    """
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return None
    finder = _Finder()
    finder.feed(text)
    finder.close()
    if not finder.link:
        return None
    name, sha256 = finder.link.get("href") or "", finder.link.get("data-sha256") or ""
    if not re.fullmatch(r"\w+\.json(\.gz)?", name, re.ASCII) or not re.fullmatch(
        "[0-9a-f]{64}", sha256
    ):
        raise InputError(f"{name!r} is no JSON of a page.", where=where, cure=_CURE)
    return Companion(name, sha256)


class _Finder(HTMLParser):
    """Collects the text of the script element with our id, or the link element's attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.inside = False
        self.found: list[str] = []
        self.link: dict[str, str | None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if ("id", SCRIPT_ID) in attrs:
            self.inside = tag == "script"
            self.link = dict(attrs) if tag == "link" else {}

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.found.append(data)


def _embedded(html: str, where: str) -> str:
    finder = _Finder()
    finder.feed(html)
    finder.close()
    if not finder.found:
        raise InputError(f"no script element {SCRIPT_ID!r} inside.", where=where, cure=_CURE)
    return "".join(finder.found)


def _page(data: dict[str, Any]) -> PublishedFacts:
    known_on = data["as_of"]["known_on"]
    return PublishedFacts(
        code=_text(data["code"]),
        edition=_text(data["edition"]),
        version=_text(data["version"]),
        as_of=AsOf(
            date.fromisoformat(data["as_of"]["service_date"]),
            date.fromisoformat(known_on) if known_on else None,
        ),
        facts=_facts(data),
    )


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the facts of a page share, by position."""

    measures: Sequence[dict[str, Any]]
    periods: Sequence[Period]
    reasons: Sequence[dict[str, Any]]
    rules: Sequence[dict[str, Any]]
    columns: Sequence[list[Any]]
    files: Sequence[dict[str, Any]]
    artifacts: Sequence[Artifact]


def _facts(data: dict[str, Any]) -> tuple[Fact, ...]:
    shared = _Shared(
        measures=data["measures"],
        periods=[_period(entry) for entry in data["periods"]],
        reasons=data["reasons"],
        rules=data["rules"],
        columns=data["columns"],
        files=data["files"],
        artifacts=[_artifact(entry) for entry in data["artifacts"]],
    )
    built: list[Fact] = []
    for measure, subject, value, period, *basis in data["facts"]:
        named = _at(shared.measures, measure)
        built.append(
            Fact(
                measure=_text(named["measure"]),
                subject=_text(subject),
                value=_value(value, named["type"], basis, shared, built),
                unit=_text(named["unit"]),
                period=None if period is None else _at(shared.periods, period),
                basis=_basis(value, basis, shared, built),
            )
        )
    return tuple(built)


def _at(entries: Sequence[T], place: object) -> T:
    """The entry at a position; a position is never counted from the end."""
    if not isinstance(place, int) or isinstance(place, bool) or place < 0:
        raise ValueError(f"{place!r} is no position")
    return entries[place]


def _value(
    value: object, kind: str, basis: list[Any], shared: _Shared, built: Sequence[Fact]
) -> Value | Unknown:
    match kind:
        case "unknown" if value is None:
            why = _at(shared.reasons, basis[0])
            if why["reason"] not in get_args(Reason):
                raise ValueError(f"{why['reason']!r} is not a reason")
            last = _at(built, basis[1]) if len(basis) > 1 else None
            return Unknown(cast(Reason, why["reason"]), _text(why["detail"]), last)
        case "money":
            return Money(Decimal(_text(value)))
        case "decimal":
            return Decimal(_text(value))
        case "flag" if isinstance(value, bool):
            return value
        case "integer" if isinstance(value, int) and not isinstance(value, bool):
            return value
        case "text":
            return _text(value)
    raise ValueError(f"{value!r} is no value of type {kind!r}")


def _basis(
    value: object, basis: list[Any], shared: _Shared, built: Sequence[Fact]
) -> Citation | Derivation | None:
    """What a value rests on, from the end of its row; None where there is no value."""
    if value is None:
        return None
    first, second, *printed = basis
    if isinstance(second, list):
        return _derivation(_at(shared.rules, first), second, built)
    file, heading = _at(shared.columns, first)
    told = _at(shared.files, file)
    return Citation(
        source=_text(told["source"]),
        release=_text(told["release"]),
        artifact=_at(shared.artifacts, told["artifact"]),
        locator=Locator(_text(second), _text(told.get("member", "")), _text(heading)),
        text=_text(printed[0] if printed else str(value)),
    )


def _period(data: dict[str, Any]) -> Period:
    end = date.fromisoformat(data["to"]) if data["to"] is not None else None
    return Period(date.fromisoformat(data["from"]), end, data.get("observed", False))


def _artifact(data: dict[str, Any]) -> Artifact:
    return Artifact(
        _text(data["name"]),
        _text(data["sha256"]),
        int(data["bytes"]),
        _text(data["url"]),
        _text(data["retrieved"]),
    )


def _derivation(rule: dict[str, Any], inputs: list[Any], built: Sequence[Fact]) -> Derivation:
    given = zip(rule["roles"], inputs, strict=True)
    return Derivation(
        rule=_text(rule["rule"]),
        inputs=tuple((_text(role), _at(built, place)) for role, place in given),
        settings=tuple((role, _text(value)) for role, value in rule["settings"].items()),
        reference=_text(rule["reference"]),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value
