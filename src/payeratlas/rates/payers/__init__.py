"""Who pays: payer family, licensee and line of business, told from printed text by ordered rules.

The rules are data beside this module, each file with cases that the tests run: ``families.toml``
(whose name it is), ``licensees.toml`` (which company stands behind the marks of the Blues, by name
and by state) and ``lines.toml`` (commercial, exchange, Medicare Advantage, Medicaid, workers'
compensation, other). What no rule places stays unclassified: nothing is guessed.

Rules see text in a *plain form*: ids in brackets dropped (``AETNA [1001]``), words that are
written together parted where a capital begins one (``BlueCrossBlueShield``), lower case, everything
but letters and digits one blank.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, cast, get_args

from payeratlas.rates.benchmark import Line, Payer
from payeratlas.rates.offer import PublisherKind

UNCLASSIFIED = "unclassified"
LICENSED = "bcbs"
"""The family whose marks are licensed by area."""
RULE_FILES = ("families.toml", "licensees.toml", "lines.toml")

_ID = re.compile(r"\[\s*[0-9]+\s*\]")
_JOINED = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_REST = re.compile(r"[^a-z0-9]+")


def plain(text: str) -> str:
    """The plain form in which rules see printed text."""
    parted = _JOINED.sub(" ", _ID.sub(" ", text))
    return _REST.sub(" ", parted.lower()).strip()


@lru_cache(maxsize=65536)
def who_is(
    publisher_kind: PublisherKind,
    entity: str,
    state: str,
    payer_name: str,
    plan_name: str,
    network_name: str,
    market: str = "",
) -> Payer:
    """The payer behind the printed text; ``unclassified`` where no rule places it.

    ``entity`` is the publisher as its file names it (``reporting_entity_name``, ``hospital_name``),
    ``state`` two letters or empty: where the hospital stands, or of the payer's file. ``market`` is
    ``plan_market_type`` of a payer's file (group, individual), empty where it prints none.
    """
    payer = plain(payer_name)
    if publisher_kind == "payer" and not payer:
        payer = plain(entity)
    # A hospital's own name must not say who pays: "University of Utah Humana Wing".
    plan = plain(f"{plan_name} {network_name}")
    family = _family(payer, plan)
    text = f"{payer} {plan}".strip()
    where = state.strip().upper()
    licensee = _licensee(text, _state_printed(text) or where) if family == LICENSED else ""
    seen = _Seen(publisher_kind, market.strip().lower(), where, payer, plan, family)
    return Payer(family, licensee, _line(seen))


@cache
def titles() -> Mapping[str, str]:
    """What families and licensees are called, by id."""
    named = [*_data("families.toml")["family"], *_data("licensees.toml")["licensee"]]
    return MappingProxyType({each["id"]: each["title"] for each in named})


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the rules of lines see: everything in plain form."""

    publisher: str
    market: str
    state: str
    payer: str
    plan: str
    family: str


@dataclass(frozen=True, slots=True)
class _LineRule:
    """One rule of ``lines.toml``, patterns compiled; what it does not name is None or empty."""

    line: Line
    text: re.Pattern[str] | None
    payer: re.Pattern[str] | None
    plan: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    family: tuple[str, ...]
    state: tuple[str, ...]
    publisher: str
    market: str

    def fits(self, seen: _Seen) -> bool:
        if self.publisher and self.publisher != seen.publisher:
            return False
        if self.market and self.market != seen.market:
            return False
        if (self.family and seen.family not in self.family) or (
            self.state and seen.state not in self.state
        ):
            return False
        text = f"{seen.payer} {seen.plan}".strip()
        if self.unless is not None and self.unless.search(text):
            return False
        sought = ((self.text, text), (self.payer, seen.payer), (self.plan, seen.plan))
        return all(pattern is None or pattern.search(found) for pattern, found in sought)


def _family(payer: str, plan: str) -> str:
    data = _compiled_families()
    silent = any(pattern.search(payer) for pattern in data.says_nothing)
    text = plan if silent else payer
    for family, patterns in data.families:
        if any(pattern.search(text) for pattern in patterns):
            leased = any(f == family and pattern.search(plan) for f, pattern in data.leased)
            return UNCLASSIFIED if leased else family
    return UNCLASSIFIED


def _licensee(text: str, state: str) -> str:
    for licensee, pattern, unless, states in _compiled_licensees():
        if states and state not in states:
            continue
        if (pattern is None or pattern.search(text)) and not (unless and unless.search(text)):
            return licensee
    return ""


def _state_printed(text: str) -> str:
    """Letters of the state that is printed with the marks of the Blues, or empty text."""
    found = _state_pattern().search(text)
    if found is None:
        return ""
    return str(_data("licensees.toml")["states"].get(found[1], found[1].upper()))


@cache
def _state_pattern() -> re.Pattern[str]:
    states = _data("licensees.toml")["states"]
    named = sorted([*states, *(letters.lower() for letters in states.values())], key=len)
    return re.compile(rf"\b(?:blue ?cross|blue ?shield|bcbs) of ({'|'.join(reversed(named))})\b")


def _line(seen: _Seen) -> Line:
    return next((rule.line for rule in _compiled_lines() if rule.fits(seen)), "unclassified")


@dataclass(frozen=True, slots=True)
class _Families:
    says_nothing: Sequence[re.Pattern[str]]
    leased: Sequence[tuple[str, re.Pattern[str]]]
    families: Sequence[tuple[str, Sequence[re.Pattern[str]]]]


@cache
def _data(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


@cache
def _compiled_families() -> _Families:
    data = _data("families.toml")
    return _Families(
        [re.compile(text) for text in data["says_nothing"]],
        [(each["family"], re.compile(each["plan"])) for each in data["leased"]],
        [(each["id"], [re.compile(text) for text in each["text"]]) for each in data["family"]],
    )


@cache
def _compiled_licensees() -> tuple[
    tuple[str, re.Pattern[str] | None, re.Pattern[str] | None, tuple[str, ...]], ...
]:
    return tuple(
        (
            rule["licensee"],
            _pattern(rule, "text"),
            _pattern(rule, "unless"),
            tuple(rule.get("state", ())),
        )
        for rule in _data("licensees.toml")["rule"]
    )


@cache
def _compiled_lines() -> tuple[_LineRule, ...]:
    return tuple(
        _LineRule(
            _line_named(rule["line"]),
            _pattern(rule, "text"),
            _pattern(rule, "payer"),
            _pattern(rule, "plan"),
            _pattern(rule, "unless"),
            tuple(rule.get("family", ())),
            tuple(rule.get("state", ())),
            rule.get("publisher", ""),
            rule.get("market", ""),
        )
        for rule in _data("lines.toml")["rule"]
    )


def _line_named(text: str) -> Line:
    if text not in get_args(Line):
        raise ValueError(f"lines.toml: '{text}' is no line of business")
    return cast(Line, text)


def _pattern(rule: Mapping[str, Any], key: str) -> re.Pattern[str] | None:
    return re.compile(rule[key]) if key in rule else None
