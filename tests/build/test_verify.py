"""Verification: ten random pages hold, and whatever is changed on one or below it is caught."""

from __future__ import annotations

import gzip
import json
import random
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import payeratlas
from payeratlas.apps.api import Atlas
from payeratlas.build import publish
from payeratlas.build.verify import verify
from payeratlas.model.errors import InputError
from payeratlas.publish import json_
from payeratlas.store import EMBEDDED, Store

ATLAS = payeratlas.open()
DAY = date(2025, 10, 15)


@pytest.fixture(scope="module")
def page() -> str:
    """The page of an imaging code with components, as JSON."""
    return json_.render(ATLAS.code("77002", DAY).page)


def written(folder: Path, text: str) -> Path:
    path = folder / "page.json"
    path.write_text(text, encoding="utf-8")
    return path


def codes(count: int) -> list[str]:
    """Some codes of the October 2025 release, always the same ones."""
    (published,) = [p for p in ATLAS.store.releases("cms_pfs_rvu") if p.release.id == "rvu25d"]
    listed = ATLAS.store.scan("pfs_rvu", published, ["hcpcs"]).column("hcpcs").to_pylist()
    return random.Random(64640).sample(sorted(set(listed)), count)


@pytest.mark.parametrize("code", codes(10))
def test_random_pages_hold(code: str, tmp_path: Path) -> None:
    text = json_.render(ATLAS.code(code, DAY).page)
    report = verify(written(tmp_path, text), ATLAS.store)
    assert report.differences == ()
    assert report.tables > 20
    assert report.bytes == 0
    assert report.values > 10


def _fact(document: dict[str, Any], measure: str) -> list[Any]:
    """The row of the first fact of a measure."""
    named = [m["measure"] for m in document["measures"]]
    row: list[Any] = next(f for f in document["facts"] if named[f[0]] == measure)
    return row


def _figure(document: dict[str, Any]) -> None:
    row = _fact(document, "pfs.work_rvu")
    row[2:] = ["9.99", *row[3:6], "1.98"]


def _printed(document: dict[str, Any]) -> None:
    row = _fact(document, "pfs.work_rvu")
    row[6:] = ["9.99"]


def _both(document: dict[str, Any]) -> None:
    row = _fact(document, "pfs.work_rvu")
    row[2:] = ["9.99", *row[3:6]]


def _place(document: dict[str, Any]) -> None:
    _fact(document, "pfs.work_rvu")[5] = "cell=12,6"


def _column(document: dict[str, Any]) -> None:
    row = _fact(document, "pfs.work_rvu")
    row[4] = (row[4] + 1) % len(document["columns"])


def _indicator(document: dict[str, Any]) -> None:
    row = _fact(document, "pfs.indicator.pctc")
    row[2:] = ["", *row[3:6], row[2]]


def _amount(document: dict[str, Any]) -> None:
    _fact(document, "pfs.payment.facility")[2] = "9.99"


def _rule(document: dict[str, Any]) -> None:
    rule = _fact(document, "pfs.payment.facility")[4]
    document["rules"][rule]["rule"] = "pfs.nothing"


def _digest(document: dict[str, Any]) -> None:
    document["artifacts"][0]["sha256"] = "0" * 64


@pytest.mark.parametrize(
    "change", [_figure, _printed, _both, _place, _column, _indicator, _amount, _rule, _digest]
)
def test_a_change_on_the_page_is_caught(
    change: Callable[[dict[str, Any]], None], page: str, tmp_path: Path
) -> None:
    document = json.loads(page)
    change(document)
    report = verify(written(tmp_path, json.dumps(document)), ATLAS.store)
    assert not report.holds
    assert all(difference.strip() for difference in report.differences)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The folder of a page of a site."""
    publish.write_in_site(ATLAS.code("77002", DAY).page, tmp_path)
    return tmp_path / "77002"


def test_a_page_of_a_site_holds_by_the_json_beside_it(page: str, site: Path) -> None:
    alone = verify(written(site, page), ATLAS.store)
    for name in ("77002.html", "77002.json.gz"):
        report = verify(site / name, ATLAS.store)
        assert report.differences == ()
        assert (report.tables, report.values) == (alone.tables, alone.values)
        assert report.derivations == alone.derivations


def test_a_page_of_a_site_beside_another_json_is_caught(site: Path) -> None:
    packed = site / "77002.json.gz"
    document = json.loads(gzip.decompress(packed.read_bytes()))
    _amount(document)
    packed.write_bytes(gzip.compress(json.dumps(document).encode()))
    report = verify(site / "77002.html", ATLAS.store)
    assert "is not the JSON that the page was published with" in report.differences[0]
    assert len(report.differences) > 1


def test_a_damaged_json_is_refused(site: Path) -> None:
    packed = site / "77002.json.gz"
    data = packed.read_bytes()
    for damaged in (data[:-9], data + b"more", data[:40] + b"\0" * 8 + data[48:], data[:2]):
        packed.write_bytes(damaged)
        for name in ("77002.html", "77002.json.gz"):
            with pytest.raises(InputError, match="cannot be read"):
                verify(site / name, ATLAS.store)


def test_one_changed_byte_in_a_pinned_file_is_caught(page: str, tmp_path: Path) -> None:
    root = tmp_path / "store"
    shutil.copytree(EMBEDDED, root)
    path = written(tmp_path, page)
    assert verify(path, Store(root, None)).holds
    (pinned,) = (root / "tables" / "pfs_rvu").rglob("release=rvu25d/*.parquet")
    data = bytearray(pinned.read_bytes())
    data[len(data) // 2] ^= 1
    pinned.chmod(0o644)
    pinned.write_bytes(data)
    report = verify(path, Store(root, None))
    assert not report.holds
    assert "not what its manifest pinned" in report.differences[0]


def test_in_the_publishers_own_bytes(page: str, tmp_path: Path, shared_data: Path) -> None:
    report = verify(written(tmp_path, page), ATLAS.store, shared_data / "cms")
    assert report.holds
    assert report.tables == 0
    assert report.bytes > 100


def test_a_changed_original_is_not_taken_for_the_file(
    page: str, tmp_path: Path, shared_data: Path
) -> None:
    """A file with another digest is no original: the pinned table answers instead."""
    file = shared_data / "cms" / "pfs" / "rvu25d" / "PPRRVU2025_Oct.csv"
    (tmp_path / "originals").mkdir()
    (tmp_path / "originals" / file.name).write_bytes(file.read_bytes()[:-2])
    report = verify(written(tmp_path, page), ATLAS.store, tmp_path / "originals")
    assert report.bytes == 0
    assert report.holds


@pytest.mark.parametrize("text", ["", "{}", "<html></html>", '{"schema_version": "v0"}'])
def test_what_is_no_page_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="payeratlas publish"):
        verify(written(tmp_path, text), ATLAS.store)


def test_the_api_and_the_command_line_agree_on_the_edition() -> None:
    assert Atlas.open().store.edition == ATLAS.store.edition
