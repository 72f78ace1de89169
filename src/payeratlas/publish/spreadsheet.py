"""Cells for spreadsheets: amounts in whole, and text that no spreadsheet takes for a formula."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

_CENTS = 2
# What a spreadsheet takes for the beginning of a formula (OWASP ASVS 5.0, 1.2.10).
_FORMULA = tuple("=+-@\t\r\n\0＝＋－＠")


def exact(value: Decimal) -> str:
    """An amount as plain digits: all its decimals that are not zero, and at least cents."""
    text = f"{value:f}"
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(_CENTS, '0')}"


def exact_or_none(value: Decimal | None) -> str | None:
    """:func:`exact` of an amount that there is."""
    return None if value is None else exact(value)


def inert(text: str | None) -> str:
    """The text; with an apostrophe before it where a spreadsheet could take it for a formula.

    Text in a cell of a workbook is not run as it is; saved as CSV and opened again it would be.
    """
    return f"'{text}" if text and text.lstrip(" ").startswith(_FORMULA) else text or ""


def listed(texts: Sequence[str] | None, between: str = " ") -> str:
    """Several texts in one cell."""
    return inert(between.join(texts or ()))
