"""Every payment policy indicator of the physician fee schedule, value by value, in words.

Source: CMS, National Physician Fee Schedule Relative Value File, record layout with Attachment A
(RVU25A; RVU26A for the pricing indicator); Pub. 100-04 chapter 23, addendum.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from payeratlas.coding.wording import Wording, wording
from payeratlas.model.facts import Unknown

_WIDTHS = {"global_days": 3, "supervision": 2, "imaging_family": 2}
"""Widths of values that converted files print without their leading zeros (``10`` for ``010``)."""


def describe(field: str, value: str) -> Wording | Unknown:
    """What an indicator's value means.

    ``field`` is a column of ``pfs_rvu``; KeyError where it is not an indicator. ``value`` is taken
    as printed. A value that the record layout does not list gives ``Unknown("unparsed")``.
    """
    meanings = _meanings()[field]
    found = meanings.get(canonical(field, value))
    if found is None and field == "endo_base":
        found = meanings["*"]
    if found is None:
        return Unknown("unparsed", f"The record layout has no value {value!r} for {field}.")
    return found


def canonical(field: str, value: str) -> str:
    """The value as CMS's layout writes it: padded to its width, without blanks."""
    text = value.strip()
    return text.zfill(_WIDTHS[field]) if text.isdigit() and field in _WIDTHS else text


def fields() -> tuple[str, ...]:
    """The columns of ``pfs_rvu`` that :func:`describe` knows."""
    return tuple(_meanings())


def listed(field: str) -> tuple[str, ...]:
    """The values of a field that have a meaning of their own."""
    return tuple(value for value in _meanings()[field] if value != "*")


@cache
def _meanings() -> dict[str, dict[str, Wording]]:
    source = files(__package__).joinpath("indicators.toml").read_text(encoding="utf-8")
    return {
        field: {value: wording(text) for value, text in values.items()}
        for field, values in tomllib.loads(source).items()
    }
