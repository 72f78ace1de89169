"""Records read again each time look like the list of all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payeratlas.formats.streamed import Record, Streamed

ALL: list[Record] = [(n, [str(n), "x"]) for n in range(1, 8)]
places = st.none() | st.integers(-9, 9)


def streamed() -> Streamed:
    return Streamed(lambda: iter(ALL))


@given(places, places, st.sampled_from([None, 1, 2, -1]), st.integers(0, 5))
def test_parts_are_those_of_the_list(
    start: int | None, stop: int | None, step: int | None, skipped: int
) -> None:
    part, judge = streamed()[skipped:], ALL[skipped:]
    assert list(part) == judge
    assert len(part) == len(judge)
    assert list(part[start:stop:step]) == judge[start:stop:step]


@given(st.integers(-9, 9))
def test_single_records_are_those_of_the_list(index: int) -> None:
    try:
        expected = ALL[index]
    except IndexError:
        with pytest.raises(IndexError):
            streamed()[index]
    else:
        assert streamed()[index] == expected


def test_a_part_from_the_front_reads_no_further() -> None:
    given_out = []

    def read() -> Iterator[Record]:
        for record in ALL:
            given_out.append(record[0])
            yield record

    assert Streamed(read)[:2] == ALL[:2]
    assert given_out == [1, 2]


def test_going_over_it_twice_reads_twice() -> None:
    found = streamed()[3:]
    assert list(found) == list(found) == ALL[3:]
