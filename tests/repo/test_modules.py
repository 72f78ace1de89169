"""Size and words of every module, and the licences of what it needs."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

MOST_LINES = 500
FREE = ("MIT", "BSD", "Apache", "PSF", "Python-2.0", "ISC", "MPL-2.0", "Mozilla", "0BSD")


def unspoken(text: str) -> Iterator[str]:
    """Public functions, classes and methods without a docstring, and a module without one."""
    module = ast.parse(text)
    if ast.get_docstring(module) is None and module.body:
        yield "the module"
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            if ast.get_docstring(node) is None:
                yield node.name
            if isinstance(node, ast.ClassDef):
                for inner in node.body:
                    if (
                        isinstance(inner, ast.FunctionDef)
                        and not inner.name.startswith("_")
                        and ast.get_docstring(inner) is None
                    ):
                        yield f"{node.name}.{inner.name}"


def inherited(path: Path, name: str) -> bool:
    """Whether a method overrides one that its base class has told already."""
    owner, _, method = name.partition(".")
    if not method:
        return False
    below = path.parts[path.parts.index("payeratlas") :]
    module = importlib.import_module(".".join(below).removesuffix(".py").removesuffix(".__init__"))
    return bool(inspect.getdoc(getattr(getattr(module, owner), method)))


def test_modules_stay_small(texts: dict[Path, str]) -> None:
    long = {
        str(path): count
        for path, text in texts.items()
        if path.suffix == ".py" and (count := text.count("\n")) >= MOST_LINES
    }
    assert not long, long


def test_everything_public_says_what_it_is(sources_of_python: dict[Path, str]) -> None:
    faults = [
        f"{path}: {name}"
        for path, text in sources_of_python.items()
        for name in unspoken(text)
        if not inherited(path, name)
    ]
    assert not faults, "\n".join(faults)


def test_the_unspoken_are_found() -> None:
    text = '"""Words."""\ndef told():\n    """Words."""\ndef untold(): ...\n'
    text += 'class Told:\n    """Words."""\n    def untold(self): ...\n    def _own(self): ...\n'
    assert list(unspoken(text)) == ["untold", "Told.untold"]
    assert list(unspoken("x = 1")) == ["the module"]


def test_exported_names_exist_and_speak(generator: ModuleType, repository: Path) -> None:
    package = repository / "src" / "payeratlas"
    names = ["payeratlas"] + [
        f"payeratlas.{folder.name}"
        for folder in sorted(package.iterdir())
        if (folder / "__init__.py").is_file()
    ]
    assert dict(generator.public_names("payeratlas"))
    faults = [
        f"{name}.{public}"
        for name in names
        for public, item in generator.public_names(name)
        if (inspect.isclass(item) or inspect.isroutine(item)) and not (item.__doc__ or "").strip()
    ]
    assert not faults, faults


def test_packages_at_run_time_are_free_to_use(generator: ModuleType) -> None:
    packages = generator.packages()
    assert {"click", "duckdb", "pyarrow", "typst"} <= set(packages)
    faults = {
        name: licence
        for name, (_, licence) in packages.items()
        if not any(word in licence for word in FREE) or re.search(r"\bA?GPL", licence)
    }
    assert not faults, faults


def test_changelog_has_the_version(texts: dict[Path, str], repository: Path) -> None:
    project = texts[repository / "pyproject.toml"]
    version = re.search(r'^version = "(.+)"$', project, re.MULTILINE)
    assert version is not None
    headings = re.findall(r"^## (\S+)", texts[repository / "CHANGELOG.md"], re.MULTILINE)
    assert version[1] == headings[0]
