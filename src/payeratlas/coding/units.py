"""How many units of a code may be reported: the MUE, what kind of limit it is, and what to do.

Sources: CMS, NCCI Medically Unlikely Edits files; NCCI Policy Manual for Medicare Services,
chapter I, section V; Pub. 100-04 chapter 12, section 40.7 for two sides.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from payeratlas.coding.wording import Wording, wording
from payeratlas.model.facts import Unknown

REFERENCE = "NCCI Policy Manual for Medicare Services, chapter I, section V"


@dataclass(frozen=True, slots=True)
class UnitsWording:
    """What one MUE says. ``{mue}`` and ``{mai}`` are those of the service type asked for.

    ``limit`` states it, ``meaning`` what kind of edit it is, ``above`` what to do with more units,
    ``rationale`` why CMS set it, ``sides`` how two sides count (None where the bilateral indicator
    was not given or has no two sides). ``meaning``, ``above`` and ``rationale`` are
    ``Unknown("unparsed")`` for a value that CMS's manual does not list.
    """

    limit: Wording
    meaning: Wording | Unknown
    above: Wording | Unknown
    rationale: Wording | Unknown
    sides: Wording | None = None


def units_wording(
    service: str,
    mue: int,
    mai: str,
    rationale: str = "",
    unit_of_service: str = "",
    *,
    bilateral: str = "",
) -> UnitsWording:
    """The meaning of a published MUE.

    ``service`` is practitioner, hospital or dme, as in ``ncci_mue`` (KeyError otherwise); ``mue``
    units of service; ``unit_of_service`` our words for what one unit is, where a family record has
    them; ``bilateral`` the fee schedule's indicator, which decides how two sides count.
    """
    texts = _texts()
    who = texts["service"][service]
    unit = f" One unit is one {unit_of_service}." if unit_of_service else ""
    if mue == 0:
        limit = wording(texts["zero"]["limit"].replace("[who]", who) + unit)
        meaning: Wording | Unknown = wording(texts["zero"]["meaning"])
        above: Wording | Unknown = wording(texts["zero"]["above"])
    else:
        scope = "line" if mai == "1" else "day"
        limit = wording(texts["limit"][scope].replace("[who]", who) + unit)
        meaning = _chosen(texts["meaning"], mai, "MAI")
        above = _chosen(texts["above"], mai, "MAI")
    sides = texts["sides"].get(bilateral) if mue else None
    return UnitsWording(
        limit=limit,
        meaning=meaning,
        above=above,
        rationale=_chosen(texts["rationale"], rationale.strip(), "MUE rationale"),
        sides=wording(sides) if sides else None,
    )


def unlisted_units(service: str) -> Wording:
    """What it means that a service type's published list does not hold the code."""
    texts = _texts()
    return wording(texts["unlisted"].replace("[who]", texts["service"][service]))


def rationales() -> tuple[str, ...]:
    """The rationales of CMS that have words here, as CMS prints them."""
    return tuple(_texts()["rationale"])


def _chosen(texts: dict[str, str], value: str, what: str) -> Wording | Unknown:
    if value not in texts:
        return Unknown("unparsed", f"The {what} is printed as {value!r}, which CMS does not list.")
    return wording(texts[value])


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("units.toml").read_text(encoding="utf-8"))
