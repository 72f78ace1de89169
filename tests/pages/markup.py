"""A small reading of HTML for tests: elements with their attributes and text, strictly nested."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img", "input"}
CLOSED_IN_SVG = {"circle", "line", "path", "rect"}


@dataclass
class Element:
    """One element; ``children`` are elements and texts in order."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    @property
    def classes(self) -> set[str]:
        """Its class names."""
        return set(self.attributes.get("class", "").split())

    def text(self, *, without: str = "") -> str:
        """The text inside, without that of elements with a class."""
        parts = []
        for child in self.children:
            if isinstance(child, str):
                parts.append(child)
            elif without not in child.classes:
                parts.append(child.text(without=without))
        return "".join(parts)

    def all(self, tag: str = "", cls: str = "") -> list[Element]:
        """Every element inside with a tag and a class, in order."""
        found = []
        for child in self.children:
            if isinstance(child, Element):
                if tag in ("", child.tag) and (not cls or cls in child.classes):
                    found.append(child)
                found += child.all(tag, cls)
        return found

    def ancestors(self) -> list[Element]:
        """From its parent outwards."""
        return [self.parent, *self.parent.ancestors()] if self.parent else []


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("#root", {})
        self.open = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice in <{tag}>"
        element = Element(tag, {name: value or "" for name, value in attrs}, self.open)
        self.open.children.append(element)
        if tag not in VOID:
            self.open = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in CLOSED_IN_SVG, tag
        self.open.children.append(Element(tag, {n: v or "" for n, v in attrs}, self.open))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.tag == tag, f"</{tag}> closes <{self.open.tag}>"
        assert self.open.parent is not None
        self.open = self.open.parent

    def handle_data(self, data: str) -> None:
        self.open.children.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")


def parse(html: str) -> Element:
    """The document's root; AssertionError where elements are not strictly nested."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert builder.open is builder.root, f"<{builder.open.tag}> is not closed"
    return builder.root
