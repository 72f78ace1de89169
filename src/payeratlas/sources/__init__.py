"""Publishers' series, one folder each; folders never import each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Get = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Found:
    """A release that a publisher's page offers: the text of its link and the address."""

    title: str
    url: str
