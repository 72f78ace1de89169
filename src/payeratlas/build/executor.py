"""Apply one function to many items, each on its own, wherever processes can be had.

An ``Executor`` says where. What it is given and gives back is JSON, and functions are named
(``package.module:function``), so that an item can cross to another process or machine. A function
must be idempotent: an item may be done twice, or by two workers at once, when a worker is lost or
slow; whoever counts receipts counts it once.

Each item is done in a process of its own making (``Guard``), on a cluster too: what takes a process
down (a lack of memory, a fault in native code) costs that item an attempt and nothing else.
"""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib import import_module
from multiprocessing import get_context
from queue import Empty, Queue, SimpleQueue
from time import perf_counter, process_time
from traceback import extract_tb
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

from payeratlas.model.errors import AtlasError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess
    from types import TracebackType

ATTEMPTS = 3
"""How often an item is tried whose worker dies or cannot reach its files."""

Outcome = Literal["done", "refused", "failed"]
Tell = Callable[[int, int], None]
"""Is told how many items of how many have their receipt."""


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of work: an id that is unique among its like, and what the function is given."""

    id: str
    work: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an item.

    ``done``: ``result`` is what the function gave. ``refused``: the function said no (an
    AtlasError) for ``reason``, and would again. ``failed``: for ``reason`` no answer came in
    ``attempts`` attempts; another run may have one. ``seconds`` (wall) and ``cpu_seconds`` (all
    threads) are those of the last attempt, 0 where it died.
    """

    item: str
    outcome: Outcome
    result: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    attempts: int = 1
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    def to_json(self) -> str:
        """As one line of JSON."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Receipt:
        """From what ``to_json`` gave."""
        return cls(**json.loads(text))


class Executor(Protocol):
    """Somewhere to work."""

    def map(
        self, function: str, items: Sequence[Item], tell: Tell | None = None
    ) -> Iterator[Receipt]:
        """One receipt for each item, in any order.

        ``function`` names what is called with the ``work`` of an item and gives a mapping of JSON.
        Raises AtlasError only where the place of work itself is lost.
        """
        ...


class LocalProcesses:
    """``jobs`` processes of this machine, each given the next item when it is free."""

    def __init__(self, jobs: int, *, attempts: int = ATTEMPTS) -> None:
        self._jobs = jobs
        self._attempts = attempts

    def map(
        self, function: str, items: Sequence[Item], tell: Tell | None = None
    ) -> Iterator[Receipt]:
        """See ``Executor.map``."""
        once(items)
        waiting: SimpleQueue[Item] = SimpleQueue()
        for item in items:
            waiting.put(item)
        done: Queue[Receipt | BaseException] = Queue()
        guards = [Guard(self._attempts) for _ in range(min(self._jobs, len(items)))]

        def work(guard: Guard) -> None:
            try:
                while True:
                    done.put(guard.receipt(function, waiting.get_nowait()))
            except (Empty, _Stopped):
                return
            except BaseException as error:
                done.put(error)

        threads = [threading.Thread(target=work, args=(guard,), daemon=True) for guard in guards]
        try:
            for thread in threads:
                thread.start()
            for number in range(len(items)):
                found = done.get()
                if isinstance(found, BaseException):
                    raise found
                if tell:
                    tell(number + 1, len(items))
                yield found
        finally:
            for guard in guards:
                guard.close()
            for thread in threads:
                thread.join()


class Guard:
    """A process that does one item after another, and whose death is an answer.

    It is begun with the first item and begun anew after each death.
    """

    def __init__(self, attempts: int = ATTEMPTS) -> None:
        self._attempts = attempts
        self._process: BaseProcess | None = None
        self._line: Connection[Any, Any] | None = None
        self._stopped = False
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def receipt(self, function: str, item: Item) -> Receipt:
        """Do an item, again where the process dies or a file cannot be reached; its receipt."""
        reason = ""
        for attempt in range(1, self._attempts + 1):
            answer = self._ask(function, item)
            if isinstance(answer, str):
                reason = answer
                continue
            again = answer.pop("again")
            if not again:
                return Receipt(item.id, attempts=attempt, **answer)
            reason = answer["reason"]
        return Receipt(item.id, "failed", reason=reason, attempts=self._attempts)

    def close(self) -> None:
        """End the process, whatever it is doing; who waits for it in another thread is let go."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.kill()
                self._process.join()
                self._process = None

    def _ask(self, function: str, item: Item) -> dict[str, Any] | str:
        """The process's answer, or how it died."""
        process, line = self._running()
        try:
            line.send_bytes(json.dumps([function, dict(item.work)]).encode())
            answer: dict[str, Any] = json.loads(line.recv_bytes())
            return answer
        except (EOFError, OSError):
            with self._lock:
                if self._stopped:
                    raise _Stopped from None
                self._process = None
            process.join()
            line.close()
            return _death(process.exitcode)

    def _running(self) -> tuple[BaseProcess, Connection[Any, Any]]:
        with self._lock:
            if self._stopped:
                raise _Stopped
            if self._process is None or self._line is None:
                context = get_context("spawn")
                self._line, theirs = context.Pipe()
                # As a daemon it ends with its parent, and by the end of its line if that is killed.
                self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
                self._process.start()
                theirs.close()
            return self._process, self._line


class _Stopped(Exception):
    """The guard was closed."""


def once(items: Sequence[Item]) -> None:
    """ValueError where two items have one id."""
    if len({item.id for item in items}) != len(items):
        raise ValueError("two items have one id")


def _death(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name if -code in list(signal.Signals) else str(-code)
        memory = ", as when memory runs out" if -code == signal.SIGKILL else ""
        return f"its process was ended by {name}{memory}."
    return f"its process ended by itself with code {code}."


def _serve(line: Connection[Any, Any]) -> None:
    """Do items as they come, until the other end of the line is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who asked stops us
    while True:
        try:
            function, work = json.loads(line.recv_bytes())
            line.send_bytes(json.dumps(_answer(function, work)).encode())
        except (EOFError, OSError):
            return


def _answer(function: str, work: dict[str, Any]) -> dict[str, Any]:
    """Outcome, result or reason, and durations; ``again`` says that another try may do better."""
    begun, spent = perf_counter(), process_time()
    answer: dict[str, Any] = {"outcome": "done", "result": {}, "reason": "", "again": False}
    try:
        module, _, name = function.partition(":")
        result = getattr(import_module(module), name)(work)
        json.dumps(result)
        answer["result"] = result
    except AtlasError as error:
        answer |= {"outcome": "refused", "reason": str(error)}
    except OSError as error:
        answer |= {"outcome": "failed", "reason": f"{type(error).__name__}: {error}", "again": True}
    except Exception as error:
        answer |= {"outcome": "failed", "reason": _told(error)}
    return answer | {"seconds": perf_counter() - begun, "cpu_seconds": process_time() - spent}


def _told(error: Exception) -> str:
    """An error that nobody foresaw, with the line it came from, for who must mend it."""
    frames = extract_tb(error.__traceback__)
    place = f" ({frames[-1].filename.rpartition('/')[2]}, line {frames[-1].lineno})"
    return f"{type(error).__name__}: {error}{place}"
