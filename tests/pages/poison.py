"""Pages whose every text is hostile, to show that no rendering is steered by a source."""

from __future__ import annotations

import dataclasses
from typing import Any

from payeratlas.model.provenance import Artifact, Derivation
from payeratlas.pages.page import Name, Page

PAYLOADS = (
    "<script>window.hit=1</script>",
    "</script><script>window.hit=2</script>",
    "<img src=x onerror=window.hit=3>",
    '"><svg onload=window.hit=4>',
    "' onmouseover='window.hit=5' x='",
    "</style><style>body{display:none}</style>",
    "]]><!--<script>window.hit=6</script>-->",
    "</title></textarea><iframe src=javascript:window.hit=7>",
    "{{ 7*7 }}{% raw %}${7*7}",
    '#panic("typst") $x^2$ @label <label> *b* _e_ `r` \\ // /* = + - [',
    '")]}; #import "x.typ": *',
    "**bold** [a](javascript:window.hit=8) ![i](http://example.com/i.png) | cell | `code` ~~s~~",
    "[red]markup[/red] [link=http://example.com]x[/link] :smile:",
    "\x1b[31mred\x1b]8;;http://example.com\x07link\x1b\\ \x9b5m",
    "\x00\x08\x7f\ufffe\u202eright to left\u2066",
    "line\r\nbreak\tand\u2028separator\u2029end",
    "# heading",
    "1. item",
    "- item",
    "&amp;&#x3c;script&#x3e; &lt;b&gt;",
    "\ud800 lone surrogate",
    "=HYPERLINK(1)+cmd|' /C calc'!A0",
)
_KEPT = {"tone", "kind", "key", "status", "reason", "retention", "sha256", "system"}
"""Fields with a closed set of values, or with digits that a schema asks for."""


def poisoned(page: Page, poison: str) -> Page:
    """The page with the poison behind every text, and behind every address a script one."""
    changed = _poisoned(page, poison)
    assert isinstance(changed, Page)
    return changed


def _poisoned(value: Any, poison: str) -> Any:
    if isinstance(value, str):
        return f"{value}{poison}"
    if isinstance(value, tuple):
        return tuple(_poisoned(item, poison) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {}
        for field in dataclasses.fields(value):
            inner = getattr(value, field.name)
            kept = field.name in _KEPT or (isinstance(value, Artifact) and field.name == "url")
            fields[field.name] = inner if kept else _poisoned(inner, poison)
        if isinstance(value, Derivation):
            steps = _poisoned(value.steps, poison)
            fields["tell"] = lambda: steps
        if isinstance(value, Name):
            fields["href"] = f"javascript:window.hit=9//{poison}" if value.href else poison
        return dataclasses.replace(value, **fields)
    return value
