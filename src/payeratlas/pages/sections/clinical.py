"""G: the procedure in brief, and what the note must say. No record is loaded yet."""

from __future__ import annotations

from payeratlas.model.time import AsOf
from payeratlas.pages.page import Section
from payeratlas.pages.registry import Place
from payeratlas.pages.sheet import gap
from payeratlas.store import Store

SECTION = Place("G", "clinical", "Clinical context and documentation")


def section(code: str, as_of: AsOf, store: Store) -> Section:
    """Nothing of this is loaded: say what is missing, and what would fill it."""
    return Section(
        SECTION.id,
        SECTION.letter,
        SECTION.title,
        (
            gap(
                "The procedure, its workflow and a typical patient",
                "no reviewed clinical record of the code is loaded.",
                "a record in our own words with a source for each sentence.",
            ),
            gap(
                "Documentation that payers ask for",
                "no policy is loaded, so no element can be tied to who asks for it.",
                "policies and coverage articles, read element by element.",
            ),
        ),
        empty=True,
    )
