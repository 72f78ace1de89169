"""Write docs/reference/ from the code itself: commands, measures, tables, sources, JSON, Python.

Nothing here is written by hand and nothing of it is committed, so it cannot be stale. What lacks
its words (an option without help, a property without description) raises Undocumented.
"""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import inspect
import json
import pkgutil
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

REPOSITORY = Path(__file__).resolve().parent.parent
VALUES = property | functools.cached_property
REFERENCE = REPOSITORY / "docs" / "reference"


class Undocumented(Exception):
    """Something public has no words."""


def _told(words: str | None, what: str) -> str:
    """The words as one line of Markdown; Undocumented where there are none."""
    line = " ".join((words or "").split())
    if not line:
        raise Undocumented(f"{what} is not described")
    return line


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    head = list(head)
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(_cell(text) for text in row) + " |" for row in rows]
    return [*lines, ""]


# --- commands -------------------------------------------------------------------------------


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with the words that call it, groups before what they hold."""
    from payeratlas.apps.cli import cli

    def walk(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
        yield path, command
        if isinstance(command, click.Group):
            context = click.Context(command, info_name=path)
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner is not None
                yield from walk(f"{path} {name}", inner)

    yield from walk("payeratlas", cli)


def _help_blocks(text: str) -> list[str]:
    """Help as Markdown: paragraphs, and the blocks that click keeps as they are as code."""
    lines: list[str] = []
    for block in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        if block.startswith("\b"):
            lines += ["```text", *block.splitlines()[1:], "```", ""]
        else:
            lines += [" ".join(block.split()), ""]
    return lines


def _command(path: str, command: click.Command) -> list[str]:
    _told(command.help, f"command '{path}'")
    context = click.Context(command, info_name=path)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    lines = [f"## {path}", "", *_help_blocks(command.help or ""), "```text", usage, "```", ""]
    rows = []
    for option in command.get_params(context):
        if isinstance(option, click.Option) and not option.hidden and option.name != "help":
            what = f"option {option.opts[-1]} of '{path}'"
            words = _told(option.help, what)
            extra = option.get_help_extra(context).get("default")
            names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
            value = "" if option.is_flag else f" `{option.make_metavar(context)}`"
            rows.append((names + value, f"{words} Default: {extra}." if extra else words))
    return lines + (_table(("option", "meaning"), rows) if rows else [])


def _commands_page() -> list[str]:
    from payeratlas.apps.cli import EXIT_CODES

    lines = ["# Commands", ""]
    for path, command in commands():
        lines += _command(path, command)
    lines += ["## Exit codes", ""]
    return lines + _table(("code", "meaning"), ((str(n), t) for n, t in EXIT_CODES.items()))


# --- measures, tables, sources --------------------------------------------------------------


def measures() -> tuple[list[Any], list[Any]]:
    """The measures of a code, and those of service lines, encounters and changes."""
    import payeratlas.pricing
    from payeratlas.pages.facts import measures

    found = []
    for info in pkgutil.iter_modules(payeratlas.pricing.__path__):
        module = importlib.import_module(f"payeratlas.pricing.{info.name}")
        found += getattr(module, "MEASURES", ())
    return list(measures().values()), found


def _measures_page() -> list[str]:
    def rows(found: list[Any]) -> Iterator[tuple[str, ...]]:
        for measure in found:
            what = f"measure {measure.id}"
            meaning = f"{_told(measure.title, what)}. {_told(measure.meaning, what)}"
            yield f"`{measure.id}`", meaning, measure.unit, _told(measure.source, what)

    head = ("measure", "meaning", "unit", "source")
    of_code, of_line = measures()
    return [
        "# Measures",
        "",
        "What a Fact can state of a code. `payeratlas facts CODE --json` lists them.",
        "",
        *_table(head, rows(of_code)),
        "## Of service lines, encounters and changes",
        "",
        "What `payeratlas price LINE...` and the pages state besides.",
        "",
        *_table(head, rows(of_line)),
    ]


def _tables_page() -> list[str]:
    from payeratlas.tables.catalog import catalog
    from payeratlas.tables.contract import PROVENANCE, Column, Table
    from payeratlas.tables.tic import TIC

    def columns(found: Iterable[Column]) -> list[str]:
        rows = []
        for column in found:
            kind = f"{column.kind}, {column.scale} decimals" if column.scale else column.kind
            null = "" if column.required else " May be empty."
            meaning = _told(column.meaning, f"column {column.name}") + null
            rows.append((f"`{column.name}`", kind, meaning, column.unit, column.licence))
        return _table(("column", "type", "meaning", "unit", "licence"), rows)

    lines = [
        "# Tables",
        "",
        "The contract of each table: what one row is, which columns name it, and what each column "
        "holds. Rows stand in the order of their file.",
        "",
    ]

    def contract(table: Table) -> list[str]:
        key = ", ".join(f"`{name}`" for name in table.key)
        told = [f"## {table.name}", "", f"One row: {table.grain}. Named by {key}.", ""]
        told += [table.note, ""] if table.note else []
        return told + columns(table.columns)

    for table in catalog().values():
        lines += contract(table)
    lines += ["## Columns of every table above", "", *columns(PROVENANCE)]
    lines += ["## Tables of payers' price files", ""]
    lines += ["Their numbers are those of one file. They stand below `prices/` of the store.", ""]
    for table in TIC.values():
        lines += contract(table)
    return lines


def _demoted(markdown: str) -> list[str]:
    """The body of a source's README two levels down, without its title."""
    lines = markdown.strip().splitlines()
    if lines and lines[0].startswith("# "):
        lines = lines[1:]
    return [f"#{line}" if re.match(r"#{2,5} ", line) else line for line in lines]


def _sources_page() -> list[str]:
    from payeratlas.build.registry import registered

    lines = ["# Sources", ""]
    for name, module in registered().items():
        source = module.SOURCE
        readme = Path(str(module.__file__)).with_name("README.md")
        if not readme.is_file():
            raise Undocumented(f"source {name} has no README.md")
        lines += [f"## {source.id}", "", f"**{_told(source.title, name)}**", ""]
        facts = (
            ("publisher", source.publisher),
            ("where new files are listed", f"<{source.index_url}>"),
            ("how often", source.cadence),
            ("licence", source.licence),
            ("tables", ", ".join(f"[{t}](tables.md#{t})" for t in source.tables)),
            ("kept", source.retention),
        )
        rows = ((what, _told(text, f"{name}: {what}")) for what, text in facts)
        lines += [*_table(("", ""), rows), *_demoted(readme.read_text("utf-8")), ""]
    return lines


# --- JSON and Python ------------------------------------------------------------------------


def schemas() -> dict[str, dict[str, Any]]:
    """Every published JSON schema by file name."""
    folder = REPOSITORY / "src" / "payeratlas" / "publish" / "schema"
    found = sorted(folder.rglob("*.json"))
    return {str(p.relative_to(folder)): json.loads(p.read_text("utf-8")) for p in found}


def properties(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every property of a schema by the path that leads to it, definitions included, and every
    place of a row by its number and title.

    A property that a branch of ``oneOf`` only narrows is listed once, where it is described.
    """
    found: dict[str, dict[str, Any]] = {}
    for path, inner in _walked(schema, ""):
        if not found.get(path, {}).get("description"):
            found[path] = inner
    return found


def _walked(schema: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, list):
        for entry in schema:
            yield from _walked(entry, path)
    elif isinstance(schema, dict):
        for name, inner in schema.get("properties", {}).items():
            here = f"{path}.{name}" if path else name
            yield here, inner
            yield from _walked(inner, here)
        for place, inner in enumerate(schema.get("prefixItems", ())):
            here = f"{path}[{place}] {inner.get('title', '')}".rstrip()
            yield here, inner
            yield from _walked(inner, here)
        for name, inner in schema.get("$defs", {}).items():
            yield from _walked(inner, name)
        for keyword in ("items", "additionalProperties"):
            yield from _walked(schema.get(keyword), f"{path}[]")
        for keyword in ("oneOf", "anyOf", "allOf"):
            yield from _walked(schema.get(keyword), path)


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "enum" in schema:
        return ", ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    for keyword in ("oneOf", "anyOf"):
        if keyword in schema:
            return " or ".join(dict.fromkeys(_type(entry) for entry in schema[keyword]))
    kind = schema.get("type", "any")
    kind = " or ".join(kind) if isinstance(kind, list) else str(kind)
    if kind == "array" and "prefixItems" in schema:
        return "row"
    if kind == "array" and isinstance(schema.get("items"), dict):
        return f"array of {_type(schema['items'])}"
    return kind


def _json_page() -> list[str]:
    found = schemas()
    if not found:
        raise Undocumented("no JSON schema was found in payeratlas.publish")
    lines = ["# JSON", "", "What `--json` and the published `.json` files hold.", ""]
    for name, schema in found.items():
        lines += [f"## {schema.get('title', name)}", "", _told(schema.get("description"), name), ""]
        lines += [f"Schema: `{schema.get('$id', name)}` (`{name}`)", ""]
        rows = []
        for path, inner in properties(schema).items():
            words = inner.get("description") or _referred(schema, inner).get("description")
            rows.append((f"`{path}`", _type(inner), _told(words, f"{name}: {path}")))
        lines += _table(("property", "type", "meaning"), rows)
    return lines


def _referred(schema: dict[str, Any], inner: dict[str, Any]) -> dict[str, Any]:
    target: Any = schema
    for part in str(inner.get("$ref", "")).lstrip("#/").split("/"):
        target = target.get(part, {}) if part else {}
    return target if isinstance(target, dict) else {}


def public_names(package: str) -> Iterator[tuple[str, Any]]:
    """What a package offers: the names of ``__all__``."""
    module = importlib.import_module(package)
    for name in getattr(module, "__all__", ()):
        yield name, getattr(module, name)


class _Bare(str):
    """An annotation that prints without quotes."""

    __slots__ = ()
    __repr__ = str.__str__


def _signature(name: str, item: Any) -> str:
    told = inspect.signature(item)
    shown = [
        each.replace(annotation=_Bare(each.annotation))
        if isinstance(each.annotation, str)
        else each
        for each in told.parameters.values()
        if each.name not in {"self", "cls"}
    ]
    gives = told.return_annotation
    gives = _Bare(gives) if isinstance(gives, str) and not inspect.isclass(item) else told.empty
    return f"{name}{told.replace(parameters=shown, return_annotation=gives)}"


def _members(item: Any) -> Iterator[tuple[str, Any]]:
    for name, member in vars(item).items():
        inner = member.__func__ if isinstance(member, classmethod | staticmethod) else member
        if not name.startswith("_") and (inspect.isfunction(inner) or isinstance(inner, VALUES)):
            yield name, inner


def _docstring(item: Any) -> str:
    """A docstring as Markdown."""
    text = re.sub(r":\w+:`([^`]*)`", r"`\1`", inspect.getdoc(item) or "")
    return text.replace("``", "`").replace("::\n", ":\n")


def _described(title: str, item: Any, level: int) -> list[str]:
    _told(inspect.getdoc(item), title)
    name = title.rpartition(".")[2]
    lines = [f"{'#' * level} {name}", ""]
    if not isinstance(item, VALUES):
        lines += ["```python", _signature(name, item), "```", ""]
    lines += [_docstring(item), ""]
    if inspect.isclass(item):
        for name, member in _members(item):
            lines += _described(f"{title}.{name}", member, level + 1)
    return lines


def _python_page() -> list[str]:
    from payeratlas.apps import api

    lines = ["# Python", "", _docstring(importlib.import_module("payeratlas")), ""]
    for name, item in public_names("payeratlas"):
        lines += _described(f"payeratlas.{name}", item, 2)
    for name, item in vars(api).items():
        if inspect.isclass(item) and item.__module__ == api.__name__ and not name.startswith("_"):
            lines += _described(name, item, 2)
    return lines


# --- rules of rates ----------------------------------------------------------------------------


def _rate_rules_page() -> list[str]:
    from payeratlas.rates.payers import titles
    from payeratlas.rates.rules import rules

    lines = [
        "# Rules of rates",
        "",
        "Why a posted rate is set aside, in the order in which the rules are asked; the name of a "
        "rule is its reason code. Each applies at the strictness named and at every stricter one.",
        "",
    ]
    for rule in rules():
        what = f"rule {rule.id}"
        parts = (f"**{name}.** {_told(words, what)}" for name, words in rule.parts)
        lines += [f"## {rule.id}", "", f"{_told(rule.title, what)} From: {rule.since}.", ""]
        lines += [line for part in parts for line in (part, "")]
    named = ((f"`{name}`", _told(title, name)) for name, title in titles().items())
    return [*lines, "## Payers and licensees", "", *_table(("id", "name"), named)]


# --- packages, and the pages of the repository's own front ------------------------------------


def packages() -> dict[str, tuple[str, str]]:
    """Every package used at run time: its version and the licence it declares."""
    found: dict[str, tuple[str, str]] = {}
    queue = ["payeratlas"]
    while queue:
        name = queue.pop()
        for line in importlib.metadata.requires(name) or ():
            spec, _, marker = line.partition(";")
            wanted = re.split(r"[^A-Za-z0-9._-]", spec.strip(), maxsplit=1)[0].lower()
            if "extra" in marker or wanted in found:
                continue
            try:
                about = importlib.metadata.metadata(wanted)
            except importlib.metadata.PackageNotFoundError:
                continue  # wanted on another platform only
            found[wanted] = (about["Version"], _licence(about))
            queue.append(wanted)
    return dict(sorted(found.items()))


def _licence(about: Any) -> str:
    if about.get("License-Expression"):
        return str(about["License-Expression"])
    classifiers = [c for c in about.get_all("Classifier") or () if c.startswith("License ::")]
    if classifiers:
        return ", ".join(c.rpartition(":: ")[2] for c in classifiers)
    return str(about.get("License") or "").partition("\n")[0]


def _packages_page() -> list[str]:
    rows = ((name, version, licence) for name, (version, licence) in packages().items())
    return [
        "# Packages",
        "",
        "Every package used at run time, in the version that this reference was built with.",
        "",
        *_table(("package", "version", "licence"), rows),
    ]


def _front(name: str) -> list[str]:
    """A page of the repository's front, its links turned to where it stands in the site."""
    text = (REPOSITORY / name).read_text("utf-8")
    text = text.replace("](docs/", "](../")
    for other, page in FRONT.items():
        text = text.replace(f"]({other})", f"]({page})")
    return text.splitlines()


FRONT = {
    "ARCHITECTURE.md": "architecture.md",
    "GLOSSARY.md": "glossary.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
}

PAGES = {
    "commands.md": ("Commands", _commands_page),
    "measures.md": ("Measures", _measures_page),
    "tables.md": ("Tables", _tables_page),
    "sources.md": ("Sources", _sources_page),
    "json.md": ("JSON", _json_page),
    "python.md": ("Python", _python_page),
    "rate-rules.md": ("Rules of rates", _rate_rules_page),
    "packages.md": ("Packages", _packages_page),
}


def pages() -> dict[str, str]:
    """Every generated page by file name. The same code gives the same text."""
    found = {name: build() for name, (_, build) in PAGES.items()}
    found |= {page: _front(name) for name, page in FRONT.items()}
    listed = [f"- [{title}]({name})" for name, (title, _) in PAGES.items()]
    listed += [f"- [{page.removesuffix('.md').title()}]({page})" for page in FRONT.values()]
    found["index.md"] = ["# Reference", "", "Generated from the code.", "", *listed]
    return {name: "\n".join(lines).rstrip() + "\n" for name, lines in found.items()}


def main() -> None:
    """Write the pages."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for old in REFERENCE.glob("*.md"):
        old.unlink()
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
