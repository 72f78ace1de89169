"""Benchmarks of one code: groups against single rows, cells against a plain calculation."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import ratekit
from payeratlas.model.facts import Unknown
from payeratlas.rates import cells
from payeratlas.rates.assemble import assemble
from payeratlas.rates.benchmark import HEADLINE, Benchmarks, Cell, CellKey, Place
from payeratlas.rates.cells import middle_row
from payeratlas.rates.codec import decode, encode
from payeratlas.rates.judge import Context, Judged, order
from payeratlas.rates.rows import OfFile, OnHand, RowReader, group_of
from ratekit import item, medicare, on_hand, provider, rate

AS_OF = date(2025, 9, 1)
CODE = "64640"


def made(files: Sequence[OnHand], code: str = CODE, found: Sequence[OfFile] = ()) -> Benchmarks:
    """The benchmarks of files on hand."""
    reader = RowReader(files)
    try:
        return assemble(
            code,
            found or reader.of_code(code),
            [file.note for file in files],
            Context(medicare),
            edition="of a test",
            as_of=AS_OF,
        )
    finally:
        reader.close()


def cell(
    found: Benchmarks,
    family: str = "aetna",
    state: str = "",
    strictness: str = HEADLINE,
    **series: str,
) -> Cell:
    """The one cell that these tell."""
    found_cells = [
        one
        for one in found.cells
        if (one.key.family, one.key.state, one.key.strictness) == (family, state, strictness)
        and all(getattr(one.key.series, name) == value for name, value in series.items())
    ]
    assert len(found_cells) == 1, [one.key for one in found.cells]
    return found_cells[0]


def ungrouped(files: Sequence[OnHand], code: str = CODE) -> list[OfFile]:
    """What files print of a code, each posted row alone, read in Python without a query."""
    reader = RowReader(files)
    whole = reader.of_code(code)
    reader.close()
    for one in whole:
        path = one.file.tables["posted_rate"]
        one.groups = [
            group_of(row, 1, one.file.note.id, [row["at_item"], row["at_rate"], row["at_price"]])
            for row in pq.read_table(path).to_pylist()
            if row["code"] == code
        ]
    return whole


def random_files(seed: int, folder: Path) -> list[OnHand]:
    """A few files with every kind of oddity that a rule looks for."""
    chance = random.Random(seed)
    files = []
    for number in range(chance.randint(1, 4)):
        hospital = chance.random() < 0.4
        sets = chance.randint(1, 6)
        providers: list[dict[str, Any]] = []
        for one in range(1, sets + 1) if not hospital else (1,):
            for organisation in chance.sample(range(24), chance.randint(1, 1 if hospital else 14)):
                providers.append(
                    provider(
                        one,
                        f"hospital:{number}" if hospital else f"ein:{organisation:02}",
                        state_of_reference=chance.choice(("known",) * 8 + ("remote", "dangling")),
                        us_state=chance.choice((None, "WA", "TX")),
                        zip=chance.choice((None, "98101", "75001")),
                        npis=chance.randint(0, 3),
                        name=chance.choice((None, "A group")),
                    )
                )
        rates = []
        for at in range(chance.randint(1, 90)):
            amount = chance.choice(
                [str(150 + chance.randint(0, 40))] * 9
                + ["0.01", "0", "99999999", None, "4.22", "90000", "812.5"]
            )
            rates.append(
                rate(
                    at,
                    amount,
                    at_price=chance.randint(1, 2),
                    amount_printed="n/a" if amount is None else None,
                    payer_name=chance.choice(("Aetna", "Cigna", "A plan of nobody")),
                    plan_name=chance.choice(("PPO", "Medicare Advantage", None)),
                    network_name=None if hospital else chance.choice((None, "One", "Two")),
                    arrangement=None if hospital else chance.choice(("ffs",) * 9 + ("bundle",)),
                    billing_class=chance.choice(("facility", None))
                    if hospital
                    else chance.choice(("professional", "institutional")),
                    places=chance.choice(("11", "22", "24", "")),
                    modifiers=chance.choice(("",) * 6 + ("26", "50")),
                    kind=chance.choice(("dollars",) * 6 + ("percentage", "case", "algorithm")),
                    expiration=chance.choice(("9999-12-31", "2022-01-01")),
                    provider_set=chance.choice((*range(1, sets + 1), None)) if not hospital else 1,
                    gross=chance.choice((None, Decimal(170))) if hospital else None,
                )
            )
        files.append(
            on_hand(
                folder,
                f"file {number}",
                rates,
                providers,
                [item(1, "300", "200")] if hospital else (),
                kind="hospital" if hospital else "payer",
                publisher=chance.choice(("One", "Two")),
                series=chance.choice(("a", "b")),
                day=chance.choice(("2025-08-01", "2025-07-01", "2024-01-01", "")),
                state=chance.choice(("", "WA")) if hospital else "",
            )
        )
    return files


@pytest.mark.parametrize("seed", range(25))
def test_rows_one_by_one_give_the_same_benchmarks_as_groups_of_them(
    seed: int, tmp_path: Path
) -> None:
    files = random_files(seed, tmp_path)
    grouped = made(files)
    alone = made(files, found=ungrouped(files))
    assert grouped.cells == alone.cells
    assert (grouped.read, grouped.kept, grouped.aside) == (alone.read, alone.kept, alone.aside)
    assert grouped.hospital == alone.hospital
    assert set(grouped.outliers) <= set(alone.outliers)


@pytest.mark.parametrize("seed", range(25))
def test_figures_are_those_of_a_plain_calculation(seed: int, tmp_path: Path) -> None:
    """Counts, funnels and statistics, from the posted rows and the votes, without the fast path."""
    files = random_files(seed, tmp_path)
    found = made(files)
    rows = sum(
        row["code"] == CODE
        for file in files
        for row in pq.read_table(file.tables["posted_rate"]).to_pylist()
    )
    assert found.read == rows == found.kept + sum(found.aside.values())
    places = order()
    for one in found.cells:
        steps = one.funnel
        assert steps[0].reason == "read"
        assert steps[0].rows == steps[0].left
        left = steps[0].rows
        for step in steps[1:-1]:
            left -= step.rows
            assert (step.left, step.rows > 0) == (left, True)
        assert steps[-1].reason == "kept"
        assert steps[-1].rows == steps[-1].left == one.rows == left
        reasons = [places[step.reason] for step in steps[1:-1]]
        assert reasons == sorted(reasons)
        assert len({vote.organisation for vote in one.votes}) == one.organisations
        amounts = [vote.amount for vote in one.votes]
        if len(amounts) < 6:
            assert (one.median, one.interval, one.grade) == (None, None, None)
            continue
        assert one.median is not None
        assert Fraction(one.median) == ratekit.plain_quantile(amounts, Fraction(1, 2))
        for pair, least, ps in ((one.quartiles, 11, (1, 4)), (one.tails, 30, (1, 10))):
            assert (pair is None) == (len(amounts) < least)
            for value, p in zip(pair or (), (Fraction(*ps), 1 - Fraction(*ps)), strict=False):
                assert Fraction(value) == ratekit.plain_quantile(amounts, p)


@pytest.mark.parametrize("seed", range(10))
def test_json_gives_back_what_it_was_made_of(seed: int, tmp_path: Path) -> None:
    found = made(random_files(seed, tmp_path))
    data = encode(found)
    assert decode(data) == found
    assert encode(decode(data)) == data
    notes = [replace(found.files[0], id="another"), *found.files]
    assert decode(encode(found, notes), notes) == found


def test_an_organisation_has_one_vote_however_many_plans_repeat_its_schedule(
    tmp_path: Path,
) -> None:
    providers = [provider(1, "ein:big", npis=40)] + [provider(2, f"ein:{n}") for n in range(6)]
    rates = [rate(at, "100", provider_set=1, plan_name=f"plan {at}") for at in range(50)]
    rates += [rate(60, "200", provider_set=2)]
    one = cell(made([on_hand(tmp_path, "a", rates, providers)]))
    assert (one.organisations, one.rows, one.median) == (7, 51, Decimal(200))
    assert one.by_npi == Decimal(100)
    assert isinstance(one.by_volume, Unknown)
    assert one.funnel[-1].median == Decimal(100), "the funnel is of posted rows"


def test_a_newer_issue_sets_the_older_one_aside_whole(tmp_path: Path) -> None:
    providers = [provider(1, f"ein:{n}") for n in range(6)]
    old = on_hand(
        tmp_path, "old", [rate(1, "100")], providers, publisher="P", series="s", day="2024-08-01"
    )
    new = on_hand(tmp_path, "new", [rate(1, "200")], providers, publisher="P", series="s")
    one = cell(made([old, new]))
    assert [(s.reason, s.rows) for s in one.funnel] == [("read", 2), ("superseded", 1), ("kept", 1)]
    assert one.basis.files == (new.note.id,)
    other = on_hand(
        tmp_path,
        "new for others",
        [rate(1, "200", code="99213")],
        providers,
        publisher="P",
        series="s",
        codes=frozenset({"99213"}),
    )
    assert cell(made([old, other])).rows == 1, (
        "a newer file that was not read for the code says nothing"
    )


def test_a_code_that_two_readings_of_one_file_have_is_counted_once(tmp_path: Path) -> None:
    providers = [provider(1, "ein:1")]
    users = on_hand(tmp_path / "u", "f", [rate(1, "100")], providers, codes=frozenset({CODE}))
    other = on_hand(
        tmp_path / "e",
        "f",
        [rate(1, "100"), rate(2, "80", code="99213")],
        providers,
        codes=frozenset({CODE, "99213"}),
    )
    reader = RowReader([users, other])
    assert reader.counts() == {CODE: 1, "99213": 1}
    assert [(code, len(found)) for code, found in reader.of_codes("0", "Z")] == [
        (CODE, 1),
        ("99213", 1),
    ]
    reader.close()


def test_codes_that_are_only_a_hospitals_own_are_left_out(tmp_path: Path) -> None:
    rates = [
        rate(1, "100", code="12345", code_type="LOCAL"),
        rate(2, "90", code="12346", code_type=None),
        rate(3, "80", code="12347", code_type="CDM"),
        rate(4, "80", code="12347", code_type="HCPCS"),
    ]
    reader = RowReader([on_hand(tmp_path, "f", rates, [provider(1, "ein:1")])])
    assert reader.counts() == {"12347": 1}
    assert [code for code, _ in reader.of_codes("0", "Z")] == ["12347"]
    assert reader.of_code("12345") == []
    reader.close()


def test_what_a_hospital_prints_beside_its_rates(tmp_path: Path) -> None:
    rates = [
        rate(
            1,
            "500",
            gross=Decimal(1000),
            cash=Decimal(700),
            at_rate=9,
            arrangement=None,
            billing_class="facility",
            places="",
            setting="outpatient",
            allowed_median=Decimal(400),
            allowed_count="1 through 10",
        ),
        rate(
            2,
            "510",
            at_rate=12,
            arrangement=None,
            billing_class="facility",
            places="",
            setting="outpatient",
        ),
    ]
    items = [item(1, "1000", "700"), item(2, "1000", "700"), item(3, "10", None, modifiers="TC")]
    file = on_hand(
        tmp_path,
        "h",
        rates,
        [provider(1, "hospital:1", us_state="TX", name="H")],
        items,
        kind="hospital",
    )
    (price,) = made([file]).hospital
    assert (price.gross, price.cash, price.setting, price.bill_type) == (
        Decimal(1000),
        Decimal(700),
        "outpatient",
        "facility",
    )
    assert [(p.family, p.median, p.count, p.negotiated) for p in price.paid] == [
        ("aetna", Decimal(400), "1 through 10", Decimal(500))
    ]
    assert price.place == Place(file.note.id, 1, 0, 0)


def test_a_fence_is_of_distinct_amounts_where_medicare_has_no_price(tmp_path: Path) -> None:
    """A schedule that a file repeats for thousands must not fence out all others."""
    providers = [provider(n, f"ein:{n}") for n in range(1, 101)]
    rates = [
        rate(n, "100", places="24", billing_class="institutional", provider_set=n)
        for n in range(1, 91)
    ]
    rates += [
        rate(
            200 + n,
            str(60 + n),
            places="24",
            billing_class="institutional",
            provider_set=91 + n % 10,
        )
        for n in range(45)
    ]
    rates += [rate(400, "9000", places="24", billing_class="institutional", provider_set=99)]
    found = made([on_hand(tmp_path, "a", rates, providers)])
    assert found.aside == {"log_tukey": 1}


def test_the_median_of_rows_counts_each_of_them() -> None:
    rows = [(Decimal(1), 3), (Decimal(5), 1), (Decimal(9), 4)]
    assert middle_row(rows) == Decimal(7)
    assert middle_row(rows[:2]) == Decimal(1)
    assert middle_row([]) is None


@pytest.mark.parametrize("seed", range(25))
def test_cells_that_share_their_figures_are_those_of_cells_made_alone(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = random_files(seed, tmp_path)
    shared = made(files)

    class Alone(cells._Maker):
        def cell(self, key: CellKey, judged: Sequence[Judged]) -> Cell:
            return self._cell(key, self._entries(judged, key.state, key.strictness))

    monkeypatch.setattr(cells, "_Maker", Alone)
    assert made(files) == shared
