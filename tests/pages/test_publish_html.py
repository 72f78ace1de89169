"""The HTML page: one file, strictly nested, accessible by construction, whole without script."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from itertools import pairwise

import pytest
import sample
from markup import Element, parse

from payeratlas.pages.page import Name, Page
from payeratlas.publish import html
from payeratlas.publish.typeset import typeset
from payeratlas.publish.wording import value_text


@pytest.fixture(scope="module")
def root(page: Page) -> Element:
    return parse(html.render(page))


def one(found: list[Element]) -> Element:
    (element,) = found
    return element


def test_it_is_one_whole_document(page: Page, root: Element) -> None:
    assert html.render(page).startswith("<!doctype html>")
    assert one(root.all("html")).attributes["lang"] == "en-US"
    assert one(one(root.all("head")).all("title")).text() == f"64640 · {page.title} · Payer Atlas"
    assert one(root.all("h1")).text().split() == ["CPT", "64640", *page.title.split()]


def test_nothing_is_loaded_from_anywhere(root: Element) -> None:
    loading = {"src", "srcset", "data", "poster", "action", "formaction", "background", "ping"}
    for element in root.all():
        assert not loading & set(element.attributes), element.attributes
        assert element.tag not in {"iframe", "object", "embed", "img", "base", "form", "use"}
        if element.tag == "link":
            assert element.attributes == {"rel": "icon", "href": "data:,"}
    assert "@import" not in one(root.all("style")).text()
    addresses = re.findall(r"url\(([^)]*)\)", one(root.all("style")).text())
    assert addresses == []


def test_only_our_style_and_script_may_act(root: Element) -> None:
    policy = one(
        [m for m in root.all("meta") if "Content-Security" in m.attributes.get("http-equiv", "")]
    ).attributes["content"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))

    def hashed(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    data, script = root.all("script")
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == hashed(script.text())
    assert rules["style-src"] == hashed(one(root.all("style")).text())
    assert rules["base-uri"] == rules["form-action"] == "'none'"
    assert data.attributes == {"type": "application/json", "id": "payeratlas-page"}
    assert script.attributes == {}
    for element in root.all():
        assert not any(name.startswith("on") or name == "style" for name in element.attributes)


def test_landmarks_and_headings(root: Element) -> None:
    for landmark in ("header", "main", "footer"):
        one(root.all(landmark))
    assert all(nav.attributes["aria-label"] for nav in root.all("nav"))
    skip = one(root.all("a", "skip"))
    assert one(root.all("main")).attributes["id"] == skip.attributes["href"].removeprefix("#")
    levels = [int(e.tag[1]) for e in root.all() if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))
    for section in root.all("section"):
        heading = one(section.all("h2"))
        assert section.attributes["aria-labelledby"] == heading.attributes["id"]


def test_ids_are_unique_and_references_lead_somewhere(root: Element) -> None:
    ids = [e.attributes["id"] for e in root.all() if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    for element in root.all():
        for name in ("aria-labelledby", "aria-describedby"):
            if name in element.attributes:
                assert element.attributes[name] in ids
        href = element.attributes.get("href", "")
        if href.startswith("#"):
            assert href[1:] in ids


def test_contents_list_all_sections_in_order(root: Element) -> None:
    contents = one(root.all("nav", "contents"))
    assert [a.attributes["href"] for a in contents.all("a")] == [
        f"#{section.id}" for section in sample.page().sections
    ]
    silent = [li for li in contents.all("li") if "empty" in li.classes]
    assert len(silent) == 5
    assert all("(nothing on hand)" in li.text() for li in silent)


def test_tables_have_captions_and_scopes(root: Element) -> None:
    assert len(root.all("table")) == 9
    for table in root.all("table"):
        caption = one(table.all("caption"))
        assert caption.text().strip()
        region = table.parent
        assert region is not None
        assert region.attributes["role"] == "region"
        assert region.attributes["tabindex"] == "0"
        assert region.attributes["aria-labelledby"] == caption.attributes["id"]
        head, body = one(table.all("thead")), one(table.all("tbody"))
        assert {th.attributes.get("scope") for th in head.all("th")} == {"col"}
        columns = len(head.all("th"))
        for row in body.all("tr"):
            assert row.children[0].attributes["scope"] == "row"  # type: ignore[union-attr]
            assert len(row.all("th")) + len(row.all("td")) == columns


def test_every_figure_can_be_reached_and_says_its_source(page: Page, root: Element) -> None:
    """By itself; in a folded table whose headings cite the file, by its row."""
    facts = root.all(cls="fact")
    assert len(facts) > 600
    in_rows = 0
    for fact in facts:
        holder = fact
        if "tabindex" not in fact.attributes:
            (holder,) = [a for a in fact.ancestors() if "one" in a.classes]
            assert any(a.tag == "details" for a in holder.ancestors())
            in_rows += 1
        assert holder.attributes["tabindex"] == "0"
        source = one(holder.all(cls="src"))
        assert source.attributes["role"] == "tooltip"
        assert source.attributes["id"] == holder.attributes["aria-describedby"]
        if "unknown" in fact.classes:
            assert fact.tag == "span"
            assert "value" not in fact.attributes
        else:
            assert fact.tag == "data"
            assert ".csv, record" in source.text()
            shown = fact.text(without="src").replace("$", "").replace(",", "")
            value = {"true": "yes", "false": "no"}.get(fact.attributes["value"])
            assert (value or fact.attributes["value"]) == shown
    assert in_rows > 500


def test_a_row_with_one_source_leads_to_the_notes_of_its_section(root: Element) -> None:
    rows = root.all("tr", "one")
    assert len(rows) > 100
    for row in rows:
        section = next(a for a in row.ancestors() if a.tag == "section")
        notes = {li.attributes.get("value") for li in section.all("li")}
        said = re.search(r"notes? ([\d, –]+) below$", one(row.all(cls="src")).text())
        assert said is not None
        ends = re.findall(r"\d+", said[1])
        assert ends
        assert set(ends) <= notes


def test_print_marks_lead_to_notes(page: Page, root: Element) -> None:
    """On paper each figure has a mark: its own, its row's or its column's."""
    for section in root.all("section"):
        scope = section.attributes["id"]
        notes = {
            li.attributes["id"] for li in section.all("li") if "note" in li.attributes.get("id", "")
        }
        used = set()
        for mark in section.all(cls="mark"):
            for link in mark.all("a"):
                assert link.attributes["href"].startswith(f"#{scope}-note-")
                used.add(link.attributes["href"][1:])
        assert used <= notes
        for fact in section.all("data", "fact"):
            around = fact.parent
            assert around is not None
            marks = around.all(cls="mark")
            for table in (a for a in fact.ancestors() if a.tag == "table"):
                marks += table.all("thead")[0].all(cls="mark")
            for row in (a for a in fact.ancestors() if a.tag == "tr"):
                marks += row.all(cls="mark")
            assert marks, fact.text(without="src")


def test_notes_hold_what_the_view_says(page: Page, root: Element) -> None:
    by_id = {e.attributes["id"]: e for e in root.all() if "id" in e.attributes}
    for section in typeset(page).contents:
        for note in section.notes:
            shown = by_id[f"{section.id}-note-{note.number}"]
            assert shown.attributes["value"] == str(note.number)
            assert [span.text() for span in shown.all("span")] == list(note.lines)


def test_unknown_figures_are_words(root: Element) -> None:
    for fact in root.all(cls="unknown"):
        if "fact" not in fact.classes:
            continue
        text = fact.text(without="src").strip()
        assert len(text) > 12
        assert text.strip("-–—− ") == text
        assert "0.00" not in text
    for cell in root.all("td"):
        assert cell.text().strip() not in {"-", "–", "—", "0.00", "$0.00", "None", "null"}
    last = [s.text() for s in root.all(cls="last")]
    assert "Last known 10 (2025Q4, for services October 1 to December 31, 2025)." in last
    whole = root.text()
    assert "No Medicare price, because status A codes are paid under the physician" in whole


def test_everything_the_page_says_is_there(page: Page, root: Element) -> None:
    text = " ".join(root.text(without="src").split())
    for section in page.sections:
        assert section.title in text
    assert page.edition in text
    assert page.version in text
    assert "November 3, 2025" in text
    for release in page.releases:
        assert release.id in text
    for fact in (sample.OFFICE, sample.FACILITY, sample.UNITS, sample.GLOBAL):
        assert value_text(fact) in text


def test_both_drawings_are_there_in_two_widths(root: Element) -> None:
    assert len(root.all("svg")) == 4
    assert len([f for f in root.all("figure") if f.all(cls="wide") and f.all(cls="narrow")]) == 2


def test_running_heads_are_css_strings(page: Page) -> None:
    hostile = replace(page, title='"}}</style><script>x', system="a\\b\"'")
    style = one(parse(html.render(hostile)).all("style")).text()
    head = style[style.rindex("@page{") :]
    assert head.count('"') == 4
    assert "<" not in head
    assert re.search(r"\\22 \\7d \\7d \\3c \\2f style", head)


def test_links_to_other_formats(page: Page) -> None:
    links = [Name("JSON", href="64640.json"), Name("bad", href="javascript:x")]
    bar = one(parse(html.render(page, links=links)).all(cls="bar"))
    assert [(a.text(), a.attributes["href"]) for a in bar.all("a")] == [("JSON", "64640.json")]


def test_links_of_the_text(root: Element) -> None:
    links = {a.text(): a for a in one(root.all("main")).all("a")}
    assert links["64632"].attributes == {"href": "../64632/"}
    assert links["64620"].attributes == {
        "href": "https://example.org/64620?a=1&b=2",
        "rel": "noopener noreferrer",
    }
    assert links["What would fill it"].attributes == {"href": "#coverage"}


def test_sections_without_data_are_short_and_honest(root: Element) -> None:
    silent = [s for s in root.all("section") if "empty" in s.classes]
    assert len(silent) == 5
    for section in silent:
        gap = one(section.all(cls="gap"))
        assert len(gap.all("p")) == 3
        assert "Why" in gap.text()
        assert "To fill it" in gap.text()


def test_the_style_respects_the_reader() -> None:
    style = one(parse(html.render(sample.page())).all("style")).text()
    assert "@media print" in style
    assert ":focus-visible" in style
    assert "forced-colors" in style
    for moving in ("animation", "transition", "scroll-behavior"):
        assert moving not in style
