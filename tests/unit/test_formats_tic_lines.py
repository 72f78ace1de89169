"""JSON lines put together again: judged by reading every line by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payeratlas.formats.tic_lines import MOST_HEAD, Lines, are_lines, place_in_file
from payeratlas.model.errors import FileError

ROOT = {"reporting_entity_name": "X", "version": "1.0"}
REFERENCE = {"provider_group_id": 1, "provider_groups": []}
ITEM = {"name": "n", "billing_code": "64640", "negotiation_arrangement": "ffs"}
ALLOWED = {"name": "n", "billing_code": "64640", "allowed_amounts": []}
KINDS = {"provider_references": REFERENCE, "in_network": ITEM, "out_of_network": ALLOWED}


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def read(data: bytes, size: int = 1 << 20) -> tuple[Any, Lines]:
    lines = Lines(cut(data, size), "x.jsonl")
    return json.loads(b"".join(lines)), lines


def twin(data: bytes) -> dict[str, Any]:
    """What the lines mean, the slow and obvious way."""
    found: dict[str, Any] = {}
    for line in data.splitlines():
        if not line.strip():
            continue
        value = json.loads(line)
        kind = next((kind for kind, sample in KINDS.items() if value.keys() == sample.keys()), "")
        if kind:
            found.setdefault(kind, []).append(value)
        else:
            found |= value
    return found


@given(
    root=st.booleans(),
    kinds=st.permutations(list(KINDS)),
    counts=st.lists(st.integers(0, 3), min_size=3, max_size=3),
    blanks=st.lists(st.sampled_from(["\n", "\r\n", "\n\n", "\n \n"]), min_size=1, max_size=4),
    size=st.integers(1, 200),
    last=st.booleans(),
)
def test_the_document_is_what_the_lines_say(
    root: bool, kinds: list[str], counts: list[int], blanks: list[str], size: int, last: bool
) -> None:
    rows = [json.dumps(ROOT)] if root else []
    for kind, count in zip(kinds, counts, strict=True):
        rows += [json.dumps(KINDS[kind])] * count
    if not rows:
        return
    text = "".join(row + blanks[n % len(blanks)] for n, row in enumerate(rows))
    data = (text if last else text.rstrip()).encode()
    document, lines = read(data, size)
    assert document == twin(data)
    # Each element stands in the file where the document's place is translated to.
    whole = b"".join(Lines(cut(data, size), "x"))
    for sample in KINDS.values():
        needle, at = json.dumps(sample).encode(), -1
        places = []
        while (at := whole.find(needle, at + 1)) >= 0:
            places.append(lines.place(at))
        assert all(data[p : p + len(needle)] == needle for p in places)
        assert len(set(places)) == data.count(needle)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "has no line"),
        (b"\n \n", "has no line"),
        (b"[1]\n", "no JSON object"),
        (b'{"name":"n","billing_code":"1"}\n', "nothing in a line tells"),
        (b'{"version":"1","in_network":[]}\n{"in_network":[]}\n', "a whole file"),
        (b'{"version":"1"}\n{"version":"1"}\n', "root stands twice"),
        (b'{"version":["1"]}\n', "not a text"),
        (b'{"version":"1"\n', "root is no JSON"),
        (
            b'{"allowed_amounts":[]}\n{"provider_group_id":1}\n{"allowed_amounts":[]}\n',
            "stands apart",
        ),
    ],
)
def test_other_lines_are_refused_with_their_place(data: bytes, says: str) -> None:
    with pytest.raises(FileError, match=says) as refused:
        list(Lines([data], "x.jsonl"))
    assert refused.value.where == "x.jsonl"
    assert refused.value.cure
    if b"stands apart" in says.encode():
        assert f"from byte {data.rindex(b'{')} " in refused.value.what


def test_a_long_line_is_handed_on_before_its_end() -> None:
    head = b'{"negotiation_arrangement":"ffs","negotiated_rates":['
    given_so_far: list[int] = []

    def chunks() -> Any:
        yield head
        for _ in range(40):
            given_so_far.append(len(out))
            yield b"1," * 4096
        yield b"1]}\n"

    out: list[bytes] = []
    for chunk in Lines(chunks(), "x"):
        out.append(chunk)
    assert given_so_far[-1] > 1, "nothing came out before the line's end"
    assert len(json.loads(b"".join(out))["in_network"][0]["negotiated_rates"]) == 40 * 4096 + 1


def test_a_kind_that_does_not_show_early_is_refused() -> None:
    data = b'{"name":"' + b"x" * MOST_HEAD + b'","negotiation_arrangement":"ffs"}\n'
    for size in (1000, 1 << 20):
        with pytest.raises(FileError, match="nothing in a line tells"):
            list(Lines(cut(data, size), "x"))
    root = json.dumps({"version": "x" * MOST_HEAD}).encode() + b"\n"
    for size in (1000, 1 << 20):
        with pytest.raises(FileError, match="longer than any known"):
            list(Lines(cut(root, size), "x"))


def test_names_tell_lines() -> None:
    for name in ("a.jsonl", "a.NDJSON", "a.jsonl.gz", "a.ndjson.zip"):
        assert are_lines(name)
    for name in ("a.json", "a.json.gz", "jsonl", "a.jsonl.txt"):
        assert not are_lines(name)


def test_places_before_any_shift_stay() -> None:
    assert place_in_file(5, [(10, 3)]) == 5
    assert place_in_file(10, [(10, 3), (20, 5)]) == 7
    assert place_in_file(25, [(10, 3), (20, 5)]) == 20
