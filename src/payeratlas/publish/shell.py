"""The pages of a site that are about no one code: its front, its lists, what it was made from.

Each is given as plain values and computes nothing. Only the front (the search) and the look-up of
two codes may run a script and load what that needs from the site itself; the others load their
style sheet and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from payeratlas.publish.html import environment

_HERE = Path(__file__).parent
_QUIET = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"
_LOOKING_UP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
_SEARCHING = (
    "default-src 'none'; style-src 'self'; script-src 'self' 'wasm-unsafe-eval'; "
    "connect-src 'self'; worker-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A code in a list: the code, and its title where it has one of our own."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Group:
    """A titled run of codes."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A page of the site from its root, how it is called, and how many codes stand behind it."""

    title: str
    href: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """A page that lists codes, or lists of codes. ``path`` is from the root of the site."""

    path: str
    title: str
    lead: str
    groups: tuple[Group, ...] = ()
    links: tuple[Link, ...] = ()
    above: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Shelf:
    """One way to browse: a title and its lists."""

    title: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """A release on hand, in words."""

    source: str
    id: str
    title: str
    issued: str
    covers: str
    extent: str
    rows: int


@dataclass(frozen=True, slots=True)
class About:
    """What the site was made from; ``pairs`` says whether it can look up two codes."""

    edition: str
    version: str
    pages: int
    issued: str
    releases: tuple[ReleaseLine, ...]
    refused: tuple[str, ...] = ()
    pairs: bool = False


def front(about: About, shelves: Sequence[Shelf]) -> str:
    """The first page: search, and every way to browse."""
    return _page("front", "Payer Atlas", _SEARCHING, "", about=about, shelves=shelves)


def listing(page: Listing, about: About) -> str:
    """A page that lists codes."""
    up = "../" * page.path.count("/")
    return _page("listing", page.title, _QUIET, up, about=about, listing=page)


def pairs_page(about: About) -> str:
    """The page that looks up two codes."""
    return _page("pairs", "Two codes on one day", _LOOKING_UP, "", about=about)


def pairs_script() -> str:
    """The script of the page that looks up two codes."""
    return (_HERE / "pairs.js").read_text("utf-8")


def about_page(about: About) -> str:
    """The page of releases on hand, edition and licences."""
    return _page("about", "What this site was made from", _QUIET, "", about=about)


def not_found(about: About, base: str) -> str:
    """The page for an address that leads nowhere; ``base`` is the path of the site's root."""
    return _page("missing", "No such page", _QUIET, base, about=about)


def search_script() -> str:
    """The script of the front page."""
    return (_HERE / "search.js").read_text("utf-8")


def sitemap(base_url: str, paths: Sequence[str]) -> str:
    """A sitemap (sitemaps.org protocol) of addresses below ``base_url``."""
    urls = "\n".join(f"<url><loc>{escape(base_url + path)}</loc></url>" for path in paths)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{urls}\n</urlset>\n"
    )


def robots(base_url: str) -> str:
    """Everything may be read; where a sitemap stands, if its address is known."""
    told = f"Sitemap: {base_url}sitemap.xml\n" if base_url else ""
    return f"User-agent: *\nAllow: /\n{told}"


def feed(about: About, base_url: str) -> str:
    """An Atom feed (RFC 4287) whose one entry is the edition: a reader sees each new one once.

    It is dated by the newest release on hand, so that the same data give the same feed.
    """
    updated = f"{about.issued}T00:00:00Z"
    link = f"<link href={quoteattr(base_url)}/>" if base_url else ""
    told = "; ".join(f"{one.title} ({one.source} {one.id})" for one in about.releases)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom">\n'
        "<title>Payer Atlas: editions</title>\n"
        f"<id>urn:payeratlas:site</id><updated>{updated}</updated>{link}\n"
        "<author><name>Payer Atlas</name></author>\n"
        "<entry>\n"
        f"<title>Edition {escape(about.edition[:12])}: {about.pages:,} codes</title>\n"
        f"<id>urn:payeratlas:edition:{escape(about.edition)}</id>"
        f"<updated>{updated}</updated>{link}\n"
        f"<summary>Made from {escape(told)}.</summary>\n"
        "</entry>\n</feed>\n"
    )


def _page(name: str, title: str, policy: str, up: str, **values: Any) -> str:
    template = environment().get_template(f"site_{name}.html.j2")
    return template.render(title=title, policy=policy, up=up, **values)
