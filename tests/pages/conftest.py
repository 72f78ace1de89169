"""Fixtures of the renderer tests."""

from __future__ import annotations

import pytest
import sample

from payeratlas.pages.page import Page


@pytest.fixture(scope="session")
def page() -> Page:
    """The sample page."""
    return sample.page()
