"""Plan a site: which codes have a page, for which day, and which pages stand beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise

from payeratlas.coding.kinds import kind
from payeratlas.coding.names import own_name
from payeratlas.pages.releases import CODE, tables_of_codes
from payeratlas.store import Store


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The codes before and after one in its run: its own family, else its part of the code set."""

    run: str
    before: str = ""
    after: str = ""


def codes_on_hand(store: Store) -> tuple[str, ...]:
    """Every billing code that any release on hand has a row of, in order."""
    found: set[str] = set()
    for table in tables_of_codes(store):
        for published in store.releases():
            if published.holds(table):
                rows = store.scan(table, published, [CODE]).column(CODE)
                found.update(str(code) for code in rows.unique().to_pylist())
    return tuple(sorted(found))


def neighbours(codes: Sequence[str]) -> Mapping[str, Neighbours]:
    """For each code of a site, those beside it."""
    runs: dict[str, list[str]] = {}
    for code in codes:
        own = own_name(code)
        runs.setdefault(own.family if own else kind(code).id, []).append(code)
    found = {}
    for run, members in runs.items():
        before = dict(pairwise(reversed(members)))
        after = dict(pairwise(members))
        for code in members:
            found[code] = Neighbours(run, before.get(code, ""), after.get(code, ""))
    return found


def software() -> str:
    """sha256 over everything that makes a page besides the data: the program, its words, templates.

    Two versions that differ in any of it may make different pages of the same data.
    """
    digest = sha256()
    for package in ("jinja2", "markupsafe", "typst"):
        digest.update(f"{package} {version(package)}\n".encode())
    for name, data in _sources(files("payeratlas"), ""):
        digest.update(f"{name} {len(data)}\n".encode() + data)
    return digest.hexdigest()


def _sources(folder: Traversable, path: str) -> list[tuple[str, bytes]]:
    found = []
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        name = f"{path}{item.name}"
        if item.is_dir():
            if item.name not in ("embedded", "apps", "__pycache__"):
                found += _sources(item, f"{name}/")
        elif not item.name.endswith((".pyc", ".so")):
            found.append((name, item.read_bytes()))
    return found
