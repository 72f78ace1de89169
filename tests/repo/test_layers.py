"""Rules of import that import-linter cannot state; the others stand in pyproject.toml."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

CLOCKS = {"today", "now", "utcnow", "time", "time_ns", "localtime", "gmtime", "monotonic"}
CLOCK_OWNERS = {"date", "datetime", "time"}
PURE = ("model", "tables", "sources", "pricing")
NETWORK = ("urllib.request", "socket", "http", "ssl", "ftplib", "smtplib", "subprocess")


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("payeratlas", cache_dir=None)


def imported(text: str) -> Iterator[str]:
    """Every module that a text imports, also late; ``from a import b`` counts as ``a.b``."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def clock_calls(text: str) -> list[int]:
    """The lines on which a text asks what time it is."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute)
        and node.attr in CLOCKS
        and isinstance(node.value, ast.Name | ast.Attribute)
        and (node.value.id if isinstance(node.value, ast.Name) else node.value.attr) in CLOCK_OWNERS
    ]


def package_of(path: Path) -> str:
    """The package below ``payeratlas`` that a module belongs to."""
    parts = path.parts
    below = parts[parts.index("payeratlas") + 1 :]
    return below[0] if len(below) > 1 else ""


def test_sources_never_import_each_other(graph: grimp.ImportGraph) -> None:
    children = sorted(graph.find_children("payeratlas.sources"))
    sources = [name for name in children if not name.rpartition(".")[2].startswith("_")]
    assert len(sources) > 1
    shared = set(children) - set(sources)
    found = [
        (importer, taken)
        for importer in sources
        for taken in sources
        if importer != taken
        and graph.direct_import_exists(importer=importer, imported=taken, as_packages=True)
    ]
    assert not found, found
    back = [
        (importer, taken)
        for importer in shared
        for taken in sources
        if graph.direct_import_exists(importer=importer, imported=taken, as_packages=True)
    ]
    assert not back, f"what sources share imports a source: {back}"


def test_vocabulary_needs_the_standard_library_only(sources_of_python: dict[Path, str]) -> None:
    faults = [
        f"{path.name}: {name}"
        for path, text in sources_of_python.items()
        if package_of(path) == "model"
        for name in imported(text)
        if name.partition(".")[0] not in sys.stdlib_module_names
        and not name.startswith("payeratlas.model")
    ]
    assert not faults, faults


def test_pure_packages_reach_no_network(sources_of_python: dict[Path, str]) -> None:
    faults = [
        f"{path.name}: {name}"
        for path, text in sources_of_python.items()
        if package_of(path) in PURE
        for name in imported(text)
        if any(f"{name}.".startswith(f"{banned}.") for banned in NETWORK)
    ]
    assert not faults, faults


def test_no_clock_below_apps(sources_of_python: dict[Path, str]) -> None:
    faults = [
        f"{path}:{line}"
        for path, text in sources_of_python.items()
        if package_of(path) != "apps"
        for line in clock_calls(text)
    ]
    assert not faults, faults


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import date\ndate.today()",
        "import datetime\ndatetime.datetime.now()",
        "import time\ntime.time()",
        "from datetime import date\nread = date.today",
    ],
)
def test_a_clock_would_be_seen(text: str) -> None:
    assert clock_calls(text)


def test_a_late_import_of_the_network_would_be_seen() -> None:
    assert list(imported("def f():\n    from urllib import request")) == ["urllib.request"]
