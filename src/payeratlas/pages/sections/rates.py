"""D: what commercial payers have agreed to pay. Their prices are not compared yet."""

from __future__ import annotations

from payeratlas.model.time import AsOf
from payeratlas.pages.page import Section
from payeratlas.pages.registry import Place
from payeratlas.pages.sheet import gap
from payeratlas.store import Store

SECTION = Place("D", "rates", "National payment benchmarks by payer")


def section(code: str, as_of: AsOf, store: Store) -> Section:
    """Nothing of this is worked out yet: say what is missing, and what would fill it."""
    return Section(
        SECTION.id,
        SECTION.letter,
        SECTION.title,
        (
            gap(
                "Negotiated rates of Aetna, Blue Cross Blue Shield, Cigna and UnitedHealthcare",
                "payers' price files (Transparency in Coverage) are not compared yet, so no rate "
                "is shown; the raw rates of those that you added are listed by payeratlas rates "
                "--raw.",
                "those files, read whole and counted, with a percentile only where enough "
                "organisations stand behind it.",
            ),
            gap(
                "What hospitals publish",
                "no standard-charge file of a hospital is loaded.",
                "the machine-readable files that hospitals publish, version by version.",
            ),
        ),
        empty=True,
    )
