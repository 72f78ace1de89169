"""Verdicts on modifiers: anchors code by code, and every row of a release against the layout."""

from __future__ import annotations

from datetime import date

import pytest

import payeratlas
from payeratlas.coding import bilateral_methods, unjudged, verdict_for, verdicts
from payeratlas.coding.catalogue import records, undecided
from payeratlas.coding.kinds import is_visit
from payeratlas.model.errors import InputError
from payeratlas.model.time import AsOf
from payeratlas.pages.sheet import Sheet

ATLAS = payeratlas.open()
DAY = AsOf(date(2025, 10, 15))


def by_ruling(code: str, day: AsOf = DAY) -> dict[str, set[str]]:
    sheet = Sheet(code, day, ATLAS.store)
    found: dict[str, set[str]] = {}
    for verdict in verdicts(sheet.indicators(), code, own_rows=sheet.own_rows):
        found.setdefault(verdict.verdict, set()).add(verdict.modifier)
    return found


@pytest.mark.parametrize(
    ("code", "ruling", "modifiers"),
    [
        ("64640", "valid", "50 LT RT"),
        ("64640", "not_valid", "26 TC 62 66 80 81 82 AS 24 25 57"),
        ("64640", "conditional", "51 52 53 54 55 58 59 73 74 76 77 78 79 XE XP XS XU"),
        ("77002", "valid", "26 TC"),
        ("77002", "not_valid", "50 54 55 56 62 66"),
        ("99213", "conditional", "24 25 57"),
        ("99213", "not_valid", "26 TC 50 51 54 55 59 62 66 78 79"),
        ("27447", "valid", "50 80 AS LT RT"),
        ("27447", "conditional", "62 54 55 78"),
        ("45378", "valid", "53"),
        ("64634", "not_valid", "51 54 55 56"),
        ("00142", "conditional", "AA AD QK QX QY QZ QS"),
        ("J0585", "conditional", "JW JZ"),
        ("80053", "conditional", "90 91 QW"),
        ("00142", "not_valid", "26 TC 50 51 80"),
    ],
)
def test_anchors(code: str, ruling: str, modifiers: str) -> None:
    assert set(modifiers.split()) <= by_ruling(code)[ruling]


@pytest.mark.parametrize("code", ["64640", "77002", "99213", "00142", "80053"])
def test_eleven_is_a_place_and_never_a_modifier(code: str) -> None:
    assert by_ruling(code)["not_a_modifier"] == {"11"}


def test_a_code_without_a_fee_gets_no_valid_modifier() -> None:
    for code in ("80053", "J0585", "0001F"):
        assert "valid" not in by_ruling(code)


def _expected(row: dict[str, str], code: str, own: set[str]) -> dict[str, str]:
    """The slow twin: the record layout's Attachment A, written out for some modifiers."""
    wanted = {"11": "not_a_modifier"}
    parts = {"1": ("valid", "valid"), "6": ("valid", "not_valid")}
    if row["pctc"] in "0123456789":
        wanted["26"], wanted["TC"] = parts.get(row["pctc"], ("not_valid", "not_valid"))
    for modifier, column, table in (
        ("62", "co_surgeon", {"0": "not_valid", "9": "not_valid"}),
        ("66", "team", {"0": "not_valid", "9": "not_valid"}),
        ("80", "assistant", {"1": "not_valid", "9": "not_valid"}),
        ("AS", "assistant", {"1": "not_valid", "9": "not_valid"}),
        ("50", "bilateral", {"0": "not_valid", "2": "not_valid", "9": "not_valid"}),
    ):
        if row[column] in table:
            wanted[modifier] = table[row[column]]
    if row["bilateral"] in "13" and row["global_days"] != "ZZZ" and not is_visit(code):
        wanted["50"] = "valid"
    if row["global_days"] in ("XXX", "ZZZ", "000"):
        wanted["54"] = wanted["55"] = "not_valid"
    return wanted


def test_every_row_of_a_release_follows_the_record_layout() -> None:
    """All 19,000 rows: what the layout rules out is ruled out, what it allows is allowed."""
    store = ATLAS.store
    (published,) = [
        p for p in store.releases("cms_pfs_rvu") if p.release.id == "rvu25d" and p.holds("pfs_rvu")
    ]
    rows = store.rows("pfs_rvu", published)
    own: dict[str, set[str]] = {}
    for row in rows:
        own.setdefault(row.text("hcpcs"), set()).add(row.text("modifier"))
    judged = 0
    for row in rows:
        code = row.text("hcpcs")
        if row.text("modifier") or row.text("status") not in "ART":
            continue
        values = {name: str(cell or "") for name, cell in row.values.items()}
        found = {v.modifier: v.verdict for v in verdicts(values, code, own_rows=own[code])}
        for modifier, ruling in _expected(values, code, own[code]).items():
            judged += 1
            assert found[modifier] == ruling, (code, modifier, found[modifier], ruling)
    assert judged > 58_000


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("64640", "service"),
        ("99213", "service"),
        ("00142", "anesthesia"),
        ("J0585", "drug"),
        ("80053", "laboratory"),
    ],
)
def test_each_modifier_known_here_is_answered_exactly_once(code: str, group: str) -> None:
    sheet = Sheet(code, DAY, ATLAS.store)
    row = sheet.indicators()
    told = [
        v.modifier
        for judged in (verdicts, unjudged)
        for v in judged(row, code, own_rows=sheet.own_rows)
    ]
    known = {m for m, r in records().items() if r.group in ("service", group)}
    assert sorted(told) == sorted({"11"} | known | set(undecided()))


def test_a_modifier_of_another_kind_of_code_is_not_judged() -> None:
    row = Sheet("64640", DAY, ATLAS.store).indicators()
    assert "JW" not in {v.modifier for v in (*verdicts(row, "64640"), *unjudged(row, "64640"))}
    assert verdict_for("JW", row, "64640").verdict == "not_judged"
    tissue = Sheet("88305", DAY, ATLAS.store).indicators()
    assert verdict_for("91", tissue, "88305").verdict == "not_judged"


def test_asked_for_one_modifier() -> None:
    row = Sheet("64640", DAY, ATLAS.store).indicators()
    assert verdict_for("-26", row, "64640").verdict == "not_valid"
    assert verdict_for("11", row, "64640").verdict == "not_a_modifier"
    assert verdict_for("12", row, "64640", places={"12": "Home"}).verdict == "not_a_modifier"
    assert verdict_for("ZQ", row, "64640").verdict == "not_judged"
    assert verdict_for("ZQ", row, "64640", known_hcpcs_modifiers=["LT"]).verdict == (
        "not_a_modifier"
    )
    assert verdict_for("KX", row, "64640", known_hcpcs_modifiers=["KX"]).verdict == "not_judged"
    with pytest.raises(InputError, match="shape"):
        verdict_for("264", row, "64640")


@pytest.mark.parametrize(
    ("bilateral", "says"),
    [("1", "150%"), ("0", "paid as one"), ("2", "both sides"), ("3", "in full"), ("9", "apply")],
)
def test_two_sides_are_told_by_the_bilateral_indicator(bilateral: str, says: str) -> None:
    told = bilateral_methods({"bilateral": bilateral})
    assert told
    assert says in told[0].template.format(**told[0].names, bilateral=bilateral)


def test_without_an_indicator_nothing_is_judged_from_it() -> None:
    found = {v.modifier: v.verdict for v in unjudged({"status": "A"}, "64640")}
    assert found["26"] == found["50"] == found["80"] == "not_judged"
