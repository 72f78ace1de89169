"""Read the facts of a published page back, so that each can be verified.

Takes the page's JSON, or its HTML, which carries the facts inside or names the JSON beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from html.parser import HTMLParser
from typing import Any, cast, get_args

from payeratlas.model.amounts import Money
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact, Reason, Unknown, Value
from payeratlas.model.provenance import Artifact, Citation, Derivation, Locator
from payeratlas.model.time import AsOf, Period
from payeratlas.publish.json_ import SCHEMA_VERSION

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
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        raise InputError(f"not a whole page: {error!r}", where=where, cure=_CURE) from error


_CURE = "a page written by 'payeratlas publish' as .json or .html"


@dataclass(frozen=True, slots=True)
class Companion:
    """The JSON that stands beside a page of a site: its file name and the sha256 of its bytes."""

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
    if not re.fullmatch(r"\w+\.json", name, re.ASCII) or not re.fullmatch("[0-9a-f]{64}", sha256):
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
    """What the facts of a page share, by id."""

    periods: Mapping[str, Period]
    rules: Mapping[str, dict[str, Any]]
    columns: Mapping[str, dict[str, Any]]
    artifacts: Mapping[str, Artifact]


def _facts(data: dict[str, Any]) -> tuple[Fact, ...]:
    """Facts in the order of the table, in which inputs always come before what they give."""
    shared = _Shared(
        periods={one["id"]: _period(one) for one in data["periods"]},
        rules={one["id"]: one for one in data["rules"]},
        columns={one["id"]: one for one in data["columns"]},
        artifacts={one["id"]: _artifact(one) for one in data["artifacts"]},
    )
    built: dict[str, Fact] = {}
    for entry in data["facts"]:
        basis: Citation | Derivation | None = None
        if "citation" in entry:
            basis = _citation(entry["citation"], shared)
        elif "derivation" in entry:
            basis = _derivation(entry["derivation"], shared, built)
        built[entry["id"]] = Fact(
            measure=_text(entry["measure"]),
            subject=_text(entry["subject"]),
            value=_value(entry, built),
            unit=_text(entry["unit"]),
            period=shared.periods[entry["period"]] if entry["period"] is not None else None,
            basis=basis,
        )
    return tuple(built.values())


def _value(entry: dict[str, Any], built: dict[str, Fact]) -> Value | Unknown:
    value = entry["value"]
    match entry["type"]:
        case "unknown":
            why = entry["unknown"]
            if why["reason"] not in get_args(Reason):
                raise ValueError(f"{why['reason']!r} is not a reason")
            last = built[why["last_known"]] if "last_known" in why else None
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
    raise ValueError(f"{value!r} is no value of type {entry['type']!r}")


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


def _citation(data: dict[str, Any], shared: _Shared) -> Citation:
    column = shared.columns[data["column"]]
    locator = Locator(
        _text(data["locator"]), _text(column.get("member", "")), _text(column["heading"])
    )
    return Citation(
        source=_text(column["source"]),
        release=_text(column["release"]),
        artifact=shared.artifacts[column["artifact"]],
        locator=locator,
        text=_text(data["text"]),
    )


def _derivation(data: dict[str, Any], shared: _Shared, built: dict[str, Fact]) -> Derivation:
    rule = shared.rules[data["rule"]]
    inputs = zip(rule["roles"], data["inputs"], strict=True)
    return Derivation(
        rule=_text(rule["rule"]),
        inputs=tuple((_text(role), built[given]) for role, given in inputs),
        settings=tuple((role, _text(value)) for role, value in rule["settings"].items()),
        reference=_text(rule["reference"]),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value
