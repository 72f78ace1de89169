"""What clinical records say of public files, looked up in these files."""

from __future__ import annotations

import csv
import gzip
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from payeratlas.coding.clinical import Cited, context, described

FIVE = {"60295", "60297", "60299", "60301", "60321"}
Edits = dict[tuple[str, str], set[tuple[str, str]]]


def cited(code: str, source: str) -> list[Cited]:
    """The sentences of a code that rest on a source."""
    return [said for said in sentences(code) if source in {one.text.id for one in said.by}]


def sentences(code: str) -> tuple[Cited, ...]:
    found = context(code)
    assert found is not None
    return found.sentences()


def named(said: list[Cited]) -> set[str]:
    return {name for one in said for name in one.words.names.values()}


@pytest.fixture(scope="module")
def edits(shared_data: Path) -> Edits:
    """Active edits of the codes with a record: (modifier indicator, rationale) by pair."""
    path = shared_data / "cms" / "ncci" / "northstar_ncci_ptp_practitioner_2024q3.csv.gz"
    wanted, found = set(described()), defaultdict(set)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            if line[1:6] in wanted:
                first, second, deleted, modifier, rationale = next(csv.reader([line]))
                if deleted == "9999-12-31":
                    found[first, second].add((modifier, rationale))
    assert len(found) > 1_000
    return found


def test_the_edits_of_64640(edits: Edits) -> None:
    assert {"76942", "77002", "77003", "64450", "99213", "99155"} <= named(
        cited("64640", "ncci_ptp")
    )
    for imaging in ("76942", "77002", "77003"):
        assert not edits.get(("64640", imaging))
        assert not edits.get((imaging, "64640"))
    for sedation in ("99155", "99156", "99157"):
        assert {modifier for modifier, _ in edits["64640", sedation]} == {"0"}
    for allowed in ("64450", "99213"):
        assert {modifier for modifier, _ in edits["64640", allowed]} == {"1"}
    assert edits["64640", "64632"] == {("1", "Mutually exclusive procedures")}


def test_imaging_of_the_neighbors(edits: Edits) -> None:
    definition = {("1", "HCPCS/CPT procedure code definition")}
    instruction = {("1", "CPT Manual or CMS manual coding instruction")}
    for imaging in ("76942", "77002"):
        assert edits["64624", imaging] == definition
        assert edits["64625", imaging] == instruction
    for code in ("64633", "64635"):
        for imaging in ("77002", "77003", "77012"):
            assert edits[code, imaging] == instruction


def rows(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_bytes().decode("cp1252").splitlines()))


def test_global_periods_and_two_sides(shared_data: Path) -> None:
    found = {
        row[0]: row
        for row in rows(shared_data / "cms" / "pfs" / "rvu25d" / "PPRRVU2025_Oct.csv")
        if len(row) > 20 and not row[1]
    }
    ten = [
        code for code in described() if any("ten days" in one.words.template for one in after(code))
    ]
    assert {"64640", "64600", "64624", "64633", "64635"} <= set(ten)
    for code in set(ten) - {"64634", "64636"}:  # their record speaks of the codes they are added to
        assert found[code][14] == "010", code
    assert found["64640"][19] == "1"


def after(code: str) -> tuple[Cited, ...]:
    found = context(code)
    assert found is not None
    return found.after


def test_unit_limits(shared_data: Path) -> None:
    path = shared_data / "cms" / "ncci" / "northstar_mue_practitioner_eff2024-07-01.csv"
    limits = {row[0]: row[1:4] for row in rows(path)}
    assert limits["64640"] == ["5", "3", "Clinical: Data"]
    for code in ("64624", "64625"):
        assert limits[code][:2] == ["1", "2"]
        assert cited(code, "ncci_mue")


@pytest.fixture(scope="module")
def articles(shared_data: Path) -> dict[str, dict[str, Any]]:
    folder = shared_data / "cms" / "mcd"
    first = json.loads((folder / "claygood_mcd_article_56034.json").read_text("utf-8"))
    rest = json.loads(
        (folder / "claygood_mcd_articles_64640_noncovered_group4.json").read_text("utf-8")
    )
    return {one["id"]: one for one in [*first, *rest["articles"]]}


def test_what_medicare_articles_say_of_64640(articles: dict[str, dict[str, Any]]) -> None:
    noridian = articles["56034"]
    assert "64640" in noridian["codes"]["1"]
    assert noridian["covered"]["1"]
    assert "medical necessity" in noridian["paragraphs"]["covered"]["1"]
    assert noridian["version"] == "42"
    assert "64450" in noridian["paragraphs"]["codes"]["2"]
    assert "NOT medically necessary" in noridian["paragraphs"]["codes"]["2"]
    assert set(articles) == FIVE | {"56034"}
    for name in FIVE:
        article = articles[name]
        for code in ("64640", "64624", "0440T", "0441T", "0442T"):
            assert code in article["codes"]["4"]
        assert "non-covered for pain management" in article["paragraph_codes_4"]
        assert {"64600", "64605", "64610"} <= set(article["codes"]["2"])
        assert article["covered"]["2"] == ["B02.22", "G50.0"]
        assert cited("64640", f"a{name}")
        assert cited("64600", f"a{name}")


def test_versions_and_publishers_are_those_of_the_articles(
    articles: dict[str, dict[str, Any]],
) -> None:
    found = context("64640")
    assert found is not None
    texts = {text.id: text for text in found.texts()}
    for name, article in articles.items():
        text = texts[f"a{name}"]
        assert text.label == f"A{name} v{article['version']}"
        assert article["title"] in text.title
        assert any(
            text.publisher.split()[0] in one or text.publisher == "WPS"
            for one in article["contractors"]
        )


def test_the_facet_article_lists_64635_and_not_64640(shared_data: Path) -> None:
    path = shared_data / "cms" / "mcd" / "claygood_mcd_index_subset.json"
    index = json.loads(path.read_text("utf-8"))["index"]
    assert "58403" in {article for article, _ in index["64635"]}
    assert "58403" not in {article for article, _ in index["64640"]}


# Words of a policy on hand that a source must hold, as it is cited for what they say.
HOLDS = {
    "l33933": ("medicare/L33933.txt", ("ilioinguinal", "may be effective", "mononeuritis")),
    "l36850": ("medicare/L36850.txt", ("may not be effective", "only for diagnostic purposes")),
    "ncd_160_1": ("medicare/NCD-160.1.txt", ("chemical destruction", "selected cases")),
    "cgs_cryo": ("medicare/CGS_cryoneurolysis_2022.txt", ("0441T", "not destructive")),
    "a57201": ("medicare/A57201.txt", ("64640", "64632", "20550", "six month")),
    "a52725": ("medicare/A52725.txt", ("legible", "upon request", "selected diagnosis")),
    "l34076": ("medicare/L34076.txt", ("ball of the foot", "neurolytic")),
    "l38801": ("medicare/L38801_A58403.txt", (">=80%", "2 weeks", "1-2 levels")),
    "a58403": ("medicare/L38801_A58403.txt", ("Signed and dated",)),
    "wiser": ("medicare/WISeR_A2.txt", ("64605, 64610 only", "six states")),
    "bcbsa_2018": ("bcbsa/7.01.154_2018_licensee.txt", ("neurolytic agent", "unlisted code")),
    "humana_neuro": ("humana/neuroablative_techniques.txt", ("alcohol", "saline", "phenol")),
    "humana_occipital": (
        "humana/headache_occipital_neuralgia_for_64640.txt",
        ("temporary relief", "not sustained"),
    ),
    "hp_occipital": ("healthpartners/occipital_nerve_injections.txt", ("percutaneous", "64600")),
    "hp_facet": ("healthpartners/RFA_facet_AENTRY_046316.txt", ("Radiculopathic", "non-radicular")),
    "bcbsfl_form": ("bcbsfl/02-61000-34_neurolysis_CMN.txt", ("What agent is used",)),
    "uhc_2015": ("uhc/T0107_2015_findacode_digest.txt", ("40 - 90 seconds", "side and level")),
    "uhc_2026": ("uhc/2026T0107II.txt", ("64999", "pulsed", "sacroiliac")),
    "carelon_2026": ("carelon/MSK01-0626.1.txt", ("80% relief", "1 week apart", "6 weeks")),
    "anthem_142": ("anthem/SURG.00142_2023.txt", ("Investigational", "chronic knee pain")),
    "anthem_cg25": ("anthem/CG-SURG-25.txt", ("Padding", "wide box toe", "neurolytic")),
    "ibx_injections": ("ibx/07.03.27.txt", ("More than three injections", "six-month")),
}


@pytest.mark.parametrize("source", sorted(HOLDS))
def test_a_source_holds_what_it_is_cited_for(source: str, shared_data: Path) -> None:
    name, phrases = HOLDS[source]
    said = (shared_data / "policies" / name).read_text("utf-8")
    for phrase in phrases:
        assert phrase in said, f"{name} does not say {phrase!r}"
    assert any(cited(code, source) for code in described())


def test_every_payers_text_is_looked_up() -> None:
    files = {"pfs_rvu25", "ncci_ptp", "ncci_mue", "ncci_aoc", "mcd_index", "a56034"}
    files |= {f"a{name}" for name in FIVE}
    used = {
        passage.text.id for code in described() for said in sentences(code) for passage in said.by
    }
    assert used - files == set(HOLDS)


def test_addresses_are_those_of_the_texts_on_hand(shared_data: Path) -> None:
    for source, (name, _) in HOLDS.items():
        (text,) = {
            passage.text
            for code in described()
            for said in cited(code, source)
            for passage in said.by
            if passage.text.id == source
        }
        first = (shared_data / "policies" / name).read_text("utf-8").splitlines()[0]
        official = text.url.startswith("https://www.cms.gov/medicare-coverage-database/")
        assert text.url in first or official, f"{source}: {text.url} / {first}"
