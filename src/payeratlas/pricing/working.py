"""What the rules for several lines share: one line's part in a payment, and how it is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby

from payeratlas.model.amounts import Percent
from payeratlas.model.provenance import Step
from payeratlas.pricing.adjust import Effect
from payeratlas.pricing.exact import exactly, plain
from payeratlas.pricing.fee import Worked
from payeratlas.pricing.grouping import Line
from payeratlas.pricing.line import effects_on
from payeratlas.pricing.reductions import Reduction, Series, reduction
from payeratlas.pricing.rules import Settings

NOTHING = Decimal(0)
_FEW = 6


@dataclass(frozen=True, slots=True)
class Portion:
    """One line's part in the payment of one procedure, or of one component of it.

    ``rank`` and ``share`` say it in figures; ``kind`` names what applied, for the words to it.
    ``amount`` is exact, None where the contractor decides from the report; ``gross`` is what it
    is a share of. ``part_of`` is the number of the line that the payment is part of where nothing
    is paid on this one, else zero.
    """

    line: int
    rank: str
    share: str
    kind: str
    amount: Decimal | None
    expression: str
    part_of: int = 0
    gross: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one line: its exact figure with the steps, and its parts in payments."""

    worked: Worked
    portions: tuple[Portion, ...]

    @property
    def by_report(self) -> bool:
        """Whether the contractor prices some of it from the report."""
        return any(portion.amount is None for portion in self.portions)

    @property
    def part_of(self) -> int:
        """The line that its whole payment is part of; zero where something is paid on it."""
        if all(portion.part_of for portion in self.portions):
            return self.portions[0].part_of
        return 0

    @property
    def ranks(self) -> str:
        """The ranks of its procedures as text: ``1, 2, 3``."""
        return listed(portion.rank for portion in self.portions if portion.rank)

    @property
    def shares(self) -> str:
        """What is paid of its procedures, as text: ``100%, 50%, 50%``."""
        return listed(portion.share for portion in self.portions)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for all lines: whether in a locality, the date of service, the rule's settings."""

    local: bool
    service_date: date
    settings: Settings

    def reduction(self, series: Series) -> Reduction:
        """The reduction in force; its least share for every later rank where that is asked."""
        found = reduction(series, self.service_date)
        if self.settings.get("by_report") == "least" and found.least is not None:
            return replace(found, shares=(*found.shares, found.least), by_report=False)
        return found

    def effects(self, line: Line) -> tuple[Effect, ...]:
        """What the line's modifiers do; InputError where one leaves no amount."""
        return effects_on(line.values, line.modifiers, line.row_modifier, self.settings)


def of(percent: Percent, amount: Decimal) -> Decimal:
    """A percentage of an amount, exactly."""
    with exactly():
        return percent.of(amount)


def listed(texts: Iterable[str]) -> str:
    """Texts in a row; many equal ones, or many numbers in order, as one."""
    found = list(texts)
    if len(found) <= _FEW:
        return ", ".join(found)
    parts = []
    for _, group in groupby(enumerate(found), lambda p: int(p[1]) - p[0] if p[1].isdigit() else ""):
        numbers = [text for _, text in group]
        if numbers[0].isdigit():
            parts.append(numbers[0] if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}")
            continue
        for text, same in groupby(numbers):
            count = len(list(same))
            parts.append(text if count == 1 else f"{text} ({count} times)")
    return ", ".join(parts)


def compared(amounts: Iterable[tuple[str, Decimal]]) -> str:
    """Named amounts for a step that ranks them: ``64640 240.981425; 64450 117.09``."""
    return listed_by("; ", (f"{name} {plain(amount)}" for name, amount in amounts))


def listed_by(joint: str, texts: Iterable[str]) -> str:
    """Texts joined, neighbours that are equal told once with their count."""
    parts = []
    for text, same in groupby(texts):
        count = len(list(same))
        parts.append(text if count == 1 else f"{text} ({count} times)")
    return joint.join(parts)


def summed(label: str, portions: Sequence[Portion], reference: str = "") -> tuple[Step, Decimal]:
    """The step that adds a line's portions, and its exact result; without an amount, left out."""
    with exactly():
        total = sum((p.amount for p in portions if p.amount is not None), NOTHING)
    parts = []
    for expression, same in groupby(p.expression for p in portions if p.expression):
        count = len(list(same))
        inner = f"({expression})" if " " in expression else expression
        parts.append(expression if count == 1 else f"{count} × {inner}")
    return Step(label, " + ".join(parts) or plain(total), plain(total), reference), total
