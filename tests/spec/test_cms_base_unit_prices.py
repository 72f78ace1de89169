"""Every anesthesia code of 2022 in every locality, against arithmetic on the files as printed.

The twin reads both files with plain text methods and reckons in whole tenths of units and cents.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

import payeratlas
from payeratlas.apps.cli import cli
from payeratlas.model.amounts import Money
from payeratlas.model.facts import Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages.facts.anes import base_units
from payeratlas.pages.other_price import anesthesia_factor
from payeratlas.pages.places import area_of
from payeratlas.pricing.anesthesia import UNTIMED, AnesthesiaRequest, anesthesia_quote

IN_2022 = AsOf(date(2022, 5, 2))
FILE = (
    Path(__file__).parents[1]
    / "sources/cms_anesthesia_base_units/samples"
    / "Section 508 compliant version of CY_2022_Anesthesia_Base_Units_110921.txt"
)
ATLAS = payeratlas.open()


def printed_units() -> Iterator[tuple[str, int]]:
    """Code and base units, line by line."""
    for line in FILE.read_text("ascii").splitlines()[3:]:
        code, _, units = line.partition("\t")
        yield code, int(units)


def cents(units: int, minutes: int, factor: str) -> int:
    """What is allowed, in cents, half a cent up: all in whole numbers."""
    dollars, _, rest = factor.partition(".")
    factor_cents = int(dollars) * 100 + int(rest.ljust(2, "0"))
    tenths = (minutes * 20 + 15) // 30  # tenths of a quarter of an hour, the half of one up
    exact = (units * 10 + tenths) * factor_cents  # tenths of cents
    return (exact + 5) // 10


def test_every_code_in_every_locality(shared_data: Path) -> None:
    path = shared_data / "cms/pfs/rvu20-24/anes_rvu22a.csv"
    rows = csv.DictReader(path.read_text("utf-8").splitlines())
    localities = [row for row in rows if row["contractor"].isdigit()]
    store, codes = ATLAS.store, list(printed_units())
    assert (len(localities), len(codes)) == (112, 276)
    units = {code: base_units(code, IN_2022, store) for code, _ in codes}
    compared = 0
    for place, row in enumerate(localities):
        where = f"{row['contractor'].zfill(5)}-{row['locality'].zfill(2)}"
        area = area_of(IN_2022, store, locality=where)
        factor = anesthesia_factor("all", area, IN_2022, store)
        for number, (code, printed) in enumerate(codes):
            if not printed:
                continue
            minutes = (place * 7 + number * 13) % 400
            request = AnesthesiaRequest.parse(code, minutes=minutes, modifiers=("QZ",))
            found = anesthesia_quote(request, factor, units[code]).allowed
            timed = 0 if code in UNTIMED else minutes
            expected = cents(printed, timed, row["anesthesia_conv_factor"])
            assert found.value == Money(Decimal(expected).scaleb(-2)), (where, code, minutes)
            compared += 1
    assert compared == 112 * 275


def test_both_cells_are_cited_and_open_again() -> None:
    priced = ATLAS.price(["00142-AA"], IN_2022.service_date, minutes=45, zip_code="60601")
    (other,) = priced.other.values()
    assert other.allowed.value == Money(Decimal("161.56"))  # (4 + 3) x 23.08
    printed = [
        (cited.release, cited.locator.column, cited.text) for cited in other.allowed.citations()
    ]
    assert printed == [
        ("rvu22a", "anesthesia_conv_factor", "23.08"),
        ("cy2022", "2022 BASE UNIT", "4"),
    ]
    for cited in other.allowed.citations():
        assert ATLAS.store.reopen(cited).level == "table"
    period = other.allowed.period
    assert period is not None
    assert (period.start, period.end) == (date(2022, 1, 1), date(2023, 1, 1))


@pytest.mark.parametrize("day", [date(2021, 12, 31), date(2023, 1, 1), date(2025, 2, 1)])
def test_another_year_is_not_covered_and_tells_what_2022_printed(day: date) -> None:
    priced = ATLAS.price(["00142-AA"], day, minutes=45, zip_code="60601")
    (other,) = priced.other.values()
    assert isinstance(other.allowed.value, Unknown)
    assert other.allowed.value.reason == "not_covered"
    last = other.allowed.value.last_known
    assert last is not None
    assert (last.measure, last.value) == ("anes.base_units", 4)
    given = ATLAS.price(["00142-AA"], day, minutes=45, base_units=4, zip_code="60601")
    (other,) = given.other.values()
    assert other.allowed.known
    assert "anesthesia_base_units" in {caveat.id for caveat in other.caveats}


def test_what_was_not_yet_known_is_not_told() -> None:
    fact = base_units("00142", AsOf(date(2025, 2, 1), known_on=date(2021, 11, 8)), ATLAS.store)
    assert isinstance(fact.value, Unknown)
    assert fact.value.last_known is None


def test_facts_state_the_units_for_anesthesia_codes_alone() -> None:
    view = ATLAS.code("00142", IN_2022.service_date)
    assert view.fact("anes.base_units").value == 4
    assert ATLAS.code("01999", IN_2022.service_date).fact("anes.base_units").value == 0
    unlisted = ATLAS.code("01995", IN_2022.service_date).fact("anes.base_units").value
    assert isinstance(unlisted, Unknown)
    assert unlisted.reason == "not_listed"
    later = ATLAS.code("00142", date(2025, 2, 1)).fact("anes.base_units").value
    assert isinstance(later, Unknown)
    assert later.last_known is not None
    assert later.last_known.value == 4
    with pytest.raises(KeyError):
        ATLAS.code("64640", IN_2022.service_date).fact("anes.base_units")


def test_the_command_says_the_same() -> None:
    line = ["price", "00142-AA", "--minutes", "45", "--locality", "06102-16"]
    answer = CliRunner().invoke(cli, [*line, "--as-of", "2022-05-02", "--json"])
    assert answer.exit_code == 0, answer.output
    (priced,) = json.loads(answer.stdout)["lines"]
    assert priced["other_schedule"]["allowed"]["value"] == "161.56"
    answer = CliRunner().invoke(cli, [*line, "--as-of", "2025-02-01"])
    said = " ".join(answer.stdout.split())
    assert "give them to get an amount. Last known 4 (cy2022, for services January 1" in said
    nothing = (
        CliRunner().invoke(cli, ["price", "01999-AA", *line[2:], "--as-of", "2022-05-02"]).stdout
    )
    assert "CMS's file prints 0 base units for 01999" in " ".join(nothing.split())
