"""Benchmarks that stand ready: worked out for all codes or one, never stale, never half there."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from payeratlas.apps.cli import cli
from payeratlas.build import benchmarks as building
from payeratlas.build import embed_rates
from payeratlas.build.benchmarks import build, ensure, ranges
from payeratlas.model.errors import InputError, StoreError
from payeratlas.model.facts import Unknown
from payeratlas.rates import read
from payeratlas.rates.again import again
from payeratlas.rates.benchmark import Benchmarks
from payeratlas.rates.read import benchmarks_of
from payeratlas.store import Store
from payeratlas.store import benchmarks as ready
from payeratlas.store.price_files import PriceFiles
from payeratlas.store.watch import Watched, edition_now
from pricekit import added, in_network, item, price, rate, written

CODES = ("64640", "99213", "J1885")


def groups(start: int, count: int) -> list[dict[str, Any]]:
    """Provider groups, each a TIN that pays by TIN."""
    return [
        {"npi": [0], "tin": {"type": "ein", "value": f"{n:02}-0000000"}}
        for n in range(start, start + count)
    ]


def payers_file(*amounts: float, codes: Sequence[str] = CODES, **more: object) -> dict[str, Any]:
    """A payer's file: seven organisations for each amount, in its own provider reference."""
    references = [
        {"provider_group_id": n, "provider_groups": groups(10 + 7 * n, 7)}
        for n in range(len(amounts))
    ]
    rates = [rate(price(a), references=[n]) for n, a in enumerate(amounts)]
    items = [item(code, *rates) for code in codes]
    document: dict[str, Any] = in_network(*items, provider_references=references, **more)
    return document


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A store with one payer's file."""
    held = PriceFiles.open(tmp_path / "store")
    added(written(tmp_path / "a.json", payers_file(100, 120.5, 90)), held)
    held.close()
    return tmp_path / "store"


def opened(root: Path, embedded: Path | None = None) -> Store:
    """The store as a new process finds it, without the embedded releases."""
    return Store(root, embedded)


def found(code: str, store: Store) -> Benchmarks:
    """The benchmarks of a code, which are there."""
    answer = benchmarks_of(code, store)
    assert isinstance(answer, Benchmarks), answer
    return answer


def quiet(done: int, total: int, code: str) -> None:
    """Nobody is told."""


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def why(code: str, store: Store) -> str:
    """The reason why there are none."""
    answer = benchmarks_of(code, store)
    assert isinstance(answer, Unknown)
    return answer.reason


def test_all_codes_are_what_each_alone_is(root: Path) -> None:
    alone = {}
    for code in CODES:
        ensure(code, opened(root))
        alone[code] = found(code, opened(root))
    built = build(opened(root), quiet)
    assert built is not None
    assert (built.files, built.codes, built.read, built.kept) == (1, 3, 9, 9)
    assert {code: found(code, opened(root)) for code in CODES} == alone
    cells = pq.read_table(root / ready.folder_of(built.edition) / ready.CELLS)
    assert cells.num_rows == built.cells == sum(len(one.cells) for one in alone.values())
    (cell,) = [one for one in alone["64640"].cells if one.key.strictness == "balanced"]
    assert (cell.organisations, cell.rows, str(cell.median)) == (21, 3, "100")


def test_twice_gives_the_same_bytes(root: Path) -> None:
    build(opened(root), quiet)
    before = tree(root / "prices" / "benchmarks")
    build(opened(root), quiet)
    assert tree(root / "prices" / "benchmarks") == before


def test_a_site_builds_only_what_does_not_stand_ready(root: Path, tmp_path: Path) -> None:
    assert building.build_where_stale(opened(tmp_path / "none"), quiet) is None
    ensure("64640", opened(root))
    built = building.build_where_stale(opened(root), quiet)
    assert built is not None
    assert built.codes == 3
    assert building.build_where_stale(opened(root), quiet) is None


def test_small_ranges_of_codes_give_the_same_bytes(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(opened(root), quiet)
    before = tree(root / "prices" / "benchmarks")
    monkeypatch.setattr(building, "TOGETHER", 1)
    build(opened(root), quiet)
    assert tree(root / "prices" / "benchmarks") == before


def test_another_price_file_makes_another_edition(root: Path) -> None:
    build(opened(root), quiet)
    before = found("64640", opened(root))
    held = PriceFiles.open(root)
    added(written(root.parent / "b.json", payers_file(500, reporting_entity_name="Other")), held)
    held.close()
    assert why("64640", opened(root)) == "not_covered"
    ensure("64640", opened(root))
    after = found("64640", opened(root))
    assert after.edition != before.edition
    assert (before.read, after.read) == (3, 4)
    assert why("99213", opened(root)) == "not_covered"


def test_other_rules_make_another_edition(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(opened(root), quiet)
    monkeypatch.setattr(read, "RULES", read.RULES + 1)
    assert why("64640", opened(root)) == "not_covered"


def test_why_there_is_none(root: Path, tmp_path: Path) -> None:
    assert why("64640", opened(tmp_path / "empty")) == "not_covered"
    assert build(opened(tmp_path / "empty"), quiet) is None
    assert why("64640", opened(root)) == "not_covered"
    ensure("00001", opened(root))
    assert why("00001", opened(root)) == "not_listed"
    build(opened(root), quiet)
    assert why("00001", opened(root)) == "not_listed"


def test_a_file_that_was_read_for_some_codes_says_nothing_of_others(tmp_path: Path) -> None:
    held = PriceFiles.open(tmp_path / "store")
    added(written(tmp_path / "a.json", payers_file(100)), held, "64640")
    held.close()
    root = tmp_path / "store"
    ensure("00001", opened(root))
    assert why("00001", opened(root)) == "not_covered"
    build(opened(root), quiet)
    assert why("00001", opened(root)) == "not_covered"
    assert found("64640", opened(root)).read == 1


def test_a_page_rests_on_the_benchmarks_that_it_asked_for(root: Path) -> None:
    build(opened(root), quiet)
    watched = Watched(opened(root))
    benchmarks_of("64640", watched)
    assert edition_now(watched.questions, opened(root)) == watched.edition
    held = PriceFiles.open(root)
    added(written(root.parent / "b.json", payers_file(500, reporting_entity_name="Other")), held)
    held.close()
    build(opened(root), quiet)
    assert edition_now(watched.questions, opened(root)) != watched.edition


@pytest.mark.parametrize("refused", range(1, 12))
def test_a_disk_that_refuses_leaves_the_store_as_before_or_after(
    refused: int, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each rename in turn is refused: what can be read is the old edition, or the new one whole."""
    ensure("64640", opened(root))
    calls = 0
    rename = os.replace

    def refuse(*given: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == refused:
            raise OSError(28, "No space left on device")
        rename(*given)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        with contextlib.suppress(StoreError):
            build(opened(root), quiet)
    assert found("64640", opened(root)).read == 3
    build(opened(root), quiet)
    assert found("99213", opened(root)).read == 3


def test_damage_is_said_with_its_cure(root: Path) -> None:
    built = build(opened(root), quiet)
    assert built is not None
    data = bytearray(built.path.read_bytes())
    data[-1] ^= 1
    built.path.write_bytes(data)
    with pytest.raises(StoreError, match="not what was written"):
        benchmarks_of("J1885", opened(root))


def test_ranges_hold_whole_codes_and_all_of_them() -> None:
    counts = {"a": 5, "b": 5, "c": 20, "d": 1, "e": 1}
    assert list(ranges(counts, 10)) == [("a", "b"), ("c", "c"), ("d", "e")]
    assert list(ranges({}, 10)) == []


# -- what comes with the software ------------------------------------------------------------------


@pytest.fixture
def embedded(root: Path, tmp_path: Path) -> Path:
    """An embedded data set with two codes of that store's file."""
    folder = tmp_path / "data"
    built = embed_rates.embed(opened(root), folder / "rates", ["64640", "99213"])
    assert (built.codes, built.files) == (2, 1)
    return folder


def test_what_comes_with_the_software_is_what_the_store_gives(
    root: Path, embedded: Path, tmp_path: Path
) -> None:
    build(opened(root), quiet)
    fresh = opened(tmp_path / "fresh", embedded)
    ours, theirs = found("64640", opened(root)), found("64640", fresh)
    assert (ours.cells, ours.aside, ours.outliers) == (theirs.cells, theirs.aside, theirs.outliers)
    assert why("J1885", fresh) == "not_covered"
    assert not (tmp_path / "fresh" / "prices").exists(), "reading writes nothing"


def test_embedding_twice_gives_the_same_bytes(root: Path, embedded: Path) -> None:
    before = tree(embedded)
    embed_rates.embed(opened(root), embedded / "rates", ["64640", "99213"])
    assert tree(embedded) == before


def test_the_users_files_are_laid_over_those_of_the_software(
    root: Path, embedded: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    held = PriceFiles.open(mine)
    document = payers_file(500, codes=("64640",), reporting_entity_name="Other")
    added(written(tmp_path / "b.json", document), held)
    held.close()
    ensure("64640", opened(mine, embedded))
    both = found("64640", opened(mine, embedded))
    assert both.read == 4
    assert {note.publisher for note in both.files} == {"Made-up Health", "Other"}
    built = build(opened(mine, embedded), quiet)
    assert built is not None
    assert built.codes == 2
    assert found("64640", opened(mine, embedded)) == both


def test_a_file_that_the_user_has_too_counts_once(root: Path, embedded: Path) -> None:
    store = opened(root, embedded)
    ensure("64640", store)
    assert found("64640", store).read == 3
    ensure("J1885", store)
    assert found("J1885", store).read == 3, "the user's own file was read whole"


def test_the_folder_has_to_be_called_rates(root: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has to be called rates"):
        embed_rates.embed(opened(root), tmp_path / "other", ["64640"])
    with pytest.raises(InputError, match="no price file"):
        embed_rates.embed(opened(tmp_path / "none"), tmp_path / "rates", ["64640"])


def test_services_are_codes_with_remarks() -> None:
    assert embed_rates.services("# a list\n64640 99213 # more\n\nj1885\n") == CODES


# -- figures again ---------------------------------------------------------------------------------


def test_figures_worked_out_anew_are_the_same(root: Path) -> None:
    build(opened(root), quiet)
    for code in CODES:
        for cell in found(code, opened(root)).cells:
            assert again(cell) == cell


def test_command(root: Path) -> None:
    result = CliRunner().invoke(cli, ["--store", str(root), "benchmarks", "build"])
    assert result.exit_code == 0, result.output
    assert "of 1 price files" in result.output or "price files" in result.output
