"""A hospital's JSON file in the store: the same tables by either reader, and none where refused."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hospitalmake import HospitalMaker

from payeratlas.model.errors import FileError
from payeratlas.store.hospital import read_hospital


def test_both_readers_write_the_same_tables(tmp_path: Path) -> None:
    data = HospitalMaker(random.Random(3), odd=0.02).file()
    fast = read_hospital([data], tmp_path / "fast")
    slow = read_hospital([data], tmp_path / "slow", fast=False)
    assert fast.account == slow.account
    assert fast.account.items.kept > 0
    names = sorted(path.name for path in (tmp_path / "slow").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "fast").iterdir())
    for name in names:
        assert pq.read_table(tmp_path / "fast" / name) == pq.read_table(tmp_path / "slow" / name)


@pytest.mark.parametrize("fast", [True, False])
def test_a_refusal_says_where_and_leaves_nothing(tmp_path: Path, fast: bool) -> None:
    data = b'{"standard_charge_information":[{"standard_charges":[{"setting":1},{]}]}'
    with pytest.raises(FileError, match="byte 68, /standard_charge_information/0") as found:
        read_hospital([data], tmp_path, fast=fast, name="a.json")
    assert "a.json" in str(found.value)
    assert list(tmp_path.iterdir()) == []
