"""Some cells of a code's benchmarks, by what a person asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from payeratlas.model.errors import InputError
from payeratlas.pages.benchmarks.choose import rank
from payeratlas.pages.benchmarks.words import LINES, SETTINGS, STRICTNESSES, family_words, joined
from payeratlas.rates.benchmark import Benchmarks, Cell, HospitalPrice

ALL = "all"
"""What takes every value of a filter."""


def select(
    found: Benchmarks,
    *,
    payer: str = "",
    state: str = "",
    setting: str = ALL,
    line: str = ALL,
    strictness: str = ALL,
) -> Benchmarks:
    """The cells that all of these keep, in page order; counts and files stay those of the code.

    ``payer`` is a part of the family's name or id. ``state`` is two letters, empty for the cells
    over everything on hand, ``all`` for both. ``setting``, ``line`` and ``strictness`` are named
    as in the cells. InputError where a value is none, or no payer has the text in its name.
    """
    _known("setting", setting, SETTINGS)
    _known("line of business", line, LINES)
    _known("strictness", strictness, STRICTNESSES)
    state = state if state == ALL else state.upper()
    families = sorted({cell.key.family for cell in found.cells})
    wanted = {family for family in families if _has(family, payer)}
    if payer and not wanted:
        names = joined(family_words(family) for family in families) or "none"
        raise InputError(
            f"no payer with a rate of {found.code} is called '{payer}'.", cure=f"one of {names}."
        )
    cells = [
        cell
        for cell in found.cells
        if cell.key.family in wanted
        and state in (ALL, cell.key.state)
        and setting in (ALL, cell.key.series.setting)
        and line in (ALL, cell.key.line)
        and strictness in (ALL, cell.key.strictness)
    ]
    return replace(
        found,
        cells=tuple(sorted(cells, key=_order)),
        hospital=tuple(_of(found.hospital, wanted, state, payer)),
    )


def _order(cell: Cell) -> tuple[object, ...]:
    return rank(cell.key)


def _of(
    hospitals: Iterable[HospitalPrice], wanted: set[str], state: str, payer: str
) -> Iterable[HospitalPrice]:
    """What hospitals of the state print of the payers wanted."""
    for one in hospitals:
        if state in ("", ALL, one.state):
            paid = tuple(p for p in one.paid if not payer or p.family in wanted)
            yield replace(one, paid=paid)


def _has(family: str, text: str) -> bool:
    return text.casefold() in f"{family} {family_words(family)}".casefold()


def _known(what: str, value: str, names: Iterable[str]) -> None:
    if value != ALL and value not in names:
        raise InputError(f"'{value}' is no {what}.", cure=f"one of {', '.join(names)}, {ALL}.")
