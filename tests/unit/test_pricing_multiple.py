"""Ranks, families and shares, worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from payeratlas.model.amounts import Percent
from payeratlas.model.errors import InputError
from payeratlas.pricing.multiple import Placed, Procedure, by_rank, families, surgery
from payeratlas.pricing.reductions import REDUCTIONS, WHOLES, reduction

SURGERY = reduction("surgery", date(2025, 1, 1))


def procedures(*given: tuple[str, str] | tuple[str, str, str, str]) -> list[Procedure]:
    """``(name, amount)``, or with the family's base code and the base amount."""
    found = []
    for index, (name, amount, *family) in enumerate(given):
        code, base = family or ("", "")
        found.append(
            Procedure(
                index,
                name,
                Decimal(amount),
                code,
                Decimal(base) if base else None,
                is_base=name == code,
            )
        )
    return found


def told(placed: tuple[Placed, ...]) -> dict[str, tuple[int, str]]:
    return {p.procedure.name: (p.rank, str(p.paid)) for p in placed}


def test_the_example_of_a_contractor_ranks_by_fee_not_by_charge() -> None:
    placed = surgery(
        procedures(("35301", "1043.48"), ("35201", "922.90"), ("35261", "1010.60")), SURGERY
    )
    assert told(placed) == {
        "35301": (1, "1043.48"),
        "35261": (2, "505.30"),
        "35201": (3, "461.45"),
    }


def test_the_sixth_is_the_contractors() -> None:
    placed = surgery(procedures(*((f"6464{n}", f"{100 - n}.00") for n in range(7))), SURGERY)
    assert [str(p.share) for p in placed] == ["100%", "50%", "50%", "50%", "50%", "None", "None"]
    assert [p.paid for p in placed[5:]] == [None, None]
    assert SURGERY.least == Percent(Decimal(50))


BASE = ("45378", "255.40")


def test_the_manuals_endoscopies_pay_the_difference_to_the_base() -> None:
    placed = surgery(procedures(("45380", "285.98", *BASE), ("45385", "374.56", *BASE)), SURGERY)
    assert told(placed) == {"45385": (1, "374.56"), "45380": (1, "30.58")}
    assert {p.procedure.name: p.kind for p in placed} == {
        "45385": "whole",
        "45380": "difference",
    }


def test_the_base_procedure_is_part_of_another_of_its_family() -> None:
    placed = surgery(procedures(("45378", "255.40", *BASE), ("45385", "374.56", *BASE)), SURGERY)
    assert told(placed) == {"45385": (1, "374.56"), "45378": (1, "0")}
    # even where it is worth more, as where the other is only done in a facility
    placed = surgery(procedures(("45378", "255.40", *BASE), ("45389", "240.00", *BASE)), SURGERY)
    assert told(placed) == {"45389": (1, "240.00"), "45378": (1, "0")}


def test_a_base_procedure_by_itself_is_a_procedure_like_any_other() -> None:
    alone = [Procedure(0, "45378", Decimal("255.40")), Procedure(1, "64640", Decimal("100.00"))]
    assert told(surgery(alone, SURGERY)) == {"45378": (1, "255.40"), "64640": (2, "50.00")}


def test_a_fee_below_the_base_leaves_nothing() -> None:
    placed = surgery(procedures(("45385", "374.56", *BASE), ("45389", "240.00", *BASE)), SURGERY)
    assert told(placed)["45389"] == (1, "0")
    assert placed[1].kind == "included"


def test_a_family_ranks_by_its_sum_as_one() -> None:
    family = (("45380", "285.98", *BASE), ("45385", "374.56", *BASE))  # 405.14
    below = surgery(procedures(("27447", "500.00"), *family), SURGERY)
    assert told(below) == {"27447": (1, "500.00"), "45385": (2, "187.28"), "45380": (2, "15.29")}
    above = surgery(procedures(("27447", "400.00"), *family), SURGERY)
    assert told(above) == {"45385": (1, "374.56"), "45380": (1, "30.58"), "27447": (2, "200.00")}


def test_two_families_and_another_procedure() -> None:
    upper = ("43235", "100.00")
    placed = surgery(
        procedures(
            ("43239", "120.00", *upper),
            ("43248", "150.00", *upper),  # 170.00 together
            ("45380", "285.98", *BASE),
            ("45385", "374.56", *BASE),  # 405.14 together
            ("64640", "300.00"),
        ),
        SURGERY,
    )
    assert told(placed) == {
        "45385": (1, "374.56"),
        "45380": (1, "30.58"),
        "64640": (2, "150.00"),
        "43248": (3, "75.00"),
        "43239": (3, "10.00"),
    }


def test_unrelated_endoscopies_follow_the_ordinary_rule() -> None:
    placed = surgery(
        procedures(("43239", "120.00", "43235", "100.00"), ("45385", "374.56", *BASE)), SURGERY
    )
    assert told(placed) == {"45385": (1, "374.56"), "43239": (2, "60.00")}


def test_a_missing_base_amount_is_the_callers_fault() -> None:
    scopes = [Procedure(i, f"4538{i}", Decimal(300 + i), "45378") for i in (0, 5)]
    with pytest.raises(ValueError, match="45380 needs the amount of its base"):
        surgery(scopes, SURGERY)


def test_equal_amounts_keep_one_order_whatever_the_order_of_lines() -> None:
    names = ["64640", "64450", "20610"]
    for turned in (names, names[::-1]):
        placed = surgery(procedures(*((name, "80.00") for name in turned)), SURGERY)
        assert [p.procedure.name for p in placed] == sorted(names)
        assert [p.rank for p in placed] == [1, 2, 3]


def test_blocks() -> None:
    found = families(
        procedures(("45378", "1.00", *BASE), ("64640", "1.00"), ("45385", "1.00", *BASE))
    )
    assert [[p.name for p in block] for block in found] == [["45378", "45385"], ["64640"]]


@pytest.mark.parametrize(
    ("series", "second"),
    [("imaging_tc", "50.00"), ("imaging_pc", "95.00"), ("therapy_pe", "50.00"),
     ("cardiovascular_tc", "75.00"), ("ophthalmology_tc", "80.00")],
)  # fmt: skip
def test_the_second_and_all_later_of_other_series(series: str, second: str) -> None:
    rule = reduction(series, date(2025, 1, 1))  # type: ignore[arg-type]
    placed = by_rank(procedures(*((str(n), "100.00") for n in range(8))), rule)
    assert [str(p.paid) for p in placed] == ["100.00", *[second] * 7]


def test_what_held_on_a_day() -> None:
    def second(day: date) -> str:
        return str(reduction("imaging_pc", day).share(2))

    assert second(date(2016, 12, 31)) == "75%"
    assert second(date(2017, 1, 1)) == "95%"
    with pytest.raises(InputError, match="imaging_pc") as stop:
        second(date(2011, 12, 31))
    assert "2012-01-01" in stop.value.cure


def test_every_series_is_without_a_gap_and_ends_open() -> None:
    for series in {r.series for r in REDUCTIONS}:
        known = [r for r in REDUCTIONS if r.series == series]
        ends = [r.period.end for r in known]
        assert ends[-1] is None
        assert ends[:-1] == [r.period.start for r in known[1:]]
        assert all(r.reference for r in known)
        assert all(r.share(1) == Percent(Decimal(100)) for r in known)


def test_components_of_wholes_are_codes_each_once() -> None:
    parts = [code for pair in WHOLES.values() for part in pair for code in part]
    assert len(set(parts)) == len(parts)
    assert not set(parts) & set(WHOLES)
