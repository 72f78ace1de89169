"""Hospitals' standard charges, as 45 CFR 180.50 has them published. See README.md beside this.

The files fill the tables of ``tables.hospital``, file by file, and this source says what a file is
an issue of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from payeratlas.model.provenance import Source
from payeratlas.sources._price_files import key_of, offered
from payeratlas.tables.hospital import HOSPITAL

__all__ = ["FORMAT", "SOURCE", "describe", "key_of", "offered"]

SOURCE = Source(
    id="hospital",
    title="Hospitals' standard charges (hospital price transparency)",
    publisher="Hospitals, each on a site of its own",
    index_url="https://github.com/CMSgov/hospital-price-transparency",
    licence="Published by each hospital under 45 CFR 180.50. CPT codes: copyright American Medical "
    "Association; codes only, descriptions are never read.",
    tables=tuple(sorted(HOSPITAL)),
    cadence="yearly at least",
    retention="witness",
)
FORMAT = "hospital"

_ISO = re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)")
_US = re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})(?!\d)")


def describe(printed: Mapping[str, Any], name: str) -> tuple[str, str, date | None, str]:
    """What a file is an issue of, from its row of ``hospital_file`` and its name.

    Its title; its series (the hospital as it names itself, with its state and first location);
    the day from which it is observed, and what that day was read from: ``last_updated_on``, which
    is printed as 2026-04-01 or as 4/1/2026, month first. None where it is absent or no day.
    """
    hospital = printed.get("hospital_name") or name
    updated = printed.get("last_updated_on")
    place = next(iter(printed.get("location") or ()), "")
    state = printed.get("license_state") or ""
    title = f"{hospital}, standard charges" + (f", {updated}" if updated else "")
    series = " ".join(
        f"hospital {hospital} {state} {place if place != hospital else ''}".casefold().split()
    )
    if not updated:
        return title, series, None, "the file prints no last_updated_on"
    found = _ISO.match(updated) or _US.match(updated)
    try:
        day = date(int(found["y"]), int(found["m"]), int(found["d"])) if found else None
    except ValueError:
        day = None
    if day is None:
        return title, series, None, f"last_updated_on is no calendar day: {updated[:40]}"
    return title, series, day, "last_updated_on, as printed; the first day of a rate is not"
