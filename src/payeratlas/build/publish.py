"""Write a Page into a folder, in every format, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path

from payeratlas.model.descriptors import Descriptor
from payeratlas.model.errors import InputError
from payeratlas.pages.page import Name, Page
from payeratlas.publish import html, json_, markdown, pdf

FORMATS = ("html", "pdf", "json", "md")
"""The formats of a publication, as file suffixes."""


def write(
    page: Page,
    folder: Path,
    beside: Collection[str] = (),
    *,
    descriptors: Sequence[Descriptor] = (),
) -> list[Path]:
    """Write CODE.html, CODE.pdf, CODE.json and CODE.md into the folder; their paths.

    All four are made before the first is written, and each replaces its predecessor by one
    rename. ``beside`` are the codes published in folders beside it. ``descriptors`` are the user's
    own, for HTML and PDF alone. InputError where the folder cannot be written to.
    """
    others = [
        Name(suffix.upper() if suffix != "md" else "Markdown", href=f"{page.code}.{suffix}")
        for suffix in FORMATS
        if suffix != "html"
    ]
    made: dict[str, Callable[[], bytes]] = {
        "html": lambda: html.render(
            page, links=others, beside=beside, descriptors=descriptors
        ).encode(),
        "pdf": lambda: pdf.render(page, descriptors=descriptors),
        "json": lambda: json_.render(page).encode(),
        "md": lambda: markdown.render(page).encode(),
    }
    contents = {suffix: made[suffix]() for suffix in FORMATS}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [
            _replace(folder / f"{page.code}.{suffix}", data) for suffix, data in contents.items()
        ]
    except OSError as error:
        raise InputError(
            f"the page cannot be written there: {error.strerror or error}.",
            where=str(folder),
            cure="name another folder with --out.",
        ) from error


def _replace(path: Path, data: bytes) -> Path:
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink()
    return path
