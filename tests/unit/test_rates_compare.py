"""A user's rates against benchmark cells: positions, gaps, dollars, and why a row has none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comparekit import HEAD, benchmarks, cell, compared, read
from payeratlas.model.facts import Unknown
from payeratlas.rates.benchmark import Medicare, Payer
from payeratlas.rates.compare import REASONS, Matched, Unmatched, compare, position_of

TEN_TO_120 = [10 * step for step in range(1, 13)]
HELD = {
    "64640": benchmarks(
        "64640",
        cell("64640", "aetna", TEN_TO_120),
        cell("64640", "aetna", [50] * 7, state="NY"),
        cell("64640", "aetna", [60] * 3, state="TX"),
        cell("64640", "aetna", [200] * 6, setting="any"),
        cell("64640", "aetna", [300] * 6, line="medicare_advantage"),
        cell("64640", "aetna", [70] * 6, strictness="maximum"),
        cell("64640", "aetna", [900] * 12, kind="percentage"),
        cell("64640", "cigna", [100] * 4),
        cell("64640", "bcbs", [100] * 8, modifier="26"),
        cell("64640", "bcbs", [800] * 8, setting="asc", bill_type="facility"),
    )
}


def one(row: str, **more: str) -> Matched:
    found = compared(row + "\n", HELD, **more)  # type: ignore[arg-type]
    (matched,) = found.matched
    return matched


def not_one(row: str) -> Unmatched:
    (unmatched,) = compared(row + "\n", HELD).unmatched
    assert unmatched.detail == REASONS[unmatched.reason]
    return unmatched


def test_a_rate_in_its_cell() -> None:
    found = one("64640,,Aetna,11,40,100")
    assert found.median == 65
    assert (found.gap, found.at_volume, found.opportunity) == (-25, -2500, 2500)
    assert found.gap_share == Decimal(-25) / 65
    assert (found.position.below, found.position.equal, found.position.above) == (3, 1, 8)
    assert found.position.percentile == Decimal(350) / 12
    assert found.of_medicare == Decimal(40) / Decimal("267.54")
    assert found.cautions == ()


def test_a_rate_above_the_median_is_no_opportunity() -> None:
    found = one("64640,,Aetna,11,100,10")
    assert (found.gap, found.at_volume, found.opportunity) == (35, 350, 0)


def test_without_a_volume_there_are_no_dollars_a_year() -> None:
    found = one("64640,,Aetna,11,40,")
    assert (found.at_volume, found.opportunity) == (None, None)
    assert found.cautions == ("volume_missing",)
    assert one("64640,,Aetna,11,40,many").cautions == ("volume_unreadable",)


@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=60),
    st.integers(0, 41),
)
def test_the_percentile_rank_is_that_of_its_definition(paid: list[int], rate: int) -> None:
    """The slow twin: walk the organisations, half a step for each that is paid the same."""
    position = position_of(Decimal(rate), cell("64640", "aetna", paid))
    if len(paid) < 11:
        assert position.percentile is None
        return
    halves = sum(2 if amount < rate else amount == rate for amount in paid)
    assert position.percentile == Decimal(halves) * 50 / len(paid)
    assert 0 <= position.percentile <= 100
    assert position.below + position.equal + position.above == len(paid)


def test_the_median_of_an_odd_number_is_the_fiftieth() -> None:
    found = position_of(Decimal(6), cell("64640", "aetna", list(range(1, 12))))
    assert found.percentile == 50


def test_six_to_ten_organisations_give_a_median_and_no_rank() -> None:
    found = one("64640,26,BCBS,11,90,")
    assert (found.median, found.position.percentile) == (100, None)
    assert "licensees_together" in found.cautions


def test_a_cell_whose_votes_are_not_all_on_hand_has_no_rank() -> None:
    from dataclasses import replace

    whole = cell("64640", "aetna", TEN_TO_120)
    part = replace(whole, votes=whole.votes[:11])
    assert position_of(Decimal(40), whole).percentile is not None
    assert position_of(Decimal(40), part).percentile is None


def test_state_setting_line_and_strictness_choose_the_cell() -> None:
    assert one("64640,,Aetna,11,40,1", state="NY").median == 50
    for state in ("TX", "CA"):  # too few organisations; none
        found = one("64640,,Aetna,11,40,1", state=state)
        assert (found.median, found.cautions) == (65, ("state_all",))
    found = one("64640,,Aetna,22,40,1")
    assert (found.median, found.cautions) == (200, ("setting_any",))
    assert one("64640,,Aetna,11,40,1", strictness="maximum").median == 70


def test_a_line_that_the_name_says_is_the_line_compared() -> None:
    assert one("64640,,Aetna Medicare Advantage,11,40,1").median == 300


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("99999,,Aetna,11,40,1", "unknown_code"),
        ("99213,,Aetna,11,40,1", "no_rates_of_code"),
        ("64640,50,Aetna,11,40,1", "modifier_not_compared"),
        ("64640,,Acme,11,40,1", "unknown_payer"),
        ("64640,,Cigna Medicare,11,40,1", "no_cell_for_payer"),
        ("64640,TC,Aetna,11,40,1", "no_cell_for_series"),
        ("64640,,BCBS,11,40,1", "no_cell_for_series"),
        ("64640,,Cigna,11,40,1", "too_thin"),
        ("142,,Aetna,11,40,1", "code_too_short"),
    ],
)
def test_why_a_row_is_not_matched(row: str, reason: str) -> None:
    assert not_one(row).reason == reason


def test_medicare_is_compared_where_there_is_no_benchmark() -> None:
    for row in ("64640,,Acme,11,535.08,1", "64640,,Cigna,11,535.08,1"):
        assert not_one(row).of_medicare == 2
    assert not_one("64640,,Cigna,11,1,1").organisations == 4
    assert not_one("99213,,Aetna,11,150,").of_medicare == Decimal("1.5")
    assert not_one("64640,50,Aetna,11,40,1").medicare is None, "a modifier makes another amount"
    assert isinstance(not_one("99999,,Aetna,11,40,1").medicare, Unknown)


def test_the_cells_own_medicare_amount_goes_first() -> None:
    own = Medicare(Decimal(50), "PFS", "rvu25d", "10212-99")
    held = {"64640": benchmarks("64640", cell("64640", "aetna", TEN_TO_120, medicare=own))}
    found = compared("64640,,Aetna,11,40,1\n", held)
    assert found.matched[0].medicare == own
    assert found.matched[0].of_medicare == Decimal("0.8")


def test_read_is_matched_and_unmatched_and_totals_are_of_the_matched() -> None:
    rows = (
        "64640,,Aetna,11,40,100\n"  # 2,500 below
        "64640,,Aetna,11,95,10\n"  # 300 above
        "64640,,Aetna,11,60,\n"
        "64640,26,BCBS,11,90,1000\n"  # 10,000 below
        "64640,,Acme,11,40,50\n"
        "142,,Aetna,11,40,1\n"
    )
    found = compared(rows, HELD)
    assert found.read == 6 == len(found.matched) + sum(found.reasons.values())
    assert found.reasons == {"code_too_short": 1, "unknown_payer": 1}
    total = found.total
    assert (total.rows, total.with_volume, total.below) == (4, 3, 3)
    assert total.yours == 4000 + 950 + 90_000
    assert total.at_median == 6500 + 650 + 100_000
    assert (total.gap, total.opportunity) == (-12_200, 12_500)
    assert found.rows_share == Decimal(4) / 6
    assert found.dollars_share == Decimal(94_950) / 96_950
    assert [(one.family, one.total.rows, one.unmatched) for one in found.payers] == [
        ("aetna", 3, 0),
        ("bcbs", 1, 0),
    ]
    assert sum(one.total.opportunity for one in found.payers) == total.opportunity
    assert [one.mine.row for one in found.opportunities] == [5, 2]
    amount = Decimal("267.54")
    assert total.of_medicare == Decimal(94_950) / (1110 * amount)


def test_at_most_twenty_opportunities_the_largest_first() -> None:
    rows = "".join(f"64640,,Aetna,11,40,{volume}\n" for volume in range(1, 31))
    found = compared(rows, HELD)
    assert [one.mine.volume for one in found.opportunities] == list(range(30, 10, -1))


def test_codes_payers_and_amounts_are_looked_up_once() -> None:
    asked: list[object] = []

    def note(*key: object) -> None:
        asked.append(key)

    mine = read(HEAD + "64640,,Aetna,11,40,1\n" * 5)

    def held(code: str) -> Unknown:
        note(code)
        return Unknown("not_covered", "")

    def medicare(*key: str) -> Unknown:
        note(*key)
        return Unknown("not_listed", "")

    def who(payer: str, plan: str) -> Payer:
        note(payer, plan)
        return Payer("aetna")

    counts: list[int] = []
    found = compare(mine, held, medicare, who, told=counts.append)
    assert len(asked) == 3
    assert counts == [5]
    assert found.total.of_medicare is None
    assert found.dollars_share == 0
    assert found.editions == ()
