"""The page as one self-contained HTML file: no request to anyone, whole without script.

Text is escaped by Jinja2; the style sheet and the small script are our own files, set inline and
allowed by their hashes alone; the page's JSON travels inside for verification.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from payeratlas.model.descriptors import MARK, Descriptor
from payeratlas.pages.page import Name, Page
from payeratlas.publish import view
from payeratlas.publish.json_ import render as render_json
from payeratlas.publish.reading import SCRIPT_ID
from payeratlas.publish.svg import NARROW, WIDE, draw
from payeratlas.publish.typeset import safe_link, typeset
from payeratlas.publish.wording import clean, ranges_text

_HERE = Path(__file__).parent
_SHORT = 30  # characters of an answer that still fit a tile in large type


def render(
    page: Page,
    *,
    links: Sequence[Name] = (),
    beside: Collection[str] = (),
    descriptors: Sequence[Descriptor] = (),
) -> str:
    """The page as an HTML document.

    ``links`` are other formats and pages to name in the masthead; an address that is not safe
    to follow is left out. ``beside`` are the codes whose pages stand in folders beside this one's.
    ``descriptors`` are the user's own licensed ones, shown under a mark that they are not for
    distribution; the data inside the page never has them.
    """
    laid_out = typeset(page, beside)
    style = _asset("style.css") + _running_heads(laid_out, MARK if descriptors else "")
    script = _asset("page.js")
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            page=laid_out,
            links=[link for link in links if safe_link(link.href)],
            descriptors=[(clean(one.text), clean(one.licence)) for one in descriptors],
            mark=MARK,
            policy=_policy(style, script),
            style=Markup(style),  # our own file and escaped strings
            script=Markup(script),
            script_id=SCRIPT_ID,
            data=Markup(_inert(render_json(page, compact=True))),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.tests.update(
        words=lambda ink: isinstance(ink, view.Words),
        label=lambda ink: isinstance(ink, view.Label),
        day=lambda ink: isinstance(ink, view.When),
        subsection=lambda block: isinstance(block, view.SubsectionView),
        paragraph=lambda block: isinstance(block, view.ParagraphView),
        bullets=lambda block: isinstance(block, view.BulletsView),
        tiles=lambda block: isinstance(block, view.TilesView),
        grid=lambda block: isinstance(block, view.GridView),
        chart=lambda block: isinstance(block, view.ChartView),
        remote=lambda href: href.startswith("http"),
        short=_is_short,
    )
    environment.filters.update(svg=_svg, sentence=_sentence, ranges=ranges_text)
    return environment


def _is_short(line: view.Line) -> bool:
    """Whether an answer is a figure or a few words, to be set large."""
    return sum(len(ink.text) for ink in line) <= _SHORT


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _svg(chart: view.ChartView, wide: bool) -> Markup:
    size, name = (WIDE, "wide") if wide else (NARROW, "narrow")
    return Markup(draw(chart.chart, id=f"{chart.id}-{name}", width=size))


@cache
def _asset(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


def _policy(style: str, script: str) -> str:
    """Nothing may load; only this style sheet and this script may act."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
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
