"""The documents: nothing public without words, no link without an end, no command untrue."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import jsonschema
import pytest

from payeratlas.apps.cli import cli

FRONT = ("README", "ARCHITECTURE", "GLOSSARY", "CONTRIBUTING", "CHANGELOG", "SECURITY")


@pytest.fixture(scope="module")
def documents(texts: dict[Path, str], generator: ModuleType, repository: Path) -> dict[Path, str]:
    """Every Markdown file that people read, the generated reference included."""
    reference = repository / "docs" / "reference"
    found = {reference / name: text for name, text in generator.pages().items()}
    for path, text in texts.items():
        inside = path.relative_to(repository)
        if path.suffix == ".md" and (len(inside.parts) == 1 or inside.parts[0] == "docs"):
            found[path] = text
    return found


def prose(markdown: str) -> str:
    """Markdown without its code."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"(?ms)^```.*?^```$", "", markdown))


def anchors(markdown: str) -> set[str]:
    """The anchors that the headings of a page make."""
    titles = re.findall(r"(?m)^#+ (.+)$", re.sub(r"(?ms)^```.*?^```$", "", markdown))
    return {
        re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", title).strip().lower()) for title in titles
    }


def links(markdown: str) -> list[str]:
    """Where the links and images of a page lead."""
    return re.findall(r"\]\(([^)\s]+)\)", prose(markdown))


def command_lines(markdown: str) -> Iterator[list[str]]:
    """Every call of ``payeratlas`` in the shell blocks of a page, without its name."""
    for block in re.findall(r"(?ms)^```sh$(.*?)^```$", markdown):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words and words[0].rpartition("/")[2] == "payeratlas":
                yield words[1:]


def misuse(words: list[str]) -> str:
    """Why the command line is not one of the program's, or nothing."""
    group: click.Command = cli
    context = click.Context(cli, info_name="payeratlas")
    try:
        while isinstance(group, click.Group):
            name, found, words = group.resolve_command(context, words)
            if found is None:
                return f"no command {name}"
            group = found
            context = click.Context(group, info_name=name, parent=context)
        group.make_parser(context).parse_args(list(words))
    except click.UsageError as error:
        return error.format_message()
    return ""


def test_the_front_is_there(repository: Path) -> None:
    for name in FRONT:
        text = (repository / f"{name}.md").read_text("utf-8")
        assert text.startswith("# ")
    licence = (repository / "LICENSE").read_text("utf-8")
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence


def test_links_lead_somewhere(documents: dict[Path, str]) -> None:
    faults = []
    for path, text in documents.items():
        for link in links(text):
            if re.match(r"(https?|mailto):", link):
                continue
            name, _, anchor = link.partition("#")
            target = (path.parent / name).resolve() if name else path
            if not (target in documents or target.exists()):
                faults.append(f"{path}: {link}")
            elif anchor and anchor not in anchors(documents[target]):
                faults.append(f"{path}: {link} (no such heading)")
    assert not faults, "\n".join(faults)


def test_a_broken_link_would_be_seen() -> None:
    assert links("`[a](b)` [c](d.md#e)\n![f](g.png)") == ["d.md#e", "g.png"]
    assert anchors("# Exit codes\n\n## payeratlas sources add\n") == {
        "exit-codes",
        "payeratlas-sources-add",
    }


def test_every_page_can_be_reached(documents: dict[Path, str], repository: Path) -> None:
    docs = repository / "docs"
    reached, queue = set(), [docs / "index.md", repository / "README.md"]
    while queue:
        path = queue.pop()
        if path in documents and path not in reached:
            reached.add(path)
            named = (link.partition("#")[0] for link in links(documents[path]))
            queue += [(path.parent / name).resolve() for name in named if name]
    menus = (docs / ".nav.yml").read_text("utf-8")
    by_menu = {p for p in documents if p.parent != docs and p.parent.name in menus}
    assert set(documents) == reached | by_menu


def test_decisions_are_numbered_and_listed(repository: Path) -> None:
    folder = repository / "docs" / "decisions"
    records = sorted(p.name for p in folder.glob("[0-9]*.md"))
    assert [name[:4] for name in records] == [f"{n:04}" for n in range(1, len(records) + 1)]
    index = (folder / "index.md").read_text("utf-8")
    for name in records:
        text = (folder / name).read_text("utf-8")
        title = text.splitlines()[0].removeprefix("# ")
        assert title.startswith(f"{name[:4]} ")
        assert f"| [{name[:4]}]({name}) | {title[5:]} |" in index
        for part in ("**Context.**", "**Decision.**", "**Consequences.**", "**Rejected.**"):
            assert part in text, f"{name}: {part}"


def test_commands_in_the_documents_are_the_programs(documents: dict[Path, str]) -> None:
    lines = [(path, words) for path, text in documents.items() for words in command_lines(text)]
    assert len(lines) > 10
    faults = [f"{p}: {' '.join(w)}: {why}" for p, w in lines if (why := misuse(w))]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("words", ["publish 64640 --never", "publsh 64640", "sources remove x"])
def test_a_wrong_command_would_be_seen(words: str) -> None:
    assert misuse(words.split())


def test_scripts_in_the_documents_exist(documents: dict[Path, str], repository: Path) -> None:
    named = {n for text in documents.values() for n in re.findall(r"\bscripts/([a-z]+)", text)}
    assert named
    assert not {name for name in named if not (repository / "scripts" / name).is_file()}


def test_measures_in_the_documents_exist(documents: dict[Path, str], generator: ModuleType) -> None:
    named = {
        name
        for text in documents.values()
        for name in re.findall(r"`((?:pfs|ncci)(?:\.[a-z_]+)+)`", text)
    }
    of_code, of_line = generator.measures()
    assert named
    assert not named - {measure.id for measure in (*of_code, *of_line)}


def test_every_command_and_option_has_help(generator: ModuleType) -> None:
    faults = []
    for path, command in generator.commands():
        if not (command.help or "").strip():
            faults.append(path)
        if not isinstance(command, click.Group) and "--json" not in {
            name for option in command.params for name in option.opts
        }:
            faults.append(f"{path}: no --json")
        faults += [
            f"{path} {option.opts[-1]}"
            for option in command.params
            if isinstance(option, click.Option) and not (option.help or "").strip()
        ]
    assert not faults, faults


def test_every_property_of_a_schema_is_described(generator: ModuleType) -> None:
    schemas = generator.schemas()
    assert schemas
    for name, schema in schemas.items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert re.search(r"[:/]v1[:/]", schema.get("$id", "")), f"{name} is not of v1"
        assert schema.get("description", "").strip(), name
        properties = generator.properties(schema)
        assert properties, name
        silent = [
            path
            for path, inner in properties.items()
            if not inner.get("description") and "$ref" not in inner
        ]
        assert not silent, f"{name}: {silent}"


def test_an_undescribed_thing_is_refused(generator: ModuleType) -> None:
    command = click.Command("new", params=[click.Option(["--mute"])], help="Words.")
    with pytest.raises(generator.Undocumented, match="--mute"):
        generator._command("payeratlas new", command)


def test_the_reference_is_the_same_each_time(generator: ModuleType, repository: Path) -> None:
    once = generator.pages()
    assert once == generator.pages()
    assert str(repository) not in "".join(once.values())
    ignored = (repository / ".gitignore").read_text("utf-8").splitlines()
    assert "/docs/reference/" in ignored


def test_the_picture_is_there_and_small(repository: Path) -> None:
    content = (repository / "docs" / "images" / "page.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) < 300_000


def test_the_site_asks_no_third_party(repository: Path) -> None:
    config = tomllib.loads((repository / "zensical.toml").read_text("utf-8"))["project"]
    assert config["theme"]["font"] is False
    assert not {"extra_javascript", "extra_css"} & set(config)


def test_every_reserved_word_is_in_the_glossary(repository: Path) -> None:
    text = (repository / "GLOSSARY.md").read_text("utf-8")
    reserved = text.partition("## Reserved words")[2].partition("\n## ")[0]
    for word in ("claim", "edit", "benchmark", "coverage", "code", "release", "edition", "version"):
        assert f"| *{word}*" in reserved, word
