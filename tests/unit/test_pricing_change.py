"""The change of an amount, split by cause: parts add up, order does not lose a cent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payeratlas.model.amounts import Money
from payeratlas.model.facts import Fact
from payeratlas.model.provenance import Derivation
from payeratlas.pricing.change import STEPS, Change, split, split_values
from payeratlas.pricing.rules import rerun
from pricing_facts import YEAR, facts

OLD = {"work_rvu": "1.98", "pe_rvu": "5.26", "mp_rvu": "0.21", "conversion_factor": "32.3465"}
NEW = {"work_rvu": "1.93", "pe_rvu": "5.86", "mp_rvu": "0.22", "conversion_factor": "33.4009"}


def inputs(values: dict[str, str]) -> dict[str, Fact]:
    return facts({role: Decimal(value) for role, value in values.items()})


def change(old: dict[str, str], new: dict[str, str]) -> Change:
    return split(inputs(old), inputs(new), subject="64640", period=YEAR)


def amount(fact: Fact) -> Decimal:
    assert isinstance(fact.value, Money)
    return fact.value.amount


def test_64640_from_2025_to_2026_by_hand() -> None:
    found = change(OLD, NEW)
    assert (amount(found.before), amount(found.after)) == (Decimal("240.98"), Decimal("267.54"))
    # 7.40 x 32.3465 = 239.3641; 8.00 x 32.3465 = 258.772; 8.01 x 32.3465 = 259.095465
    assert {cause: amount(fact) for cause, fact in found.parts} == {
        "work": Decimal("-1.62"),
        "practice_expense": Decimal("19.41"),
        "malpractice": Decimal("0.33"),
        "conversion_factor": Decimal("8.44"),
    }


def test_a_cause_that_did_not_move_is_left_out() -> None:
    found = change(OLD, {**OLD, "conversion_factor": "33.2875"})
    assert [cause for cause, _ in found.parts] == ["conversion_factor"]
    assert change(OLD, OLD).parts == ()
    assert amount(change(OLD, OLD).total) == Decimal("0.00")


def test_both_sides_need_the_same_inputs() -> None:
    capped = {**NEW, "opps_pe": "2.00", "opps_mp": "0.10"}
    with pytest.raises(ValueError, match="opps_mp"):
        change(OLD, capped)


def test_locality_indices_are_a_cause_of_their_own() -> None:
    indices = {"work_gpci": "1.000", "pe_gpci": "0.883", "mp_gpci": "1.125"}
    moved = {**indices, "pe_gpci": "0.900"}
    found = change({**OLD, **indices}, {**NEW, **moved})
    assert [cause for cause, _ in found.parts] == [cause for cause, _ in STEPS]


rvus = st.decimals("0.00", "99.99", places=2).map(str)
factors = st.decimals("20.0000", "50.0000", places=4).map(str)
sides = st.fixed_dictionaries(
    {"work_rvu": rvus, "pe_rvu": rvus, "mp_rvu": rvus, "conversion_factor": factors}
)


@given(sides, sides)
def test_parts_add_up_to_the_whole_change(old: dict[str, str], new: dict[str, str]) -> None:
    found = change(old, new)
    total = sum((amount(fact) for _, fact in found.parts), Decimal(0))
    assert total == amount(found.total) == amount(found.after) - amount(found.before)
    for fact in (found.total, *(fact for _, fact in found.parts)):
        assert isinstance(fact.basis, Derivation)
        values = {role: given.value for role, given in fact.basis.inputs}
        assert rerun(fact.basis.rule, values) == fact.value  # type: ignore[arg-type]


caps = st.sampled_from(["0.00", "1.25", "3.40"])
indices = st.decimals("0.300", "2.500", places=3).map(str)
whole_sides = st.fixed_dictionaries(
    {
        "work_rvu": rvus,
        "pe_rvu": rvus,
        "mp_rvu": rvus,
        "opps_pe": caps,
        "opps_mp": caps,
        "work_gpci": indices,
        "pe_gpci": indices,
        "mp_gpci": indices,
        "conversion_factor": factors,
    }
)


@given(whole_sides, whole_sides, st.booleans())
def test_bare_values_are_split_as_facts_are(
    old: dict[str, str], new: dict[str, str], local: bool
) -> None:
    """The split of Facts judges the fast one, capped and by locality too."""
    if not local:
        old, new = (
            {role: value for role, value in side.items() if "gpci" not in role}
            for side in (old, new)
        )
    slow = change(old, new)
    fast = split_values(
        *({role: Decimal(value) for role, value in side.items()} for side in (old, new))
    )
    assert (fast.before, fast.after) == (amount(slow.before), amount(slow.after))
    assert fast.total == amount(slow.total)
    assert fast.parts == tuple((cause, amount(fact)) for cause, fact in slow.parts)


def test_bare_values_need_the_same_roles_too() -> None:
    with pytest.raises(ValueError, match="opps_pe"):
        split_values({"work_rvu": Decimal(1)}, {"work_rvu": Decimal(1), "opps_pe": Decimal(1)})
