"""The terminal page: compact, plain where there is no terminal."""

from __future__ import annotations

import io
import re

import pytest

from payeratlas.pages.page import Page
from payeratlas.publish.terminal import render, show


class Terminal(io.StringIO):
    """A file that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_figures_sections_and_sources(page: Page) -> None:
    text = render(page)
    for shown in ("CPT 64640", "$240.98 [1, 2]", "$117.09", "7.45", "c41f7d0a9be2"):
        assert shown in text
    found = re.findall(r"^([A-J])  (.+)$", text, re.MULTILINE)
    assert [letter for letter, _ in found] == list("BACDEFGHIJ")
    assert "[1] CMS PFS RVU, release RVU25D, PPRRVU2025_Oct.csv, record 7,011" in text
    assert max(map(len, text.splitlines())) <= 100


def test_unknown_figures_are_words(page: Page) -> None:
    text = " ".join(render(page).split())
    assert "Not covered by a release on hand" in text
    assert "No Medicare price, because status A codes are paid" in text
    assert "$0.00" not in text


def test_what_is_left_out_is_named_and_full_shows_it(page: Page) -> None:
    short, full = render(page), render(page, full=True)
    assert "Not shown here: the table “All payment localities”." in short
    assert "Arkansas" not in short
    assert "pprrvu_rvu20a_jan.csv" not in short
    assert "Not shown here: the table" not in full
    assert "Arkansas, AR" in full
    assert "pprrvu_rvu20a_jan.csv" in full
    assert len(short) < len(full) / 2


def test_width_is_kept(page: Page) -> None:
    assert max(map(len, render(page, width=60).splitlines())) <= 60


def test_plain_without_a_terminal(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    file = io.StringIO()
    show(page, file)
    assert file.getvalue() == render(page)
    assert "\x1b" not in file.getvalue()


def test_colour_on_a_terminal_unless_refused(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured = Terminal()
    show(page, coloured)
    assert "\x1b[" in coloured.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    refused = Terminal()
    show(page, refused)
    assert not re.search(r"\x1b\[[\d;]*3\d", refused.getvalue())
