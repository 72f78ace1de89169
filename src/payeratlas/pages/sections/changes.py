"""I: changes since the last release, by cause. Comparison is not built yet."""

from __future__ import annotations

from payeratlas.model.time import AsOf
from payeratlas.pages.page import Section
from payeratlas.pages.registry import Place
from payeratlas.pages.sheet import gap
from payeratlas.store import Store

SECTION = Place("I", "changes", "What changed")


def section(code: str, as_of: AsOf, store: Store) -> Section:
    """Nothing of this is loaded: say what is missing, and what would fill it."""
    return Section(
        SECTION.id,
        SECTION.letter,
        SECTION.title,
        (
            gap(
                "Changes by cause",
                "releases are on hand but are not compared yet; the amounts release by release "
                "stand under C.",
                "a comparison of releases that splits each change into its causes.",
            ),
        ),
        empty=True,
    )
