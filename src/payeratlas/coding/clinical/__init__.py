"""Clinical context of a code in our own words: every sentence with the public text it rests on.

``records/*.toml`` hold the procedure in brief, the workflow and what is asked of neighbors only;
``vignettes.toml`` invented patients by whom codes are told apart; ``elements.toml`` what a note
must hold, with who asks for it; ``sources.toml`` the texts that all of them cite. Facts are taken
from those texts, wording is not. A sentence without a source does not load.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from payeratlas.coding.wording import Wording, wording

MOST_WORDS = 120
"""Words that the procedure in brief may take."""


@dataclass(frozen=True, slots=True)
class PublicText:
    """A public text that sentences cite.

    ``label`` is short, for use beside a sentence. ``date`` is what the text prints, in words where
    it prints none. ``held`` says how much of it was at hand, and through whom.
    """

    id: str
    label: str
    title: str
    publisher: str
    date: str
    url: str
    held: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A place in a public text, ``at`` in words."""

    text: PublicText
    at: str


@dataclass(frozen=True, slots=True)
class Cited:
    """One sentence of ours with what it rests on; ``by`` is never empty."""

    words: Wording
    by: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Vignette:
    """An invented patient, and the code that this patient's procedure belongs to."""

    code: str
    title: str
    says: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks for an element of documentation, and what for."""

    who: str
    says: Cited


@dataclass(frozen=True, slots=True)
class Element:
    """Something the note must hold."""

    what: str
    asks: tuple[Ask, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of the procedure behind some codes.

    ``brief`` has at most ``MOST_WORDS`` words. ``vignettes`` hold patients of the codes and of
    their neighbors. ``notes`` say what is asked of neighbors only. Any part may be empty: then no
    public text on hand speaks of it, which does not mean that nothing is asked.
    """

    codes: tuple[str, ...]
    brief: tuple[Cited, ...]
    before: tuple[Cited, ...]
    during: tuple[Cited, ...]
    after: tuple[Cited, ...]
    vignettes: tuple[Vignette, ...]
    documentation: tuple[Element, ...]
    notes: tuple[Cited, ...]
    author: str
    reviewed: date

    def sentences(self) -> tuple[Cited, ...]:
        """Every sentence, in reading order."""
        workflow = (*self.brief, *self.before, *self.during, *self.after)
        stories = (cited for vignette in self.vignettes for cited in vignette.says)
        asks = (ask.says for element in self.documentation for ask in element.asks)
        return (*workflow, *stories, *asks, *self.notes)

    def texts(self) -> tuple[PublicText, ...]:
        """Every text that a sentence cites, once, in reading order."""
        cited = (passage.text for sentence in self.sentences() for passage in sentence.by)
        return tuple(dict.fromkeys(cited))


def context(code: str) -> Context | None:
    """The clinical context of the code; None where no record holds one."""
    place = _places().get(code)
    return _context(place) if place else None


def described() -> tuple[str, ...]:
    """Every code with a clinical context, in order."""
    return tuple(sorted(_places()))


_CODES = re.compile(r"^codes\s*=\s*\[(.*)\]$", re.MULTILINE)


@cache
def _places() -> Mapping[str, str]:
    """The record file of every code. Only that line is read here, not the TOML around it."""
    found: dict[str, str] = {}
    for name, text in _records().items():
        for code in re.findall(r'"(\w+)"', " ".join(_CODES.findall(text))):
            if code in found:
                raise ValueError(f"two clinical records of {code}: {found[code]} and {name}")
            found[code] = name
    return found


@cache
def _context(name: str) -> Context:
    data = tomllib.loads(_records()[name])
    known = {"codes", "author", "reviewed", "vignettes", "documentation"}
    parts = ("brief", "before", "during", "after", "note")
    if strange := set(data) - known - set(parts):
        raise ValueError(f"clinical record {name}: no such key: {sorted(strange)}")
    said = {part: _cited(f"record {name}", data.get(part, ())) for part in parts}
    if sum(_length(cited.words) for cited in said["brief"]) > MOST_WORDS:
        raise ValueError(f"clinical record {name}: the brief has more than {MOST_WORDS} words")
    vignettes, elements = _file("vignettes.toml"), _file("elements.toml")
    return Context(
        codes=tuple(data["codes"]),
        brief=said["brief"],
        before=said["before"],
        during=said["during"],
        after=said["after"],
        vignettes=tuple(_vignette(key, vignettes[key]) for key in data.get("vignettes", ())),
        documentation=tuple(_element(key, elements[key]) for key in data.get("documentation", ())),
        notes=said["note"],
        author=data["author"],
        reviewed=data["reviewed"],
    )


def _vignette(key: str, data: dict[str, Any]) -> Vignette:
    return Vignette(data["code"], data["title"], _cited(f"vignette {key}", data["says"]))


def _element(key: str, data: dict[str, Any]) -> Element:
    asks = data["asks"]
    said = _cited(f"element {key}", [{"text": ask["text"], "by": ask["by"]} for ask in asks])
    return Element(
        data["what"], tuple(Ask(ask["who"], one) for ask, one in zip(asks, said, strict=True))
    )


def _cited(where: str, items: Iterable[dict[str, Any]]) -> tuple[Cited, ...]:
    found = []
    for item in items:
        words = wording(item["text"])
        if words.facts():
            raise ValueError(f"clinical {where}: a figure of a file belongs to a page: {words}")
        if not item["by"]:
            raise ValueError(f"clinical {where}: a sentence without a source: {item['text']!r}")
        found.append(Cited(words, tuple(_passage(where, by) for by in item["by"])))
    return tuple(found)


def _passage(where: str, by: str) -> Passage:
    name, colon, at = by.partition(": ")
    if not colon or name not in _texts():
        raise ValueError(f"clinical {where}: {by!r} is not 'source: place in it' of sources.toml")
    return Passage(_texts()[name], at)


def _length(words: Wording) -> int:
    return len(words.template.format(**words.names).split())


@cache
def _texts() -> Mapping[str, PublicText]:
    return {name: PublicText(id=name, **data) for name, data in _file("sources.toml").items()}


@cache
def _records() -> Mapping[str, str]:
    folder = files(__package__).joinpath("records")
    records = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=str)
    return {record.name: record.read_text(encoding="utf-8") for record in records}


@cache
def _file(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
