"""Payers' price files, as Transparency in Coverage has them published. See README.md beside this.

The files are too large to be read as a release of this program's own tables: they fill the tables
of ``tables.tic``, file by file, and this source says what a file is an issue of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from payeratlas.model.provenance import Source
from payeratlas.sources._price_files import key_of, offered
from payeratlas.tables.tic import TIC

__all__ = ["FORMAT", "SOURCE", "describe", "key_of", "offered"]

SOURCE = Source(
    id="tic",
    title="Payers' negotiated rates and allowed amounts (Transparency in Coverage)",
    publisher="Health plans and issuers, each on a site of its own",
    index_url="https://github.com/CMSgov/price-transparency-guide",
    licence="Published by each payer under 45 CFR 147.212 and 26 CFR 54.9815-2715A3. CPT codes: "
    "copyright American Medical Association; codes only, names and descriptions are never read.",
    tables=tuple(sorted(TIC)),
    cadence="monthly",
    retention="witness",
)

FORMAT = "tic"

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_DATED = re.compile(r"(?<!\d)(?:19|20)\d{2}(?:[-_]?\d{2}){0,2}(?!\d)")
_ENDING = re.compile(r"(?:\.(?:json|jsonl|ndjson|gz|zip))+$", re.IGNORECASE)
_KINDS = {
    "in_network": "in-network rates",
    "allowed_amounts": "allowed amounts",
    "providers": "provider references",
    "index": "table of contents",
}


def describe(printed: Mapping[str, str | None], name: str) -> tuple[str, str, date | None, str]:
    """What a file is an issue of, from its row of ``tic_file`` and its name.

    Its title; its series (the name without its dates, and the kind: equal for the issues of one
    file); the day from which it is observed, and what that day was read from. Payers print no
    first day of a rate: what stands in is ``last_updated_on``, as printed, and None where that is
    absent or no calendar day.
    """
    kind = printed.get("kind") or ""
    stem = _ENDING.sub("", name)
    updated = printed.get("last_updated_on")
    who = printed.get("reporting_entity_name") or stem
    title = f"{who}, {_KINDS.get(kind, kind)}" + (f", {updated}" if updated else "")
    series = f"{kind} {_DATED.sub('', stem).strip('-_. ').casefold()}"
    if not updated:
        return title, series, None, "the file prints no last_updated_on"
    if (found := _DAY.match(updated)) is not None:
        try:
            day = date(*(int(part) for part in found.groups()))
        except ValueError:
            pass
        else:
            return title, series, day, "last_updated_on, as printed; the first day is not"
    return title, series, None, f"last_updated_on is no calendar day: {updated[:40]}"
