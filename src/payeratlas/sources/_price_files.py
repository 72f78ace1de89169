"""Addresses of price files: what names a file, and the distinct files among many addresses."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from payeratlas.sources import Found


def key_of(location: str) -> str:
    """An address without its query and fragment, its host in lower case: one file has one key.

    Payers sign the address of the same file anew wherever they print it; only the query differs.
    """
    parts = urlsplit(location.strip())
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path}"


def offered(locations: Iterable[str | None]) -> list[Found]:
    """The distinct files among addresses, such as those of a table of contents, in their order.

    Each comes with the address of its first mention, whose signature is as good as any other, and
    its key as the release. What is no address is left out: the caller counts it.
    """
    found: dict[str, Found] = {}
    for location in locations:
        if location and urlsplit(location.strip()).netloc:
            key = key_of(location)
            if key not in found:
                title = unquote(urlsplit(key).path.rpartition("/")[2]) or key
                found[key] = Found(title, location.strip(), release=key)
    return list(found.values())
