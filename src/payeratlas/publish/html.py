"""The page as HTML: no request to anyone else, whole without script.

By itself it is one file: the style sheet and the small script are our own, set inline and allowed
by their hashes alone, and the facts travel inside for verification. In a site the pages share the
style sheet, and the facts stand in the JSON beside the page, which it names with its digest.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from payeratlas.model.descriptors import MARK, Descriptor
from payeratlas.pages.page import Name, Page
from payeratlas.publish import spans, view
from payeratlas.publish.json_ import render_evidence
from payeratlas.publish.reading import SCRIPT_ID
from payeratlas.publish.svg import NARROW, WIDE, draw
from payeratlas.publish.typeset import safe_link, typeset
from payeratlas.publish.wording import clean, ranges_text

_HERE = Path(__file__).parent
_SHORT = 30  # characters of an answer that still fit a tile in large type


@dataclass(frozen=True, slots=True)
class Shared:
    """What a page of a site leaves to files beside it.

    ``stylesheet`` is the address of :func:`stylesheet`; ``json`` that of the page's JSON, a file in
    the same folder, and ``sha256`` its digest.
    """

    stylesheet: str
    json: str
    sha256: str


def render(
    page: Page,
    *,
    links: Sequence[Name] = (),
    beside: Container[str] = (),
    shared: Shared | None = None,
    descriptors: Sequence[Descriptor] = (),
) -> str:
    """The page as an HTML document.

    ``links`` are other formats and pages to name in the masthead; an address that is not safe
    to follow is left out. ``beside`` are the codes whose pages stand in folders beside this one's.
    ``shared`` makes it a page of a site. ``descriptors`` are the user's own licensed ones, shown
    under a mark that they are not for distribution; the data inside the page never has them.
    """
    laid_out = typeset(page, beside)
    heads, script = _running_heads(laid_out, MARK if descriptors else ""), _asset("page.js")
    style = heads if shared else stylesheet() + heads
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            page=laid_out,
            links=[link for link in links if safe_link(link.href)],
            descriptors=[(clean(one.text), clean(one.licence)) for one in descriptors],
            mark=MARK,
            policy=_policy(style, script, "'self' " if shared else ""),
            style=Markup(style),  # our own file and escaped strings
            script=Markup(script),
            script_id=SCRIPT_ID,
            shared=shared,
            data="" if shared else Markup(_inert(render_evidence(page))),
        )
    )


def stylesheet() -> str:
    """The style sheet of all pages, without what is a page's own."""
    return _asset("style.css")


@cache
def environment() -> Environment:
    """The templates of all HTML, with their filters and tests."""
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    made.tests.update(
        subsection=lambda block: isinstance(block, view.SubsectionView),
        paragraph=lambda block: isinstance(block, view.ParagraphView),
        bullets=lambda block: isinstance(block, view.BulletsView),
        tiles=lambda block: isinstance(block, view.TilesView),
        grid=lambda block: isinstance(block, view.GridView),
        chart=lambda block: isinstance(block, view.ChartView),
        short=_is_short,
    )
    made.filters.update(
        svg=_svg, ranges=ranges_text, line=spans.line, marks=spans.marks, rows=spans.rows
    )
    return made


def _is_short(line: view.Line) -> bool:
    """Whether an answer is a figure or a few words, to be set large."""
    return sum(len(ink.text) for ink in line) <= _SHORT


def _svg(chart: view.ChartView, wide: bool) -> Markup:
    size, name = (WIDE, "wide") if wide else (NARROW, "narrow")
    return Markup(draw(chart.chart, id=f"{chart.id}-{name}", width=size))


@cache
def _asset(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


def _policy(style: str, script: str, own: str) -> str:
    """Nothing may load (but our ``own`` style sheet); only this style and this script may act."""
    return (
        f"default-src 'none'; style-src {own}'{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _running_heads(page: view.PageView, mark: str) -> str:
    """The printed page's running head and foot, as CSS strings; ``mark`` stands in the foot."""
    head = f"{page.system} {page.code} · {page.title}"
    foot = f"Payer Atlas · for services on {page.as_of.text} · edition {page.short_edition}"
    foot += f" · {mark}" if mark else ""
    return f'@page{{@top-left{{content:"{_css(head)}"}}@bottom-left{{content:"{_css(foot)}"}}}}\n'


def _css(text: str) -> str:
    """A text inside a CSS string: everything but letters, digits and blanks as an escape."""
    return re.sub(r"[^A-Za-z0-9 ]", lambda found: f"\\{ord(found[0]):x} ", text)


def _inert(json: str) -> str:
    """JSON that no HTML parser can leave a script element from: same value, other spelling."""
    for character in "<>&\u2028\u2029":
        json = json.replace(character, f"\\u{ord(character):04x}")
    return json.strip()
