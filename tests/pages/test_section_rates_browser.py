"""Section D in headless Chromium: no sideways scroll, drawings by width, contrast, folds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_publish_browser import CONTRAST, WIDTHS, unfold
from test_section_rates import page_with

import benchkit
from payeratlas.publish import html

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where a page with benchmarks lies."""
    file: Path = tmp_path_factory.mktemp("rates") / "64640.html"
    file.write_text(html.render(page_with(benchkit.benchmarks())), "utf-8")
    return file.as_uri()


@pytest.fixture(params=[(w, s) for w in (1280, 390) for s in ("light", "dark")])
def tab(request: pytest.FixtureRequest, chromium: Any, address: str) -> Iterator[Any]:
    """The page, by width and theme."""
    width, scheme = request.param
    viewport = {"width": width, "height": WIDTHS[width]}
    context = chromium.new_context(viewport=viewport, color_scheme=scheme)
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    opened.goto(address)
    yield opened
    context.close()


def test_section_d_fits_opens_and_can_be_read(tab: Any) -> None:
    folded = tab.locator("#rates details.fold")
    assert folded.count() > 10
    assert not tab.locator("#rates details.fold figure").first.is_visible()
    unfold(tab)
    wide = tab.viewport_size["width"] == 1280
    drawn = tab.locator("#rates figure .wide svg, #rates figure .narrow svg")
    assert [one.is_visible() for one in drawn.all()] == [wide, not wide] * (drawn.count() // 2)
    assert tab.evaluate("document.documentElement.scrollWidth") <= tab.viewport_size["width"]
    texts = """() => [...document.querySelectorAll('#rates svg text')]
        .filter(one => one.checkVisibility())
        .map(one => [one.getBBox().x, one.getBBox().x + one.getBBox().width,
                     one.ownerSVGElement.viewBox.baseVal.width])"""
    for left, right, across in tab.evaluate(texts):
        assert left >= -2
        assert right <= across + 2
    measured = tab.evaluate(CONTRAST)
    assert [entry for entry in measured if entry[0] < 4.5] == []
