"""Hospital files made by chance: the native reader says what the plain one says, or refuses at its
byte."""

from __future__ import annotations

import random

import pytest
from hospitalkit import agree, native, plain
from hospitalmake import HospitalMaker
from hypothesis import given, settings
from hypothesis import strategies as st
from tickit import cut, levels

from payeratlas.formats.hospital_json import HELD

WHOLE = 1 << 20
seeds = st.integers(0, 2**48)


def taken(data: bytes, held: int = HELD, size: int = WHOLE) -> bool:
    """Whether the file is taken; both readers say the same of it, however it comes."""
    said = agree(cut(data, size), held)
    assert plain([data], held) == said
    return not isinstance(said[0], str)


@settings(max_examples=300, deadline=None)
@given(seeds, st.sampled_from((HELD, 600)), st.sampled_from((1, 7, 64, 1000, WHOLE)))
def test_sound_files(seed: int, held: int, size: int) -> None:
    taken(HospitalMaker(random.Random(seed)).file(), held, size)


@settings(max_examples=300, deadline=None)
@given(seeds, st.sampled_from((1, 13, WHOLE)))
def test_faulty_files(seed: int, size: int) -> None:
    taken(HospitalMaker(random.Random(seed), odd=0.2, broken=0.02).file(), HELD, size)


@settings(max_examples=300, deadline=None)
@given(seeds, st.sampled_from((1, 64, WHOLE)))
def test_files_with_changed_bytes(seed: int, size: int) -> None:
    chance = random.Random(seed)
    data = bytearray(HospitalMaker(chance).file())
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(data))
        how = chance.randrange(3)
        if how == 0:
            data[at] = chance.choice(b'{}[]",:\\ue0-.\x00\xc3tfn ')
        elif how == 1:
            del data[max(at, 1)]
        else:
            data.insert(at, chance.choice(b'{}[]",:\\0 '))
    taken(bytes(data), HELD, size)


@pytest.mark.parametrize("seed", range(6))
def test_a_window_may_end_anywhere(seed: int) -> None:
    data = HospitalMaker(random.Random(seed), odd=0.05).file()[:3000]
    said = plain([data])
    for level in levels():
        for at in range(1, len(data)):
            assert native([data[:at], data[at:]], level=level) == said, at


def test_makers_make_what_is_taken_and_what_is_refused() -> None:
    sound = sum(taken(HospitalMaker(random.Random(seed)).file()) for seed in range(60))
    faulty = sum(taken(HospitalMaker(random.Random(s), broken=0.05).file()) for s in range(60))
    assert sound > 40
    assert faulty < 40


def test_batches_of_any_size_hold_the_same_rows() -> None:
    for seed in range(20):
        data = HospitalMaker(random.Random(seed)).file()
        assert native([data], batch_rows=1) == native([data], batch_rows=10**6) == plain([data])
