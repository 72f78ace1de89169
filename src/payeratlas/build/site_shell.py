"""The lists of a site: by part of the code set, by our own families, by CMS's classification."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from payeratlas.coding.kinds import kind
from payeratlas.coding.names import own_name
from payeratlas.coding.wording import Wording
from payeratlas.publish.shell import Entry, Group, Link, Listing, Shelf
from payeratlas.store import Store
from payeratlas.tables.contract import Row

RBCS = "rbcs"
"""CMS's Restructured BETOS classification: used where the table is on hand."""
_LONG = 600  # codes from which on a list is cut by the first characters of the codes
_HOME = Link("All codes", "index.html")


def listings(titles: Mapping[str, str], store: Store) -> tuple[tuple[Shelf, ...], list[Listing]]:
    """Every way to browse the codes of a site, and the pages it takes.

    ``titles`` are those of the pages, by code in order.
    """
    ways = [
        ("By part of the code set", _by_kind(titles)),
        ("By family", _by_family(titles)),
        ("By Medicare's classification (RBCS)", by_class(classes(store), titles)),
    ]
    shelves = tuple(
        Shelf(words, tuple(Link(p.title, p.path, _count(p)) for p in pages if p.above == (_HOME,)))
        for words, pages in ways
        if pages
    )
    return shelves, [page for _, pages in ways for page in pages]


def classes(store: Store) -> list[Row]:
    """The rows of the newest release of CMS's classification, if one is on hand."""
    held = [published for published in store.releases() if published.holds(RBCS)]
    if not held:
        return []
    return store.rows(RBCS, max(held, key=lambda p: (p.release.complete, p.release.covers.start)))


def by_class(rows: Iterable[Row], titles: Mapping[str, str]) -> list[Listing]:
    """A page for each category of CMS's classification, its subcategories and families on it.

    Where a code was assigned anew the latest assignment counts.
    """
    latest: dict[str, Row] = {}
    for row in rows:
        code = row.text("hcpcs")
        if code not in latest or str(row["assigned"]) > str(latest[code]["assigned"]):
            latest[code] = row
    found: dict[str, dict[str, list[str]]] = {}
    for code in titles:
        if code in latest:
            row = latest[code]
            family = row.text("family")
            below = row.text("subcategory") + ("" if family.startswith("No ") else f": {family}")
            found.setdefault(row.text("category"), {}).setdefault(below, []).append(code)
    return [
        Listing(
            f"browse/rbcs-{_slug(category)}.html",
            category,
            "Category of CMS's Restructured BETOS Classification System; headings are its "
            "subcategories and families.",
            tuple(_group(name, codes, titles) for name, codes in sorted(groups.items())),
            above=(_HOME,),
        )
        for category, groups in sorted(found.items())
    ]


def kind_words(code: str) -> tuple[str, str]:
    """The part of the code set that a code stands in: its title, and the sentence about it."""
    told = _plain(kind(code).wording)
    title = told.partition(":")[0] if ":" in told else told.rstrip(".")
    return title, told


def _by_kind(titles: Mapping[str, str]) -> list[Listing]:
    runs: dict[str, list[str]] = {}
    for code in titles:
        runs.setdefault(kind(code).id, []).append(code)
    pages = []
    for name, codes in runs.items():
        title, lead = kind_words(codes[0])
        pages += _split(f"browse/{_slug(name)}", title, lead, codes, titles)
    return pages


def _by_family(titles: Mapping[str, str]) -> list[Listing]:
    families: dict[str, list[str]] = {}
    for code in titles:
        own = own_name(code)
        if own:
            families.setdefault(own.family, []).append(code)
    return [
        Listing(
            f"browse/family-{_slug(title)}.html",
            title,
            "",
            (_group("", codes, titles),),
            above=(_HOME,),
        )
        for title, codes in sorted(families.items())
    ]


def _split(
    path: str, title: str, lead: str, codes: Sequence[str], titles: Mapping[str, str]
) -> list[Listing]:
    """A list on one page; a long one on a page for each first two characters of its codes."""
    if len(codes) <= _LONG:
        groups = tuple(_group(f"{head}…", one, titles) for head, one in _heads(codes, 3))
        return [Listing(f"{path}.html", title, lead, groups, above=(_HOME,))]
    above = Link(title, f"{path}.html")
    parts = [
        Listing(
            f"{path}-{head.lower()}.html",
            f"{title}, {head}…",
            lead,
            tuple(_group(f"{start}…", some, titles) for start, some in _heads(one, 3)),
            above=(_HOME, above),
        )
        for head, one in _heads(codes, 2)
    ]
    links = tuple(Link(part.title, part.path, _count(part)) for part in parts)
    return [Listing(f"{path}.html", title, lead, links=links, above=(_HOME,)), *parts]


def _heads(codes: Iterable[str], length: int) -> list[tuple[str, list[str]]]:
    """Codes by their first characters, in order."""
    found: dict[str, list[str]] = {}
    for code in codes:
        found.setdefault(code[:length], []).append(code)
    return list(found.items())


def _group(title: str, codes: Iterable[str], titles: Mapping[str, str]) -> Group:
    return Group(title, tuple(Entry(code, own_title(code, titles[code])) for code in codes))


def own_title(code: str, title: str) -> str:
    """The words of a page's title: our name of the code, or CMS's group of it; empty where it only
    repeats the code."""
    return "" if title.endswith(f" {code}") else title


def _count(page: Listing) -> int:
    return sum(len(g.entries) for g in page.groups) + sum(link.count for link in page.links)


def _plain(words: Wording) -> str:
    return words.template.format(**words.names)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
