"""Files made by chance: the native reader says what the plain one says, or refuses at its byte."""

from __future__ import annotations

import random
from collections.abc import Collection

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tickit import cut, levels, native, plain
from ticmake import Maker

from payeratlas.formats import tic_kernel
from payeratlas.formats.tic_values import LIMITS, TicLimits

SMALL = TicLimits(terms=2, sets=2, members=6, groups=2, npis=5, leapt=150, text=400)
WHOLE = 1 << 20
seeds = st.integers(0, 2**48)
filters = st.sampled_from((None, ["64640"], ["64640", "j1885"], []))


def agree(
    data: bytes, codes: Collection[str] | None = None, limits: TicLimits = LIMITS, size: int = WHOLE
) -> bool:
    """Whether the file is taken; both readers must say the same of it, at every level."""
    said = plain(cut(data, WHOLE), codes, limits)
    assert plain(cut(data, size), codes, limits) == said
    for level in levels():
        assert native(cut(data, size), codes, limits, level=level) == said, level
    return not isinstance(said[0], str)


@settings(max_examples=300, deadline=None)
@given(seeds, filters, st.sampled_from((LIMITS, SMALL)), st.sampled_from((1, 7, 64, 1000, WHOLE)))
def test_sound_files(
    seed: int, codes: Collection[str] | None, limits: TicLimits, size: int
) -> None:
    data = Maker(random.Random(seed)).file()
    agree(data, codes, limits, size)


@settings(max_examples=300, deadline=None)
@given(seeds, filters, st.sampled_from((1, 13, WHOLE)))
def test_faulty_files(seed: int, codes: Collection[str] | None, size: int) -> None:
    data = Maker(random.Random(seed), odd=0.2, broken=0.02).file()
    agree(data, codes, SMALL, size)


@settings(max_examples=300, deadline=None)
@given(seeds, filters, st.sampled_from((1, 64, WHOLE)))
def test_files_with_changed_bytes(seed: int, codes: Collection[str] | None, size: int) -> None:
    chance = random.Random(seed)
    data = bytearray(Maker(chance).file())
    for _ in range(chance.randint(1, 3)):
        if not data:  # all of it was deleted
            break
        at = chance.randrange(len(data))
        how = chance.randrange(4)
        if how == 0:
            data[at] = chance.choice(b'{}[]",:\\ue0-.\x00\xc3tfn ')
        elif how == 1:
            del data[at]
        elif how == 2:
            data.insert(at, chance.choice(b'{}[]",:\\0 '))
        else:
            del data[max(at, 1) :]
    agree(bytes(data), codes, LIMITS, size)


@pytest.mark.parametrize("seed", range(6))
def test_a_window_may_end_anywhere(seed: int) -> None:
    data = Maker(random.Random(seed), odd=0.05).file()[:3000]
    said = plain([data])
    for level in levels():
        for at in range(1, len(data)):
            assert native([data[:at], data[at:]], level=level) == said, at


def test_makers_make_what_is_taken_and_what_is_refused() -> None:
    taken = sum(agree(Maker(random.Random(seed)).file()) for seed in range(60))
    refused = sum(not agree(Maker(random.Random(s), broken=0.05).file()) for s in range(60))
    assert taken > 50
    assert refused > 20


def test_batches_of_any_size_hold_the_same_rows() -> None:
    for seed in range(20):
        data = Maker(random.Random(seed)).file()
        assert native([data], batch_rows=1) == native([data], batch_rows=10**6)


def price_file(prices: list[bytes]) -> bytes:
    """A file of one item and one rate."""
    return (
        b'{"in_network":[{"billing_code":"64640","negotiated_rates":[{"provider_references":[1],'
        b'"negotiated_prices":[%b]}]}]}' % b",".join(prices)
    )


@pytest.mark.parametrize(
    "form",
    [
        b'{"negotiated_rate":%d,"expiration_date":"%d"}',
        b'{"expiration_date":"%d","negotiated_rate":%d}',
        b'{"negotiated_rate":%d,"additional_information":"%d","setting":"both"}',
        b'{"additional_information":"%d","setting":"both","negotiated_rate":%d}',
    ],
)
def test_what_never_repeats_is_read_all_the_same(form: bytes) -> None:
    # More forms of a price than are remembered, and then those of before again.
    data = price_file([form % (number, number) for number in (*range(3000), *range(40))])
    said = plain([data])
    rows, account = said
    assert isinstance(rows, dict)
    assert len(rows["tic_terms"]) == 3000
    assert account.prices.kept == 3040
    for level in levels():
        for size in (500, WHOLE):
            assert native(cut(data, size), level=level) == said


def test_forms_that_begin_alike_are_told_apart() -> None:
    # Each differs from another at its end, at its beginning, or by what is in it as well.
    forms = [
        b'{"negotiated_rate":%d}',
        b'{"negotiated_rate":%d,"setting":"both"}',
        b'{"negotiated_rate":%d,"setting":"bot"}',
        b'{"negotiated_rate":%d.5,"setting":"both","x":{}}',
        b'{ "negotiated_rate":%d}',
        b'{"setting":"both","negotiated_rate":%d}',
        b'{"setting":"both","negotiated_rate":"%d"}',
        b'{"setting":"both","negotiated_rate":%d,"additional_information":null}',
        b'{"setting":"both","negotiated_rate":%d,"additional_information":"a"}',
        b'{"setting":"both","negotiated_rate":%d,"additional_information":"\\u0061"}',
        b'{"setting":"both","negotiated_rate":%d,"additional_information":"\xc3\xa9"}',
        b'{"setting":"both","negotiated_rate":%d,"additional_information":7}',
    ]
    chance = random.Random(5)
    data = price_file([chance.choice(forms) % number for number in range(2000)])
    said = plain([data])
    assert not isinstance(said[0], str)
    for level in levels():
        assert native([data], level=level) == said
        assert native(cut(data, 77), level=level) == said


@pytest.mark.parametrize("size", [1023, 1024, 1025, 1087, 1088, 1089, 1152, 4096, 1 << 16])
def test_chunks_that_are_read_where_they_lie(size: int) -> None:
    data = b"".join(
        (b'{"in_network":[', b",".join(b'{"billing_code":"%d"}' % n for n in range(9000)), b"]}")
    )
    said = plain([data])
    assert not isinstance(said[0], str)
    assert native(cut(data, size)) == said
    text = b'{"version":"%b","in_network":[]}' % (b"v" * 5 * size)  # longer than any chunk
    assert native(cut(text, size)) == plain([text])


def test_long_texts_leave_in_small_batches() -> None:
    # 50 MB of text in terms, 40 MB of it in the tables of what repeats if they knew no end.
    text = b"t" * 500_000
    data = price_file(
        [
            b'{"negotiated_rate":1,"additional_information":"%d%b","setting":"%d%b"}'
            % (n, text, n, text)
            for n in range(50)
        ]
    )
    sizes: list[int] = []
    numbers: list[int] = []

    def take(table: str, rows: tic_kernel.ArrowRows) -> None:
        if table == "tic_terms":
            batch = pa.record_batch(rows)
            sizes.append(batch.nbytes)
            numbers.extend(batch.column("terms").to_pylist())

    tic_kernel.read(cut(data, WHOLE), take)
    assert numbers == list(range(1, 51))
    assert max(sizes) < 20_000_000
