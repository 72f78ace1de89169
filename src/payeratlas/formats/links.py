"""The links of an HTML page, for finding a publisher's newest files."""

from __future__ import annotations

from html.parser import HTMLParser


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self._href: str | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._close()
            self._href = dict(attrs).get("href")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._close()

    def handle_data(self, data: str) -> None:
        if self._href is not None:
            self._text.append(data)

    def close(self) -> None:
        super().close()
        self._close()

    def _close(self) -> None:
        if self._href is not None:
            self.found.append((self._href.strip(), " ".join("".join(self._text).split())))
        self._href = None
        self._text = []


def links(page: bytes) -> list[tuple[str, str]]:
    """(href, text) of every link in document order; text has its white space folded.

    The page is read as UTF-8; a byte that is not is replaced, since only links are wanted here.
    """
    parser = _Links()
    parser.feed(page.decode("utf-8", errors="replace"))
    parser.close()
    return parser.found
