"""Whether a key was seen before, remembering as little as the order of the keys allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from payeratlas.tables.contract import Cell

Key = tuple[Cell, ...]


class FirstSeen:
    """Tells for each key the number of the earlier, equal one, counting from 0.

    While keys come in ascending order nothing is remembered but the last: none of the earlier can
    equal a greater one. CMS's largest files are sorted so. At the first key out of order the
    earlier ones are asked for, once, and every key is remembered from there on.
    """

    def __init__(self, earlier: Callable[[], Iterable[Key]]) -> None:
        """``earlier`` gives all keys taken so far, in the order in which they were taken."""
        self._earlier = earlier
        self._last: Key | None = None
        self._numbers: dict[Key, int] | None = None

    def find(self, key: Key) -> int | None:
        """The number of the earlier key that equals this one, or None where there is none."""
        if self._numbers is None:
            if self._last is None or follows(key, self._last):
                return None
            self._numbers = {one: number for number, one in enumerate(self._earlier())}
        return self._numbers.get(key)

    def take(self, key: Key) -> None:
        """Count a key that :meth:`find` did not find."""
        if self._numbers is None:
            self._last = key
        else:
            self._numbers[key] = len(self._numbers)


def follows(key: Key, other: Key) -> bool:
    """Whether a key stands after another where both are sorted; an empty cell stands last."""
    try:
        return key > other
    except TypeError:  # an empty cell beside a filled one
        return sortable(key) > sortable(other)


def sortable(key: Key) -> tuple[tuple[bool, str, Cell], ...]:
    """A key in a form that always sorts, an empty cell after any other."""
    return tuple((cell is None, type(cell).__name__, 0 if cell is None else cell) for cell in key)
