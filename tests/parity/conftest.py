"""The native readers, or why these tests are skipped."""

from __future__ import annotations

import os

import pytest

from payeratlas.formats import tic_kernel


@pytest.fixture(scope="session", autouse=True)
def kernel() -> None:
    """Skip, saying so, where the native reader is not installed; CI forbids that."""
    if tic_kernel.available():
        return
    why = "payeratlas-kernel is not installed: scripts/setup builds it where a C++ compiler is"
    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(f"{why}; CI must have one", pytrace=False)
    pytest.skip(why)
