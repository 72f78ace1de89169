"""The PDF: figures, edition and running heads are in its text; tagged and titled."""

from __future__ import annotations

import re

import pypdfium2
import pytest

from payeratlas.pages.page import Page
from payeratlas.publish.pdf import document, render


@pytest.fixture(scope="module")
def pdf(page: Page) -> bytes:
    return render(page)


@pytest.fixture(scope="module")
def pages(pdf: bytes) -> list[str]:
    opened = pypdfium2.PdfDocument(pdf)
    return [" ".join(opened[i].get_textpage().get_text_range().split()) for i in range(len(opened))]


def test_figures_are_in_the_text(pages: list[str]) -> None:
    whole = " ".join(pages)
    for shown in ("$240.98", "$117.09", "7.45", "$32.3465", "$267.54", "$318.41", "$150.09"):
        assert shown in whole
    assert re.search(r"64640 Destruction of another peripheral nerve", pages[0])
    assert "Yuba City, CA 01112-70 1.014 1.093 0.56 $254.71 $119.30" in whole


def test_edition_and_page_number_stand_in_every_foot(page: Page, pages: list[str]) -> None:
    for number, text in enumerate(pages, start=1):
        assert f"Payer Atlas 0.1.0, edition {page.edition}" in text
        assert f"{number} of {len(pages)}" in text


def test_running_heads_name_code_and_section(page: Page, pages: list[str]) -> None:
    titles = {section.title for section in page.sections}
    for text in pages[1:]:
        assert "CPT 64640" in text
        assert any(title in text for title in titles)


def test_sources_are_footnotes(pages: list[str]) -> None:
    whole = " ".join(pages)
    assert "CMS PFS RVU, release RVU25D, PPRRVU2025_Oct.csv, record 7,011" in pages[0]
    assert "Computed by rule pfs.payment (42 CFR 414.20;" in pages[0]
    assert "CMS PFS GPCI, release GPCI2025, GPCI2025.csv, records 4–112" in whole
    for release in ("RVU20A", "RVU24AR", "RVU26C"):
        assert f"release {release}, " in whole


def test_unknown_figures_are_words(pages: list[str]) -> None:
    whole = " ".join(pages)
    assert "Not covered by a release on hand" in whole
    assert "No Medicare price, because status A codes are paid" in whole
    assert "Last known 10 (2025Q4, for services October 1 to December 31, 2025)." in whole
    assert "$0.00" not in whole


def test_it_is_tagged_and_titled(pdf: bytes) -> None:
    opened = pypdfium2.PdfDocument(pdf)
    told = opened.get_metadata_dict()
    assert told["Title"].startswith("CPT 64640: Destruction")
    assert told["Author"] == "Payer Atlas"
    assert not told.get("CreationDate")
    assert opened.is_tagged()
    assert b"pdfuaid" in pdf
    width, height = opened[0].get_size()
    assert (round(width), round(height)) == (612, 792)


def test_each_note_is_set_once_and_every_mark_leads_to_one(page: Page) -> None:
    told: list[str] = []
    named: set[str] = set()

    def walk(node: object) -> None:
        if isinstance(node, list):
            for item in node:
                walk(item)
        elif isinstance(node, dict):
            if str(node.get("id", "")).find("-note-") > 0:
                named.add(node["id"])
                if "lines" in node:
                    told.append(node["id"])
            for item in node.values():
                walk(item)

    walk(document(page))
    assert len(told) == len(set(told)) > 30
    assert set(told) == named


def test_anchors_lead_to_sections_that_exist(page: Page) -> None:
    laid_out = document(page)
    anchors = {section["anchor"] for section in laid_out["sections"]}
    (tiles,) = laid_out["sections"][0]["blocks"]
    (link,) = [ink for tile in tiles["tiles"] for ink in tile["note"] if ink.get("anchor")]
    assert link["anchor"] in anchors
