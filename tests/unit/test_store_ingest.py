"""Sources found by scanning, and files added to the store through them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import payeratlas.sources
from payeratlas.build.ingest import add
from payeratlas.build.registry import load_source, registered, source_ids, sources
from payeratlas.model.errors import FileError, InputError
from payeratlas.model.provenance import Source
from storekit import gpci_rows, own_store, tree

MODULE = """
from datetime import date

from payeratlas.formats import records
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Source
from payeratlas.tables import pfs_gpci
from payeratlas.tables.reading import Reading, bind, read_batch
from storekit import GPCI_EPOCH, JANUARY

SOURCE = Source("{id}", "A kit", "Nobody", "https://example.org", "ours", ("pfs_gpci",), "once")


def read(files):
    (file,) = files
    found = list(records(file))
    bound = bind([cells for _, cells in found], [GPCI_EPOCH], file.artifact.name)
    return Reading(JANUARY, (read_batch(found[1:], bound, pfs_gpci.TABLE, file.artifact),))


def discover(get):
    return []
"""
HEADING = "Contractor,State,Locality,Name,Work,PE,MP,Remark\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A second folder of sources, scanned as the first is."""
    path = tmp_path / "sources"
    path.mkdir()
    monkeypatch.setattr(payeratlas.sources, "__path__", [*payeratlas.sources.__path__, str(path)])
    monkeypatch.syspath_prepend(str(tmp_path))
    yield path
    for name in [n for n in sys.modules if n.startswith(("payeratlas.sources.kit", "kit_plug"))]:
        del sys.modules[name]


def make(folder: Path, name: str, text: str) -> None:
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text(text)


def plug(tmp_path: Path, name: str, text: str) -> None:
    """A package installed elsewhere that brings a source through an entry point."""
    (tmp_path / f"kit_plug_{name}.py").write_text(text)
    about = tmp_path / f"kit_plug_{name}-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: kit_plug_{name}\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[payeratlas.sources]\n{name} = kit_plug_{name}\n")


def test_every_source_is_found_under_its_folders_name() -> None:
    assert "cms_pfs_rvu" in source_ids()
    found = registered()
    assert tuple(found) == source_ids()
    assert set(found) - set(sources()) == {"hospital", "tic", "tic_extract"}
    assert all(isinstance(module.SOURCE, Source) for module in found.values())
    assert all(module.SOURCE.id == source_id for source_id, module in found.items())


def test_a_new_folder_is_a_new_source(folder: Path) -> None:
    make(folder, "kit", MODULE.format(id="kit"))
    make(folder, "_kit_shared", "")
    (folder / "kit_module.py").write_text("")
    added = set(source_ids()) - {n for n in source_ids() if not n.startswith(("kit", "_kit"))}
    assert added == {"kit"}
    assert load_source("kit").SOURCE.title == "A kit"


def test_a_source_must_be_called_as_its_folder(folder: Path) -> None:
    make(folder, "kit_a", MODULE.format(id="other"))
    with pytest.raises(ValueError, match="kit_a calls itself 'other'"):
        load_source("kit_a")


@pytest.mark.parametrize("name", ["SOURCE", "read", "discover"])
def test_a_source_must_define_what_is_asked(folder: Path, name: str) -> None:
    text = MODULE.format(id="kit_b").replace(f"{name} =", "OTHER =").replace(f"def {name}", "def _")
    make(folder, "kit_b", text)
    with pytest.raises(ValueError, match=f"kit_b does not define {name}"):
        load_source("kit_b")


def test_an_installed_package_can_bring_a_source(folder: Path, tmp_path: Path) -> None:
    plug(tmp_path, "kit_c", MODULE.format(id="kit_c"))
    plug(tmp_path, "cms_pos", MODULE.format(id="cms_pos"))
    assert "kit_c" in source_ids()
    assert load_source("kit_c").SOURCE.id == "kit_c"
    with pytest.raises(ValueError, match="takes a built-in's name"):
        load_source("cms_pos")


def test_an_unknown_source_is_answered_with_those_there_are() -> None:
    with pytest.raises(InputError, match="no source 'nothing'") as refused:
        load_source("nothing")
    assert "cms_pfs_rvu" in refused.value.cure


def test_files_are_added_and_kept(folder: Path, tmp_path: Path) -> None:
    make(folder, "kit", MODULE.format(id="kit"))
    path = tmp_path / "in" / "gpci.csv"
    path.parent.mkdir()
    path.write_text(HEADING + "\n".join(",".join(row) for row in gpci_rows(4)))
    store = own_store(tmp_path / "store")
    said: list[str] = []
    published = add("kit", [path], store, progress=said.append)
    assert said == ["opening gpci.csv", "reading as A kit", "publishing r1: 3 rows"]
    assert published.licence == "ours"
    assert published.parts[0].artifact.name == "gpci.csv"
    cited = store.cite(store.rows("pfs_gpci", published)[0], "work_gpci")
    assert (store.reopen(cited).level, cited.text) == ("bytes", "1.004")
    assert add("kit", [path], store) == published


def test_what_cannot_be_read_leaves_the_store_as_it_was(folder: Path, tmp_path: Path) -> None:
    make(folder, "kit", MODULE.format(id="kit"))
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(HEADING + "\n".join(",".join(row) for row in gpci_rows(4)))
    rows = gpci_rows(5)
    twice = [rows[0], rows[1], rows[1]]
    store = own_store(tmp_path / "store")
    add("kit", [good], store)
    before, edition = tree(tmp_path / "store"), store.edition
    damages = [
        "",
        "<html>licence</html>",
        HEADING,
        HEADING + "10000,OH,00,Place,x,1,1,\n",
        HEADING.replace("PE", "P/E") + "10000,OH,00,Place,1,1,1,\n",
        HEADING + "\n".join(",".join(row) for row in twice),
    ]
    for text in damages:
        bad.write_text(text)
        with pytest.raises(FileError):
            add("kit", [bad], store)
        assert tree(tmp_path / "store") == before
        assert store.edition == edition == own_store(tmp_path / "store").edition
    with pytest.raises(FileError, match="cannot be read"):
        add("kit", [tmp_path / "missing.csv"], store)
    with pytest.raises(InputError, match="no file was named"):
        add("kit", [], store)
    with pytest.raises(InputError):
        add("nothing", [good], store)
    assert tree(tmp_path / "store") == before
