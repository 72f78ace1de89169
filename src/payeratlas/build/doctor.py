"""Examine the store: is every partition what its manifest pinned, and do CMS's figures agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from payeratlas.model.errors import StoreError
from payeratlas.pricing.consistency import Checked, Inconsistency, caps, components, totals
from payeratlas.store import Published, Store
from payeratlas.store.price_files import PriceFiles
from payeratlas.store.price_files import damage as damaged
from payeratlas.store.query import verified

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Findings:
    """What the examination found.

    ``damage`` names partitions, and tables of payers' price files, that are not what their manifest
    pinned; ``price_files`` counts those files. ``checked`` are the
    publisher's figures compared with each other, one entry a release and check.
    """

    releases: int
    partitions: int
    rows: int
    damage: tuple[str, ...]
    checked: tuple[tuple[str, Checked], ...]
    price_files: int = 0

    @property
    def whole(self) -> bool:
        """Whether every partition is what its manifest pinned."""
        return not self.damage

    def as_dict(self) -> dict[str, Any]:
        """The findings as plain JSON values, inconsistencies by check."""
        return {
            "releases": self.releases,
            "partitions": self.partitions,
            "rows": self.rows,
            "price_files": self.price_files,
            "whole": self.whole,
            "damage": list(self.damage),
            "inconsistencies": [_kind(check, self.checked) for check in self._kinds()],
        }

    def _kinds(self) -> list[str]:
        return list(dict.fromkeys(checked.check for _, checked in self.checked))


def examine(store: Store, tell: Tell | None = None) -> Findings:
    """Check every partition's sha256, and every fee schedule release against itself.

    ``tell`` hears which release is being examined.
    """
    say = tell or (lambda words: None)
    damage: list[str] = []
    parts = rows = 0
    for published in store.releases():
        for part in published.parts:
            parts += 1
            rows += part.rows
            try:
                verified(published, part)
            except StoreError as error:
                damage.append(str(error))
    held = PriceFiles(store.root)
    price_files = held.all()
    for file in price_files:
        say(f"examining {file.artifact.name}")
        damage += damaged(file)
    held.close()
    checked = [] if damage else list(_consistency(store, say))
    return Findings(
        len(store.releases()), parts, rows, tuple(damage), tuple(checked), len(price_files)
    )


def _consistency(store: Store, say: Tell) -> Iterator[tuple[str, Checked]]:
    """Each release of relative values with what can be checked of it."""
    for published in store.releases():
        release = published.release
        for participation in ("all", "nonqpp", "qpp"):
            if published.holds("pfs_rvu", participation=participation):
                say(f"comparing {release.id}")
                rows = store.rows("pfs_rvu", published, participation=participation)
                yield release.id, totals(rows)
                yield release.id, components(rows, complete=release.complete)
        if published.holds("pfs_oppscap") and (pair := _companions(store, release.id)):
            say(f"comparing the caps of {release.id}")
            rvus, gpcis = (
                store.rows(table, other)
                for table, other in zip(("pfs_rvu", "pfs_gpci"), pair, strict=True)
            )
            yield release.id, caps(rvus, gpcis, store.rows("pfs_oppscap", published))


def _companions(store: Store, release: str) -> tuple[Published, Published] | None:
    """The relative values of the same archive, and the indices in force on its first day."""
    for published in store.releases():
        if published.release.id == release and published.holds("pfs_rvu"):
            start = published.release.covers.start
            found = [
                p
                for p in store.releases()
                if p.holds("pfs_gpci") and start in p.release.covers and p.release.complete
            ]
            if found:
                return published, max(found, key=lambda p: (p.release.issued, p.release.id))
    return None


def _kind(check: str, checked: tuple[tuple[str, Checked], ...]) -> Mapping[str, Any]:
    """One check over all releases: how much was compared, and every inconsistency by cause."""
    own = [(release, one) for release, one in checked if one.check == check]
    found = [(release, item) for release, one in own for item in one.found]
    by_cause: dict[str, list[tuple[str, Inconsistency]]] = {}
    for release, item in found:
        by_cause.setdefault(item.cause, []).append((release, item))
    return {
        "check": check,
        "title": own[0][1].title,
        "checked": sum(one.compared for _, one in own),
        "count": len(found),
        "unexplained": sum(1 for _, item in found if not item.cause),
        "causes": [
            {
                "cause": cause or "not explained",
                "count": len(items),
                "listed": [
                    {
                        "release": release,
                        "subject": item.subject,
                        "records": list(item.ordinals),
                        "printed": item.printed,
                        "expected": item.expected,
                    }
                    for release, item in items
                ],
            }
            for cause, items in by_cause.items()
        ],
    }
