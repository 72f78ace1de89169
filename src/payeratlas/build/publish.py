"""Write a Page into a folder, in the formats asked for, whole or not at all."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Collection, Container, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from payeratlas.model.descriptors import Descriptor
from payeratlas.model.errors import InputError
from payeratlas.pages.page import Name, Page
from payeratlas.publish import html, json_, markdown, pdf
from payeratlas.store.disk import sha256_of

FORMATS = ("html", "pdf", "json", "md")
"""The formats of a publication, as file suffixes."""
SITE_FORMATS = ("html", "json")
"""Those that every page of a site has: the HTML names its JSON, which holds the evidence."""
STYLESHEET = "site.css"
"""The style sheet that all pages of a site share, at its root."""
SCRIPT = "page.js"
"""The script that all pages of a site share, at its root."""
SITE_SUFFIXES = {"html": "html", "json": "json.gz", "pdf": "pdf", "md": "md"}
"""The formats of a site's page, as file suffixes: its JSON is packed, to a quarter of the bytes."""

_TITLES = {"md": "Markdown"}


def write(
    page: Page,
    folder: Path,
    beside: Container[str] = (),
    *,
    descriptors: Sequence[Descriptor] = (),
) -> list[Path]:
    """Write CODE.html, CODE.pdf, CODE.json and CODE.md into the folder; their paths.

    All four are made before the first is written, and each replaces its predecessor by one
    rename. ``beside`` are the codes published in folders beside it. ``descriptors`` are the user's
    own, for HTML and PDF alone. InputError where the folder cannot be written to.
    """
    others = _others(page, FORMATS)
    made: dict[str, Callable[[], bytes]] = {
        "html": lambda: html.render(
            page, links=others, beside=beside, descriptors=descriptors
        ).encode(),
        "pdf": lambda: pdf.render(page, descriptors=descriptors),
        "json": lambda: json_.render(page).encode(),
        "md": lambda: markdown.render(page).encode(),
    }
    return write_files(folder, {f"{page.code}.{suffix}": made[suffix]() for suffix in FORMATS})


def write_in_site(
    page: Page,
    root: Path,
    *,
    formats: Collection[str] = SITE_FORMATS,
    links: Sequence[Name] = (),
    beside: Container[str] = (),
) -> list[Path]:
    """Write a page of a site at ``root`` as :func:`write` does; HTML and JSON are always written.

    ``links`` lead to other pages of the site, as addresses from the page's folder.
    """
    data = json_.render(page, sections=False).encode()
    name = f"{page.code}.{SITE_SUFFIXES['json']}"
    shared = html.Shared(f"../{STYLESHEET}", f"../{SCRIPT}", name, sha256_of(data))
    links = [*links, *_others(page, formats, SITE_SUFFIXES)]
    contents = {
        f"{page.code}.html": html.render(page, links=links, beside=beside, shared=shared).encode(),
        name: gzip.compress(data, 6, mtime=0),
    }
    if "pdf" in formats:
        contents[f"{page.code}.pdf"] = pdf.render(page)
    if "md" in formats:
        contents[f"{page.code}.md"] = markdown.render(page).encode()
    return write_files(root / page.code, contents)


def _others(
    page: Page, formats: Collection[str], suffixes: Mapping[str, str] | None = None
) -> list[Name]:
    """The other formats, as links from the HTML; ``suffixes`` where they differ from the names."""
    return [
        Name(_TITLES.get(one, one.upper()), href=f"{page.code}.{(suffixes or {}).get(one, one)}")
        for one in FORMATS
        if one != "html" and one in formats
    ]


def write_files(folder: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write files into a folder, each in place of its predecessor by one rename; their paths.

    InputError where the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [replace(folder / name, data) for name, data in contents.items()]
    except OSError as error:
        raise unwritable(folder, error) from error


def unwritable(path: Path, error: OSError) -> InputError:
    """What to say where the disk refuses."""
    return InputError(
        f"the page cannot be written there: {error.strerror or error}.",
        where=str(path),
        cure="name another folder with --out.",
    )


def replace(path: Path, data: bytes) -> Path:
    """Put a file in place of its predecessor by one rename; the path."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink()
    return path
