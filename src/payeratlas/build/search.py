"""The search of a site: Pagefind's index over what one looks a code up by.

Pagefind reads HTML. Given the pages themselves it would read gigabytes to throw most of it away;
so it is given a slip for each, which holds the code, its name, the words people use for it, and
where it belongs.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from html import escape
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from payeratlas.build.site_shell import kind_words, own_title
from payeratlas.coding.names import own_name
from payeratlas.model.errors import InputError
from payeratlas.store.disk import sha256_of

FOLDER = "pagefind"
"""Where the index stands in the site."""


def required() -> None:
    """InputError where Pagefind is not installed."""
    if find_spec("pagefind") is None or find_spec("pagefind_bin") is None:
        raise InputError(
            "a site needs Pagefind for its search, and it is not installed.",
            cure="pip install 'payeratlas[site]'",
        )


def words(code: str) -> tuple[str, ...]:
    """Words that people look a code up by, besides its number and name."""
    own = own_name(code)
    return (own.family, own.unit, *own.search) if own else ()


def slips(titles: Mapping[str, str]) -> dict[str, str]:
    """For each code the slip that Pagefind reads, as HTML. ``titles`` are those of the pages."""
    return {code: _slip(code, title) for code, title in titles.items()}


def digest(found: Mapping[str, str]) -> str:
    """sha256 over all slips: equal where the search would be the same."""
    return sha256_of("\n".join(found.values()).encode())


def index(found: Mapping[str, str], root: Path) -> None:
    """Make the index of the slips, in place of the one that stands in the site.

    InputError where Pagefind refuses.
    """
    with TemporaryDirectory(prefix="payeratlas-search-") as name:
        folder = Path(name)
        for code, text in found.items():
            (folder / f"{code}.html").write_text(text, "utf-8")
        made = folder / FOLDER
        ran = subprocess.run(
            [
                *(sys.executable, "-m", "pagefind", "--silent"),
                *("--site", str(folder), "--output-path", str(made)),
            ],
            capture_output=True,
            text=True,
        )
        if ran.returncode:
            raise InputError(f"Pagefind failed: {ran.stderr.strip() or ran.stdout.strip()}")
        standing, before = root / FOLDER, root / f".{FOLDER}.before"
        shutil.rmtree(before, ignore_errors=True)
        if standing.exists():
            standing.rename(before)
        shutil.copytree(made, standing)
        shutil.rmtree(before, ignore_errors=True)


def _slip(code: str, title: str) -> str:
    name, (part, _) = own_title(code, title), kind_words(code)
    return (
        f'<!doctype html><html lang="en"><head><title>{code}</title></head>'
        "<body data-pagefind-body>"
        f'<h1 data-pagefind-weight="10" data-pagefind-meta="code">{code}</h1>'
        f'<p data-pagefind-weight="8" data-pagefind-meta="name">{escape(name)}</p>'
        f'<p data-pagefind-weight="5">{escape(", ".join(words(code)))}</p>'
        f'<p data-pagefind-meta="kind" data-pagefind-filter="kind">{escape(part)}</p>'
        f'<p data-pagefind-ignore data-pagefind-meta="page">{code}/{code}.html</p>'
        "</body></html>"
    )
