"""Text that a spreadsheet shows and never runs."""

from __future__ import annotations

# What a spreadsheet takes for the beginning of a formula (OWASP ASVS 5.0, 1.2.10).
_FORMULA = tuple("=+-@\t\r\n\0＝＋－＠")


def inert(text: str | None) -> str:
    """The text, with an apostrophe before it where a spreadsheet could take it for a formula.

    A cell of a workbook that is text is not run as it is, but saving it as CSV and opening that
    would run it.
    """
    return f"'{text}" if text and text.lstrip(" ").startswith(_FORMULA) else text or ""
