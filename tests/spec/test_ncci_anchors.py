"""NCCI edits, add-ons and RBCS of July 2024, whole: known figures, and a plain count of the files.

The judge is ``csv.reader`` on the bytes of CMS's edits, which shares nothing with the readers.
"""

from __future__ import annotations

import csv
import gzip
import random
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from payeratlas.build.ingest import add
from payeratlas.coding.ptp import grouped
from payeratlas.model.facts import Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages.facts import addon, ptp, rbcs
from payeratlas.pages.facts.rules import rerun
from payeratlas.pages.pair import pair
from payeratlas.store import Store

pytestmark = pytest.mark.slow

DAY = AsOf(date(2024, 7, 1))
FILES = {
    "practitioner": "ncci/northstar_ncci_ptp_practitioner_2024q3.csv.gz",
    "hospital": "ncci/northstar_ncci_ptp_outpatient_2024q3.csv.gz",
}
ROWS = {"practitioner": 2_546_017, "hospital": 1_775_818}
ACTIVE = "9999-12-31"


@pytest.fixture(scope="module")
def store(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    found = Store(tmp_path_factory.mktemp("ncci"), None)
    cms = shared_data / "cms"
    add("ncci_ptp", [cms / name for name in FILES.values()], found, keep_bytes=False)
    add("ncci_addon", [cms / "ncci/northstar_ncci_aoc_2024q3.csv"], found)
    add("cms_rbcs", [cms / "codes/northstar_rbcs_2024pull.csv"], found)
    return found


def plain(shared_data: Path, service: str) -> Iterator[list[str]]:
    with gzip.open(shared_data / "cms" / FILES[service], "rt", newline="") as text:
        records = csv.reader(text)
        assert next(records) == [
            "column_1",
            "column_2",
            "deletion_date",
            "modifier",
            "rationale",
        ]
        yield from records


@pytest.fixture(scope="module")
def active(shared_data: Path) -> dict[str, dict[tuple[str, str], tuple[str, str]]]:
    """Modifier indicator and rationale of every edit without a last day, by service and pair."""
    return {
        service: {
            (one, two): (indicator, rationale)
            for one, two, deletion, indicator, rationale in plain(shared_data, service)
            if deletion == ACTIVE
        }
        for service in FILES
    }


def test_every_record_is_kept_in_few_bytes(store: Store) -> None:
    (published,) = store.releases("ncci_ptp")
    assert published.release.complete
    found = {part.constants["service"]: part for part in published.parts}
    for service, part in found.items():
        assert part.account.read == part.account.kept == part.rows == ROWS[service]
        assert part.account.rejected == part.account.merged == ()
    assert sum(part.bytes for part in published.parts) < 4_000_000


def test_64640_has_the_edits_that_are_known_of_it(store: Store) -> None:
    found = {fact.measure: fact for fact in ptp.facts("64640", DAY, store)}
    steps = {}
    for service in FILES:
        for column in ptp.COLUMNS:
            fact = found[f"ncci.ptp.{service}.{column}.count"]
            assert fact.basis is not None
            steps[service, column] = [fact.value, *(step.result for step in fact.basis.steps)]  # type: ignore[union-attr]
    assert steps == {
        ("practitioner", "column1"): [253, "64", "189"],
        ("practitioner", "column2"): [1, "0", "1"],
        ("hospital", "column1"): [196, "1", "195"],
        ("hospital", "column2"): [1, "0", "1"],
    }


@pytest.mark.parametrize(
    ("other", "practitioner", "hospital"),
    [
        *((code, None, None) for code in ("76942", "77002", "77003", "64624", "64625")),
        *((code, None, None) for code in ("64633", "64634", "64635", "64636")),
        ("64450", "1", "1"),
        ("64480", "0", "1"),
        ("46505", "1", "1"),
        ("64632", "1", "1"),
        ("95907", "0", "1"),
        ("99213", "1", None),
    ],
)
def test_pairs_with_64640(
    store: Store, other: str, practitioner: str | None, hospital: str | None
) -> None:
    for service, indicator in (("practitioner", practitioner), ("hospital", hospital)):
        found = pair("64640", other, DAY, store, service=service)
        value = found.indicator.value
        assert (None if isinstance(value, Unknown) else value) == indicator
        assert found.ruling == {None: "none", "0": "never", "1": "modifier"}[indicator]
        if indicator and other == "46505":
            assert (found.pays, found.denied) == ("46505", "64640")


def test_counts_of_many_codes_are_those_of_a_plain_count(
    store: Store, active: dict[str, dict[tuple[str, str], tuple[str, str]]]
) -> None:
    counts = {
        (service, f"column{at + 1}"): Counter(pair[at] for pair in edits)
        for service, edits in active.items()
        for at in (0, 1)
    }
    codes = sorted({code for edits in active.values() for pair in edits for code in pair})
    assert len(codes) > 10_000
    ptp.load(DAY, store)
    for code in codes[::7]:
        for fact in ptp.facts(code, DAY, store):
            _, _, service, column, _ = fact.measure.split(".")
            assert fact.value == counts[service, column][code], (code, fact.measure)


def test_pairs_are_those_of_a_plain_look_up(
    store: Store, active: dict[str, dict[tuple[str, str], tuple[str, str]]]
) -> None:
    chance = random.Random(64640)
    for service, edits in active.items():
        pairs = chance.sample(sorted(edits), 60)
        codes = sorted({code for one in pairs for code in one})
        pairs += [(chance.choice(codes), chance.choice(codes)) for _ in range(60)]
        for one, two in pairs:
            if one == two:
                continue
            found = pair(two, one, DAY, store, service=service)
            expected = edits.get((one, two)) or edits.get((two, one))
            if expected is None:
                assert found.ruling == "none"
            else:
                assert (found.indicator.value, found.facts["rationale"].value) == expected
                assert (found.pays, found.denied) in edits


def test_a_count_is_counted_again(store: Store) -> None:
    for fact in ptp.facts("99213", DAY, store):
        assert fact.basis is not None
        settings = dict(fact.basis.settings)  # type: ignore[union-attr]
        assert rerun(ptp.RULE, {}, settings, store) == fact.value


def test_the_edits_of_64640_have_words(store: Store) -> None:
    match = store.in_force(ptp.TABLE, DAY, service="practitioner")
    assert not isinstance(match, Unknown)
    rows = store.rows(ptp.TABLE, match, service="practitioner", column1="64640")
    groups = grouped([row.values for row in rows], DAY.service_date)
    assert sum(len(group.edits) for group in groups) == 253
    assert "unlisted" not in {group.id for group in groups}


@pytest.mark.parametrize(("code", "primary"), [("64634", "64633"), ("64636", "64635")])
def test_add_ons(store: Store, code: str, primary: str) -> None:
    found = {fact.measure: fact.value for fact in addon.facts(code, DAY, store)}
    assert found == {"addon.primary": primary, "addon.type": "1"}


def test_64640_in_the_classification(store: Store) -> None:
    found = {fact.measure: fact.value for fact in rbcs.facts("64640", DAY, store)}
    assert found == {
        "rbcs.category": "Procedure",
        "rbcs.subcategory": "Musculoskeletal",
        "rbcs.family": "No RBCS Family",
        "rbcs.major": "Other",
    }
