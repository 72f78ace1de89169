"""Keys seen before: remembering little gives what remembering everything gives."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from payeratlas.tables.keys import FirstSeen, Key, follows

DAYS = st.none() | st.dates(date(2020, 1, 1), date(2020, 1, 4))
KEYS = st.tuples(st.sampled_from("AB"), st.sampled_from(["1", "2", "3"]), DAYS)


def earlier_of(keys: list[Key], frugal: bool) -> list[int | None]:
    """For each key the number of the earlier equal one among those taken; those are not taken."""
    taken: list[Key] = []
    found: list[int | None] = []
    seen = FirstSeen(lambda: iter(taken))
    for key in keys:
        number = seen.find(key) if frugal else taken.index(key) if key in taken else None
        found.append(number)
        if number is None:
            seen.take(key)
            taken.append(key)
    return found


@given(st.lists(KEYS), st.booleans())
def test_it_finds_what_a_whole_memory_finds(keys: list[Key], in_order: bool) -> None:
    if in_order:
        keys.sort(key=lambda key: tuple((cell is None, cell or "") for cell in key))
    assert earlier_of(keys, frugal=True) == earlier_of(keys, frugal=False)


def test_keys_in_order_are_not_remembered() -> None:
    def never() -> list[Key]:
        raise AssertionError("the earlier keys were asked for")

    seen = FirstSeen(never)
    for number in range(1000):
        key = (f"{number:04}", date(2024, 1, 1))
        assert seen.find(key) is None
        seen.take(key)


def test_an_empty_cell_stands_last() -> None:
    day = date(2024, 1, 1)
    assert follows(("A", None), ("A", day))
    assert not follows(("A", day), ("A", None))
    assert not follows(("A", None), ("A", None))
    assert follows(("B", None), ("A", day))
