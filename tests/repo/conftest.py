"""What the tests of the repository itself look at."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
MADE = {"site", "out", "dist"}  # folders of the root that programs write


def _kept(folder: Path, name: str) -> bool:
    hidden = name.startswith(".") and name != ".ci"
    made = folder == REPOSITORY and name in MADE
    return not (hidden or made or name == "__pycache__" or folder / name == _REFERENCE)


_REFERENCE = REPOSITORY / "docs" / "reference"


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def files() -> list[Path]:
    """Every file that belongs to the repository, in a fixed order; works without git."""
    found = []
    for folder, folders, names in os.walk(REPOSITORY):
        folders[:] = sorted(n for n in folders if _kept(Path(folder), n))
        found += [Path(folder) / name for name in sorted(names)]
    return found


@pytest.fixture(scope="session")
def texts(files: list[Path]) -> dict[Path, str]:
    """Every text file of the repository with its content."""
    found = {}
    for path in files:
        content = path.read_bytes()
        if b"\0" not in content:
            found[path] = content.decode("utf-8", errors="replace")
    return found


@pytest.fixture(scope="session")
def sources_of_python(texts: dict[Path, str]) -> dict[Path, str]:
    """The modules of the package by path."""
    package = REPOSITORY / "src" / "payeratlas"
    return {p: t for p, t in texts.items() if p.suffix == ".py" and p.is_relative_to(package)}


@pytest.fixture(scope="session")
def generator() -> ModuleType:
    """``docs/generate.py`` as a module."""
    spec = importlib.util.spec_from_file_location("generate", REPOSITORY / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
