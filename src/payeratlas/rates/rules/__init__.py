"""Rules that set posted rates aside: one rule one file; its name is the reason code.

A module of this folder defines ``ORDER`` (its place; a rate is set aside by the first rule that
finds it), ``FROM`` (the mildest strictness at which it applies) and ``sets_aside(offer, limits)``.
Its docstring is what a reader sees: a title, then *What it finds · Why it matters · Example ·
Instead* and its source. Each applies at its own level and at every stricter one
(``rates.strictness``).
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from payeratlas.rates.benchmark import HEADLINE, STRICTNESSES, Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import LIMITS, Limits, applies

PARTS = ("What it finds", "Why it matters", "Example", "Instead", "Source")
"""What every rule says of itself, in this order."""

Finds = Callable[[Offer, Limits], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as its file states it: reason code, place, mildest strictness, what a reader sees."""

    id: str
    order: int
    since: Strictness
    title: str
    parts: tuple[tuple[str, str], ...]
    finds: Finds


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in the order in which they are applied."""
    found = [_rule(info.name) for info in pkgutil.iter_modules(__path__)]
    return tuple(sorted(found, key=lambda rule: rule.order))


@cache
def rule_of(reason_code: str) -> Rule:
    """The rule of a reason code; KeyError where there is none."""
    return {rule.id: rule for rule in rules()}[reason_code]


def reason(offer: Offer, strictness: Strictness = HEADLINE) -> str:
    """The id of the first rule that sets the offer aside, or empty text where it is kept."""
    limits = LIMITS[strictness]
    return next((name for name, finds in _in_force(strictness) if finds(offer, limits)), "")


def reasons(offer: Offer) -> dict[Strictness, str]:
    """:func:`reason` at every level."""
    return {level: reason(offer, level) for level in STRICTNESSES}


@cache
def _in_force(strictness: Strictness) -> tuple[tuple[str, Finds], ...]:
    return tuple((rule.id, rule.finds) for rule in rules() if applies(rule.since, strictness))


def _rule(name: str) -> Rule:
    module = importlib.import_module(f"{__name__}.{name}")
    title, _, body = (module.__doc__ or "").strip().partition("\n\n")
    sought = "|".join(re.escape(part) for part in PARTS)
    pieces = re.split(rf"^({sought}): ", body, flags=re.MULTILINE)
    parts = tuple(
        (part, " ".join(text.split()))
        for part, text in zip(pieces[1::2], pieces[2::2], strict=True)
    )
    return Rule(name, module.ORDER, module.FROM, " ".join(title.split()), parts, module.sets_aside)
