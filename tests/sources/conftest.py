"""Samples of every source, and the source modules by id."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from payeratlas.formats import SourceFile

HERE = Path(__file__).parent
Sample = Callable[[str, str], SourceFile]


@pytest.fixture(scope="session")
def sample() -> Sample:
    """A sample file by source and name."""
    return lambda source, name: SourceFile.open(HERE / source / "samples" / name)


@pytest.fixture(scope="session")
def source() -> Callable[[str], ModuleType]:
    """A source module by id."""
    return lambda name: importlib.import_module(f"payeratlas.sources.{name}")
