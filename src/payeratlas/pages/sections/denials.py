"""H: which rule fails when a claim is denied. No denial source is loaded yet."""

from __future__ import annotations

from payeratlas.model.time import AsOf
from payeratlas.pages.page import Section
from payeratlas.pages.registry import Place
from payeratlas.pages.sheet import gap
from payeratlas.store import Store

SECTION = Place("H", "denials", "Denials and audits")


def section(code: str, as_of: AsOf, store: Store) -> Section:
    """Nothing of this is loaded: say what is missing, and what would fill it."""
    return Section(
        SECTION.id,
        SECTION.letter,
        SECTION.title,
        (
            gap(
                "Likely denials and their evidence",
                "the coverage rules that denials rest on are not loaded.",
                "those rules; units, edits and the modifier verdicts under F are on hand.",
            ),
        ),
        empty=True,
    )
