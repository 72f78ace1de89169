"""A site's page says what the single page says: word for word, source for source."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from markup import parse
from poison import PAYLOADS, poisoned
from test_publish_svg import CHARTS

from payeratlas.pages.page import Cell, Grid, Page
from payeratlas.publish import html
from payeratlas.publish.html import Shared
from payeratlas.publish.lean import chart_style, classed, common, phrases_of
from payeratlas.publish.svg import NARROW, WIDE, draw
from payeratlas.publish.typeset import typeset

SHARED = Shared("../site.css", "../page.js", "64640.json.gz", "0" * 64)
FIGURES = {"data", "u", "i", "em"}


class Lean(HTMLParser):
    """What a site's page holds, read without its nesting, since end tags may be left out."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.figures: list[str] = []
        self.words: list[str] = []
        self.kept: dict[str, Any] = {}
        self._ones = False
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "tbody":
            self._ones = given.get("class") == "ones"
        if tag in FIGURES or (tag == "tr" and (self._ones or given.get("class") == "one")):
            self.figures.append(tag)
        if tag == "thead":
            self._ones = False
        self._inside = given.get("id") or tag if tag in ("script", "style") else self._inside

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "sources":
            self.kept = json.loads(data)
        elif not self._inside:
            self.words.append(data)

    def sources(self) -> Iterator[str]:
        """The source of every figure, put together the slow way."""
        phrases = [*common(), *self.kept["phrases"]]
        lines = [" ".join(phrases[one] for one in line) for line in self.kept["lines"]]
        for tag, (first, *others) in zip(self.figures, self.kept["told"], strict=True):
            if tag == "tr":
                assert len(others) <= 1
                yield lines[first].replace("#", f"{others[0]:,}" if others else "#", 1)
            else:
                yield "".join(lines[one] for one in (first, *others))


def lean(page: Page) -> str:
    return html.render(page, shared=SHARED)


def whole_sources(page: Page) -> list[str]:
    return [source.text() for source in parse(html.render(page)).all(cls="src")]


def test_every_source_of_the_single_page_is_told(page: Page) -> None:
    told = list(Lean(lean(page)).sources())
    assert told == whole_sources(page)
    assert len(told) > 160


@pytest.mark.parametrize("poison", PAYLOADS, ids=range(len(PAYLOADS)))
def test_hostile_sources_are_told_as_they_are(page: Page, poison: str) -> None:
    hostile = poisoned(page, poison)
    text = lean(hostile)
    assert list(Lean(text).sources()) == whole_sources(hostile)
    assert "<script>x" not in text
    scripts = re.findall("<script[^>]*>", text)
    assert scripts == ['<script type="application/json" id="sources">', '<script src="../page.js">']


def test_it_says_every_word_of_the_single_page(page: Page) -> None:
    root = parse(html.render(page))
    said = "".join(Lean(lean(page)).words)
    bare = re.sub(r"\s+", "", said)
    for element in (*root.all("p"), *root.all("li"), *root.all("th"), *root.all("dd")):
        words = re.sub(r"\s+", "", element.text(without="src"))
        assert words in bare, words
    for element in root.all("td"):
        assert re.sub(r"\s+", "", element.text(without="src")) in bare


def test_every_note_stands_where_its_marks_lead(page: Page) -> None:
    text = lean(page)
    for section in typeset(page).contents:
        for note in section.notes:
            assert f'id="{section.id}-note-{note.number}"' in text


def test_it_is_a_third_of_the_single_page(page: Page) -> None:
    assert len(lean(page)) < 0.45 * len(html.render(page))


def test_nothing_but_the_site_may_act(page: Page) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', lean(page))
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in unescape(policy[1]).split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert re.fullmatch(r"'self' 'sha256-[\w+/=]+'", rules["style-src"])


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("chart", CHARTS)
def test_the_classes_of_a_drawing_stand_for_what_it_would_say(chart: Any, width: int) -> None:
    """Each class written out again from the style sheet gives the drawing as it was."""
    drawn = draw(chart, id="c1", width=width, bare=True)
    small = classed(drawn)
    rules = dict(re.findall(r"\.chart svg \.(\w+)\{([^}]*)\}", chart_style()))
    for name, rule in rules.items():
        told = [one.split(":") for one in rule.split(";")]
        attributes = "".join(f' {key}="{value.removesuffix("px")}"' for key, value in told)
        small = small.replace(f' class="{name}"', attributes)
    assert small == drawn.replace(' xmlns="http://www.w3.org/2000/svg"', "", 1)
    assert len(classed(drawn)) < 0.9 * len(drawn)


def test_common_phrases_are_phrases_once() -> None:
    found = common()
    assert len(found) == len(set(found)) > 100
    assert [list(phrases_of([phrase])) for phrase in found] == [[phrase] for phrase in found]


def test_a_column_that_never_varies_is_said_once(page: Page) -> None:
    rows = tuple(
        (Cell((f"row {letter}",)), Cell(("as ever",)), Cell((letter,))) for letter in "abcdefgh"
    )
    grid = Grid("Rows", ("Row", "Said", "Letter"), rows, numeric=(2,))
    section = replace(page.sections[0], blocks=(grid,), lead=())

    def shown(grid: Grid) -> Any:
        made = replace(page, sections=(replace(section, blocks=(grid,)),))
        return typeset(made).sections[0].blocks[0]

    once = shown(grid)
    assert [head.text for head in once.head] == ["Row", "Letter"]
    assert [head.numeric for head in once.head] == [False, True]
    assert "".join(ink.text for ink in once.note) == "Said, in every row: as ever."
    assert {len(row) for row in once.rows} == {2}
    few = shown(replace(grid, rows=rows[:7]))
    assert [head.text for head in few.head] == ["Row", "Said", "Letter"]
    toned = replace(grid, rows=(*rows[:7], (rows[7][0], Cell(("as ever",), "bad"), rows[7][2])))
    assert len(shown(toned).head) == 3


def test_the_style_sheet_knows_every_column_set_to_the_right(page: Page) -> None:
    style = html.stylesheet()
    for section in page.sections:
        for block in section.blocks:
            for place in getattr(block, "numeric", ()):
                assert f".n{place + 1} tr > :nth-child({place + 1})" in style


SEEN = """() => {
  for (const one of document.querySelectorAll('details')) one.open = true;
  const text = (one) => one.innerText.replace(/\\s+/g, ' ').trim();
  const figures = [...document.querySelectorAll('.fact[tabindex], .one')];
  const sources = figures.map((one) => one.querySelector('.src').textContent);
  const described = figures.every((one) => {
    const told = document.getElementById(one.getAttribute('aria-describedby'));
    return told?.role === 'tooltip' && one.contains(told) && one.tabIndex === 0;
  });
  const roles = [...document.querySelectorAll('.stack [role]')].map((one) => one.role);
  const heads = [...document.querySelectorAll('.stack td')].map((one) => one.dataset.head);
  const regions = [...document.querySelectorAll('.scroll')].map((one) =>
    [one.role, one.tabIndex, !!document.getElementById(one.getAttribute('aria-labelledby'))]);
  const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
  const unique = ids.length === new Set(ids).size;
  for (const one of document.querySelectorAll('caption.hidden, nav.contents')) one.remove();
  const sides = [...document.querySelectorAll('td, th')].map((one) =>
    getComputedStyle(one).textAlign);
  const marks = [...document.querySelectorAll('.mark a')].map((one) => one.getAttribute('href'));
  return {text: text(document.querySelector('main')), sources, described, roles, heads, regions,
    sides, marks, unique};
}"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_in_a_browser_both_are_the_same(
    page: Page, chromium: Any, tmp_path: Path, width: int
) -> None:
    folder = tmp_path / "64640"
    folder.mkdir()
    (tmp_path / "site.css").write_text(html.site_stylesheet(), "utf-8")
    (tmp_path / "page.js").write_text(html.site_script(), "utf-8")
    (folder / "64640.html").write_text(lean(page), "utf-8")
    (folder / "whole.html").write_text(html.render(page), "utf-8")
    seen = []
    for name in ("64640.html", "whole.html"):
        context = chromium.new_context(viewport={"width": width, "height": 900})
        tab = context.new_page()
        complaints: list[str] = []
        tab.on("console", lambda message, into=complaints: into.append(message.text))
        tab.on("pageerror", lambda error, into=complaints: into.append(str(error)))
        tab.goto((folder / name).as_uri())
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        seen.append(tab.evaluate(SEEN))
        assert complaints == []
        context.close()
    small, whole = seen
    assert small["described"]
    assert small["unique"]
    for name in whole:
        assert small[name] == whole[name], name
    assert len(whole["sources"]) > 160


@pytest.mark.browser
def test_without_script_the_notes_tell_the_sources(
    page: Page, chromium: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "64640"
    folder.mkdir()
    (tmp_path / "site.css").write_text(html.site_stylesheet(), "utf-8")
    (folder / "64640.html").write_text(lean(page), "utf-8")
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.set_default_timeout(10_000)
    tab.goto((folder / "64640.html").as_uri())
    section = tab.locator("#medicare")
    assert not section.locator(".mark").first.is_visible()
    section.locator(":scope > .notes summary").click()
    assert section.locator(".mark").first.is_visible()
    assert ".csv, record" in section.locator(":scope > .notes li").first.inner_text()
    context.close()
