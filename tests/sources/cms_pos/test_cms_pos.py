"""Place of service codes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from filekit import a_file
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.time import Period
from payeratlas.sources.cms_pos import discover, read

NAME = "northstar_pos_codes_2024.csv"


@pytest.fixture
def pos(sample: Callable[[str, str], SourceFile]) -> SourceFile:
    return sample("cms_pos", NAME)


def test_places_with_their_rate(pos: SourceFile) -> None:
    reading = read([pos])
    (batch,) = reading.batches
    found = dict(zip(batch.columns["pos"], batch.columns["rate_type"], strict=True))
    assert found == {"02": "Facility", "11": "Non-Facility", "24": "Facility", "28": "Unassigned"}
    assert "Telehealth Provided Other than in Patient\u2019s Home" in batch.columns["name"]
    assert set(batch.columns) == {"pos", "name", "rate_type"}
    assert reading.release.id == "pos2024-excerpt"
    assert reading.release.covers == Period(date(2024, 1, 1), None, observed=True)


def test_a_lost_zero_is_put_back(pos: SourceFile) -> None:
    (batch,) = read([a_file(NAME, pos.data.replace(b"\n02,", b"\n2,"))]).batches
    assert batch.columns["pos"][0] == "02"
    assert '"2"' in str(batch.printed[0])


def test_a_file_that_no_release_names_is_refused(pos: SourceFile) -> None:
    with pytest.raises(FileError, match="prints no date") as caught:
        read([a_file("pos_codes_2031.csv", pos.data)])
    assert "cms_pos/releases.toml" in caught.value.cure
    assert pos.artifact.sha256 in caught.value.cure


def test_discover_lists_the_documents() -> None:
    page = b'<a href="/files/document/website-place-of-service-codes.pdf">Codes (PDF)</a>'
    assert [f.title for f in discover(lambda url: page)] == ["Codes (PDF)"]
