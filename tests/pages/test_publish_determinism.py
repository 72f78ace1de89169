"""The same page gives the same bytes: twice, and under another hash seed."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sample

from payeratlas.publish import html, json_, markdown, pdf, terminal

RENDERERS = {
    "html": html.render,
    "json": json_.render,
    "markdown": markdown.render,
    "pdf": pdf.render,
    "terminal": terminal.render,
}
HERE = Path(__file__).parent


def digests() -> dict[str, str]:
    found = {}
    for name, render in RENDERERS.items():
        made = render(sample.page())
        found[name] = hashlib.sha256(made if isinstance(made, bytes) else made.encode()).hexdigest()
    return found


def test_twice_in_one_process() -> None:
    assert digests() == digests()


@pytest.mark.parametrize("seed", ["1", "4242"])
def test_in_another_process_under_another_seed(seed: str, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONHASHSEED": seed,
        "TZ": "Pacific/Auckland",
        "LC_ALL": "C",
        "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path]),
    }
    code = "import json, test_publish_determinism as t; print(json.dumps(t.digests()))"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(ran.stdout) == digests()
