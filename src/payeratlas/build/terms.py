"""Terms that a publisher asks its visitors to accept, and what this user has accepted.

The page that asks is never walked around: its link is kept as the publisher gives it. Once the
user has accepted the terms, the page's own form is sent as its button for accepting would.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files as resources
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from payeratlas.build.guard import SiteError
from payeratlas.build.web import Order
from payeratlas.model.errors import StoreError
from payeratlas.store.disk import make_folders, rename, sync_folder, write_file

ACCEPTED = "accepted-terms.json"


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms by id: who asks for what, where they can be read, and which pages ask."""

    id: str
    title: str
    asked_by: str
    asks: str
    url: str
    gates: tuple[str, ...]


@cache
def terms() -> dict[str, Terms]:
    """All known terms by id."""
    text = resources(__package__).joinpath("terms.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(text)["terms"]
    return {e["id"]: Terms(**{**e, "gates": tuple(e["gates"])}) for e in entries}


def gate_of(url: str) -> Terms | None:
    """The terms that the page at an address asks for; None where it is no such page."""
    place = url.partition("#")[0].partition("?")[0].rstrip("/").lower()
    return next((each for each in terms().values() if place in each.gates), None)


def behind(url: str) -> str:
    """The address of the file that a gate's address names, for telling what it is called.

    Only its name is used: the file itself is asked for through the gate.
    """
    if gate_of(url):
        named = parse_qs(urlsplit(url).query).get("file", [""])[0]
        return urljoin(url, named) if named else url
    return url


# -- what the user has accepted ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Acceptance:
    """That the user accepted terms: which, on which day, and how it was said."""

    terms: str
    day: str
    how: str
    url: str


class Memory:
    """What the user of one store has accepted, in a file of that store."""

    def __init__(self, root: Path) -> None:
        """The memory of the store at ``root``."""
        self.path = root / ACCEPTED

    def all(self) -> dict[str, Acceptance]:
        """Every acceptance by id of its terms; StoreError where the file cannot be read."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StoreError(
                f"what was accepted cannot be read: {error.strerror or error}.",
                where=str(self.path),
            ) from error
        try:
            return {id: Acceptance(id, **entry) for id, entry in json.loads(text).items()}
        except (ValueError, TypeError, AttributeError) as error:
            raise StoreError(
                "this is not the record of accepted terms.",
                where=str(self.path),
                cure="delete the file; you will be asked again.",
            ) from error

    def remember(self, accepted: Acceptance) -> None:
        """Keep an acceptance; StoreError where the disk refuses."""
        held = {**self.all(), accepted.terms: accepted}
        document = {
            id: {"day": a.day, "how": a.how, "url": a.url} for id, a in sorted(held.items())
        }
        staged = self.path.with_name(f".{ACCEPTED}.new")
        try:
            make_folders(self.path.parent)
            write_file(staged, (json.dumps(document, indent=1) + "\n").encode())
            rename(staged, self.path)
            sync_folder(self.path.parent)
        except OSError as error:
            raise StoreError(
                f"the disk refused: {error.strerror or error}.",
                where=str(self.path),
                cure="name a store folder you may write to, with --store.",
            ) from error


# -- the form on the page ------------------------------------------------------------------------


@dataclass(slots=True)
class Form:
    """A form of a page: where it is sent and how, its hidden fields and its buttons."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Whether sending it says yes to something."""
        return any(n.lower() == "agree" and v.lower() == "yes" for n, v in self.fields)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Form] = []
        self.links: list[str] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            method = given.get("method", "get").upper()
            self.found.append(Form(given.get("action", ""), method))
            self._open = True
        elif tag == "a":
            self.links.append(given.get("href", ""))
        elif self._open and tag in ("input", "button") and given.get("name"):
            kind = given.get("type", "submit" if tag == "button" else "text").lower()
            named = given["name"], given.get("value", "")
            if kind == "hidden":
                self.found[-1].fields.append(named)
            elif kind in ("submit", "image"):
                self.found[-1].buttons.append(named)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False


def _parsed(page: bytes) -> _Forms:
    parser = _Forms()
    parser.feed(page.decode("utf-8", errors="replace"))
    parser.close()
    return parser


def asks_for_consent(page: bytes) -> bool:
    """Whether a page has a form or a link that says yes to terms."""
    return next(_orders(page, ""), None) is not None


def accepting(page: bytes, url: str) -> Order:
    """What the page's own button for accepting sends. SiteError where the page has none.

    Only to be used once the user has accepted the terms that the page asks for.
    """
    order = next(_orders(page, url), None)
    if order is None:
        raise SiteError(
            "the page that asks for consent has no form that this program understands.",
            where=url,
            cure="accept and download in a browser, then use 'payeratlas sources add'.",
        )
    return order


def _orders(page: bytes, url: str) -> Iterator[Order]:
    parser = _parsed(page)
    for form in parser.found:
        if form.agrees:
            yes = [b for b in form.buttons if b[1].strip().lower().startswith(("accept", "agree"))]
            sent = urlencode([*form.fields, *yes[:1]])
            action = urljoin(url, form.action)
            if form.method == "POST":
                yield Order(action, "POST", sent.encode())
            else:
                yield Order(f"{action.partition('#')[0].partition('?')[0]}?{sent}")
    for link in parser.links:
        if parse_qs(urlsplit(link).query).get("agree") == ["yes"]:
            yield Order(urljoin(url, link))
