"""What kind of code it is, from the code's own range and its indicators."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

from payeratlas.coding.indicators import canonical
from payeratlas.coding.wording import Row, Wording, text, wording

_EMPTY: Row = {}


@dataclass(frozen=True, slots=True)
class Trait:
    """Something its indicators add to the kind: an add-on, a code in two parts, a therapy."""

    id: str
    wording: Wording


@dataclass(frozen=True, slots=True)
class Kind:
    """What a billing code names: ``id`` for programs, ``wording`` for people.

    The wording names the part of the code set that the code stands in, never the code's own
    descriptor.
    """

    id: str
    wording: Wording
    traits: tuple[Trait, ...] = ()


def kind(code: str, row: Row | None = None) -> Kind:
    """The kind of a CPT, HCPCS or CDT code.

    ``row`` is the code's fee schedule row without modifier, where a release lists one: a status
    of J makes any code anesthesia, and its indicators give the traits. A code outside every
    known range has the kind ``unplaced``.
    """
    values = _EMPTY if row is None else row
    found = "anesthesia" if text(values, "status") == "J" else _section(code)
    return Kind(found, _words()["kind"][found], _traits(values))


def is_visit(code: str) -> bool:
    """Whether the code is an evaluation and management visit, to which visit modifiers belong.

    The evaluation and management section, and the eye examinations that Medicare's global surgery
    rules treat alike (Pub. 100-04 chapter 12, section 30.6.6).
    """
    return _section(code) == "visit" or code in ("92002", "92004", "92012", "92014")


def _section(code: str) -> str:
    if re.fullmatch(r"[0-9]{5}", code):
        starts = _ranges()
        for (start, name), (following, _) in pairwise([*starts, ("A", "unplaced")]):
            if start <= code < following:
                return name
        return "unplaced"
    if re.fullmatch(r"[0-9]{4}[A-Z]", code):
        return f"cpt_{code[-1].lower()}" if code[-1] in "AFMTU" else "unplaced"
    if re.fullmatch(r"[A-V][0-9]{4}", code):
        name = f"hcpcs_{code[0].lower()}"
        return name if name in _words()["kind"] else "unplaced"
    return "unplaced"


def _traits(row: Row) -> tuple[Trait, ...]:
    words = _words()["trait"]
    days = canonical("global_days", text(row, "global_days"))
    pctc = text(row, "pctc")
    found = []
    if days == "ZZZ":
        found.append("add_on")
    if pctc == "1":
        found.append("two_parts")
    elif pctc in ("2", "8"):
        found.append("professional_only")
    elif pctc == "3":
        found.append("technical_only")
    elif pctc == "4":
        found.append("whole_test_only")
    elif pctc == "5":
        found.append("incident_to")
    elif pctc == "6":
        found.append("laboratory_reading")
    elif pctc == "7":
        found.append("therapy")
    if text(row, "multiple_procedure") == "5":
        found.append("therapy_reduction")
    if text(row, "endo_base"):
        found.append("endoscopy_family")
    return tuple(Trait(name, words[name]) for name in found)


@cache
def _words() -> dict[str, dict[str, Wording]]:
    return {
        group: {name: wording(words) for name, words in _tables()[group].items()}
        for group in ("kind", "trait")
    }


@cache
def _ranges() -> tuple[tuple[str, str], ...]:
    return tuple(sorted(_tables()["starts"].items()))


@cache
def _tables() -> dict[str, dict[str, str]]:
    return tomllib.loads(files(__package__).joinpath("kinds.toml").read_text(encoding="utf-8"))
