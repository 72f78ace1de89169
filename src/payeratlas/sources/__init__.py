"""Publishers' series, one folder each; folders never import each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Get = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Found:
    """A file that a publisher's page offers: the text of its link and the address.

    ``release`` is the same for all files of one release; ``part`` tells them apart where a release
    has several (practitioner, hospital), and is empty where it has one.
    """

    title: str
    url: str
    release: str = ""
    part: str = ""
