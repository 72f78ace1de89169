"""Our own plain-language names, and what tells a code from its siblings.

Records live in ``families/*.toml``, one family a file, written by the project from public facts;
each names its author and the day it was reviewed, and its sources where a public text on hand says
what it says. No CPT text is among them.
"""

from __future__ import annotations

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
    """

    code: str
    name: str
    decides: Wording
    unit: str
    family: str
    author: str
    reviewed: date
    sources: tuple[str, ...]


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
    record = _records().get(code)
    return record.own if record else None


def siblings(code: str) -> tuple[Sibling, ...]:
    """The codes that this one is mistaken for: nearest first, then the rest of its group.

    Empty where no record of the code exists, which does not mean that it has no siblings.
    """
    record = _records().get(code)
    if record is None:
        return ()
    group = [other for other, found in _records().items() if found.group == record.group != ""]
    order = [other for other in dict.fromkeys([*record.nearest, *group]) if other != code]
    return tuple(_sibling(code, other) for other in order)


def named() -> tuple[str, ...]:
    """Every code with a record, in order."""
    return tuple(sorted(_records()))


@dataclass(frozen=True, slots=True)
class _Record:
    own: OwnName
    group: str
    nearest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Pair:
    note: Wording
    source: str


def _sibling(code: str, other: str) -> Sibling:
    own = _records()[other].own
    pair = _pairs().get(frozenset({code, other}))
    sources = (*own.sources, pair.source) if pair else own.sources
    return Sibling(
        code=other,
        name=own.name,
        wording=Wording(f"{own.name}. {own.decides.template}", own.decides.names),
        note=pair.note if pair else None,
        sources=tuple(dict.fromkeys(sources)),
    )


@cache
def _records() -> Mapping[str, _Record]:
    found: dict[str, _Record] = {}
    for data in _families():
        family = data["family"]
        for item in data["code"]:
            if item["code"] in found:
                raise ValueError(f"two family records of {item['code']}")
            own = OwnName(
                code=item["code"],
                name=item["name"],
                decides=wording(item["decides"]),
                unit=item.get("unit", ""),
                family=family["title"],
                author=family["author"],
                reviewed=family["reviewed"],
                sources=tuple(data.get("source", {})[name] for name in item.get("sources", ())),
            )
            found[item["code"]] = _Record(own, item["group"], tuple(item.get("nearest", ())))
    return dict(sorted(found.items()))


@cache
def _pairs() -> Mapping[frozenset[str], _Pair]:
    return {
        frozenset(pair["codes"]): _Pair(wording(pair["note"]), data["source"][pair["source"]])
        for data in _families()
        for pair in data.get("pair", ())
    }


@cache
def _families() -> tuple[dict[str, Any], ...]:
    folder = files(__package__).joinpath("families")
    records = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=str)
    return tuple(tomllib.loads(record.read_text(encoding="utf-8")) for record in records)
