"""What a publisher's pages offer: the links to its releases, newest first."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urljoin

from payeratlas.formats.links import links
from payeratlas.model.errors import FileError
from payeratlas.sources import Found, Get
from payeratlas.sources._files import base_name

Newest = Callable[[Mapping[str, str]], tuple[object, ...]]
CATALOG = "https://data.cms.gov/data.json"
"""CMS's catalog of its data sets (DCAT-US), whose own pages hold no links for programs."""


def offered(
    get: Get,
    index_url: str,
    file_pattern: str,
    page_pattern: str = "",
    *,
    newest: Newest,
    pages: int = 12,
) -> list[Found]:
    """Zip links on a publisher's index page, and on the release pages it links to, newest first.

    ``file_pattern`` is searched in each link's address, and its named groups are handed to
    ``newest`` for a sort key, which also tells releases apart. Where a release has several files, a
    group named ``part`` says which one a link is. ``page_pattern`` does the same for the address of
    a release's own page, of which the newest ``pages`` are followed. Where CMS puts its licence
    page in front, the link to that page is given as it is: the terms are the user's to accept.
    """
    found: dict[str, tuple[tuple[object, ...], Found]] = {}
    inner: dict[str, tuple[object, ...]] = {}

    def gather(url: str, *, follow: bool) -> None:
        for href, text in links(get(url)):
            address = urljoin(url, href)
            if match := re.search(file_pattern, address, re.IGNORECASE):
                key, part = newest(match.groupdict()), match.groupdict().get("part") or ""
                what = part.strip("-_. ")
                offer = Found(text or base_name(address), address, _release(key), what)
                found.setdefault(address, (key, offer))
            elif follow and page_pattern:
                page = re.search(page_pattern, address.split("#")[0], re.IGNORECASE)
                if page:
                    inner.setdefault(address.split("#")[0], newest(page.groupdict()))

    gather(index_url, follow=True)
    for address in sorted(inner, key=lambda a: (inner[a], a), reverse=True)[:pages]:
        gather(address, follow=False)
    if not found:
        raise FileError(
            "no release was found on the publisher's page.",
            where=index_url,
            cure="the page may have moved; download the file by hand and name it.",
        )
    return _ordered(found)


def catalogued(get: Get, file_pattern: str, *, newest: Newest) -> list[Found]:
    """Files of CMS's data catalog whose address fits ``file_pattern``, newest first.

    As :func:`offered`, for what CMS publishes on data.cms.gov.
    """
    found: dict[str, tuple[tuple[object, ...], Found]] = {}
    for address, title in _downloads(get(CATALOG)):
        if match := re.search(file_pattern, address, re.IGNORECASE):
            key = newest(match.groupdict())
            offer = Found(title or base_name(address), address, _release(key))
            found.setdefault(address, (key, offer))
    if not found:
        raise FileError(
            "no release was found in CMS's data catalog.",
            where=CATALOG,
            cure="the data set may have moved; download the file by hand and name it.",
        )
    return _ordered(found)


def _release(key: tuple[object, ...]) -> str:
    """What tells a release apart, as one text."""
    return "-".join(str(value) for value in key if value != "")


def _ordered(found: Mapping[str, tuple[tuple[object, ...], Found]]) -> list[Found]:
    ordered = sorted(found.values(), key=lambda pair: (pair[0], pair[1].url), reverse=True)
    return [offer for _, offer in ordered]


def _downloads(catalog: bytes) -> Iterator[tuple[str, str]]:
    """Address and title of every file that a DCAT-US catalog offers."""
    try:
        for dataset in json.loads(catalog)["dataset"]:
            for offer in dataset.get("distribution", ()):
                if address := offer.get("downloadURL"):
                    yield str(address), str(offer.get("title", ""))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileError(
            f"the catalog is not of the form expected ({type(error).__name__}).",
            where=CATALOG,
            cure="download the file by hand and name it.",
        ) from error
