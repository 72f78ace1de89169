"""The same months on Spark, classic and Connect: same bytes, whichever worker dies."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_month import COUNT, SOON

import sparkkit
from payeratlas.build.executor import Item, LocalProcesses
from payeratlas.build.executor_spark import connect
from payeratlas.build.month import leftovers, run, sweep
from payeratlas.build.month_plan import read_plan
from payeratlas.build.object_store import open_files
from payeratlas.model.errors import InputError
from workkit import DEAD, DO, write_month

VICTIM = 60
KINDS = ("classic", "connect")


@pytest.fixture(scope="module", autouse=True)
def spark() -> None:
    """Spark is at hand; elsewhere these tests skip by name, and never in CI."""
    if lack := sparkkit.missing():
        if os.environ.get("CI", "").lower() in ("true", "1"):
            pytest.fail(f"{lack}; CI must have it")
        pytest.skip(lack)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spark")


@pytest.fixture(scope="module")
def plan(folder: Path) -> Path:
    return write_month(folder / "in", COUNT)


@pytest.fixture(scope="module")
def local(plan: Path, bucket: str) -> dict[str, Any]:
    """The month as local processes make it in the object store."""
    return run(read_plan(plan), f"{bucket}/local", LocalProcesses(2)).as_dict()


def job(kind: str, master: str, plan: Path, bucket: str) -> dict[str, Any]:
    """Items of every fate, a month in which a worker is killed, and items that nobody can do."""
    marker = str(plan.parent / f"{kind}-")

    def item(number: int, act: str | None = None, times: int = 1) -> dict[str, Any]:
        work = {"number": number, "marker": f"{marker}{number}", "act": act, "times": times}
        return {"id": str(number), "work": work}

    fates = ("die", "refuse", "unreachable", "blunder")
    return {
        "master": master,
        "items": [
            *(item(n) for n in range(6)),
            *(item(10 + n, act) for n, act in enumerate(fates)),
            item(20, "die", times=99),
            item(30, "die above"),
        ],
        "plan": str(plan),
        "out": f"{bucket}/{kind}",
        "marker": f"{marker}month",
        "victim": VICTIM,
        # A worker of Spark in one case, a whole executor with all its workers in the other.
        "act": "die above" if kind == "connect" else "die with java",
        "lost": [item(40), item(41, "die above", times=99)],
    }


@pytest.fixture(scope="module")
def classic(folder: Path, plan: Path, bucket: str) -> dict[str, Any]:
    variables = sparkkit.environment(folder / "classic")
    return sparkkit.drive(job("classic", sparkkit.MASTER, plan, bucket), variables)


@pytest.fixture(scope="module")
def server(folder: Path, bucket: str) -> Iterator[tuple[str, dict[str, str]]]:
    """A Spark Connect server on loopback, and the variables of its clients."""
    import grpc

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    variables = sparkkit.environment(folder / "connect")
    log = folder / "connect.log"
    process = sparkkit.connect_server(port, variables, log)
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            try:
                grpc.channel_ready_future(channel).result(timeout=sparkkit.BOUND)
            except grpc.FutureTimeoutError:
                pytest.fail(f"the Spark Connect server did not start: {log.read_text()[-4000:]}")
        yield f"sc://127.0.0.1:{port}", variables
    finally:
        process.terminate()
        process.wait(sparkkit.BOUND)


@pytest.fixture(scope="module")
def connected(server: tuple[str, dict[str, str]], plan: Path, bucket: str) -> dict[str, Any]:
    master, variables = server
    return sparkkit.drive(job("connect", master, plan, bucket), variables)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def answer(request: pytest.FixtureRequest, kind: str) -> dict[str, Any]:
    """What came of the job on Spark of that kind."""
    found: dict[str, Any] = request.getfixturevalue("classic" if kind == "classic" else "connected")
    return found


def test_the_month_is_the_same_to_the_byte(
    answer: dict[str, Any], kind: str, local: dict[str, Any], bucket: str
) -> None:
    month = answer["month"]
    for mark in ("seconds", "cpu_seconds", "repeated", "resumed"):  # marks of one run
        month.pop(mark)
    assert month == {name: value for name, value in local.items() if name in month}
    assert month["digest"]
    there, here = open_files(f"{bucket}/{kind}"), open_files(f"{bucket}/local")
    assert there.get("releases/month.json") == here.get("releases/month.json")
    names = [entry.name for entry in here.list("tables")]
    assert [e.name for e in there.list("tables")] == sorted([*names, DEAD])
    for name in names[::50]:
        assert there.get(name) == here.get(name)


def test_a_worker_was_killed_and_its_rest_can_be_swept(
    answer: dict[str, Any], kind: str, plan: Path, local: dict[str, Any], bucket: str
) -> None:
    from datetime import UTC, datetime

    assert (plan.parent / f"{kind}-month.0").exists(), "no worker died"
    out = f"{bucket}/{kind}"
    found = leftovers(out, datetime.now(UTC) + SOON)
    assert [e.name for e in found if not e.name.startswith("receipts/")] == [DEAD]
    sweep(out, [entry for entry in found if entry.name == DEAD])
    left = [e.name for e in open_files(out).list("tables")]
    assert left == [e.name for e in open_files(f"{bucket}/local").list("tables")]
    open_files(out).put(DEAD, b"")  # as the test before expects it, in any order


def test_every_item_has_one_receipt(answer: dict[str, Any], kind: str) -> None:
    receipts = {receipt["item"]: receipt for receipt in answer["receipts"]}
    assert len(receipts) == len(answer["receipts"]) == 12
    outcomes = {item: (r["outcome"], r["attempts"]) for item, r in receipts.items()}
    assert outcomes == {
        **{str(n): ("done", 1) for n in range(6)},
        "10": ("done", 2),  # its process died once
        "11": ("refused", 1),
        "12": ("done", 2),  # its network stumbled once
        "13": ("failed", 1),
        "20": ("failed", 3),  # its process died each time
        "30": ("done", 1),  # Spark's worker died, and Spark began anew
    }
    assert receipts["5"]["result"]["twice"] == 10
    assert receipts["20"]["reason"] == "its process was ended by SIGKILL, as when memory runs out."
    assert receipts["11"]["reason"] == "x.json: it is damaged. Try: mend it."


def test_progress_ends_at_all(answer: dict[str, Any]) -> None:
    assert answer["told"][0] == [0, 12]
    assert answer["told"][-1] == [12, 12]
    assert all(0 <= done <= 12 for done, _ in answer["told"])


def test_what_spark_gives_up_is_told(answer: dict[str, Any]) -> None:
    assert "lost" not in answer
    assert "Spark gave the work up: " in answer["given up"]
    assert "run it again" in answer["given up"]


def test_the_slow_twin_agrees(answer: dict[str, Any], kind: str, tmp_path: Path) -> None:
    given = job(f"{kind}-again", "", tmp_path / "plan.json", "")["items"]
    items = [Item(**item) for item in given if item["work"]["act"] != "die above"]
    here = {r.item: (r.outcome, r.result, r.reason) for r in LocalProcesses(2).map(DO, items)}
    spark = {r["item"]: (r["outcome"], r["result"], r["reason"]) for r in answer["receipts"]}
    spark.pop("30")
    assert here == spark


def test_nobody_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(InputError, match="no Spark answers"):
        connect(f"sc://127.0.0.1:{port}")
