"""Items on a Spark cluster: one task an item, by ``mapInArrow``, on classic Spark and on Connect.

No shuffle and no SQL. Spark tries a task anew where its worker is lost; inside a task, a process of
its own does the item (``executor.Guard``), so that an item that kills its process ends as a failed
receipt and not as the end of the whole job. The workers need this package, its native reader and
the same Python as the driver; nobody needs PySpark but who asks for it.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from payeratlas.build.executor import ATTEMPTS, Guard, Item, Receipt, Tell, once
from payeratlas.model.errors import InputError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa
    from pyspark.sql import SparkSession

_CONNECT, _PORT = "sc://", 15002  # the scheme and usual port of Spark Connect
_PATIENCE = 15.0  # seconds for a server to take a call
_BETWEEN = 0.5  # seconds between two looks at how far the tasks are
_AGAIN = "run it again: what has its receipt is not done again."


class Spark:
    """The executors of a Spark session."""

    def __init__(self, session: SparkSession, *, attempts: int = ATTEMPTS) -> None:
        self._session = session
        self._attempts = attempts

    def map(
        self, function: str, items: Sequence[Item], tell: Tell | None = None
    ) -> Iterator[Receipt]:
        """See ``Executor.map``; the receipts come together, at the end.

        Raises StoreError where Spark gives the job up: workers were lost more often than it
        retries (``spark.task.maxFailures``), or lack this package.
        """
        once(items)
        if not items:
            return
        texts = [json.dumps(asdict(item)) for item in items]
        run = partial(_run, function, texts, self._attempts)
        # A range has exactly one row in each partition, without a shuffle.
        frame = self._session.range(0, len(texts), 1, len(texts)).mapInArrow(run, "receipt string")
        with _watched(self._session, len(texts), tell):
            try:
                rows = frame.collect()
            except Exception as error:  # py4j's and gRPC's own, which need not be there to import
                raise StoreError(
                    f"Spark gave the work up: {_first_line(error)}", where="Spark", cure=_AGAIN
                ) from error
        for row in rows:
            yield Receipt.from_json(row["receipt"])


def connect(master: str = "") -> SparkSession:
    """A session: at ``sc://host:port`` by Spark Connect, at any other master by classic Spark.

    Without ``master`` the session at hand, as on Databricks or under ``spark-submit``. Raises
    InputError where PySpark or Java is missing or nobody answers there.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise InputError(
            "PySpark is not installed.",
            cure="pip install 'payeratlas[spark]', or run it where the cluster brings PySpark.",
        ) from error
    # Workers of this machine take the Python of PATH otherwise, which may lack this package.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder: Any = SparkSession.builder.appName("payeratlas")
    if master.startswith(_CONNECT):
        _knock(master)
        builder = builder.remote(master)
    elif master:
        builder = builder.master(master).config("spark.ui.showConsoleProgress", "false")
    try:
        session: SparkSession = builder.getOrCreate()
    except Exception as error:
        raise _silent(master, _first_line(error)) from error
    return session


def _knock(master: str) -> None:
    """Refuse an address where nobody listens; Spark's client would try for many minutes."""
    parts = urlsplit(master)
    try:
        socket.create_connection((parts.hostname or "", parts.port or _PORT), _PATIENCE).close()
    except (OSError, ValueError) as error:
        raise _silent(master, str(error)) from error


def _silent(master: str, why: str) -> InputError:
    return InputError(
        f"no Spark answers: {why.rstrip('.')}.",
        where=master or "the session at hand",
        cure="check the address, and that this machine has Java 17 (sc:// needs none).",
    )


def _run(
    function: str, texts: Sequence[str], attempts: int, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """In a worker: the receipts of the items whose numbers come."""
    import pyarrow as pa

    for batch in batches:
        numbers = map(int, batch.column(0).to_numpy())
        receipts = [
            _guard(attempts).receipt(function, Item(**json.loads(texts[number]))).to_json()
            for number in numbers
        ]
        yield pa.RecordBatch.from_pydict({"receipt": pa.array(receipts, pa.string())})


@cache
def _guard(attempts: int) -> Guard:
    """The guard of this worker, for all its tasks."""
    return Guard(attempts)


def _is_remote(session: SparkSession) -> bool:
    return type(session).__module__.startswith("pyspark.sql.connect")


def _first_line(error: Exception) -> str:
    """What an error of Spark says, without the trace of Java that follows it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(("at ", "File ", "Traceback", "JVM"))]
    return told[0] if told else type(error).__name__


@contextmanager
def _watched(session: SparkSession, total: int, tell: Tell | None) -> Iterator[None]:
    """Tell how many tasks are done while the job runs."""
    if tell is None:
        yield
        return
    tell(0, total)
    if _is_remote(session):

        def handler(stages: Any, **others: Any) -> None:
            tell(min(total, sum(stage.num_completed_tasks for stage in stages or ())), total)

        session.registerProgressHandler(handler)
        try:
            yield
        finally:
            session.removeProgressHandler(handler)
    else:
        tracker = session.sparkContext.statusTracker()
        ended = threading.Event()

        def look() -> None:
            while not ended.wait(_BETWEEN):
                stages = map(tracker.getStageInfo, tracker.getActiveStageIds())
                tell(min(total, sum(stage.numCompletedTasks for stage in stages if stage)), total)

        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
    tell(total, total)
