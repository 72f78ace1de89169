"""The report of a user's rates in a browser: no word cut off, nothing loaded, printed whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from comparekit import benchmarks, cell, compared
from payeratlas.publish import compare_html

pytestmark = pytest.mark.browser

HELD = {
    "64640": benchmarks(
        "64640",
        cell("64640", "aetna", list(range(1000, 13_000, 1000))),
        cell("64640", "bcbs", [100] * 40),
    )
}
ROWS = "".join(
    f"64640,,{payer},{pos},{rate},99999\n"
    for payer in ("Aetna", "Blue Cross Blue Shield of Somewhere (BCBS)", "Acme")
    for pos in ("11", "22")
    for rate in (40, 100, 4321.5)
)


@pytest.fixture
def tab(chromium: Any, tmp_path: Path) -> Iterator[Any]:
    report = tmp_path / "report.html"
    report.write_text(compare_html.render(compared(ROWS, HELD, state="NY")), "utf-8")
    context = chromium.new_context()
    page = context.new_page()
    page.complaints = []
    page.asked = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(report.as_uri())
    yield page
    context.close()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_page_does_not_scroll_sideways(tab: Any, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 900})
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    assert not tab.complaints
    assert len(tab.asked) == 1, tab.asked
    shown = "narrow" if width < 768 else "wide"
    assert tab.locator(f".chart .{shown} svg").is_visible()
    cut = tab.evaluate(
        "[...document.querySelectorAll('.tile .answer')]"
        ".filter(e => e.scrollWidth > e.clientWidth).length"
    )
    assert cut == 0


def test_every_column_is_on_the_printed_page(tab: Any) -> None:
    """Letter across, without its margins: nothing stands outside."""
    tab.set_viewport_size({"width": 965, "height": 700})
    tab.emulate_media(media="print")
    wide = tab.evaluate(
        "Math.max(...[...document.querySelectorAll('table')]"
        ".map(table => table.getBoundingClientRect().right))"
    )
    assert wide <= 965
