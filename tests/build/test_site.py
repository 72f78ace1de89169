"""A site: the same bytes however many build it, only what changed built again, no dead link."""

from __future__ import annotations

import gzip
import json
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

import payeratlas
from payeratlas.build import site_pages
from payeratlas.build.site import Progress, Site, build_site
from payeratlas.build.site_state import MANIFEST, State
from payeratlas.model.errors import InputError
from payeratlas.store import edition_now

TODAY = date(2025, 10, 15)
CODES = ("64624", "64632", "64640", "77002", "99213", "J1100")


def made(root: Path, codes: tuple[str, ...] = CODES, **options: Any) -> Site:
    return build_site(payeratlas.open().store, root, today=TODAY, codes=codes, **options)


def written(root: Path) -> dict[str, bytes]:
    """The bytes of every file of a site but those of the search, whose names Pagefind chooses."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "pagefind" not in path.relative_to(root).parts
    }


class References(HTMLParser):
    """What a page refers to, and the names of its places."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and name in ("href", "src"):
                self.found.append(value)
            if value and name == "id":
                self.places.add(value)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "site"
    built = made(folder, jobs=1, base_url="https://example.org/codes/")
    assert (built.pages, built.built, built.kept, built.refused) == (len(CODES), len(CODES), 0, ())
    return folder


def test_every_link_inside_leads_to_a_file_and_a_place_that_are_there(root: Path) -> None:
    pages = {path: References(path.read_text("utf-8")) for path in root.rglob("*.html")}
    dead, followed = [], 0
    for path, references in pages.items():
        for reference in references.found:
            parts = urlsplit(reference)
            # The page of what is not found may be served at any depth: its links start at the root.
            if parts.scheme or parts.netloc or path.name == "404.html":
                continue
            followed += 1
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if target.is_dir():
                target = target / "index.html"
            place = unquote(parts.fragment)
            if not target.is_file() or (place and place not in pages[target].places):
                dead.append((path.name, reference))
    assert followed > 100
    assert not dead


def test_the_bytes_do_not_depend_on_how_many_build(root: Path, tmp_path: Path) -> None:
    made(tmp_path / "site", jobs=2, base_url="https://example.org/codes/")
    assert written(tmp_path / "site") == written(root)


def test_a_second_run_builds_nothing(root: Path) -> None:
    before = written(root)
    again = made(root, jobs=1, base_url="https://example.org/codes/")
    assert (again.built, again.kept, again.searched) == (0, len(CODES), False)
    assert written(root) == before


def test_the_same_store_is_not_asked_again_and_another_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, asked = tmp_path / "site", []

    def counted(questions: Any, store: Any) -> str:
        asked.append(len(questions))
        return edition_now(questions, store)

    monkeypatch.setattr(site_pages, "edition_now", counted)
    made(site, ("64640", "77002"), jobs=1)
    good = written(site)
    again = made(site, ("64640", "77002"), jobs=1)
    assert (again.built, again.kept, asked) == (0, 2, [])
    manifest = site / MANIFEST
    edition = payeratlas.open().store.edition
    manifest.write_text(manifest.read_text("utf-8").replace(edition, "0" * 64), "utf-8")
    assert State(site).settled == {"64640", "77002"}
    again = made(site, ("64640", "77002"), jobs=1)
    assert (again.built, again.kept, len(asked)) == (0, 2, 2)
    assert all(asked)
    assert written(site) == good


def test_pages_built_since_by_a_stopped_run_are_asked_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    made(site, ("64640", "77002"), jobs=1)
    state = State(site)
    state.note([state.pages["77002"]])
    assert State(site).settled == {"64640"}
    asked = []
    monkeypatch.setattr(
        site_pages, "edition_now", lambda questions, store: asked.append(1) or "another"
    )
    again = made(site, ("64640", "77002"), jobs=1)
    assert (again.built, again.kept, len(asked)) == (1, 1, 1)


def test_a_page_spoiled_by_hand_is_built_again(root: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    made(site, ("64640", "77002"), jobs=1)
    good = written(site)
    for name in ("64640.html", "64640.json.gz"):
        (site / "64640" / name).unlink()
        again = made(site, ("64640", "77002"), jobs=1)
        assert (again.built, again.kept) == (1, 1)
        assert written(site) == good


def test_a_code_no_longer_on_hand_leaves_nothing_behind(tmp_path: Path) -> None:
    site, alone = tmp_path / "site", tmp_path / "alone"
    made(site, ("64640", "77002"), jobs=1)
    again = made(site, ("64640",), jobs=1)
    assert (again.removed, again.searched) == (("77002",), True)
    made(alone, ("64640",), jobs=1)
    assert written(site) == written(alone)


def test_a_run_that_was_stopped_goes_on(tmp_path: Path) -> None:
    site, whole = tmp_path / "site", tmp_path / "whole"
    many = CODES
    made(whole, many, jobs=1)

    class Stopped(Exception):
        pass

    def stop(progress: Progress) -> None:
        if progress.done:
            raise Stopped

    with pytest.raises(Stopped):
        made(site, many, jobs=1, tell=stop)
    assert not (site / MANIFEST).exists()
    noted = set(State(site).pages)
    assert noted
    went_on = made(site, many, jobs=1)
    assert went_on.kept == len(noted)
    assert written(site) == written(whole)


def test_the_manifest_names_every_page_and_the_sitemap_its_address(root: Path) -> None:
    manifest = json.loads((root / MANIFEST).read_bytes())
    assert tuple(sorted(manifest["pages"])) == CODES
    sitemap = (root / "sitemap.xml").read_text("utf-8")
    for code in CODES:
        assert f"https://example.org/codes/{code}/{code}.html" in sitemap
        packed = (root / code / f"{code}.json.gz").read_bytes()
        told = json.loads(gzip.decompress(packed))
        assert told["code"] == code
        assert told["facts"]
        assert {path.name for path in (root / code).iterdir()} == {
            f"{code}.html",
            f"{code}.json.gz",
        }


def test_a_folder_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("keep me")
    with pytest.raises(InputError, match="holds no site"):
        made(tmp_path, ("64640",), jobs=1)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("address", ["example.org", "ftp://example.org/", "https://a/?b=c"])
def test_what_is_not_the_address_of_a_site_is_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not the address of a site"):
        made(tmp_path / "site", ("64640",), base_url=address)
    assert not (tmp_path / "site").exists()
