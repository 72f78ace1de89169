"""The edits of a site, in small files, for a page that says whether two codes are paid together.

A file holds codes that begin alike: of each the procedure-to-procedure edits in effect in which it
is paid and another is denied, by service type, column by column. What a browser needs to answer is
the files of two codes. A column that has one value throughout holds it once. ``index.json`` says
where the edits were read, for which day, and which codes have any: another has no such edit.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from payeratlas.build.publish import replace
from payeratlas.coding.ptp import RULINGS, headlines, rationale_words
from payeratlas.model.facts import Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages.facts.ptp import SERVICES, TABLE
from payeratlas.pages.latest import newest
from payeratlas.store import Published, Store

FOLDER = "pairs"
INDEX = "index.json"
ALIKE = 4
"""First characters that the codes of one file share: few files, and none that is long to load."""
_FORMAT = 1
_COLUMNS = (
    "column1",
    "column2",
    "effective",
    "deletion",
    "modifier_indicator",
    "rationale",
    "artifact",
    "ordinal",
)


def write_pairs(
    store: Store, root: Path, *, as_of: AsOf, only: Collection[str] | None, software: str
) -> bool:
    """Write the edits in effect on ``as_of`` below ``root``; whether anything was written.

    They are those of the release in force, else of the newest on its last day. ``only`` leaves out
    the edits of other codes. Nothing is done where the same edits stand there already; nothing is
    left where no release of edits is on hand.
    """
    folder = root / FOLDER
    held = {service: found for service in SERVICES if (found := _held(store, service, as_of))}
    if not held:
        shutil.rmtree(folder, ignore_errors=True)
        return False
    made_of = _digest(
        _FORMAT,
        software,
        sorted(only) if only is not None else None,
        [(service, p.digest, day.isoformat()) for service, (p, day) in held.items()],
    )
    with suppress(OSError, ValueError, KeyError, TypeError):
        if json.loads((folder / INDEX).read_bytes())["made_of"] == made_of:
            return False
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sheet = _Sheet()
    files: dict[str, dict[str, dict[str, Any]]] = {}
    services = {}
    for service, (published, day) in held.items():
        services[service] = _told(service, published, day)
        for code, rows in _in_effect(store, published, service, day).items():
            if only is None or code in only:
                edits = files.setdefault(code[:ALIKE], {}).setdefault(code, {})
                edits[service] = sheet.packed(rows)
    for name, held_there in files.items():
        (folder / f"{name}.json").write_bytes(_json(dict(sorted(held_there.items()))))
    index = {
        "format": _FORMAT,
        "services": services,
        "rationales": [[printed, _words(printed)] for printed in sheet.rationales],
        "days": list(sheet.days),
        "files": [_file(held, sha256) for sha256 in sheet.artifacts],
        "codes": " ".join(sorted(code for held_there in files.values() for code in held_there)),
        "only": " ".join(sorted(only)) if only is not None else None,
        "made_of": made_of,
    }
    replace(folder / INDEX, _json(index))
    return True


def _held(store: Store, service: str, as_of: AsOf) -> tuple[Published, date] | None:
    """The release whose edits are told, and the day for which they are."""
    published = store.in_force(TABLE, as_of, service=service)
    if not isinstance(published, Unknown):
        return published, as_of.service_date
    return newest(TABLE, as_of, store, service=service)


Edit = tuple[str, str, date | None, date | None, str, str, int]
"""Column two, indicator, first day, last day, rationale, sha256 of the file, record."""


def _in_effect(
    store: Store, published: Published, service: str, day: date
) -> dict[str, list[Edit]]:
    """The edits in effect on the day, by column one, in source order: ``coding.ptp.in_effect`` for
    millions of rows at once."""
    import pyarrow.compute as pc

    first, last = pc.field("effective"), pc.field("deletion")
    holds = (
        pc.field("modifier_indicator").isin(list(RULINGS))
        & (first.is_null() | last.is_null() | (first != last))
        & (first.is_null() | (first <= day))
        & (last.is_null() | (last >= day))
    )
    kept = store.scan(TABLE, published, _COLUMNS, service=service).filter(holds)
    found: dict[str, list[Edit]] = {}
    for one, *edit in zip(*(kept[name].to_pylist() for name in _COLUMNS), strict=True):
        other, start, end, indicator, rationale, artifact, record = edit
        found.setdefault(one, []).append(
            (other, indicator, start, end, rationale, artifact, record)
        )
    return found


class _Sheet:
    """What many edits share, numbered by first mention."""

    def __init__(self) -> None:
        self.rationales: dict[str, int] = {}
        self.days: dict[tuple[str | None, str | None], int] = {}
        self.artifacts: dict[str, int] = {}

    def packed(self, edits: Sequence[Edit]) -> dict[str, Any]:
        """Edits column by column; each record as its distance from the one before."""
        others, indicators, starts, ends, rationales, artifacts, records = zip(*edits, strict=True)
        days = [
            _number(self.days, (_iso(start), _iso(end)))
            for start, end in zip(starts, ends, strict=True)
        ]
        before = (0, *records)
        return {
            "codes": " ".join(others),
            "indicators": _once("".join(indicators)),
            "rationales": _once(
                [self.rationales.setdefault(r, len(self.rationales)) for r in rationales]
            ),
            "days": _once(days),
            "files": _once([self.artifacts.setdefault(a, len(self.artifacts)) for a in artifacts]),
            "records": [now - then for now, then in zip(records, before, strict=False)],
        }


def _number(known: dict[Any, int], value: object) -> int:
    return known.setdefault(value, len(known))


def _once(values: Any) -> Any:
    """The values, or the one that all of them are."""
    return values[0] if len(set(values)) == 1 else values


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _words(printed: str) -> str | None:
    words = rationale_words(printed)
    return words.template.format(**words.names) if words else None


def _told(service: str, published: Published, day: date) -> dict[str, Any]:
    return {
        "release": published.release.id,
        "title": published.release.title,
        "covers": str(published.release.covers),
        "day": day.isoformat(),
        "words": headlines(service),
    }


def _file(held: dict[str, tuple[Published, date]], sha256: str) -> list[str]:
    """Name and sha256 of a file that edits were read from."""
    for published, _ in held.values():
        for part in published.parts:
            if part.artifact.sha256 == sha256:
                return [part.artifact.name, sha256]
    raise KeyError(sha256)


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
