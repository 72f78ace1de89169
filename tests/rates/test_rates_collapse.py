"""From rows to votes, and what is said of votes: collapse, weights, multiples, grade."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payeratlas.model.facts import Unknown
from payeratlas.rates.against_medicare import median_of_ratios, ratio_of_medians
from payeratlas.rates.benchmark import Place, Series, Vote
from payeratlas.rates.collapse import Candidate, collapse
from payeratlas.rates.grade import REASONS, grade
from payeratlas.rates.weights import median_by_npi, median_by_volume

SERIES = Series("professional", "office", "", "dollars")
DAY = date(2026, 7, 1)


def candidate(
    amount: str,
    item: int = 1,
    *,
    rows: int = 1,
    npis: int = 1,
    kind: str = "payer",
    day: str = "2025-06-23",
    network: str = "PPO",
    file: str = "a",
    publisher: str = "Payer",
) -> Candidate:
    return Candidate(
        Decimal(amount), rows, npis, kind, day, network, Place(file, item, 1, 1), publisher
    )


def vote_of(*candidates: Candidate) -> Vote:
    return collapse("ein:201354399", "Group", "GA", candidates)


def test_the_amount_of_most_rows_wins() -> None:
    found = vote_of(
        candidate("100", 1, rows=2), candidate("80", 2, rows=5), candidate("90", 3, rows=4)
    )
    assert found.amount == 80
    assert (found.rows, found.distinct, found.low, found.high) == (11, 3, 80, 100)
    assert found.place.item == 2
    assert (found.organisation, found.name, found.state) == ("ein:201354399", "Group", "GA")


def test_ties_go_to_most_npis_then_the_lower_then_the_earliest() -> None:
    assert vote_of(candidate("90", npis=1), candidate("120", 2, npis=9)).amount == 120
    assert vote_of(candidate("120", 1), candidate("90", 2)).amount == 90
    assert vote_of(candidate("90", 7), candidate("90", 3)).place.item == 3


def test_an_amount_printed_twice_counts_its_rows_together() -> None:
    found = vote_of(
        candidate("90", 1, rows=2), candidate("120", 2, rows=3), candidate("90", 3, rows=2)
    )
    assert found.amount == 90
    assert found.place.item == 1


def test_networks_have_one_voice_each() -> None:
    """Five hundred rows of one plan do not outvote two other networks."""
    found = vote_of(
        candidate("300", 1, rows=500, network="Narrow"),
        candidate("100", 2, network="PPO"),
        candidate("100", 3, network="HMO"),
    )
    assert found.amount == 100
    assert found.rows == 502


def test_files_are_told_apart_by_publisher_and_day() -> None:
    old = candidate("50", 1, rows=900, day="2023-11-07", file="a")
    new = candidate("70", 1, day="2025-06-23", file="b")
    assert vote_of(old, new).amount == 70
    other = candidate("60", 1, day="2024-01-01", file="c", publisher="Another payer")
    assert vote_of(old, new, other).amount == 70
    undated = replace(new, day="", amount=Decimal(10))
    assert vote_of(old, undated).amount == 50


def test_a_payers_own_file_comes_first() -> None:
    own = candidate("70", day="2024-01-01")
    hospital = candidate("90", kind="hospital", day="2026-04-01", file="h", publisher="Hospital")
    assert vote_of(hospital, own).amount == 70
    assert vote_of(hospital).amount == 90


def test_nothing_collapses_to_nothing() -> None:
    with pytest.raises(ValueError, match="no rate"):
        vote_of()


candidates_of_one = st.lists(
    st.builds(
        candidate,
        st.sampled_from(["10", "20", "30"]),
        st.integers(1, 50),
        rows=st.integers(1, 4),
        npis=st.integers(0, 3),
        kind=st.sampled_from(["payer", "hospital"]),
        day=st.sampled_from(["", "2024-01-01", "2025-01-01"]),
        network=st.sampled_from(["x", "y"]),
        file=st.sampled_from(["a", "b"]),
        publisher=st.sampled_from(["P", "Q"]),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda c: (c.place.file, c.place.item),
)


@given(candidates_of_one, st.randoms())
def test_the_order_of_rows_does_not_matter(found: list[Candidate], by: random.Random) -> None:
    shuffled = list(found)
    by.shuffle(shuffled)
    assert vote_of(*found) == vote_of(*shuffled)


@given(candidates_of_one)
def test_within_one_network_it_is_the_mode(found: list[Candidate]) -> None:
    """The obvious twin: count rows."""
    same = [replace(c, publisher_kind="payer", day="", network="x", publisher="P") for c in found]
    same = [replace(c, place=replace(c.place, file="a", item=n)) for n, c in enumerate(same)]
    counted: Counter[Decimal] = Counter()
    npis: dict[Decimal, int] = {}
    for each in same:
        counted[each.amount] += each.rows
        npis[each.amount] = max(npis.get(each.amount, 0), each.npis)
    best = min(counted, key=lambda amount: (-counted[amount], -npis[amount], amount))
    assert vote_of(*same).amount == best


def votes(*amounts: object, npis: int = 1, medicare: object = None) -> list[Vote]:
    paid = None if medicare is None else Decimal(str(medicare))
    return [
        Vote(
            f"ein:{n}", "", "GA", Decimal(str(amount)), 1, 1, Decimal(str(amount)),
            Decimal(str(amount)), npis, Place("a", n, 1, 1), paid,
        )
        for n, amount in enumerate(amounts)
    ]  # fmt: skip


def test_a_median_by_npi() -> None:
    found = votes(1, 2, 3, 4, 5, 6)
    found[5] = replace(found[5], npis=100)
    assert median_by_npi(found) == 6
    assert median_by_npi(votes(1, 2, 3, 4, 5, 6)) == Decimal("3.5")
    few = median_by_npi([*votes(1, 2, 3, 4, 5), *votes(6, npis=0)])
    assert isinstance(few, Unknown)
    assert few.reason == "not_listed"
    assert "5 organisations" in few.detail


def test_a_median_by_volume() -> None:
    found = votes(1, 2, 3, 4, 5, 6)
    volume = {vote.organisation: Decimal(1) for vote in found}
    volume["ein:0"] = Decimal(11)
    assert median_by_volume(found, volume) == 1
    absent = median_by_volume(found, None)
    assert isinstance(absent, Unknown)
    assert absent.reason == "not_covered"
    unseen = median_by_volume(found, {"ein:0": Decimal(5), "ein:1": Decimal(0)})
    assert isinstance(unseen, Unknown)
    assert unseen.reason == "not_listed"


def test_the_two_ratios_differ() -> None:
    found = votes(100, 300, 800)
    paid = [Decimal(n) for n in (100, 100, 200)]
    found = [replace(v, medicare=m) for v, m in zip(found, paid, strict=True)]
    assert ratio_of_medians(found) == 3
    assert median_of_ratios(found) == 3
    found[2] = replace(found[2], medicare=Decimal(400))
    assert median_of_ratios(found) == 2
    assert ratio_of_medians(found) == 3


def test_ratios_are_of_votes_with_a_medicare_amount() -> None:
    found = [*votes(100, medicare=50), *votes(900, 900)]
    assert ratio_of_medians(found) == median_of_ratios(found) == 2
    assert ratio_of_medians(votes(5)) is None
    assert median_of_ratios([]) is None


def graded(found: list[Vote], series: Series = SERIES, **changed: object) -> tuple[object, ...]:
    given_: dict[str, object] = {
        "day": date(2026, 4, 1),
        "as_of": DAY,
        "read": 100,
        "kept": 90,
        "medians": {},
        "interval": (Decimal(95), Decimal(105)),
    }
    given_.update(changed)
    interval = given_.pop("interval")
    return grade(series, found, interval, **given_)  # type: ignore[arg-type]


FORTY = votes(*range(80, 120), medicare=80)


def test_a_cell_without_faults_is_a_five() -> None:
    assert graded(FORTY) == (5, ())


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"interval": (Decimal(60), Decimal(140))}, "wide_interval"),
        ({"interval": None}, "wide_interval"),
        ({"day": date(2025, 6, 23)}, "old_files"),
        ({"day": None}, "old_files"),
        ({"kept": 49}, "many_set_aside"),
        ({"medians": {"payer": Decimal(100), "hospital": Decimal(121)}}, "publishers_disagree"),
        ({"medians": {"payer": Decimal(15000), "hospital": Decimal(16501)}}, "publishers_disagree"),
        ({"series": replace(SERIES, bill_type="unclear")}, "not_comparable"),
    ],
)
def test_each_fault_takes_one(changed: dict[str, object], reason: str) -> None:
    series = changed.pop("series", SERIES)
    assert graded(FORTY, series, **changed) == (4, (reason,))  # type: ignore[arg-type]


def test_faults_of_the_votes() -> None:
    assert graded(FORTY[:29]) == (4, ("few_organisations",))
    assert graded(FORTY[:10], interval=(Decimal(80), Decimal(89))) == (
        3,
        ("few_organisations", "very_few"),
    )
    assert graded(FORTY[:5]) == (None, ("very_few",))
    unpriced = [replace(v, medicare=None) for v in FORTY[:21]] + FORTY[21:]
    assert graded(unpriced) == (4, ("not_comparable",))
    outside = [replace(v, medicare=v.amount * 3) for v in FORTY[:5]] + FORTY[5:]
    assert graded(outside) == (4, ("out_of_tight_bounds",))
    assert graded(outside[2:]) == (5, ())  # 3 of 38
    inpatient = Series("facility", "inpatient", "", "dollars")
    dear = [replace(v, medicare=v.amount / 11) for v in FORTY]
    assert graded(dear) == (5, ())
    assert graded(dear, inpatient) == (4, ("out_of_tight_bounds",))


def test_agreement_gains_one_and_the_scale_has_ends() -> None:
    agree = {"payer": Decimal(100), "hospital": Decimal(120)}
    assert graded(FORTY, medians=agree) == (5, ("publishers_agree",))
    assert graded(FORTY[:29], medians=agree) == (5, ("few_organisations", "publishers_agree"))
    worst, reasons = graded(
        [replace(v, medicare=None) for v in FORTY[:7]], interval=None, day=None, kept=1
    )
    assert worst == 1
    assert isinstance(reasons, tuple)
    assert len(reasons) > 4
    assert [code for code in REASONS if code in reasons] == list(reasons)
