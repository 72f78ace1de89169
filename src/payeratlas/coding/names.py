"""Our own plain-language names, and what tells a code from its siblings.

Records live in ``families/*.toml``, one family a file, written by the project from public facts;
each names its author and the day it was reviewed, and its sources where a public text on hand says
what it says. No CPT text is among them. A file is parsed when one of its codes is asked for.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from payeratlas.coding.wording import Wording, wording


@dataclass(frozen=True, slots=True)
class OwnName:
    """Our record of one billing code.

    ``name`` is unique among all records and holds no digit. ``decides`` is the fact that decides
    for this code against its siblings. ``unit`` says what one unit of service is, empty where we
    are not sure. ``sources`` are public texts that say so; without any, the record rests on its
    reviewer's knowledge of the codes.

    ``search`` holds abbreviations and lay words that people look the code up by. ``ended`` is the
    first day of service on which the code was no longer valid, and ``replaced_by`` the codes that
    a source names in its place; both only where a public file says so. ``listed_in`` is the public
    file that lists the code where the physician fee schedule does not, empty otherwise.
    """

    code: str
    name: str
    decides: Wording
    unit: str
    family: str
    author: str
    reviewed: date
    sources: tuple[str, ...]
    search: tuple[str, ...] = ()
    ended: date | None = None
    replaced_by: tuple[str, ...] = ()
    listed_in: str = ""


@dataclass(frozen=True, slots=True)
class Sibling:
    """A code that is mistaken for another, and the fact that decides for it instead.

    ``wording`` is the line to show beside ``code`` under "what it is not"; ``note`` what an
    official source says of the pair, where one does; ``sources`` what both rest on.
    """

    code: str
    name: str
    wording: Wording
    note: Wording | None
    sources: tuple[str, ...]


def own_name(code: str) -> OwnName | None:
    """Our record of the code; None where no family holds one yet."""
    place = _places().get(code)
    return _alone(place, code).own if place else None


def siblings(code: str) -> tuple[Sibling, ...]:
    """The codes that this one is mistaken for: nearest first, then the rest of its group.

    Empty where no record of the code exists, which does not mean that it has no siblings.
    """
    record = _record(code)
    if record is None:
        return ()
    family = _family(_places()[code])
    group = [name for name, one in family.records.items() if one.group == record.group != ""]
    order = [other for other in dict.fromkeys([*record.nearest, *group]) if other != code]
    return tuple(_sibling(code, other) for other in order)


def search_words(code: str) -> tuple[str, ...]:
    """Abbreviations and lay words for the code: its own, then those of its family.

    They help to find a code and say nothing about it: a word may belong to several codes. Empty
    where no family holds a record.
    """
    record = _record(code)
    if record is None:
        return ()
    return tuple(dict.fromkeys([*record.own.search, *_family(_places()[code]).search]))


def all_names() -> tuple[OwnName, ...]:
    """Every record, by code; those of codes that ended or stand in another file are among them."""
    return tuple(_family(_places()[code]).records[code].own for code in named())


def named() -> tuple[str, ...]:
    """Every code with a record, in order."""
    return tuple(sorted(_places()))


def family_file(code: str) -> str:
    """The name of the family file with the code's record, such as ``nerve_blocks``; empty where
    none holds one. Nothing is parsed, so that thousands of codes can be asked about."""
    return _places().get(code, "").removesuffix(".toml")


@dataclass(frozen=True, slots=True)
class _Record:
    own: OwnName
    group: str
    nearest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Pair:
    note: Wording
    source: str


@dataclass(frozen=True, slots=True)
class _Family:
    """One file. A group of codes never reaches beyond its file."""

    records: Mapping[str, _Record]
    pairs: Mapping[frozenset[str], _Pair]
    search: tuple[str, ...]


_KEYS = {"code", "name", "decides", "unit", "group", "nearest", "sources"}
_KEYS |= {"search", "ended", "replaced_by", "listed_in"}
_RECORD = re.compile(r"^\[\[code\]\]", re.MULTILINE)
_TABLE = re.compile(r"^\[", re.MULTILINE)
_CODE = re.compile(r'^code\s*=\s*"(\w+)"$', re.MULTILINE)


def _sibling(code: str, other: str) -> Sibling:
    found = _record(other)
    if found is None:
        raise ValueError(f"{code} names {other} as its sibling, of which there is no record")
    own, pair = found.own, _pair(code, other)
    sources = (*own.sources, pair.source) if pair else own.sources
    return Sibling(
        code=other,
        name=own.name,
        wording=Wording(f"{own.name}. {own.decides.template}", own.decides.names),
        note=pair.note if pair else None,
        sources=tuple(dict.fromkeys(sources)),
    )


def _record(code: str) -> _Record | None:
    place = _places().get(code)
    return _family(place).records[code] if place else None


def _pair(code: str, other: str) -> _Pair | None:
    """What is said of two codes, by the file of either."""
    for place in dict.fromkeys((_places()[code], _places()[other])):
        if found := _family(place).pairs.get(frozenset({code, other})):
            return found
    return None


@cache
def _alone(place: str, code: str) -> _Record:
    """One record of a file without the others: a page names codes of many families, each by one."""
    shared, slices = _sliced(place)
    (item,) = tomllib.loads(slices[code])["code"]
    return _read(item, shared["family"], shared.get("source", {}))


@cache
def _sliced(place: str) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """What all records of a file share, and each record as the TOML that it is."""
    head, *records = _RECORD.split(_texts()[place])
    slices = {}
    for record in records:
        own = _TABLE.split(record)[0]  # notes on pairs of codes follow the last one
        slices[_CODE.findall(own)[0]] = f"[[code]]{own}"
    return tomllib.loads(head), slices


@cache
def _family(place: str) -> _Family:
    data = tomllib.loads(_texts()[place])
    family, sources = data["family"], data.get("source", {})
    return _Family(
        records={item["code"]: _read(item, family, sources) for item in data["code"]},
        pairs={
            frozenset(pair["codes"]): _Pair(wording(pair["note"]), sources[pair["source"]])
            for pair in data.get("pair", ())
        },
        search=tuple(family.get("search", ())),
    )


def _read(item: dict[str, Any], family: dict[str, Any], sources: dict[str, str]) -> _Record:
    if strange := set(item) - _KEYS:
        raise ValueError(f"family record of {item['code']}: no such key: {sorted(strange)}")
    own = OwnName(
        code=item["code"],
        name=item["name"],
        decides=wording(item["decides"]),
        unit=item.get("unit", ""),
        family=family["title"],
        author=family["author"],
        reviewed=family["reviewed"],
        sources=tuple(sources[name] for name in item.get("sources", ())),
        search=tuple(item.get("search", ())),
        ended=item.get("ended"),
        replaced_by=tuple(item.get("replaced_by", ())),
        listed_in=sources[item["listed_in"]] if "listed_in" in item else "",
    )
    return _Record(own, item.get("group", ""), tuple(item.get("nearest", ())))


@cache
def _places() -> Mapping[str, str]:
    """The family file of every code. Lines are read here, not TOML: one question, one parse."""
    found: dict[str, str] = {}
    for place, text in _texts().items():
        for code in _CODE.findall(text):
            if code in found:
                raise ValueError(f"two family records of {code}: {found[code]} and {place}")
            found[code] = place
    return found


@cache
def _texts() -> Mapping[str, str]:
    folder = files(__package__).joinpath("families")
    records = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=str)
    return {record.name: record.read_text(encoding="utf-8") for record in records}
