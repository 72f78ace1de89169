"""Take the picture of the README: the top of a real page, one figure showing its source.

Run by hand where the look of pages changed: ``python docs/picture.py``. Needs Chromium.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import date
from pathlib import Path

from playwright.sync_api import sync_playwright

import payeratlas
from payeratlas.publish import html

PICTURE = Path(__file__).resolve().parent / "images" / "page.png"
CODE, DAY = "64640", date(2025, 10, 15)
SIZE = {"width": 1120, "height": 860}
FIGURE = 1  # counted from 0: the facility amount of the summary, with room for its source


def main() -> None:
    """Publish the page into a temporary folder, point at a figure, and keep what is seen."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "page.html"
        file.write_text(html.render(payeratlas.open(folder).code(CODE, DAY).page), "utf-8")
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        tab = browser.new_page(viewport=SIZE, color_scheme="light")
        tab.goto(file.as_uri())
        tab.locator("data").nth(FIGURE).hover()
        PICTURE.parent.mkdir(exist_ok=True)
        tab.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
