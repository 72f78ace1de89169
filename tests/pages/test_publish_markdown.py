"""The Markdown page: tables that hold together, a footnote behind every figure."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from payeratlas.pages.page import Page
from payeratlas.publish.markdown import render
from payeratlas.publish.typeset import typeset


@pytest.fixture(scope="module")
def text(page: Page) -> str:
    return render(page)


def test_footnotes_are_used_and_told_once(page: Page, text: str) -> None:
    defined = re.findall(r"^\[\^(\w+)\]: (.+)$", text, re.MULTILINE)
    names = [name for name, _ in defined]
    assert len(names) == len(set(names))
    used = set(re.findall(r"(?<!^)\[\^(\w+)\]", text, re.MULTILINE))
    assert used == set(names)
    laid_out = typeset(page)
    told = len(laid_out.notes) + sum(len(section.notes) for section in laid_out.contents)
    assert len(names) == told


def test_every_figure_outside_tables_has_a_footnote(text: str) -> None:
    prose = [line for line in text.splitlines() if not line.startswith(("|", "[^"))]
    amounts = re.findall(r"\$[\d,.]+\d(\[\^\w+\])?", "\n".join(prose))
    assert len(amounts) == 2
    assert all(amounts)


def test_tables_are_tables(text: str) -> None:
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) > 150
    blocks = [b for b in text.split("\n\n") if b.startswith("|")]
    for block in blocks:
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(widths) == 1
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    assert html.count("<table>") == len(blocks)
    assert html.count("<h2>") == 10


def test_figures_in_columns_are_set_right(text: str) -> None:
    lines = text.splitlines()
    head = next(i for i, line in enumerate(lines) if line.startswith("| Setting"))
    assert lines[head + 1] == "| --- | ---: | ---: | ---: | ---: | ---: |"
    assert lines[head + 2] == (
        "| Non-facility (office)[^C1] | 1.98 | 5.26 | 0.21 | 7.45 | $240.98[^C2] |"
    )


def test_unknown_figures_are_words(text: str) -> None:
    assert "*Not covered by a release on hand* (a)" in text
    assert "(b) No Medicare price, because status A codes are paid" in text
    assert "Last known 10 (2025Q4, for services October 1 to December 31, 2025)." in text
    cells = [
        c.strip() for line in text.splitlines() if line.startswith("|") for c in line.split("|")
    ]
    assert not {"-", "–", "—", "0.00", "$0.00", "None"} & set(cells)


def test_sections_and_edition(page: Page, text: str) -> None:
    titles = re.findall(r"^## (\w)\. (.+)$", text, re.MULTILINE)
    assert [letter for letter, _ in titles] == list("BACDEFGHIJ")
    assert page.edition in text
    for section in page.sections:
        assert f'<a id="{section.id}"></a>' in text
    assert "](#coverage)" in text


def test_lines_that_look_like_markup_stay_text(page: Page) -> None:
    for opening in ("# x", "- x", "+ x", "12. x", "3) x", "= x", "> x", "    x"):
        text = render(replace(page, summary=(opening,), notices=()))
        html = MarkdownIt("commonmark").render(text)
        second = html.split("</h1>")[1].lstrip()
        assert second.startswith(("<p>", "<pre>")) is True
        assert not second.startswith(("<ul>", "<ol>", "<h", "<blockquote>"))


def test_sections_with_odd_letters_keep_their_notes_apart(page: Page) -> None:
    same = tuple(replace(section, letter="]:") for section in page.sections)
    text = render(replace(page, sections=same))
    names = re.findall(r"^\[\^([\w-]+)\]: ", text, re.MULTILINE)
    assert len(names) == len(set(names)) > 20
