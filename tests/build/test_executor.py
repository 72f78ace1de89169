"""Processes that do items: every item has its receipt, whatever happens to who does it."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from payeratlas.build.executor import Guard, Item, LocalProcesses, Receipt
from workkit import DO


def item(number: int, marker: Path | None = None, **work: Any) -> Item:
    name = f"item {number}"
    return Item(name, {"number": number, "marker": str(marker or "") + name, **work})


def receipts(items: list[Item], jobs: int = 2, **options: Any) -> dict[str, Receipt]:
    found = list(LocalProcesses(jobs, **options).map(DO, items))
    assert len(found) == len(items)
    return {receipt.item: receipt for receipt in found}


def test_every_item_has_its_result() -> None:
    found = receipts([item(n) for n in range(20)])
    assert {r.result["twice"] for r in found.values()} == {2 * n for n in range(20)}
    assert {(r.outcome, r.attempts, r.reason) for r in found.values()} == {("done", 1, "")}
    assert all(r.seconds > 0 for r in found.values())
    assert list(LocalProcesses(2).map(DO, [])) == []


def test_progress_counts_to_the_end() -> None:
    told: list[tuple[int, int]] = []
    items = [item(n) for n in range(5)]
    list(LocalProcesses(2).map(DO, items, lambda done, total: told.append((done, total))))
    assert told == [(n, 5) for n in range(1, 6)]


@pytest.mark.parametrize("act", ["die", "exit", "unreachable"])
def test_who_stumbles_once_is_tried_again(tmp_path: Path, act: str) -> None:
    items = [item(n, tmp_path / "m", act=act if n in (0, 3) else None) for n in range(6)]
    found = receipts(items)
    assert {r.outcome for r in found.values()} == {"done"}
    assert {n: r.attempts for n, r in found.items() if r.attempts > 1} == {"item 0": 2, "item 3": 2}
    assert [found[f"item {n}"].result["twice"] for n in range(6)] == [0, 2, 4, 6, 8, 10]


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        ("die", "its process was ended by SIGKILL, as when memory runs out."),
        ("exit", "its process ended by itself with code 7."),
        ("unreachable", "ConnectionResetError: the network stumbled"),
    ],
)
def test_who_always_stumbles_is_reported(tmp_path: Path, act: str, reason: str) -> None:
    items = [item(n, tmp_path / "m", act=act if n == 1 else None, times=99) for n in range(4)]
    found = receipts(items, attempts=2)
    lost = found.pop("item 1")
    assert (lost.outcome, lost.attempts, dict(lost.result)) == ("failed", 2, {})
    assert lost.reason.startswith(reason)
    assert {r.outcome for r in found.values()} == {"done"}
    assert len(list(tmp_path.iterdir())) == 2, "it was tried as often as it was allowed"


@pytest.mark.parametrize(
    ("act", "outcome", "reason"),
    [
        ("refuse", "refused", "x.json: it is damaged. Try: mend it."),
        ("blunder", "failed", "TypeError: a blunder (workkit.py, line "),
        ("no json", "failed", "TypeError: "),
    ],
)
def test_an_answer_is_final(tmp_path: Path, act: str, outcome: str, reason: str) -> None:
    found = receipts([item(0, tmp_path / "m", act=act, times=99), item(1)])
    assert (found["item 0"].outcome, found["item 0"].attempts) == (outcome, 1)
    assert found["item 0"].reason.startswith(reason)
    assert found["item 1"].outcome == "done"


@pytest.mark.parametrize("function", ["workkit:nothing", "no_such_module:do"])
def test_a_function_that_is_not_there_is_told(function: str) -> None:
    (found,) = LocalProcesses(1).map(function, [item(0)])
    assert found.outcome == "failed"
    assert function.partition(":")[0] in found.reason


def test_who_stops_asking_leaves_no_process() -> None:
    answers = LocalProcesses(2).map(DO, [item(n) for n in range(50)])
    next(answers)
    assert multiprocessing.active_children()
    answers.close()  # type: ignore[attr-defined]
    assert not multiprocessing.active_children()


def test_a_guard_uses_one_process_for_many_items() -> None:
    with Guard() as guard:
        guard.receipt(DO, item(0))
        before = multiprocessing.active_children()
        guard.receipt(DO, item(1))
        assert multiprocessing.active_children() == before
        assert len(before) == 1
    assert not multiprocessing.active_children()


def test_ids_are_unique() -> None:
    with pytest.raises(ValueError, match="two items have one id"):
        list(LocalProcesses(1).map(DO, [item(0), item(0)]))


def test_receipts_survive_json() -> None:
    receipt = Receipt("a", "failed", {"b": [1]}, "why", 2, 1.5, 0.5)
    assert Receipt.from_json(receipt.to_json()) == receipt
