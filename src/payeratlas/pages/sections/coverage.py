"""E: what each payer demands. No policy and no list is loaded yet."""

from __future__ import annotations

from payeratlas.model.time import AsOf
from payeratlas.pages.page import Section
from payeratlas.pages.registry import Place
from payeratlas.pages.sheet import gap
from payeratlas.store import Store

SECTION = Place("E", "coverage", "Coverage and prior authorization")


def section(code: str, as_of: AsOf, store: Store) -> Section:
    """Nothing of this is loaded: say what is missing, and what would fill it."""
    return Section(
        SECTION.id,
        SECTION.letter,
        SECTION.title,
        (
            gap(
                "Prior authorization by payer and line of business",
                "no prior-authorization list is loaded. That is not an answer: neither no nor yes.",
                "the dated lists of payers, each cell with its line.",
            ),
            gap(
                "Coverage policies compared",
                "no policy of a payer and no Medicare coverage document is loaded.",
                "the Medicare Coverage Database and the policies of payers, as reviewed records.",
            ),
        ),
        empty=True,
    )
