"""The page as HTML: no request to anyone else, whole without script.

By itself it is one file: the style sheet and the small script are our own, set inline and allowed
by their hashes alone, and the facts travel inside for verification. In a site the pages share style
sheet and script, and the facts stand in the JSON beside the page, which it names with its digest.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from payeratlas.model.descriptors import MARK, Descriptor
from payeratlas.pages.page import Name, Page
from payeratlas.publish import view
from payeratlas.publish.json_ import render_evidence
from payeratlas.publish.lean import LeanPen, chart_style, common, thinned
from payeratlas.publish.reading import SCRIPT_ID
from payeratlas.publish.spans import Pen
from payeratlas.publish.typeset import safe_link, typeset
from payeratlas.publish.wording import clean, ranges_text

_HERE = Path(__file__).parent
_SHORT = 30  # characters of an answer that still fit a tile in large type


@dataclass(frozen=True, slots=True)
class Shared:
    """What a page of a site leaves to files beside it.

    ``stylesheet`` and ``script`` are the addresses of :func:`site_stylesheet` and
    :func:`site_script`; ``json`` that of the page's JSON, packed with gzip, a file in the same
    folder, and ``sha256`` the digest of what is in it.
    """

    stylesheet: str
    script: str
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
    heads = _running_heads(laid_out, MARK if descriptors else "")
    style, script = (heads, "") if shared else (stylesheet() + heads, _asset("page.js"))
    pen = LeanPen() if shared else Pen()
    whole = (
        environment()
        .get_template("page.html.j2")
        .render(
            page=laid_out,
            links=[link for link in links if safe_link(link.href)],
            descriptors=[(clean(one.text), clean(one.licence)) for one in descriptors],
            mark=MARK,
            policy=_policy(style, script),
            pen=pen,
            told=lambda: Markup(_inert(json.dumps(pen.sources(), separators=(",", ":")))),
            style=Markup(style),  # our own file and escaped strings
            script=Markup(script),
            script_id=SCRIPT_ID,
            shared=shared,
            data="" if shared else Markup(_inert(render_evidence(page))),
        )
    )
    return thinned(whole) if shared else whole


def stylesheet() -> str:
    """The style sheet of all pages, without what is a page's own."""
    return _asset("style.css")


def site_stylesheet() -> str:
    """The style sheet of a whole site: that of its pages, then that of its lists."""
    return stylesheet() + chart_style() + _asset("site.css")


def site_script() -> str:
    """The script of all pages of a site: each figure's source is put in its place first."""
    phrases = json.dumps(common(), ensure_ascii=False)
    sources = _asset("sources.js").replace("[]; // filled when the site is built", f"{phrases};", 1)
    return sources + _asset("page.js")


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
    made.filters["ranges"] = ranges_text
    return made


def _is_short(line: view.Line) -> bool:
    """Whether an answer is a figure or a few words, to be set large."""
    return sum(len(ink.text) for ink in line) <= _SHORT


@cache
def _asset(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


def sealed(style: str) -> str:
    """The policy of a file that stands alone without a script: only this style may act."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )


def _policy(style: str, script: str) -> str:
    """Nothing may load, and only this style and script may act; without a script of the page's own
    it is one of a site, whose style sheet and script may."""
    own, acting = ("", f"'{_hash(script)}'") if script else ("'self' ", "'self'")
    return (
        f"default-src 'none'; style-src {own}'{_hash(style)}'; script-src {acting}; "
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


def _inert(text: str) -> str:
    """JSON that no HTML parser can leave a script element from: same value, other spelling."""
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.strip()
