"""``payeratlas publish --all`` as a person sees it: progress, rate, time left, what came of it."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date
from pathlib import Path
from time import monotonic

from payeratlas.apps.api import Atlas, today
from payeratlas.apps.bars import counting
from payeratlas.apps.options import emit
from payeratlas.build.benchmarks import build_where_stale
from payeratlas.build.site import Progress, Site, build_site


def publish_all(
    atlas: Atlas,
    out: Path,
    *,
    as_of: date | None,
    known_on: date | None,
    jobs: int,
    base_url: str,
    formats: Collection[str],
    as_json: bool,
) -> int:
    """Build the site and say what came of it; 1 where a code could not be published, else 0."""
    begun = monotonic()
    with counting(quiet=as_json) as bar:
        rates = bar.add_task("Benchmarks", total=None, told="", visible=False)

        def tell_rates(done: int, total: int, code: str) -> None:
            bar.update(rates, completed=done, total=total, told=code, visible=True)

        build_where_stale(atlas.store, tell_rates)  # pages only read what stands ready
        task = bar.add_task("Reading the store", total=None, told="")

        def tell(progress: Progress) -> None:
            seconds = monotonic() - begun
            bar.update(
                task,
                description="Search" if progress.done == progress.total else "Pages",
                completed=progress.done,
                total=progress.total,
                told=f"{progress.done / seconds:.0f} a second" if progress.done else "",
            )

        site = build_site(
            atlas.store,
            out,
            today=today(),
            as_of=as_of,
            known_on=known_on,
            jobs=jobs,
            base_url=base_url,
            formats=formats,
            tell=tell,
        )
    seconds = monotonic() - begun
    emit(json.dumps(_told(site, seconds), indent=2) if as_json else _words(site, seconds))
    return 1 if site.refused else 0


def _told(site: Site, seconds: float) -> dict[str, object]:
    return {
        "site": str(site.root),
        "edition": site.edition,
        "pages": site.pages,
        "built": site.built,
        "kept": site.kept,
        "removed": list(site.removed),
        "refused": [{"code": code, "why": why} for code, why in site.refused],
        "search": "made" if site.searched else "kept",
        "seconds": round(seconds, 1),
    }


def _words(site: Site, seconds: float) -> str:
    lines = [
        f"{site.pages:,} pages in {site.root}, edition {site.edition[:12]}: {site.built:,} built, "
        f"{site.kept:,} unchanged, {len(site.removed):,} removed, in {seconds:.0f} s",
        f"  {site.root / 'index.html'}",
        *(f"  no page of {code}: {why}" for code, why in site.refused[:10]),
    ]
    if len(site.refused) > 10:
        lines.append(f"  and of {len(site.refused) - 10:,} more (see about.html)")
    return "\n".join(lines)
