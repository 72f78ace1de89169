"""Two releases compared: the fast split judged by the Facts of single codes, counts by sets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

import payeratlas
from payeratlas.model.amounts import Money
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact
from payeratlas.model.time import AsOf
from payeratlas.pages.changes import revision
from payeratlas.pages.diff import Difference, FeeChange, chosen, difference
from payeratlas.pages.facts.pfs import TABLE
from payeratlas.pages.medicare import spread
from payeratlas.publish.diff_json import difference_json
from payeratlas.store import Published
from payeratlas.tables.contract import Row

STORE = payeratlas.open().store
PFS = "cms_pfs_rvu"
SAMPLE = ("64640", "99213", "77002", "27447", "74263", "G0138", "45378", "0640T", "96547", "70551")


@pytest.fixture(scope="module")
def whole() -> Difference:
    """July 2024 to January 2025, the whole fee schedule."""
    return difference(*chosen(STORE, "rvu24c", "rvu25a", PFS), STORE)


def released(id: str, source: str = PFS) -> Published:
    (found,) = [p for p in STORE.releases(source) if p.release.id == id]
    return found


def keyed(id: str, **where: tuple[str, ...]) -> dict[tuple[str, str], Row]:
    rows = STORE.rows(TABLE, released(id), **where)
    return {(row.text("hcpcs"), row.text("modifier")): row for row in rows}


def dollars(fact: Fact) -> Decimal:
    assert isinstance(fact.value, Money)
    return fact.value.amount


def fee_rows(found: Difference) -> dict[tuple[str, str], FeeChange]:
    return {(row.code, row.modifier): row for fees in found.fees.values() for row in fees.rows}


def test_added_and_removed_are_what_sets_say(whole: Difference) -> None:
    old, new = keyed("rvu24c"), keyed("rvu25a")
    (pair,) = whole.comparison.pairs
    assert {(r.text("hcpcs"), r.text("modifier")) for r in pair.added_rows()} == set(new) - set(old)
    assert {(r.text("hcpcs"), r.text("modifier")) for r in pair.removed_rows()} == set(old) - set(
        new
    )
    assert pair.columns["conversion_factor"] == len(set(old) & set(new))


@pytest.mark.parametrize(("before", "after"), [("rvu24c", "rvu25a"), ("rvu25d", "rvu26c-excerpt")])
def test_the_fast_split_is_that_of_facts(before: str, after: str, whole: Difference) -> None:
    codes = SAMPLE if after == "rvu25a" else tuple({code for code, _ in keyed(after)})
    found = whole
    if after != "rvu25a":
        found = difference(*chosen(STORE, before, after), STORE)
    old, new = keyed(before, hcpcs=codes), keyed(after, hcpcs=codes)
    fast = fee_rows(found)
    compared = 0
    for key in old.keys() & new.keys():
        slow = revision(old[key], new[key], AsOf(date(2026, 9, 15)), STORE)
        row = fast.get(key)
        assert {name for name, c in slow.amounts.items() if c.parts} == {
            name for name, parts in (row.settings if row else {}).items() if parts.parts
        }
        for setting, change in slow.amounts.items():
            if row is None:
                continue
            parts = row.settings[setting]
            assert (parts.before, parts.after) == (dollars(change.before), dollars(change.after))
            assert parts.parts == tuple((cause, dollars(fact)) for cause, fact in change.parts)
            compared += 1
        assert (row.policies if row else ()) == tuple(i.policy for i in slow.policies)
    assert compared > 20


def test_the_summary_counts_the_rows(whole: Difference) -> None:
    (fees,) = whole.fees.values()
    for setting, summary in fees.summary.items():
        totals = [row.settings[setting].total for row in fees.rows if setting in row.settings]
        assert summary.total.up == sum(total > 0 for total in totals)
        assert summary.total.down == sum(total < 0 for total in totals)
        factor = [
            dict(row.settings[setting].parts).get("conversion_factor", 0) for row in fees.rows
        ]
        assert summary.causes["conversion_factor"].down == sum(amount < 0 for amount in factor)
        assert summary.causes["conversion_factor"].up == 0, "the factor fell in 2025"
    assert not any(fees.policies.values())


def test_locality_amounts_are_those_of_the_page() -> None:
    found = difference(
        *chosen(STORE, "rvu25d", "rvu26c-excerpt"), STORE, codes=["64640"], locality="10212-99"
    )
    assert found.indices == ("cy2025", "cy2026")
    parts = fee_rows(found)["64640", ""].settings["nonfacility"]
    for day, amount in ((date(2025, 10, 1), parts.before), (date(2026, 7, 1), parts.after)):
        (here,) = [a for a in spread("64640", AsOf(day), STORE) if a.id == "10212-99"]
        assert dollars(here.office) == amount
    assert "indices" in dict(parts.parts)
    assert sum(dict(parts.parts).values()) == parts.total


def test_moved_indices_are_told_of_rows_that_stayed_the_same() -> None:
    """The factor fell and the indices rose in January 2024, for every priced row."""
    pair = chosen(STORE, "rvu23d", "rvu24a", PFS)
    found = difference(*pair, STORE, codes=["64640", "99213"], locality="10212-99")
    assert found.indices == ("rvu23d", "rvu24a")
    national = fee_rows(difference(*pair, STORE, codes=["64640", "99213"]))
    for key, row in fee_rows(found).items():
        for setting, parts in row.settings.items():
            causes = dict(parts.parts)
            assert causes.pop("indices") > 0, "practice expense and malpractice indices rose"
            assert list(causes) == list(dict(national[key].settings[setting].parts))


def test_only_the_codes_asked_for() -> None:
    found = difference(*chosen(STORE, "rvu24c", "rvu25a", PFS), STORE, codes=["64640", "99999"])
    (pair,) = found.comparison.pairs
    assert [row.after.text("hcpcs") for row in pair.changed_rows()] == ["64640"]
    assert found.absent == ("99999",)


def test_each_row_says_where_it_stands(whole: Difference) -> None:
    (table,) = difference_json(whole)["tables"]
    (row,) = [each for each in table["changed"] if each["key"] == "64640"]
    new = keyed("rvu25a", hcpcs=("64640",))["64640", ""]
    assert row["after_at"] == {"artifact": new.artifact, "record": new.ordinal}
    cells = {cell["column"]: (cell["before"], cell["after"]) for cell in row["cells"]}
    assert cells["conversion_factor"] == ("33.2875", "32.3465")
    assert len(table["changed"]) == table["counts"]["changed"]


def test_names_of_releases_settle_the_source_where_they_can() -> None:
    before, after = chosen(STORE, "OPPS2025Q3-20250626", "opps2025q3-20250725")
    assert before.release.source == after.release.source == "cms_opps_addendum_b"
    with pytest.raises(InputError, match="several sources") as several:
        chosen(STORE, "rvu24a", "rvu24b")
    assert "cms_pfs_gpci" in several.value.cure
    with pytest.raises(InputError, match="different sources"):
        chosen(STORE, "rvu25a", "asc2025q1")
    with pytest.raises(InputError, match="no release 'rvu99a'") as unknown:
        chosen(STORE, "rvu25a", "rvu99a", PFS)
    assert "rvu25d" in unknown.value.cure
    with pytest.raises(InputError, match="no release of a source 'cms'"):
        chosen(STORE, "rvu25a", "rvu25d", "cms")


def test_what_cannot_be_asked_is_refused() -> None:
    opps = chosen(STORE, "opps2025q3-20250626", "opps2025q3-20250725")
    with pytest.raises(InputError, match="no amounts by locality"):
        difference(*opps, STORE, locality="10212-99")
    with pytest.raises(InputError, match="no billing codes"):
        difference(*chosen(STORE, "cy2025", "cy2026", "cms_pfs_gpci"), STORE, codes=["64640"])
    pfs = chosen(STORE, "rvu24c", "rvu25a", PFS)
    with pytest.raises(InputError, match="10212-98"):
        difference(*pfs, STORE, codes=["64640"], locality="10212-98")
