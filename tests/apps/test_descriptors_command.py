"""A canary among the user's own descriptors: shown where asked for, and nowhere else."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

import payeratlas
import payeratlas.publish
from payeratlas.apps.cli import cli, main
from payeratlas.model.descriptors import MARK
from payeratlas.publish import html, json_, markdown, pdf, terminal
from payeratlas.store import Store

CANARY = "Quillfeather canary of the licensed words"
LICENCE = "granted to this test by nobody"
DAY = ("--as-of", "2025-10-15")
SCHEMAS = Path(payeratlas.publish.__file__).parent / "schema" / "v1"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with one mounted file that lists 64640 and 77002."""
    file = tmp_path / "own.csv"
    file.write_text(f"Code,Descriptor\n64640,{CANARY}\n77002,{CANARY}\n", encoding="utf-8")
    folder = tmp_path / "store"
    run(folder, "descriptors", "mount", str(file), "--licence", LICENCE)
    file.unlink()
    return folder


def run(store: Path, *arguments: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(cli, ["--store", str(store), *arguments])
    assert result.exit_code == exit_code, result.output
    return result.output


def holding(folder: Path, words: str) -> list[str]:
    """The files below a folder that hold some words; a PDF is searched by its text."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        text = pdf_text(data) if path.suffix == ".pdf" else data.decode("utf-8", "replace")
        if words in text:
            found.append(path.relative_to(folder).as_posix())
    return found


def pdf_text(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)


def test_the_canary_would_be_found(store: Path) -> None:
    assert holding(store, CANARY) == ["descriptors/own.json"]


def test_no_export_holds_it(store: Path, tmp_path: Path, shared_data: Path) -> None:
    out = tmp_path / "out"
    index = shared_data / "cms" / "pfs" / "rvu25a" / "GPCI2025.csv"
    page = str(out / "64640" / "64640.html")
    told = [
        run(store, "sources", "add", "cms_pfs_gpci", str(index)),
        run(store, "publish", "64640", "77002", *DAY, "--out", str(out)),
        run(store, "publish", "99213", *DAY, "--out", str(out), "--json"),
        run(store, "code", "64640", *DAY, "--json"),
        run(store, "facts", "64640", *DAY),
        run(store, "facts", "64640", *DAY, "--json"),
        run(store, "price", "64640", "77002", *DAY),
        run(store, "price", "64640", "77002", *DAY, "--json"),
        run(store, "pair", "64640", "77002", "--as-of", "2024-07-01"),
        run(store, "pair", "64640", "77002", "--as-of", "2024-07-01", "--json"),
        run(store, "verify", page),
        run(store, "verify", page, "--json"),
        run(store, "sources", "list"),
        run(store, "sources", "list", "--json"),
        run(store, "doctor", "--json"),
        run(store, "descriptors", "list"),
        run(store, "descriptors", "list", "--json"),
    ]
    assert all(told)
    assert not [text for text in told if CANARY in text]
    assert not holding(out, CANARY)
    assert not holding(out, MARK)
    assert len(holding(out, "")) == 12, "three pages in four formats were searched"
    assert holding(store, CANARY) == ["descriptors/own.json"]
    assert (store / "tables").is_dir()


def test_the_edition_does_not_hang_on_it(store: Path, tmp_path: Path) -> None:
    assert Store.open(store).edition == Store.open(tmp_path / "empty").edition


def test_the_terminal_shows_it_under_its_mark(store: Path) -> None:
    said = run(store, "code", "64640", *DAY)
    assert f"This page {MARK}.\n{CANARY}\nLicence: {LICENCE}\n" in said
    other = run(store, "code", "99213", *DAY)
    assert MARK not in other
    assert CANARY not in other


def test_published_only_where_asked_for_and_marked(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = run(store, "publish", "64640", "99213", *DAY, "--out", str(out), "--with-descriptors")
    assert f"HTML and PDF of 64640: {MARK}." in said
    assert "No mounted file lists 99213." in said
    both = ["64640/64640.html", "64640/64640.pdf"]
    for words in (CANARY, MARK, LICENCE):
        assert holding(out, words) == both, words
    document = pypdfium2.PdfDocument((out / "64640" / "64640.pdf").read_bytes())
    for sheet in document:
        assert MARK in " ".join(sheet.get_textpage().get_text_bounded().split())
    page = (out / "64640" / "64640.html").read_text("utf-8")
    assert page.count(CANARY) == 1
    aside = page[page.index("<aside") : page.index("</aside>")]
    assert 'data-pagefind-ignore="all"' in aside
    assert CANARY in aside
    assert '<meta name="robots" content="noindex, noarchive">' in page
    verified = run(store, "verify", str(out / "64640" / "64640.html"), "--json")
    assert json.loads(verified)["holds"] is True
    assert CANARY not in verified


def test_a_text_is_set_as_text(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "hostile.csv"
    file.write_text("Code,Text\n64640,<b>[bold]#strong[x]\x1b[31m\n", encoding="utf-8")
    run(store, "descriptors", "mount", str(file), "--licence", "<i>note</i>")
    run(store, "publish", "64640", *DAY, "--out", str(tmp_path), "--with-descriptors")
    page = (tmp_path / "64640" / "64640.html").read_text("utf-8")
    assert "<b>[bold]" not in page
    assert "&lt;b&gt;[bold]#strong[x]\ufffd[31m" in page
    assert "&lt;i&gt;note" in page
    assert "<b>[bold]#strong[x]" in pdf_text((tmp_path / "64640" / "64640.pdf").read_bytes())
    assert "\x1b" not in run(store, "code", "64640", *DAY)


def test_a_renderer_shows_none_unless_given_one(store: Path) -> None:
    view = payeratlas.open(store).code("64640", date(2025, 10, 15))
    (descriptor,) = view.descriptors
    assert descriptor.text == CANARY
    assert CANARY not in repr(view.page)
    assert CANARY not in html.render(view.page) + terminal.render(view.page)
    assert CANARY not in json_.render(view.page) + markdown.render(view.page)
    assert CANARY not in pdf_text(pdf.render(view.page))
    assert CANARY in html.render(view.page, descriptors=[descriptor])
    assert CANARY in terminal.render(view.page, descriptors=[descriptor])


def test_json_is_what_its_schema_says(store: Path, tmp_path: Path) -> None:
    schema = Draft202012Validator(json.loads((SCHEMAS / "descriptors.json").read_text("utf-8")))
    listed = json.loads(run(store, "descriptors", "list", "--json"))
    schema.validate(listed)
    assert [(one["name"], one["kept"], one["licence"]) for one in listed] == [("own", 2, LICENCE)]
    left = json.loads(run(store, "descriptors", "unmount", "own", "--json"))
    assert left == []
    assert not list((store / "descriptors").iterdir())
    file = tmp_path / "two.tsv"
    file.write_text("Code\tText\n64640\twords\n", encoding="utf-8")
    mount = ("descriptors", "mount", str(file), "--licence", "x", "--json")
    schema.validate(json.loads(run(store, *mount)))


def test_mounting_needs_a_licence(store: Path, tmp_path: Path) -> None:
    assert "--licence" in run(store, "descriptors", "mount", "x.csv", exit_code=2)


def test_publishing_them_with_none_mounted_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own, out = str(tmp_path / "store"), str(tmp_path / "out")
    with pytest.raises(SystemExit) as stop:
        main(["--store", own, "publish", "64640", *DAY, "--with-descriptors", "--out", out])
    assert stop.value.code == 2
    assert "descriptors mount" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
