"""Hostile text in every field: shown as text by every rendering, never obeyed."""

from __future__ import annotations

import html as stdlib_html
import json
import re

import pypdfium2
import pytest
import sample
from markdown_it import MarkdownIt
from markup import parse
from poison import PAYLOADS, poisoned

from payeratlas.pages.page import Page
from payeratlas.publish import html, json_, markdown, pdf, terminal
from payeratlas.publish.wording import clean

OURS = {e.tag for e in parse(html.render(sample.page())).all()}


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.fixture(params=PAYLOADS, ids=range(len(PAYLOADS)))
def poison(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def hostile(page: Page, poison: str) -> Page:
    return poisoned(page, poison)


def test_html_shows_it_and_adds_no_element(hostile: Page, poison: str) -> None:
    text = html.render(hostile)
    text.encode()
    root = parse(text)
    assert {e.tag for e in root.all()} <= OURS
    assert len(root.all("script")) == 2
    assert len(root.all("style")) == 1
    assert squeezed(clean(poison)) in squeezed(root.all("h1")[0].text())
    assert squeezed(clean(poison)) in squeezed(root.all("table")[0].text())
    for element in root.all():
        for name, value in element.attributes.items():
            assert not name.startswith("on")
            if name == "href":
                assert re.match(r"https?:|#|\.|data:,$", value) or ":" not in value, value


def test_markdown_shows_it_and_makes_no_element(hostile: Page, poison: str) -> None:
    text = markdown.render(hostile)
    text.encode()
    made = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    tags = set(re.findall(r"<(\w+)", made))
    ours = {"h1", "h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "a", "em"}
    ours |= {"strong", "code", "ul", "li", "br", "hr", "blockquote", "details", "summary"}
    assert tags <= ours
    for href in re.findall(r'<a href="([^"]*)"', made):
        assert href.startswith(("#", "..", "https://example.org")), href
    whole = stdlib_html.unescape(re.sub(r"</?[a-z][^>]*>", "", made))
    assert squeezed(clean(poison)) in squeezed(whole)


def test_pdf_shows_it(hostile: Page, poison: str) -> None:
    opened = pypdfium2.PdfDocument(pdf.render(hostile))
    first = opened[0].get_textpage().get_text_range()
    wanted = re.findall(r"[A-Za-z0-9]+", clean(poison))
    shown = re.sub(r"[^A-Za-z0-9]", "", first)
    assert "".join(wanted) in shown


def test_terminal_shows_it_and_sends_no_sequence(hostile: Page, poison: str) -> None:
    text = terminal.render(hostile, width=200)
    assert all(c == "\n" or c.isprintable() or ord(c) > 0x9F for c in text)
    assert squeezed(clean(poison)) in squeezed(text)


def test_json_keeps_it_as_it_is(hostile: Page, poison: str) -> None:
    text = json_.render(hostile)
    text.encode()
    assert json.loads(text)["title"].endswith(poison)
