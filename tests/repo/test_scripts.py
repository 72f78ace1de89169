"""The scripts: POSIX, short, and the same set under every name."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

NAMES = {"demo", "test", "lint", "docs", "data", "perf", "fuzz", "setup"}
MOST_LINES = 100
# Not in POSIX sh, though a shell called sh may let them pass.
BASHISM = re.compile(r"\[\[|\bfunction \w|<<<|\blocal |\bpipefail\b|&>|\$'|\bsource |==\s*\"?\$")


@pytest.fixture(scope="module")
def scripts(repository: Path) -> list[Path]:
    return [path for path in sorted((repository / "scripts").iterdir()) if path.is_file()]


def test_all_are_there(scripts: list[Path]) -> None:
    assert {path.name for path in scripts} == NAMES


def test_they_are_short_posix_shell(scripts: list[Path]) -> None:
    faults = []
    for path in scripts:
        text = path.read_text("utf-8")
        if not text.startswith("#!/bin/sh\n"):
            faults.append(f"{path.name}: does not begin with #!/bin/sh")
        if "\nset -eu\n" not in text:
            faults.append(f"{path.name}: no 'set -eu'")
        if text.count("\n") > MOST_LINES:
            faults.append(f"{path.name}: long")
        if not os.access(path, os.X_OK):
            faults.append(f"{path.name}: cannot be executed")
        code = re.sub(r"(?m)^\s*#.*$", "", text)
        faults += [f"{path.name}: {found}" for found in BASHISM.findall(code)]
        checked = subprocess.run(["sh", "-n", path], capture_output=True, text=True, check=False)
        if checked.returncode:
            faults.append(f"{path.name}: {checked.stderr}")
    assert not faults, "\n".join(faults)


def test_shellcheck_agrees(scripts: list[Path]) -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed")
    checked = subprocess.run(
        ["shellcheck", "--shell=sh", "--exclude=SC1091", *scripts],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_make_names_are_scripts(repository: Path) -> None:
    text = (repository / "Makefile").read_text("utf-8")
    targets = re.search(r"^(demo[\w ]*):\n\t@scripts/\$@$", text, re.MULTILINE)
    assert targets is not None
    assert set(targets[1].split()) == NAMES - {"setup"}


def test_ci_runs_lint_docs_and_tests(repository: Path) -> None:
    text = (repository / ".ci" / "run").read_text("utf-8")
    steps = re.search(r"for step in ([\w ]+);", text)
    assert steps is not None
    assert steps[1].split() == ["lint", "docs", "test"]
    assert os.access(repository / ".ci" / "run", os.X_OK)
