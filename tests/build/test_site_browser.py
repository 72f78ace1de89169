"""The front page of a site in headless Chromium: its search, and its way without one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import payeratlas
from payeratlas.build.site import build_site
from payeratlas.model.time import AsOf
from payeratlas.pages.pair import pair

pytestmark = pytest.mark.browser

STORE = payeratlas.open().store
CODES = ("64624", "64632", "64640", "77002", "99213")


class Quiet(SimpleHTTPRequestHandler):
    """Files of a folder, without a word on each."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "site"
    build_site(STORE, folder, today=date(2025, 10, 15), codes=CODES, jobs=1)
    return folder


@pytest.fixture(scope="module")
def served(root: Path, loopback: None) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def tab(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    context.close()


@pytest.mark.parametrize("asked", ["64640", "neurolysis", "obturator"])
def test_a_code_is_found_by_its_number_and_by_the_words_people_use(
    tab: Any, served: str, asked: str
) -> None:
    tab.goto(served)
    tab.fill("#query", asked)
    link = tab.locator("#results a[href$='64640/64640.html']")
    link.wait_for()
    if asked.isdigit():
        assert tab.locator("#results a").first.get_attribute("href") == "64640/64640.html"
    link.click()
    tab.wait_for_url("**/64640/64640.html")
    assert "64640" in tab.title()
    assert not tab.complaints


def test_what_is_not_there_is_said_not_to_be_found(tab: Any, served: str) -> None:
    tab.goto(served)
    tab.fill("#query", "zzzzqqqq")
    tab.get_by_text("Nothing found.").wait_for()
    assert tab.locator("#results a").count() == 0


def test_from_the_disk_one_is_told_how_to_search_and_can_browse(tab: Any, root: Path) -> None:
    tab.goto((root / "index.html").as_uri())
    assert tab.locator("#query").is_disabled()
    assert "http.server" in tab.inner_text("#told")
    hrefs = tab.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
    assert any(href.startswith("browse/") for href in hrefs)


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_of_the_shell_is_wider_than_the_window(
    tab: Any, served: str, root: Path, width: int
) -> None:
    tab.set_viewport_size({"width": width, "height": 844})
    paths = ["index.html", "about.html", "404.html"]
    paths += [f"browse/{path.name}" for path in sorted((root / "browse").glob("*.html"))]
    for path in paths:
        tab.goto(served + path)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize(
    ("one", "other"),
    [("64640", "64632"), ("64624", "64640"), ("64640", "77002"), ("99213", "64640")],
)
def test_two_codes_are_told_as_the_command_tells_them(
    tab: Any, served: str, one: str, other: str
) -> None:
    tab.goto(f"{served}pairs.html")
    tab.fill("#one", one.lower())
    tab.fill("#other", other)
    tab.click("#pair button")
    tab.wait_for_selector("#answer section")
    for service, box in zip(
        ("practitioner", "hospital"), tab.query_selector_all("section"), strict=True
    ):
        asked = pair(one, other, AsOf(date(2024, 9, 30)), STORE, service=service)
        assert box.get_attribute("class") == asked.ruling
        said = box.query_selector(".answer").inner_text()
        assert (f"{asked.pays} is paid and {asked.denied} is denied" in said) == bool(asked.pays)
        for cited in asked.indicator.citations():
            record = int(cited.locator.fragment.removeprefix("cell=").partition(",")[0])
            assert (
                f"{cited.artifact.name} (sha256 {cited.artifact.sha256[:12]})" in box.inner_text()
            )
            assert f", record {record:,}." in box.inner_text()
    assert f"a={one}&b={other}" in tab.url
    assert tab.complaints == []


def test_a_code_that_the_site_does_not_hold_is_no_answer(tab: Any, served: str) -> None:
    tab.goto(f"{served}pairs.html?a=64640&b=20610")
    tab.wait_for_selector("#told:has-text('20610')")
    assert "holds only some codes" in tab.inner_text("#told")
    assert tab.query_selector("#answer section") is None
    tab.goto(f"{served}pairs.html?a=64640&b=64640")
    assert "different" in tab.inner_text("#told")
