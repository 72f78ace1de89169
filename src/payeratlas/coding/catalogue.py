"""The modifier records of ``modifiers.toml``, read once and checked on reading."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from payeratlas.coding.wording import Wording, wording
from payeratlas.tables import pfs_rvu

Ruling = Literal["valid", "conditional", "not_valid", "not_a_modifier", "not_judged"]

DEPENDS = frozenset({"documentation", "payer", "who bills", "laterality", "edit"})
"""What a verdict may depend on beyond the indicators; ``edit`` is an NCCI edit."""

_RULINGS = frozenset({"valid", "conditional", "not_valid", "not_judged"})


@dataclass(frozen=True, slots=True)
class Case:
    """One row of a modifier's decision table: when all conditions hold, this is the ruling."""

    ruling: Ruling
    why: Wording
    depends: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    zero: tuple[str, ...]
    kinds: tuple[str, ...]
    visit: bool | None
    own_row: bool | None


@dataclass(frozen=True, slots=True)
class Record:
    """One modifier: what it is for in our own words, and the cases that decide it."""

    code: str
    title: str
    purpose: Wording | None
    references: tuple[str, ...]
    cases: tuple[Case, ...]
    mistaken: bool
    group: str


@dataclass(frozen=True, slots=True)
class Confusion:
    """Something typed as a modifier that is none."""

    code: str
    title: str
    why: Wording
    references: tuple[str, ...]


@cache
def records() -> Mapping[str, Record]:
    """Every modifier that the indicators can decide, in the order of the file."""
    data = _data()
    shared = data["shared"]
    return {item["code"]: _record(item, shared, data["reference"]) for item in data["modifier"]}


@cache
def confusions() -> tuple[Confusion, ...]:
    """What people write in the modifier field and is no modifier."""
    data = _data()
    return tuple(
        Confusion(
            item["code"],
            item["title"],
            wording(item["why"]),
            tuple(data["reference"][name] for name in item["references"]),
        )
        for item in data["confusion"]
    )


@cache
def undecided() -> Mapping[str, str]:
    """Real modifiers that no indicator decides, with our short title for each."""
    titles: dict[str, str] = _data()["not_judged"]
    return titles


def _record(item: dict[str, Any], shared: dict[str, Any], references: dict[str, str]) -> Record:
    return Record(
        code=item["code"],
        title=item["title"],
        purpose=wording(item["purpose"]),
        references=tuple(references[name] for name in item["references"]),
        cases=tuple(_case(item["code"], raw, shared) for raw in item["cases"]),
        mistaken=item.get("mistaken", False),
        group=item.get("group", "service"),
    )


def _case(code: str, raw: dict[str, Any], shared: dict[str, Any]) -> Case:
    found = raw | shared[raw["use"]] if "use" in raw else dict(raw)
    ruling, depends = found["verdict"], tuple(found.get("depends", ()))
    columns = {
        name: tuple(values)
        for name, values in found.items()
        if name not in ("use", "verdict", "why", "depends", "zero", "kind", "visit", "own_row")
    }
    for column in (*columns, *found.get("zero", ())):
        pfs_rvu.TABLE.column(column)  # a misspelt condition must not pass as one that never holds
    if ruling not in _RULINGS or not set(depends) <= DEPENDS:
        raise ValueError(f"modifier {code}: verdict {ruling!r} depending on {depends}")
    return Case(
        ruling=ruling,
        why=wording(found["why"]),
        depends=depends,
        columns=columns,
        zero=tuple(found.get("zero", ())),
        kinds=tuple(found.get("kind", ())),
        visit=found.get("visit"),
        own_row=found.get("own_row"),
    )


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("modifiers.toml").read_text(encoding="utf-8"))
