"""Find the phrases that the sources of many pages are made of, and write them down.

``src/payeratlas/publish/phrases.txt`` makes pages of a site smaller and changes nothing they say;
find it anew after many new releases: ``python perf/phrases.py``.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from datetime import date
from pathlib import Path

import payeratlas.publish
from payeratlas.build.site_plan import codes_on_hand
from payeratlas.model.errors import InputError
from payeratlas.model.time import AsOf
from payeratlas.pages.compose import page_of
from payeratlas.pages.releases import default_day
from payeratlas.publish.html import environment
from payeratlas.publish.lean import LeanPen, phrases_of
from payeratlas.publish.typeset import typeset
from payeratlas.store import Store

SHARE = 0.15
"""Of how many pages a phrase has to be, to be worth its place in the site's script."""


def main() -> None:
    """Render a sample of pages and write the phrases of many of them, the most used first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--codes", type=int, default=400, help="how many pages to look at")
    parser.add_argument("--today", type=date.fromisoformat, default=date(2026, 1, 1))
    given = parser.parse_args()
    store = Store.open()
    picked = sorted(random.Random(1).sample(codes_on_hand(store), given.codes))
    store.expect(picked)
    used: Counter[str] = Counter()
    pages: Counter[str] = Counter()
    seen = 0
    for code in picked:
        try:
            page = page_of(code, AsOf(default_day(code, given.today, store), None), store)
        except InputError:
            continue
        seen += 1
        pen = LeanPen()
        blocks = environment().get_template("blocks.html.j2").make_module({"pen": pen})
        for section in typeset(page).contents:
            str(blocks.section(section))  # type: ignore[attr-defined]
        found = list(phrases_of(pen.lines))
        used.update(found)
        pages.update(set(found))
    own = {phrase for phrase in pages if pages[phrase] >= SHARE * seen and len(phrase) > 3}
    chosen = sorted(own, key=lambda phrase: (-used[phrase], phrase))
    path = Path(payeratlas.publish.__file__).with_name("phrases.txt")
    path.write_text("".join(f"{phrase}\n" for phrase in chosen), "utf-8")


if __name__ == "__main__":
    main()
