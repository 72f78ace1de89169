"""The short way to the software's version and plug-ins agrees with importlib.metadata."""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path

import pytest

from payeratlas.store import software


def declared(folder: Path, group: str) -> None:
    """A package with an entry point of a group, as an installer leaves its records."""
    record = folder / "northstar-1.0.dist-info"
    record.mkdir(parents=True)
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: northstar\nVersion: 1.0\n")
    (record / "entry_points.txt").write_text(f"[{group}]\nletters = string:ascii_letters\n")


def test_the_version_is_the_installed_one() -> None:
    assert software.version() == importlib.metadata.version("payeratlas")


def test_two_records_of_one_package_are_left_to_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tmp_path / "payeratlas-9.9.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: payeratlas\nVersion: 9.9\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert software.version.__wrapped__() == importlib.metadata.version("payeratlas") == "9.9"


def test_a_plug_in_is_found_where_a_package_declares_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert software.plug_ins("northstar.letters") == ()
    declared(tmp_path, "northstar.letters")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    (found,) = software.plug_ins("northstar.letters")
    assert found.name == "letters"
    assert found.load().startswith("abc")
    assert tuple(importlib.metadata.entry_points(group="northstar.letters")) == (found,)


def test_an_archive_on_the_path_is_left_to_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "packages.zip"
    archive.write_bytes(b"PK\x05\x06" + b"\x00" * 18)
    monkeypatch.setattr(sys, "path", [str(archive), *sys.path])
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [f"asked for {group}"])
    assert software.plug_ins("northstar.letters") == ("asked for northstar.letters",)
