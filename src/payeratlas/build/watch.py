"""Write a report on a list of codes: a page, its JSON and a feed, into one folder."""

from __future__ import annotations

from pathlib import Path

from payeratlas.build.publish import write_files
from payeratlas.pages.page import Name
from payeratlas.pages.watch import Report
from payeratlas.pages.watch_page import page_of_report
from payeratlas.publish import atom, html, watch_json

PAGE, DATA, FEED = "changes.html", "changes.json", "changes.atom"


def write(report: Report, folder: Path) -> list[Path]:
    """Write changes.html, changes.json and changes.atom; their paths.

    The list of codes goes nowhere else. InputError where the folder cannot be written to.
    """
    links = [Name("JSON", href=DATA), Name("Atom", href=FEED)]
    return write_files(
        folder,
        {
            PAGE: html.render(page_of_report(report), links=links).encode(),
            DATA: watch_json.render(report).encode(),
            FEED: atom.render(report, page=PAGE).encode(),
        },
    )
