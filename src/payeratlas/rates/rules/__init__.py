"""Rules that set posted rates aside: one rule one file; its name is the reason code.

A module of this folder defines ``ORDER`` (its place; a rate is set aside by the first rule that
finds it), ``FROM`` (the mildest strictness at which it applies) and ``sets_aside(offer, limits)``.
Its docstring says *What it finds · Why it matters · Example · Instead* and its source.
"""

from __future__ import annotations

from dataclasses import dataclass

from payeratlas.rates.benchmark import HEADLINE, Strictness
from payeratlas.rates.offer import Offer


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as its file states it: reason code, place, mildest strictness, what a reader sees."""

    id: str
    order: int
    since: Strictness
    title: str
    text: str


def rules() -> tuple[Rule, ...]:
    """Every rule, in the order in which they are applied."""
    raise NotImplementedError


def reason(offer: Offer, strictness: Strictness = HEADLINE) -> str:
    """The id of the first rule that sets the offer aside, or empty text where it is kept."""
    raise NotImplementedError
