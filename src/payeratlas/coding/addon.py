"""Add-on codes and the codes they stand beside, in words.

Source: CMS, NCCI add-on code edits (types 1, 2 and 3).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from payeratlas.coding.wording import Row, Wording, text, wording
from payeratlas.model.facts import Unknown

REFERENCE = "CMS, NCCI add-on code edits"
CONTRACTOR = "CCCCC"
"""What CMS prints in the place of a primary code where the contractor decides."""


@dataclass(frozen=True, slots=True)
class AddonWording:
    """What the list says of one code.

    ``type`` is that of an add-on, empty for a code that is none. ``statement`` says whether it is
    one (``{type}`` is a Fact; Unknown("unparsed") for a type that CMS does not list), ``primaries``
    are the listed codes it goes with and ``beside`` that in words, None for a code that is none.
    ``addons`` are the codes that may go with this one, and ``with_it`` that in words.
    """

    type: str
    statement: Wording | Unknown
    primaries: tuple[str, ...]
    beside: Wording | None
    addons: tuple[str, ...]
    with_it: Wording


def addon_wording(code: str, rows: Sequence[Row], day: date) -> AddonWording:
    """What a whole list of add-on edits says of a code on a day.

    ``rows`` are those of ``ncci_addon`` that name the code, as add-on or as primary code.
    """
    holding = [row for row in rows if in_effect(row, day)]
    own = [row for row in holding if text(row, "addon") == code]
    addons = _codes((row for row in holding if text(row, "primary") == code), "addon")
    texts = _texts()
    if own:
        kind = text(own[0], "type")
        primaries = tuple(c for c in _codes(own, "primary") if c != CONTRACTOR)
        how = "listed" if primaries else "contractor"
        beside = wording(_filled(texts["primaries"][how], primaries=primaries))
        statement = _chosen(kind, code)
    else:
        kind, primaries, beside = "", (), None
        statement = wording(_filled(texts["none"]["addon"], code=(code,)))
    if addons:
        with_it = wording(_filled(texts["addons"]["listed"], addons=addons))
    else:
        with_it = wording(_filled(texts["none"]["addons"], code=(code,)))
    return AddonWording(kind, statement, primaries, beside, addons, with_it)


def addon_pair(one: str, other: str, rows: Sequence[Row], day: date) -> Wording | None:
    """What the list says of two codes together: whether one is an add-on to the other.

    ``rows`` are those that name either code. None where neither is an add-on on the day.
    """
    holding = [row for row in rows if in_effect(row, day)]
    for code, primary in ((one, other), (other, one)):
        own = [row for row in holding if text(row, "addon") == code]
        if not own:
            continue
        if any(text(row, "primary") == primary for row in own):
            how = "listed"
        else:
            how = "closed" if text(own[0], "type") == "1" else "open"
        return wording(_filled(_texts()["pair"][how], code=(code,), primary=(primary,)))
    return None


def in_effect(row: Row, day: date) -> bool:
    """Whether an add-on edit holds on a day, as far as the file gives its days."""
    effective, deletion = row.get("effective"), row.get("deletion")
    begun = not isinstance(effective, date) or effective <= day
    return begun and (not isinstance(deletion, date) or day <= deletion)


def _chosen(kind: str, code: str) -> Wording | Unknown:
    template = _texts()["is"].get(kind)
    if template is None:
        return Unknown("unparsed", f"The type is printed as {kind!r}, which CMS does not list.")
    return wording(_filled(template, code=(code,)))


def _codes(rows: Iterable[Row], column: str) -> tuple[str, ...]:
    return tuple(sorted({text(row, column) for row in rows}))


def _filled(template: str, **lists: Sequence[str]) -> str:
    """A template with its lists of codes put in."""
    for name, codes in lists.items():
        template = template.replace(f"`[{name}]`", f"`{', '.join(codes)}`")
    return template


@cache
def _texts() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("addon.toml").read_text(encoding="utf-8"))
