"""A price file tells by its beginning whose it is."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from payeratlas.apps.cli import cli
from payeratlas.build.price_kinds import source_of
from payeratlas.model.errors import FileError
from pricekit import FILE

SAMPLES = Path(__file__).parents[1] / "sources"
HOSPITAL = SAMPLES / "hospital" / "samples" / "made-up_tall_standardcharges.csv"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (json.dumps(FILE).encode(), "tic"),
        (b'\xef\xbb\xbf {"standard_charge_information": []}', "hospital"),
        (b'{"version": "3.0.0", "attestation": {}}', "hospital"),
        (b'{"reporting_structure": []}', "tic"),
        (b"[]", "tic"),
        (HOSPITAL.read_bytes(), "hospital"),
        (b"reporting_entity_name,negotiated_rate,billing_code\n", "tic_extract"),
        (b"one column\nof something", "hospital"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_the_source(tmp_path: Path, data: bytes, expected: str, packed: bool) -> None:
    path = tmp_path / ("file.gz" if packed else "file")
    path.write_bytes(gzip.compress(data) if packed else data)
    assert source_of(path).SOURCE.id == expected


@pytest.mark.parametrize("data", [b"", b"<html>moved</html>"])
def test_what_is_no_file_of_prices_is_refused_at_once(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(FileError):
        source_of(tmp_path / "file")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be read"):
        source_of(tmp_path / "none.csv")


def test_one_command_takes_all_kinds(tmp_path: Path) -> None:
    payer = tmp_path / "rates.json"
    payer.write_text(json.dumps(FILE))
    page = tmp_path / "page.csv"
    page.write_text("<html>moved</html>")
    files = [str(payer), str(HOSPITAL), str(page)]
    arguments = ["--store", str(tmp_path / "store"), "sources", "add", "prices", *files, "--json"]
    done = CliRunner().invoke(cli, arguments, standalone_mode=False)
    told = json.loads(done.stdout)
    assert told["source"] == "prices"
    assert [one["kind"] for one in told["files"]] == ["in_network", "hospital"]
    assert [one["name"] for one in told["failed"]] == ["page.csv"]
    assert done.return_value == 3
