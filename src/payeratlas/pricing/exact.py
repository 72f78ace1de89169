"""Exact arithmetic: a decimal context that refuses to round, and exact figures as text."""

from __future__ import annotations

from contextlib import AbstractContextManager
from decimal import (
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    localcontext,
)

# The widest chain (index x RVU x conversion factor x three percentages x units) needs about
# thirty digits, more than Decimal's default; rounding inside it is an error, not an option.
_EXACT = Context(prec=80, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])


def exactly() -> AbstractContextManager[Context]:
    """Run Decimal arithmetic so that any silent rounding raises ``decimal.Inexact``."""
    return localcontext(_EXACT)


def plain(value: Decimal) -> str:
    """An exact figure as text, without exponent or trailing zeros: ``240.981425``."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
