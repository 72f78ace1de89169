"""Page and facts as JSON: described, valid, complete, and readable back."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sample
from jsonschema import Draft202012Validator
from poison import PAYLOADS, poisoned

import payeratlas.publish
from payeratlas.model.amounts import Money
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.provenance import Citation, Derivation
from payeratlas.pages.page import Page
from payeratlas.publish import html
from payeratlas.publish.fact_json import facts_json, render_facts
from payeratlas.publish.json_ import page_json, render, render_evidence
from payeratlas.publish.reading import load_page_facts

SCHEMAS = Path(payeratlas.publish.__file__).parent / "schema" / "v1"


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
    return loaded


def validator(name: str) -> Draft202012Validator:
    Draft202012Validator.check_schema(schema(name))
    return Draft202012Validator(schema(name), format_checker=Draft202012Validator.FORMAT_CHECKER)


def undescribed(node: Any, path: str = "") -> Iterator[str]:
    """Properties without a description, and objects open to undescribed ones."""
    if isinstance(node, list):
        for item in node:
            yield from undescribed(item, path)
        return
    if not isinstance(node, dict):
        return
    for name, inner in node.get("properties", {}).items():
        if not inner.get("description"):
            yield f"{path}.{name}"
    for place, inner in enumerate(node.get("prefixItems", [])):
        if not (inner.get("description") and inner.get("title")):
            yield f"{path}[{place}]"
    rest = node.get("items")
    if "prefixItems" in node and rest is not False and not (rest and rest.get("description")):
        yield f"{path} is open"
    if "properties" in node and node.get("additionalProperties") is not False:
        yield f"{path} is open"
    for key, inner in node.items():
        if key not in ("then", "else"):  # they only narrow a property that is described above
            yield from undescribed(inner, f"{path}/{key}")


@pytest.mark.parametrize("name", ["page", "facts"])
def test_every_property_is_described(name: str) -> None:
    assert list(undescribed(schema(name))) == []


def test_an_undescribed_property_is_noticed() -> None:
    broken = schema("page")
    del broken["properties"]["edition"]["description"]
    broken["$defs"]["grid"]["additionalProperties"] = True
    del broken["$defs"]["cited"]["prefixItems"][4]["title"]
    del broken["$defs"]["derived"]["items"]
    assert len(list(undescribed(broken))) == 4


def test_the_page_is_valid(page: Page) -> None:
    validator("page").validate(page_json(page))


def test_facts_are_valid(page: Page) -> None:
    validator("facts").validate(facts_json(page.facts))


@pytest.mark.parametrize("poison", PAYLOADS, ids=range(len(PAYLOADS)))
def test_hostile_pages_are_valid(page: Page, poison: str) -> None:
    assert list(validator("page").iter_errors(page_json(poisoned(page, poison)))) == []


def test_the_schema_refuses_what_is_wrong(page: Page) -> None:
    check = validator("page")
    known = next(f for f in page_json(page)["facts"] if f[2] is not None and f[5] != [])
    unknown = next(f for f in page_json(page)["facts"] if f[2] is None)
    for wrong in (
        [*known, "more", "and more"],
        known[:5],
        [*known[:2], 1.5, *known[3:]],
        [*known[:2], None, *known[3:]],
        [*known[:4], -1, *known[5:]],
        [*unknown[:2], "0.00", *unknown[3:]],
        {"fact": known},
    ):
        data = page_json(page)
        data["facts"] = [wrong]
        assert not check.is_valid(data), wrong


def test_values_are_written_exactly() -> None:
    cited = sample.STATUS.basis
    values = {
        "money": Money(Decimal("240.90")),
        "scaled": Decimal("0.10"),
        "large": Decimal("1E+2"),
        "count": 5,
        "flag": True,
        "code": "010",
    }
    facts = [Fact(m, "64640", v, "", sample.OCTOBER, cited) for m, v in values.items()]
    written = [fact["value"] for fact in facts_json(facts)]
    assert written == ["240.90", "0.10", "100", 5, True, "010"]
    assert [type(v) for v in written] == [str, str, str, int, bool, str]


def test_a_fact_stands_alone() -> None:
    (office,) = facts_json([sample.OFFICE])
    assert office["value"] == "240.98"
    assert office["period"] == {"from": "2025-10-01", "to": "2026-01-01"}
    work = office["derivation"]["inputs"][0]
    assert work["role"] == "work_rvu"
    assert work["citation"]["artifact"]["bytes"] == 2547226
    assert work["citation"]["locator"] == "cell=7011,6"
    assert work["citation"]["text"] == "1.98"
    assert "member" not in work["citation"]


def test_an_unknown_has_null_and_its_reason() -> None:
    (found,) = facts_json([sample.HOSPITAL_MUE])
    assert found["value"] is None
    assert found["period"] is None
    assert found["unknown"]["reason"] == "not_covered"
    assert found["unknown"]["last_known"]["value"] == 10
    assert "citation" not in found
    assert "derivation" not in found


def test_equal_values_of_different_kinds_stay_apart(page: Page) -> None:
    cited = sample.STATUS.basis
    alike = tuple(
        Fact("m", "64640", value, "", sample.OCTOBER, cited)
        for value in (True, 1, Decimal("1"), Decimal("1.0"), Money(Decimal("1.00")), "1")
    )
    loaded = load_page_facts(render(dataclasses.replace(page, facts=alike)))
    assert [repr(f.value) for f in loaded.facts[:6]] == [repr(f.value) for f in alike]


def every_fact(node: Any) -> Iterator[Fact]:
    """All Facts anywhere in a page: the slow obvious way."""
    if isinstance(node, Fact):
        yield node
        if isinstance(node.value, Unknown) and node.value.last_known:
            yield from every_fact(node.value.last_known)
        if isinstance(node.basis, Derivation):
            for _, given in node.basis.inputs:
                yield from every_fact(given)
    elif isinstance(node, tuple | list):
        for item in node:
            yield from every_fact(item)
    elif dataclasses.is_dataclass(node) and not isinstance(node, type):
        for field in dataclasses.fields(node):
            yield from every_fact(getattr(node, field.name))


@pytest.mark.parametrize("written", [render, html.render])
def test_all_facts_are_read_back_as_they_were(page: Page, written: Any) -> None:
    loaded = load_page_facts(written(page))
    assert (loaded.code, loaded.edition, loaded.version) == ("64640", sample.EDITION, "0.1.0")
    assert loaded.as_of == page.as_of
    expected = {repr(fact) for fact in every_fact(page)}
    assert {repr(fact) for fact in loaded.facts} == expected
    assert len(loaded.facts) == len(expected)
    assert sum(isinstance(f.basis, Citation) for f in loaded.facts) > 300


@pytest.mark.parametrize("poison", PAYLOADS, ids=range(len(PAYLOADS)))
def test_hostile_facts_are_read_back_as_they_were(page: Page, poison: str) -> None:
    hostile = poisoned(page, poison)
    expected = {repr(fact) for fact in every_fact(hostile)}
    assert {repr(f) for f in load_page_facts(render(hostile)).facts} == expected
    assert {repr(f) for f in load_page_facts(html.render(hostile)).facts} == expected


def every_text(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, tuple | list):
        for item in node:
            yield from every_text(item)
    elif dataclasses.is_dataclass(node) and not isinstance(node, type):
        for field in dataclasses.fields(node):
            yield from every_text(getattr(node, field.name))


def test_the_json_holds_every_text_of_the_page(page: Page) -> None:
    def strings(node: Any) -> Iterator[str]:
        if isinstance(node, str | int):  # a cell that prints a count is the count
            yield str(node)
        elif isinstance(node, list):
            for item in node:
                yield from strings(item)
        elif isinstance(node, dict):
            for key, item in node.items():
                yield key
                yield from strings(item)

    held = set(strings(json.loads(render(page))))
    assert set(every_text(page)) - held == set()


def test_rows_point_to_what_they_share(page: Page) -> None:
    data = json.loads(render(page))
    cited = [f for f in data["facts"] if f[2] is not None and isinstance(f[5], str)]
    derived = [f for f in data["facts"] if f[2] is not None and isinstance(f[5], list)]
    unknown = [f for f in data["facts"] if f[2] is None]
    assert len(cited) + len(derived) + len(unknown) == len(data["facts"])

    def all_of(name: str) -> set[int]:
        return set(range(len(data[name])))

    assert {f[0] for f in data["facts"]} == all_of("measures")
    assert {f[4] for f in cited} == all_of("columns")
    assert {f[4] for f in derived} == all_of("rules")
    assert {f[4] for f in unknown} == all_of("reasons")
    assert {column[0] for column in data["columns"]} == all_of("files")
    assert {file["artifact"] for file in data["files"]} == all_of("artifacts")
    assert set(data["page_facts"]) <= all_of("facts")
    (artifact,) = [a for a in data["artifacts"] if a["name"] == "PPRRVU2025_Oct.csv"]
    assert artifact["retrieved"] == "2025-10-02"
    for place, fact in enumerate(data["facts"]):
        if fact in derived:
            assert len(fact[5]) == len(data["rules"][fact[4]]["roles"])
            assert all(0 <= given < place for given in fact[5])
    for name in ("measures", "periods", "reasons", "rules", "columns", "files", "artifacts"):
        entries = [json.dumps(entry) for entry in data[name]]
        assert len(entries) == len(set(entries)), name


def test_a_text_is_repeated_only_where_the_value_does_not_spell_it(page: Page) -> None:
    repeated = 0
    for fact in page_json(page)["facts"]:
        if fact[2] is not None and isinstance(fact[5], str) and len(fact) > 6:
            repeated += 1
            assert isinstance(fact[2], bool) or str(fact[2]) != fact[6]
    assert repeated


def test_without_sections_every_fact_stays(page: Page) -> None:
    bare, whole = json.loads(render(page, sections=False)), json.loads(render(page))
    assert "sections" not in bare
    assert set(whole) - set(bare) == {"sections"}
    validator("page").validate(bare)
    facts = {repr(fact) for fact in load_page_facts(render(page, sections=False)).facts}
    assert facts == {repr(fact) for fact in every_fact(page)}


def test_every_entry_of_a_list_is_a_line(page: Page) -> None:
    lines = render(page).splitlines()
    whole = json.loads(render(page))
    for name, after in (("facts", "periods"), ("columns", "files"), ("rules", "columns")):
        entries = lines[lines.index(f'"{name}":[') + 1 : lines.index(f'"{after}":[') - 1]
        assert [json.loads(line.rstrip(",")) for line in entries] == whole[name]
    assert not any(line.startswith(" ") for line in lines)


def test_a_text_that_looks_like_the_end_of_a_row_ends_none() -> None:
    looks = '],"",[5,"],[",""'
    fact = dataclasses.replace(sample.STATUS, value=looks, subject=looks)
    made = dataclasses.replace(sample.page(), facts=(fact, fact, sample.UNITS))
    assert json.loads(render(made)) == page_json(made)


def test_the_evidence_is_what_verification_reads(page: Page) -> None:
    evidence = json.loads(render_evidence(page))
    whole = json.loads(render(page))
    assert evidence == {name: whole[name] for name in evidence}
    assert set(whole) - set(evidence) >= {"sections", "summary", "releases"}
    assert load_page_facts(render_evidence(page)) == load_page_facts(render(page))
    assert render_evidence(page).count("\n") == 1


def test_documents_end_with_a_newline(page: Page) -> None:
    for text in (render(page), render_evidence(page), render_facts(page.facts)):
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        json.loads(text)


def test_reading_refuses_what_is_no_page(page: Page) -> None:
    whole = json.loads(render(page))
    facts = whole["facts"]
    counted = next(f for f in facts if f[2] is not None)

    def broken(fact: object) -> str:
        return json.dumps(whole | {"facts": [fact]})

    wrong_reason = json.loads(render(page))
    wrong_reason["reasons"][0]["reason"] = "other"
    for text in (
        "",
        "{",
        "{}",
        "[]",
        "<p>no page</p>",
        json.dumps(whole | {"schema_version": "v0"}),
        json.dumps({k: v for k, v in whole.items() if k != "artifacts"}),
        json.dumps(wrong_reason),
        broken([*counted[:2], {}, *counted[3:]]),
        broken([-1, *counted[1:]]),
        broken([True, *counted[1:]]),
        broken([len(whole["measures"]), *counted[1:]]),
        broken(counted[:5]),
        broken([*counted[:4], 0, [7]]),
        broken("fact"),
        '{"a":' * 100_000,
    ):
        with pytest.raises(InputError) as caught:
            load_page_facts(text, where="page.json")
        assert caught.value.where == "page.json"
        assert caught.value.cure
