"""Checks of printed cells: the shape of codes and numbers, and records that are no data."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence


def shaped(pattern: str, what: str) -> Callable[[str], str]:
    """A ``clean`` that lets a text pass, trimmed, where it has the shape; ValueError otherwise."""
    shape = re.compile(pattern)

    def check(text: str) -> str:
        trimmed = text.strip()
        if not shape.fullmatch(trimmed):
            raise ValueError(f"it has not the shape of {what}")
        return trimmed

    return check


def padded(width: int, check: Callable[[str], str]) -> Callable[[str], str]:
    """A ``clean`` that puts lost leading zeros back into an all-digit text, then checks it."""

    def pad(text: str) -> str:
        trimmed = text.strip()
        return check(trimmed.zfill(width) if trimmed.isdigit() else trimmed)

    return pad


billing_code = shaped(r"[0-9A-Z][0-9]{3}[0-9A-Z]", "a CPT or HCPCS code")
fee_modifier = shaped(r"(?:[0-9A-Z]{2})?", "a modifier")
contractor = shaped(r"[0-9]{5}", "a five-digit contractor number")
locality_number = shaped(r"[0-9]{2}", "a two-digit locality")
taxonomy_code = shaped(r"[0-9A-Z]{9}X", "a provider taxonomy code")


_MARKS = re.compile(r"\s*\*+$")


def unmarked(text: str) -> str:
    """A name without the asterisks that refer to a note under the table (``ALASKA*``)."""
    return _MARKS.sub("", text.strip())


_COMPACT_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)")


def compact_day(text: str) -> str:
    """A ``clean`` that turns a day printed as 20240701 into 2024-07-01; anything else is left."""
    return _COMPACT_DAY.sub(r"\1-\2-\3", text.strip())


def footnote(cells: Sequence[str]) -> str | None:
    """The reason to set aside a note under a table: text in the first cell and nowhere else."""
    filled = [i for i, cell in enumerate(cells) if cell.strip()]
    return "footnote" if filled == [0] else None


def control_z(cells: Sequence[str]) -> str | None:
    """The reason to set aside the DOS end-of-file mark that CMS's exports may end with."""
    return "end-of-file mark" if [c.strip() for c in cells if c.strip()] == ["\x1a"] else None


_DOLLARS = re.compile(r"\$?(\d{1,3}(?:,\d{3})+|\d+)((?:\.\d+)?)")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")
_NUMBERED_NOTE = re.compile(r"NOTE \d+:")


def dollars(text: str) -> str:
    """A ``clean`` for printed dollars: ``$1,722.96`` is 1722.96; a point alone, as CMS prints it
    where there is no amount, is nothing. ValueError for anything else."""
    trimmed = text.strip()
    if trimmed in ("", "."):
        return ""
    found = _DOLLARS.fullmatch(trimmed)
    if not found:
        raise ValueError("it is not an amount in dollars")
    return found[1].replace(",", "") + found[2]


def percent(text: str) -> str:
    """A ``clean`` for a printed percentage: ``84.13%`` is 84.13; ValueError for anything else."""
    trimmed = text.strip()
    found = _PERCENT.fullmatch(trimmed)
    if trimmed and not found:
        raise ValueError("it is not a percentage")
    return found[1] if found else ""


def numbered_note(cells: Sequence[str]) -> str | None:
    """The reason to set aside a note under a table that CMS numbers: ``NOTE 1: ...``."""
    return footnote(cells) if cells and _NUMBERED_NOTE.match(cells[0]) else None
