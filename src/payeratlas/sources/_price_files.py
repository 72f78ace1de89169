"""What sources of price files share: the issue that a file is of, and what an address names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import unquote, urlsplit

from payeratlas.sources import Found

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_DATED = re.compile(r"(?<!\d)(?:19|20)\d{2}(?:[-_]?\d{2}){0,2}(?!\d)")
_ENDING = re.compile(r"(?:\.(?:json|jsonl|ndjson|csv|gz|zip))+$", re.IGNORECASE)
_KINDS = {
    "in_network": "in-network rates",
    "allowed_amounts": "allowed amounts",
    "providers": "provider references",
    "index": "table of contents",
}


def describe(printed: Mapping[str, Any], name: str) -> tuple[str, str, date | None, str]:
    """What a payer's file is an issue of, from its row of ``tic_file`` and its name.

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


def key_of(location: str) -> str:
    """An address without its query and fragment, its host in lower case: one file has one key.

    Payers sign the address of the same file anew wherever they print it; only the query differs.
    """
    parts = urlsplit(location.strip())
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path}"


def offered(locations: Iterable[str | None]) -> list[Found]:
    """The distinct files among addresses, such as those of a table of contents, in their order.

    Each comes with the address of its first mention, whose signature is as good as any other, and
    its key as the release. What is no address is left out: the caller counts it.
    """
    found: dict[str, Found] = {}
    for location in locations:
        if location and urlsplit(location.strip()).netloc:
            key = key_of(location)
            if key not in found:
                title = unquote(urlsplit(key).path.rpartition("/")[2]) or key
                found[key] = Found(title, location.strip(), release=key)
    return list(found.values())
