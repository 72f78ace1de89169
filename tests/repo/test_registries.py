"""Walk the registries: what stands in a folder is complete, named after it, and documented."""

from __future__ import annotations

import importlib
import inspect
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from payeratlas.model.provenance import Source
from payeratlas.pages.facts import families, measures
from payeratlas.pages.registry import registered
from payeratlas.pricing import rules
from payeratlas.tables.catalog import catalog
from payeratlas.tables.contract import PROVENANCE
from payeratlas.tables.hospital import HOSPITAL
from payeratlas.tables.reading import DROPPED, epochs_from
from payeratlas.tables.tic import TIC

PACKAGE = Path(importlib.import_module("payeratlas").__file__ or "").parent
SOURCES = sorted(
    folder.name
    for folder in (PACKAGE / "sources").iterdir()
    if folder.is_dir() and not folder.name.startswith("_")
)
TABLES = catalog()
WITNESS = ["hospital", "tic", "tic_extract"]
OF_RELEASES = [name for name in SOURCES if name not in WITNESS]


def source(name: str) -> ModuleType:
    return importlib.import_module(f"payeratlas.sources.{name}")


def test_the_foundation_is_there() -> None:
    filled = {table for name in SOURCES for table in source(name).SOURCE.tables}
    every = set(TABLES) | set(TIC) | set(HOSPITAL)
    assert filled == every, "every contract has a source, every source a contract"
    assert [n for n in SOURCES if source(n).SOURCE.retention == "witness"] == WITNESS
    letters = [place.letter for place, _ in registered()]
    assert letters == list("ABCDEFGHIJ")


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_is_whole(name: str, repository: Path) -> None:
    module, folder = source(name), PACKAGE / "sources" / name
    about = module.SOURCE
    assert isinstance(about, Source)
    assert about.id == name
    for word in (about.title, about.publisher, about.licence, about.cadence):
        assert word.strip()
    assert about.index_url.startswith("https://")
    assert set(about.tables) <= set({**TIC, **HOSPITAL} if name in WITNESS else TABLES)
    defined = {"read": ["files"], "discover": ["get"]}
    if name in WITNESS:
        defined = {
            "describe": ["printed", "name"],
            "key_of": ["location"],
            "offered": ["locations"],
        }
    for function, parameters in defined.items():
        assert list(inspect.signature(getattr(module, function)).parameters) == parameters
        assert inspect.getdoc(getattr(module, function))

    readme = (folder / "README.md").read_text("utf-8")
    assert readme.startswith("# ")
    assert re.search(r"licen[cs]e", readme, re.IGNORECASE)

    tests = repository / "tests" / "sources"
    kinds = {".csv", ".gz", ".json", ".txt", ".xlsx", ".zip"}
    samples = [p for p in (tests / name).rglob("*") if p.suffix in kinds]
    assert samples, f"tests/sources/{name} has no sample file"
    naming = [p for p in tests.rglob("test_*.py") if name in p.read_text("utf-8") or name in p.name]
    assert naming, f"no test of tests/sources names {name}"


@pytest.mark.parametrize("name", OF_RELEASES)
def test_layouts_map_to_contracts(name: str) -> None:
    text = (PACKAGE / "sources" / name / "layouts.toml").read_text("utf-8")
    epochs = epochs_from(tomllib.loads(text))
    known = {c.name for table in source(name).SOURCE.tables for c in TABLES[table].columns}
    assert epochs
    assert len({epoch.id for epoch in epochs}) == len(epochs)
    for epoch in epochs:
        columns = [column for column in epoch.columns.values() if column != DROPPED]
        assert set(columns) <= known, epoch.id
        assert len(columns) == len(set(columns)), f"{epoch.id}: two headings fill one column"


@pytest.mark.parametrize("name", sorted(TABLES | TIC | HOSPITAL))
def test_a_contract_is_whole(name: str) -> None:
    table = (TABLES | TIC | HOSPITAL)[name]
    names = [column.name for column in (*table.columns, *PROVENANCE)]
    assert len(names) == len(set(names))
    assert table.grain.strip()
    assert table.key
    for key in table.key:
        # A day may be open or lost, and still tell one row from the next.
        dated = table.column(key).kind == "date"
        assert table.column(key).required or dated, f"{name}.{key} names rows and may be empty"
    for column in table.columns:
        assert column.meaning.strip(), f"{name}.{column.name}"
        assert column.licence.strip(), f"{name}.{column.name}"
        if column.kind == "decimal":
            assert column.unit, f"{name}.{column.name} has no unit"
            assert column.scale > 0, f"{name}.{column.name} has no scale"


def test_no_table_named_by_billing_codes_holds_descriptions() -> None:
    for table in TABLES.values():
        if "hcpcs" in table.key:
            assert not [c.name for c in table.columns if c.name.startswith(("desc", "name"))]
            assert table.column("hcpcs").licence == "code only"


def test_sections_are_named_after_their_files_and_tested(repository: Path) -> None:
    tests = "\n".join(p.read_text("utf-8") for p in (repository / "tests").rglob("test_*.py"))
    for place, compose in registered():
        assert place.title.strip()
        assert list(inspect.signature(compose).parameters) == ["code", "as_of", "store"]
        module = inspect.getmodule(compose)
        assert module is not None
        assert inspect.getdoc(module), f"section {place.id} does not say what it is"
        assert re.search(rf"\b{place.id}\b", tests), f"no test speaks of section {place.id}"


def test_measures_are_documented_once() -> None:
    listed = [measure for family in families() for measure in family.MEASURES]
    assert len(listed) == len(measures()), "an id stands twice"
    for measure in listed:
        assert re.fullmatch(r"[a-z]+(\.[a-z0-9_]+)+", measure.id), measure.id
        for word in (measure.title, measure.unit, measure.meaning, measure.source):
            assert word.strip(), measure.id


def test_the_measures_of_the_facts_contract_are_there() -> None:
    settings = ("facility", "nonfacility")
    wanted = {"pfs.status", "pfs.work_rvu", "pfs.mp_rvu", "pfs.conversion_factor"}
    wanted |= {"pfs.conversion_factor.qp", "pfs.pre_op", "pfs.intra_op", "pfs.post_op"}
    for setting in settings:
        wanted |= {f"pfs.{part}.{setting}" for part in ("pe_rvu", "total_rvu", "payment", "na")}
        wanted.add(f"pfs.payment.{setting}.qp")
    for part in ("pctc", "global_days", "multiple_procedure", "bilateral", "assistant"):
        wanted.add(f"pfs.indicator.{part}")
    wanted |= {f"pfs.indicator.{part}" for part in ("co_surgeon", "team", "endo_base")}
    for service in ("practitioner", "hospital", "dme"):
        wanted |= {f"ncci.mue.{service}{part}" for part in ("", ".mai", ".rationale")}
    assert wanted <= set(measures()), sorted(wanted - set(measures()))


def test_pricing_rules_name_their_manual() -> None:
    found = rules()
    assert found
    for name, rule in found.items():
        assert rule.id == name
        assert rule.reference.strip(), f"{name} names no manual"
        assert inspect.getdoc(rule.compute), f"{name} does not say what it computes"
