"""What ``payeratlas publish --with-descriptors`` adds: the user's own texts, and the warning."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import rich_click as click

from payeratlas.model.descriptors import MARK, Descriptor
from payeratlas.model.errors import InputError
from payeratlas.store.descriptors import descriptors_of, mounted


def mounted_for(codes: Collection[str], root: Path) -> dict[str, tuple[Descriptor, ...]]:
    """The descriptors of some codes in the store at ``root``, by code; each code is a key.

    InputError where no file is mounted at all, so that nobody believes to have published them.
    """
    if not mounted(root):
        raise InputError(
            "no descriptor file is mounted.",
            cure="'payeratlas descriptors mount FILE --licence NOTE', or leave out "
            "--with-descriptors.",
        )
    return {code: descriptors_of(code, root) for code in codes}


def tell_marked(licensed: Mapping[str, Collection[Descriptor]]) -> None:
    """Say on stderr which pages carry a descriptor and which have none to carry."""
    marked = [code for code, found in licensed.items() if found]
    bare = [code for code, found in licensed.items() if not found]
    if marked:
        click.echo(f"HTML and PDF of {', '.join(marked)}: {MARK}.", err=True)
    if bare:
        click.echo(f"No mounted file lists {', '.join(bare)}.", err=True)
