"""One payment locality under two contractor numbers.

CMS's amounts by locality (OPPSCAP, and the national payment file) print seven localities of
southern California under contractor 01112; its index file (GPCI) prints them under 01182, the
contractor that serves them. Joined on the printed numbers alone their rows would vanish.
"""

from __future__ import annotations

_SOUTHERN_CALIFORNIA = frozenset({"17", "18", "26", "71", "72", "73", "74"})


def gpci_locality(carrier: str, locality: str) -> tuple[str, str]:
    """The MAC and locality under which the index file prints a locality of an amounts file."""
    if carrier == "01112" and locality in _SOUTHERN_CALIFORNIA:
        return "01182", locality
    return carrier, locality
