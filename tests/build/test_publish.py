"""Writing a page: four files, all or none, links only to what is there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import payeratlas
from payeratlas.build import publish
from payeratlas.model.errors import InputError
from payeratlas.pages.page import Page


@pytest.fixture(scope="module")
def page() -> Page:
    """A real page with siblings."""
    return payeratlas.open().code("64640", date(2025, 10, 15)).page


def test_four_files_and_nothing_else(page: Page, tmp_path: Path) -> None:
    written = publish.write(page, tmp_path / "64640")
    assert [path.name for path in written] == [f"64640.{kind}" for kind in publish.FORMATS]
    assert sorted(path.name for path in (tmp_path / "64640").iterdir()) == sorted(
        path.name for path in written
    )
    again = [path.read_bytes() for path in written]
    assert [path.read_bytes() for path in publish.write(page, tmp_path / "64640")] == again


def test_a_sibling_is_a_link_only_where_its_page_is(page: Page, tmp_path: Path) -> None:
    html = publish.write(page, tmp_path / "64640")[0]
    assert "../64624/" not in html.read_text("utf-8")
    html = publish.write(page, tmp_path / "64640", {"64640", "64624"})[0]
    text = html.read_text("utf-8")
    assert 'href="../64624/64624.html"' in text
    assert "../64632/" not in text


def test_where_one_format_fails_nothing_is_written(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(page: Page, **options: object) -> bytes:
        raise RuntimeError("no ink")

    monkeypatch.setattr(publish.pdf, "render", fail)
    with pytest.raises(RuntimeError, match="no ink"):
        publish.write(page, tmp_path / "64640")
    assert not (tmp_path / "64640").exists()


def test_a_folder_that_cannot_be_is_refused_with_its_cure(page: Page, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(InputError, match="--out"):
        publish.write(page, tmp_path / "file" / "64640")
