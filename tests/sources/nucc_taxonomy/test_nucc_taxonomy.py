"""Provider taxonomy codes: codes and nothing else, dated by the version in the file's name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from filekit import a_file
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.time import Period
from payeratlas.sources.nucc_taxonomy import discover, read

NAME = "nucc_taxonomy_251.csv"


@pytest.fixture
def nucc(sample: Callable[[str, str], SourceFile]) -> SourceFile:
    return sample("nucc_taxonomy", NAME)


def test_codes_and_nothing_else(nucc: SourceFile) -> None:
    data = nucc.data.replace(b"213E00000X,", b"213E00000X,Some words")
    (batch,) = read([a_file(NAME, data)]).batches
    assert list(batch.columns) == ["taxonomy"]
    assert "213E00000X" in batch.columns["taxonomy"]
    assert set(batch.bindings) == {"taxonomy"}
    assert not any(batch.printed)


@pytest.mark.parametrize(
    ("name", "issued", "covers"),
    [
        (NAME, date(2025, 7, 1), Period(date(2025, 10, 1), date(2026, 4, 1))),
        ("nucc_taxonomy_260.csv", date(2026, 1, 1), Period(date(2026, 4, 1), date(2026, 10, 1))),
    ],
)
def test_the_version_gives_the_half_year_of_its_use(
    nucc: SourceFile, name: str, issued: date, covers: Period
) -> None:
    release = read([a_file(name, nucc.data)]).release
    assert (release.issued, release.covers) == (issued, covers)
    assert not release.complete


def test_a_name_without_a_version_is_refused(nucc: SourceFile) -> None:
    with pytest.raises(FileError, match="names none"):
        read([a_file("taxonomy.csv", nucc.data)])


def test_what_is_no_code_is_refused(nucc: SourceFile) -> None:
    with pytest.raises(FileError, match="provider taxonomy code"):
        read([a_file(NAME, nucc.data.replace(b"213E00000X", b"213E0000"))])


def test_nothing_of_the_text_leaves_the_reader(shared_data: Path) -> None:
    (batch,) = read([SourceFile.open(shared_data / "cms" / "codes" / NAME)]).batches
    assert len(batch.ordinals) == 883
    assert all(len(str(code)) == 10 for code in batch.columns["taxonomy"])


def test_discover_offers_the_versions_newest_first() -> None:
    page = (
        b'<a href="/images/stories/CSV/nucc_taxonomy_250.csv">25.0</a>'
        b'<a href="/images/stories/CSV/nucc_taxonomy_251.csv">25.1</a>'
    )
    assert [found.title for found in discover(lambda url: page)] == ["25.1", "25.0"]
