"""The hospital's wage index: the highest of area and floors, told step by step."""

from __future__ import annotations

from decimal import Decimal

import pytest

from payeratlas.model.errors import InputError
from payeratlas.pricing.rules import rerun, rules
from payeratlas.pricing.wage_index import states_of

RULE = "opps.wage_index"


@pytest.mark.parametrize(
    ("area", "states"),
    [
        ("Chicago-Naperville-Schaumburg IL", ("IL",)),
        ("Cincinnati, OH-KY-IN", ("OH", "KY", "IN")),
        ("Nashville-Davidson--Murfreesboro--Franklin TN", ("TN",)),
        ("Coeur d'Alene, ID", ("ID",)),
        ("DISTRICT OF COLUMBIA", ()),
        ("LOWER-48 INDIAN", ()),
        ("Guam", ()),
    ],
)
def test_the_states_an_area_lies_in_end_its_name(area: str, states: tuple[str, ...]) -> None:
    assert states_of(area) == states


@pytest.mark.parametrize(
    ("given", "highest"),
    [
        ({"area": "1.0008"}, "1.0008"),
        ({"area": "1.0008", "rural_floor_IL": "1.0707"}, "1.0707"),
        ({"area": "1.1103", "imputed_floor_DC": "1.2958"}, "1.2958"),
        ({"area": "1.9", "rural_floor_CA": "1.4510", "imputed_floor_NJ": "1.1"}, "1.9"),
    ],
)
def test_the_highest_counts_and_the_steps_end_on_it(given: dict[str, str], highest: str) -> None:
    values = {role: Decimal(text) for role, text in given.items()}
    assert rerun(RULE, values) == Decimal(highest)  # type: ignore[arg-type]
    steps = rules()[RULE].explain(values, {})  # type: ignore[arg-type]
    assert [step.result for step in steps] == [*given.values(), highest]


def test_floors_alone_are_no_index() -> None:
    with pytest.raises(InputError, match="'area'"):
        rerun(RULE, {"rural_floor_IL": Decimal("1.0707")})
