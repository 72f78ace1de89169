"""Slices kept of a file: always the same ones, its own bytes, and none of its prose."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from payeratlas.formats.witness import KEPT, Slice, Witness, blanked
from pricekit import FILE, item, price, rate

TEXT = 'Aä"\\,{}:[]\n<'
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(TEXT, max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "description", "billing_code", "tin", "npi", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


def kept(data: bytes, size: int, **options: int) -> tuple[Slice, ...]:
    witness = Witness(**options)
    passed = witness.passing(data[at : at + size] for at in range(0, len(data), size))
    assert b"".join(passed) == data
    return witness.slices()


def without_prose(value: Any, *, keeping: bool = False) -> Any:
    """The slow twin of ``blanked``: strings under keys that are not known become blanks."""
    if isinstance(value, dict):
        return [
            (key if key.encode() in KEPT or key in ("name", "description") else "", without_prose(
                inner, keeping=key.encode() in KEPT))
            for key, inner in value.items()
        ]  # fmt: skip
    if isinstance(value, list):
        return [without_prose(inner, keeping=keeping) for inner in value]
    return (value if keeping else "") if isinstance(value, str) else value


def pairs(text: bytes) -> Any:
    """JSON with objects as lists of pairs, unknown keys and blanked strings as empty ones."""

    def members(found: list[tuple[str, Any]]) -> Any:
        return [(key if key.strip() else "", value) for key, value in found]

    def emptied(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(emptied(part) for part in value)
        if isinstance(value, list):
            return [emptied(part) for part in value]
        return "" if isinstance(value, str) and not value.strip() else value

    return emptied(json.loads(text, object_pairs_hook=members))


@given(st.dictionaries(st.sampled_from(["name", "billing_code", "x"]), VALUES, max_size=4))
@example({"billing_code": [{"name": None}, "kept"]})
@example({"name": [{"billing_code": "kept"}, "prose"]})
def test_prose_is_blanked_and_nothing_else(value: dict[str, Any]) -> None:
    data = json.dumps(value, ensure_ascii=False).encode()
    text, length = blanked(data)
    assert length == len(text) == len(data)
    # A list within a list under one key goes on under that key; objects begin anew.
    assert pairs(text) == pairs(json.dumps(without_json_pairs(without_prose(value))).encode())


def without_json_pairs(value: Any) -> Any:
    """The twin's lists of pairs as objects again; keys that became empty are told apart."""
    if isinstance(value, list) and value and all(isinstance(v, tuple) for v in value):
        return {key or " " * n: without_json_pairs(v) for n, (key, v) in enumerate(value, start=1)}
    if isinstance(value, list):
        return [without_json_pairs(v) for v in value] or []
    return value


def test_the_same_slices_whatever_the_chunks() -> None:
    data = json.dumps({"in_network": [item(str(n), rate(price(n))) for n in range(4000)]}).encode()
    once = kept(data, len(data))
    assert 8 <= len(once) <= 16
    for size in (1, 4095, 4097, 100_001) if len(data) < 2_000_000 else (4095, 100_001):
        assert kept(data, size) == once
    for each in once:
        raw = data[each.offset : each.offset + each.length]
        assert hashlib.sha256(raw).hexdigest() == each.sha256
        assert len(each.blanked) == each.length
        assert raw.startswith(b"{")
        assert b"FORBIDDEN" in raw
        assert b"FORBIDDEN" not in each.blanked
        assert b'"negotiated_rate": ' in each.blanked


@pytest.mark.parametrize("windows", [1, 2, 5])
def test_no_more_windows_than_asked(windows: int) -> None:
    data = json.dumps([{"billing_code": str(n)} for n in range(5000)]).encode()
    found = kept(data, 777, windows=windows, window=256)
    assert 1 <= len(found) <= windows
    assert all(each.length <= 256 for each in found)


def test_a_small_file_is_kept_whole_but_for_prose() -> None:
    data = json.dumps(FILE).encode()
    (only,) = kept(data, 100)
    assert (only.offset, only.length) == (0, len(data))
    assert json.loads(only.blanked)["in_network"][0]["billing_code"] == "64640"
    assert b"FORBIDDEN" not in only.blanked


def test_an_empty_file_and_one_without_objects_give_none() -> None:
    assert kept(b"", 1) == ()
    assert kept(b"[1, 2, 3]", 4) == ()


def test_a_key_spelt_otherwise_hides_nothing() -> None:
    data = b'{"n\\u0061me":"FORBIDDEN","billing_code":"1","description":["FORBIDDEN"]}'
    assert b"FORBIDDEN" not in blanked(data)[0]
    assert b'"billing_code":"1"' in blanked(data)[0]
