"""Money, percentages and units: exact decimals that never mix."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True, order=True, slots=True)
class Money:
    """An amount of US dollars in whole cents.

    ``amount`` always has two decimals. Arithmetic that needs more precision is done on Decimal
    and rounded once, by :meth:`round_once`.
    """

    amount: Decimal

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal) or self.amount.as_tuple().exponent != -2:
            raise ValueError(f"Money needs a Decimal with two decimals, not {self.amount!r}")

    @classmethod
    def round_once(cls, exact: Decimal) -> Money:
        """Round an exact figure half up to cents: the one rounding of a Medicare amount."""
        return cls(exact.quantize(CENT, rounding=ROUND_HALF_UP))

    @classmethod
    def of(cls, text: str) -> Money:
        """Read printed dollars such as ``1,722.96`` or ``$890.29``; more than cents is refused."""
        value = Decimal(text.replace("$", "").replace(",", "").strip())
        if value != value.quantize(CENT):
            raise ValueError(f"{text!r} is finer than a cent")
        return cls(value.quantize(CENT))

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + other.amount)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - other.amount)

    def __str__(self) -> str:
        return str(self.amount)


@dataclass(frozen=True, order=True, slots=True)
class Percent:
    """A percentage as a person says it: ``Percent(Decimal("62.5"))`` is 62.5 %."""

    value: Decimal

    def of(self, base: Decimal) -> Decimal:
        """This percentage of an exact figure, unrounded."""
        return base * self.value / 100

    def __str__(self) -> str:
        return f"{self.value.normalize():f}%"


@dataclass(frozen=True, order=True, slots=True)
class Units:
    """A count of units of service on a claim line, one or more."""

    count: int

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"units of service start at 1, not {self.count}")

    def __str__(self) -> str:
        return str(self.count)
