"""A page is the same whichever way its rows are read, and whichever pages came before it."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest

from payeratlas.model.time import AsOf
from payeratlas.pages.compose import page_of
from payeratlas.pages.facts import ptp
from payeratlas.pages.page import Page
from payeratlas.store import EMBEDDED, Question, Store, Watched
from payeratlas.store.by_code import NAME, ByCode
from payeratlas.store.query import Reader

DAYS = (AsOf(date(2024, 8, 1)), AsOf(date(2025, 10, 15)), AsOf(date(2024, 2, 15), date(2024, 3, 1)))


def codes() -> list[str]:
    """Some codes of known kinds, and some of the schedule drawn with a fixed seed."""
    listed = sorted({row.text("hcpcs") for row in store().history("pfs_rvu", modifier="26")})
    return ["64640", "99213", "J0585", *random.Random(64640).sample(listed, 2)]


def store() -> Store:
    return Store(Path("nowhere"), EMBEDDED)


def composed(code: str, as_of: AsOf, one: Store) -> tuple[Page, tuple[Question, ...]]:
    watched = Watched(one)
    return page_of(code, as_of, watched), watched.questions


@pytest.fixture(scope="module")
def alone() -> dict[tuple[str, AsOf], tuple[Page, tuple[Question, ...]]]:
    """Each page composed by a store that was opened for it, its rows read by code."""
    return {(code, day): composed(code, day, store()) for code in codes() for day in DAYS}


def test_out_of_the_partitions_it_is_the_same(
    alone: dict[tuple[str, AsOf], tuple[Page, tuple[Question, ...]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert ByCode(EMBEDDED / NAME).head["parts"]
    monkeypatch.setattr(Reader, "_by_code_of", lambda *_: None)
    one = store()
    for (code, day), (page, questions) in alone.items():
        again, asked = composed(code, day, one)
        assert again == page
        assert (again.edition, asked) == (page.edition, questions)


def test_read_ahead_as_for_a_site_it_is_the_same(
    alone: dict[tuple[str, AsOf], tuple[Page, tuple[Question, ...]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = store()
    monkeypatch.setattr(ptp, "_loaded", {})
    for day in DAYS:
        ptp.load(day, one)
    assert ptp._loaded == {}  # the counts were shipped
    one.expect(code for code, _ in alone)
    for (code, day), (page, questions) in reversed(alone.items()):
        again, asked = composed(code, day, one)
        assert again == page
        assert (again.edition, asked) == (page.edition, questions)


def test_read_ahead_out_of_the_partitions_it_is_the_same(
    alone: dict[tuple[str, AsOf], tuple[Page, tuple[Question, ...]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Reader, "_by_code_of", lambda *_: None)
    one = store()
    one.expect(code for code, _ in alone)
    for (code, day), (page, questions) in alone.items():
        again, asked = composed(code, day, one)
        assert again == page
        assert (again.edition, asked) == (page.edition, questions)
