"""The doctor: whole data is called whole, damage is named, contradictions are counted."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from payeratlas.build.doctor import Findings, examine
from payeratlas.pricing.consistency import EXCERPT, NOT_FROM_RVUS
from payeratlas.store import EMBEDDED, Store
from payeratlas.store.price_files import PriceFiles
from pricekit import FILE, added, written


@pytest.fixture(scope="module")
def findings() -> Findings:
    """The embedded data set, examined."""
    return examine(Store(EMBEDDED, None))


def by_check(findings: Findings) -> dict[str, dict]:
    return {kind["check"]: kind for kind in findings.as_dict()["inconsistencies"]}


def test_the_embedded_data_is_whole(findings: Findings) -> None:
    assert findings.whole
    assert findings.rows > 400_000


def test_all_totals_add_up_and_all_caps_follow(findings: Findings) -> None:
    kinds = by_check(findings)
    assert kinds["pfs_totals"]["checked"] > 700_000
    assert kinds["pfs_totals"]["count"] == 0
    assert kinds["pfs_oppscap"]["checked"] > 60_000
    assert kinds["pfs_oppscap"]["count"] == 0


def test_components_that_do_not_add_up_are_listed_with_their_cause(findings: Findings) -> None:
    kind = by_check(findings)["pfs_components"]
    causes = {cause["cause"]: cause for cause in kind["causes"]}
    assert set(causes) == {NOT_FROM_RVUS, EXCERPT, "not explained"}
    assert kind["unexplained"] == causes["not explained"]["count"]
    assert {item["subject"] for item in causes["not explained"]["listed"]} == {"80506"}
    assert sum(len(cause["listed"]) for cause in kind["causes"]) == kind["count"]


def test_damage_is_named_with_its_cure(tmp_path: Path) -> None:
    root = tmp_path / "store"
    shutil.copytree(EMBEDDED, root)
    (pinned,) = (root / "tables" / "pos").rglob("*.parquet")
    pinned.chmod(0o644)
    pinned.write_bytes(pinned.read_bytes()[:-1])
    findings = examine(Store(root, None))
    assert not findings.whole
    (damage,) = findings.damage
    assert pinned.name in damage
    assert "sources add" in damage


def test_a_damaged_price_file_is_named(tmp_path: Path) -> None:
    held = PriceFiles(tmp_path / "store")
    file = added(written(tmp_path / "x.json", FILE), held).file
    held.close()
    found = examine(Store(tmp_path / "store", None))
    assert (found.price_files, found.whole) == (1, True)
    table = held.root / file.tables["tic_price"].path
    table.write_bytes(b"not what it was")
    (told,) = examine(Store(tmp_path / "store", None)).damage
    assert str(table) in told
