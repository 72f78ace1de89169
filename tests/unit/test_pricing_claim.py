"""A claim as typed, and the lines of it that bear on each other."""

from __future__ import annotations

import pytest

from claim_facts import row
from payeratlas.model.errors import InputError
from payeratlas.pricing.claim import ClaimRequest, claim_roles, split_line
from payeratlas.pricing.grouping import Line, groups, items, lines_of, sides
from payeratlas.pricing.rules import rerun
from pricing_facts import AS_OF


def parse(*lines: str, **options: object) -> ClaimRequest:
    return ClaimRequest.parse(lines, as_of=AS_OF, **{"place": "11", **options})


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("64640", ("64640", (), 1)),
        ("64640x3", ("64640", (), 3)),
        ("64640 X 3", ("64640", (), 3)),
        ("64640×12", ("64640", (), 12)),
        ("77002-26", ("77002", ("26",), 1)),
        ("64640-50x2", ("64640", ("50",), 2)),
        ("64640-xsx2", ("64640", ("XS",), 2)),
        ("j0585x100", ("J0585", (), 100)),
        ("20610-LT-59*2", ("20610", ("LT", "59"), 2)),
    ],
)
def test_a_line_as_typed(typed: str, expected: tuple[str, tuple[str, ...], int]) -> None:
    assert split_line(typed) == expected


@pytest.mark.parametrize(
    "typed", ["", "6464", "64640x", "64640x-1", "64640-5", "64640--50", "64640x99999", "64640 50"]
)
def test_what_is_no_line_is_refused_with_its_number_and_a_cure(typed: str) -> None:
    with pytest.raises(InputError, match="not a service line") as stop:
        parse("64640", typed)
    assert stop.value.where == "line 2"
    assert "64640x3" in stop.value.cure


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("64640-LT-LT", "twice"),
        ("64640-11", "places of service"),
        ("64640-59-76-79-LT-GP", "at most four"),
        ("64640x0", "start at 1"),
        ("ABCDE", "shape"),
    ],
)
def test_a_fault_of_a_line_names_the_line(typed: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as stop:
        parse("77002", typed)
    assert stop.value.where == f"line 2 ({typed})"
    assert stop.value.cure


def test_the_number_of_lines_is_bounded() -> None:
    with pytest.raises(InputError, match="at least one line"):
        parse()
    with pytest.raises(InputError, match="at most 50"):
        parse(*["64640"] * 51)


def test_all_lines_share_place_locality_and_practitioner() -> None:
    request = parse("64640x3", "77002-26", locality="10212-99", participating=False, place="22")
    assert {line.locality for line in request.lines} == {"10212-99"}
    assert {line.rate_type for line in request.lines} == {"facility"}
    assert not any(line.participating for line in request.lines)
    assert request.first is request.lines[0]
    assert request.subject == "64640 x3 + 77002-26 @10212-99"
    assert parse("64640", "77002").subject == "64640 + 77002"


def test_roles_are_those_of_every_line_and_of_the_ranks() -> None:
    asked = claim_roles(parse("64640-54", "77002-26", locality="10212-99"))
    assert {"bilateral", "endo_base", "imaging_family", "intra_op", "pctc"} <= set(asked)
    assert asked["pe_rvu"] == ("pfs_rvu", "pe_rvu_nonfacility")
    assert asked["work_gpci"] == ("pfs_gpci", "work_gpci")


@pytest.mark.parametrize(
    "wrong", [{"lines": "one"}, {"1.units": "0"}, {"1.units": "many"}, {"lines": "1,"}]
)
def test_settings_that_are_no_numbers_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InputError, match="not a number") as stop:
        lines_of({}, {"lines": "1", **wrong})
    assert stop.value.cure


@pytest.mark.parametrize(
    ("settings", "says"),
    [({"line": "2"}, "not one of the lines"), ({"service_date": "soon"}, "not a date")],
)
def test_a_rule_asked_amiss_says_so(settings: dict[str, str], says: str) -> None:
    values = {f"1.{role}": value for role, value in row("9.00").items()}
    values["1.pe_rvu"] = values["1.pe_rvu_nonfacility"]
    asked = {"service_date": "2025-01-01", **settings}
    with pytest.raises(InputError, match=says) as stop:
        rerun("pfs.claim.line.national", values, asked)  # type: ignore[arg-type]
    assert stop.value.cure
    alone = rerun("pfs.claim.line.national", values, {"service_date": "2025-01-01"})  # type: ignore[arg-type]
    assert str(alone) == "9.00"


def line(number: int, name: str, units: int = 1, row_modifier: str = "", **cells: object) -> Line:
    code, *modifiers = name.split("-")
    return Line(number, code, tuple(modifiers), row_modifier, units, row(**cells))  # type: ignore[arg-type]


def numbers(*lines: Line) -> list[list[int]]:
    return [[line.number for line in group] for group in groups(lines)]


@pytest.mark.parametrize(
    ("name", "cells", "series"),
    [
        ("64640", {"multiple_procedure": "2"}, "surgery"),
        ("43239", {"multiple_procedure": "3", "endo_base": "43235"}, "surgery"),
        ("64640-78", {"multiple_procedure": "2"}, ""),
        ("64640-79", {"multiple_procedure": "2"}, "surgery"),
        ("64640-59", {"multiple_procedure": "2"}, "surgery"),
        ("97110", {"multiple_procedure": "5", "pctc": "7"}, "therapy"),
        ("70450", {"multiple_procedure": "4", "pctc": "1", "imaging_family": "88"}, "imaging 88"),
        ("70450", {"multiple_procedure": "4", "pctc": "1", "imaging_family": "05"}, "imaging 05"),
        ("70450-59", {"multiple_procedure": "4", "pctc": "1", "imaging_family": "88"}, ""),
        ("70450-XE", {"multiple_procedure": "4", "pctc": "1", "imaging_family": "88"}, ""),
        ("70450-XS", {"multiple_procedure": "4", "pctc": "1", "imaging_family": "88"},
         "imaging 88"),
        ("93306", {"multiple_procedure": "6", "pctc": "1"}, "cardiovascular"),
        ("93005", {"multiple_procedure": "6", "pctc": "3"}, "cardiovascular"),
        ("92250", {"multiple_procedure": "7", "pctc": "1"}, "ophthalmology"),
        ("77002", {"multiple_procedure": "0", "pctc": "1"}, ""),
        ("99213", {"multiple_procedure": "9"}, ""),
    ],
)  # fmt: skip
def test_the_series_a_line_ranks_in(name: str, cells: dict[str, object], series: str) -> None:
    assert line(1, name, **cells).series == series


def test_a_professional_component_ranks_for_imaging_only() -> None:
    for kind, series in (("4", "imaging 88"), ("6", ""), ("7", "")):
        cells = {"multiple_procedure": kind, "pctc": "1", "imaging_family": "88"}
        assert line(1, "70450-26", row_modifier="26", **cells).series == series
        assert line(1, "70450-TC", row_modifier="TC", **cells).series


def test_lines_of_one_series_are_one_group() -> None:
    imaging = {"multiple_procedure": "4", "pctc": "1", "imaging_family": "88"}
    assert numbers(
        line(1, "64640"),
        line(2, "70450", **imaging),
        line(3, "99213", multiple_procedure="0"),
        line(4, "43239", multiple_procedure="3", endo_base="43235"),
        line(5, "71250-26", row_modifier="26", **imaging),
        line(6, "72192-59", **imaging),
        line(7, "64450-78"),
    ) == [[1, 4], [2, 5], [3], [6], [7]]


def test_both_sides_on_two_lines_are_one_item() -> None:
    left, right = line(1, "20610-LT", 2), line(3, "20610-RT-51")
    found = [left, line(2, "64640"), right]
    assert sides(found) == ((left, right),)
    told = [
        (i.name, i.first.number, i.second and i.second.number, str(i.percent)) for i in items(found)
    ]
    assert told == [
        ("20610", 1, 3, "150%"),
        ("20610-LT", 1, None, "100%"),
        ("64640", 2, None, "100%"),
    ]


@pytest.mark.parametrize(
    ("left", "right", "cells"),
    [
        ("20610-LT", "20610-RT-59", {}),  # a procedure apart
        ("20610-LT", "20611-RT", {}),
        ("20610-LT", "20610-LT", {}),
        ("20610-LT-78", "20610-RT-78", {}),
        ("20610-LT", "20610-RT", {"bilateral": "9"}),
        ("97110-LT", "97110-RT", {"multiple_procedure": "5", "bilateral": "0"}),
        ("73030-LT", "73030-RT", {"multiple_procedure": "0", "bilateral": "3"}),
    ],
)
def test_lines_that_are_not_two_sides_of_one_procedure(
    left: str, right: str, cells: dict[str, object]
) -> None:
    assert sides([line(1, left, **cells), line(2, right, **cells)]) == ()


def test_sides_of_what_nothing_ranks_are_a_group_of_their_own() -> None:
    cells = {"multiple_procedure": "0", "bilateral": "1"}
    lines = (
        line(1, "64493-RT", **cells),
        line(2, "99213", multiple_procedure="0"),
        line(3, "64493-LT", **cells),
    )
    assert numbers(*lines) == [[1, 3], [2]]
