"""A report on disk: the same bytes each time, a feed as RFC 4287 wants it, a page that holds."""

from __future__ import annotations

import re
import socket
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

import payeratlas
from payeratlas.build.verify import verify
from payeratlas.build.watch import DATA, FEED, PAGE, write
from payeratlas.model.errors import InputError
from payeratlas.model.time import AsOf
from payeratlas.pages.watch import Report, report
from payeratlas.publish import atom

STORE = payeratlas.open().store
CODES = ("64640", "77002", "J0585", "G0106")
ATOM = "{http://www.w3.org/2005/Atom}"
TAG = re.compile(r"tag:[a-z.]+,\d{4}(-\d\d){0,2}:[\w.:-]+")


@pytest.fixture(scope="module")
def found() -> Report:
    """Four codes from July 2024 to January 2025."""
    return report(CODES, date(2024, 7, 15), AsOf(date(2025, 1, 15)), STORE)


@pytest.fixture(scope="module")
def feed(found: Report) -> ElementTree.Element:
    """Its feed."""
    return ElementTree.fromstring(atom.render(found, page=PAGE))


def test_three_files_the_same_each_time(found: Report, tmp_path: Path) -> None:
    files = write(found, tmp_path / "one")
    assert [path.name for path in files] == [PAGE, DATA, FEED]
    assert sorted(p.name for p in (tmp_path / "one").iterdir()) == sorted([PAGE, DATA, FEED])
    again = report(CODES, date(2024, 7, 15), AsOf(date(2025, 1, 15)), payeratlas.open().store)
    for one, other in zip(files, write(again, tmp_path / "two"), strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_the_page_can_be_verified(found: Report, tmp_path: Path) -> None:
    page = write(found, tmp_path)[0]
    held = verify(page, STORE)
    assert held.differences == ()
    assert held.tables + held.bytes > 30
    assert held.derivations > 30
    text = page.read_text("utf-8")
    assert '"240.98"' in text
    page.write_text(text.replace('"240.98"', '"240.99"'), encoding="utf-8")
    assert verify(page, STORE).differences


def test_the_feed_has_what_the_rfc_requires(feed: ElementTree.Element) -> None:
    """RFC 4287 sections 4.1.1 and 4.1.2."""
    assert feed.tag == f"{ATOM}feed"
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (one,) = element.findall(f"{ATOM}{name}")
            assert (one.text or "").strip()
        assert TAG.fullmatch(element.findtext(f"{ATOM}id") or "")
        stamp = element.findtext(f"{ATOM}updated") or ""
        assert datetime.fromisoformat(stamp).tzinfo is not None
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    entries = feed.findall(f"{ATOM}entry")
    assert entries
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids)
    for entry in entries:
        (content,) = entry.findall(f"{ATOM}content")
        assert content.attrib == {"type": "text"}
        assert not list(content)
        (category,) = entry.findall(f"{ATOM}category")
        assert category.attrib["term"]
    alternates = [
        (link.attrib["type"], link.attrib.get("hreflang")) for link in feed.findall(f"{ATOM}link")
    ]
    assert len(set(alternates)) == len(alternates)


def test_ids_and_dates_follow_from_the_releases(feed: ElementTree.Element) -> None:
    entries = {
        entry.findtext(f"{ATOM}id"): entry.findtext(f"{ATOM}updated")
        for entry in feed.findall(f"{ATOM}entry")
    }
    own = "tag:payeratlas.invalid,2026:change:64640:pfs:rvu24c:rvu25a"
    assert entries[own] == "2024-12-23T00:00:00Z", "the day RVU25A was issued"
    assert feed.findtext(f"{ATOM}updated") == max(stamp or "" for stamp in entries.values())


def test_another_day_in_the_same_quarter_is_the_same_entry(feed: ElementTree.Element) -> None:
    later = report(CODES, date(2024, 8, 1), AsOf(date(2025, 2, 1)), STORE)
    again = ElementTree.fromstring(atom.render(later))
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
    assert [entry.findtext(f"{ATOM}id") for entry in again.findall(f"{ATOM}entry")] == ids
    assert again.findtext(f"{ATOM}id") == feed.findtext(f"{ATOM}id")


def test_a_feed_without_a_change_is_still_whole() -> None:
    calm = report(["80053"], date(2024, 7, 15), AsOf(date(2024, 8, 15)), STORE)
    feed = ElementTree.fromstring(atom.render(calm))
    assert not feed.findall(f"{ATOM}entry")
    assert feed.findtext(f"{ATOM}updated") == "2024-07-01T00:00:00Z"
    assert feed.findtext(f"{ATOM}author/{ATOM}name")


def test_the_list_goes_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError("a report opened a connection")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    store = payeratlas.open(tmp_path / "store").store
    made = report(["64640"], date(2024, 7, 15), AsOf(date(2025, 1, 15)), store)
    write(made, tmp_path / "out")
    kept = [p for p in (tmp_path / "store").rglob("*") if p.is_file()]
    assert not any(b"64640" in path.read_bytes() for path in kept)
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "store") == ["out"]


def test_a_folder_that_cannot_be_is_refused(found: Report, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(InputError, match="--out"):
        write(found, tmp_path / "file" / "out")
