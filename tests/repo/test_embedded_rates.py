"""The price files that come with the software: whole, without foreign text, and made again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from payeratlas.apps.api import Atlas
from payeratlas.build.embed_rates import SERVICES, services
from payeratlas.rates.benchmark import HEADLINE, Benchmarks
from payeratlas.rates.read import benchmarks_of
from payeratlas.store import EMBEDDED, Store
from payeratlas.store.benchmarks import MANIFEST, RATES

ROOT = EMBEDDED / RATES
CODES = services((EMBEDDED / SERVICES).read_text("utf-8"))
NAMED = {"aetna", "bcbs", "cigna", "unitedhealthcare"}
MOST_BYTES = 12_000_000


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Benchmarks]:
    store = Store.open(tmp_path_factory.mktemp("none"))

    def of(code: str) -> Benchmarks:
        benchmarks = benchmarks_of(code, store)
        assert isinstance(benchmarks, Benchmarks), benchmarks
        return benchmarks

    return of


def entries() -> list[dict[str, Any]]:
    return list(json.loads((ROOT / MANIFEST).read_bytes()))


def test_it_stays_small_and_nothing_lies_about() -> None:
    files = {
        p.relative_to(ROOT).as_posix(): p.stat().st_size for p in ROOT.rglob("*") if p.is_file()
    }
    assert sum(files.values()) < MOST_BYTES
    named = {path for entry in entries() for path in (*entry["tables"].values(), entry["evidence"])}
    assert named <= set(files)
    others = {path for path in set(files) - named if not path.startswith("prices/benchmarks/")}
    assert others == {MANIFEST}


def test_every_listed_code_is_kept_and_no_other() -> None:
    for entry in entries():
        assert set(entry["codes"]) == set(CODES)
        if path := entry["tables"].get("posted_rate"):
            held = set(pc.unique(pq.read_table(ROOT / path, columns=["code"])["code"]).to_pylist())
            assert held <= set(CODES)


def test_no_free_text_of_a_publisher_is_in_it() -> None:
    for entry in entries():
        if path := entry["tables"].get("posted_rate"):
            words = pq.read_table(ROOT / path, columns=["additional"])["additional"]
            assert words.null_count == len(words) > 0


def test_the_four_named_payers_have_cells_of_the_founding_code(
    found: Callable[[str], Benchmarks],
) -> None:
    cells = found("64640").cells
    voted = {c.key.family for c in cells if c.key.strictness == HEADLINE and c.votes}
    assert voted >= NAMED


def test_every_funnel_balances(found: Callable[[str], Benchmarks]) -> None:
    for code in ("64640", "99213", "45378", "70551", "80053"):
        benchmarks = found(code)
        assert benchmarks.read == benchmarks.kept + sum(benchmarks.aside.values())
        for cell in benchmarks.cells:
            first, *between, last = cell.funnel
            assert first.rows == last.left + sum(step.rows for step in between)
            assert last.left == cell.rows


def test_a_page_has_them_without_any_price_file_of_the_user(tmp_path: Path) -> None:
    atlas = Atlas.open(str(tmp_path / "none"))
    page = atlas.code("64640").page
    section = next(one for one in page.sections if one.letter == "D")
    assert not section.empty
