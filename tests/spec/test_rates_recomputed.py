"""Benchmark cells agree with what plain reading of the raw price files gives, to the cent."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import plain_rates
import pytest

import payeratlas
from payeratlas.model.errors import InputError
from payeratlas.rates.benchmark import Benchmarks, Cell, Medicare

DRAWN = 20
MOST_CODES = 30  # drawn before the cells are, so that each file is read for few codes
CODE = "64640"
KINDS = ("dollars", "case")
Recomputed = Mapping[plain_rates.Key, list[plain_rates.Rate]]


def services() -> list[str]:
    """The codes of the embedded benchmarks that are five letters or digits and no anesthesia."""
    listed = Path(payeratlas.__file__).parent / "embedded" / "services.txt"
    lines = (line.partition("#")[0] for line in listed.read_text("utf-8").splitlines())
    codes = {code for line in lines for code in line.split() if len(code) == 5}
    return sorted(code for code in codes if not "00100" <= code <= "01999")


@pytest.fixture(scope="module")
def told(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Benchmarks]:
    """What the program says of some codes, by the data that comes with it."""
    atlas = payeratlas.open(tmp_path_factory.mktemp("store"))
    found = {}
    for code in [CODE, *random.Random(64640).sample(services(), MOST_CODES)]:
        try:
            found[code] = atlas.benchmarks(code)
        except InputError:
            continue  # no price file prints it
    if CODE not in found:
        pytest.skip(f"the data that comes with this installation has no benchmark of {CODE}")
    return found


@pytest.fixture(scope="module")
def rates(told: Mapping[str, Benchmarks], shared_data: Path) -> list[plain_rates.Rate]:
    """The rates as plainly read, of the files that the program's rest on."""
    files = {file.sha256 for file in told[CODE].files}
    wanted = set(told)
    found: list[plain_rates.Rate] = []
    readers = {
        "hospital/v3/*.csv*": plain_rates.hospital_csv,
        "hospital/v3/*.json.gz": plain_rates.hospital_json,
        "tic/*_UnitedHealthcare-GA_rates_extract.csv": plain_rates.extract,
    }
    for pattern, read in readers.items():
        for path in sorted(shared_data.glob(pattern)):
            if hashlib.sha256(path.read_bytes()).hexdigest() in files:
                found += read(path, wanted)
    return found


@pytest.fixture(scope="module")
def recomputed(rates: list[plain_rates.Rate]) -> Recomputed:
    """The rates of each cell."""
    return plain_rates.cells(rates)


@pytest.fixture(scope="module")
def comparable(told: Mapping[str, Benchmarks], rates: list[plain_rates.Rate]) -> list[Cell]:
    """The program's cells that the plain reading covers: see ``plain_rates``."""
    fenced = plain_rates.could_be_fenced(rates)

    def covered(cell: Cell) -> bool:
        key, series = cell.key, cell.key.series
        paid = isinstance(cell.medicare, Medicare) or any(v.medicare for v in cell.votes)
        return (
            (key.strictness, key.line, series.modifier) == ("balanced", "commercial", "")
            and key.family in plain_rates.FAMILIES
            and series.kind in KINDS
            and cell.organisations > 0
            and (paid or (key.code, series.bill_type, series.setting, series.kind) not in fenced)
        )

    cells = [cell for made in told.values() for cell in made.cells if covered(cell)]
    return sorted(cells, key=lambda cell: cell.key)


def differences(cell: Cell, recomputed: Recomputed) -> list[str]:
    """Every figure of a cell that is not as recomputed, in words."""
    key, series = cell.key, cell.key.series
    rates = recomputed.get(
        (key.code, key.family, series.bill_type, series.setting, series.kind, key.state), []
    )
    paid = {vote.organisation: vote.medicare for vote in cell.votes}
    usual = getattr(cell.medicare, "amount", None)

    def medicare(organisation: str) -> Decimal | None:
        return paid.get(organisation) or usual

    votes = plain_rates.votes(rates, medicare)
    amounts, n = votes.values(), len(votes)
    pairs = {
        "organisations": (cell.organisations, n),
        "votes": ({vote.organisation: vote.amount for vote in cell.votes}, votes),
        "median": (cell.median, plain_rates.quantile(amounts, Fraction(1, 2)) if n >= 6 else None),
        "interval": (cell.interval, plain_rates.interval(amounts) if n >= 6 else None),
        "quartiles": (
            cell.quartiles,
            tuple(plain_rates.quantile(amounts, Fraction(q, 4)) for q in (1, 3))
            if n >= 11
            else None,
        ),
    }
    return [
        f"{cell.key}: {name} {ours}, by plain reading {plainly}"
        for name, (ours, plainly) in pairs.items()
        if ours != plainly
    ]


def test_every_cell_of_64640(comparable: list[Cell], recomputed: Recomputed) -> None:
    cells = [cell for cell in comparable if cell.key.code == CODE]
    assert {cell.key.family for cell in cells} == set(plain_rates.FAMILIES)
    assert [line for cell in cells for line in differences(cell, recomputed)] == []


def test_twenty_cells_drawn_from_all_codes(comparable: list[Cell], recomputed: Recomputed) -> None:
    drawn = random.Random(20).sample(comparable, DRAWN)
    assert [line for cell in drawn for line in differences(cell, recomputed)] == []


def test_every_cell_with_a_median(comparable: list[Cell], recomputed: Recomputed) -> None:
    """Few cells have six organisations, so that a draw may have none."""
    cells = [cell for cell in comparable if cell.median is not None]
    assert cells
    assert [line for cell in cells for line in differences(cell, recomputed)] == []


def test_an_amount_that_is_off_by_a_cent_is_found(
    comparable: list[Cell], recomputed: Recomputed
) -> None:
    cell = next(cell for cell in comparable if cell.median is not None)
    first, *others = cell.votes
    wrong = replace(first, amount=first.amount + Decimal("0.01"))
    assert differences(replace(cell, votes=(wrong, *others)), recomputed)
