"""Reading a licence holder's own file: its columns, its rows, its faults; and keeping it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from payeratlas.build.descriptors import read_descriptors
from payeratlas.model.errors import FileError, InputError, StoreError
from payeratlas.store import EMBEDDED
from payeratlas.store.descriptors import descriptors_of, keep, mounted, unmount

NOTE = "granted to this test"


def written(folder: Path, text: str, name: str = "own.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def test_every_record_is_accounted_for(tmp_path: Path) -> None:
    text = (
        "A title of ours\n"
        "Code,Long Description\n"
        '64640,"first  words,\nin two lines"\n'
        '64640,"first words, in two lines"\n'
        "64640,other words\n"
        "j0585,second words\n"
        "99213,\n"
        "77002-26,third words\n"
        "142,fourth words\n"
        ",\n"
    )
    one = read_descriptors(written(tmp_path, text), f"  {NOTE}\n")
    assert one.texts == {"64640": "first words, in two lines", "J0585": "second words"}
    assert (one.name, one.licence) == ("own", NOTE)
    assert (one.code_column, one.text_column) == ("Code", "Long Description")
    assert (one.account.read, one.account.kept) == (10, 2)
    assert dict(one.account.rejected) == {
        "above the heading": 1,
        "heading": 1,
        "listed twice, the first text kept": 1,
        "empty text": 1,
        "no code shape": 2,
        "blank record": 1,
    }
    assert dict(one.account.merged) == {"listed twice with one text": 1}


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("HCPCS Code\tDescriptor\n64640\twords, and “more”\n", "utf-8"),
        ("CPT;Description\n64640;words, and “more”\n", "cp1252"),
        ("\ufeffCPT/HCPCS|Short Descriptor\n64640|words, and “more”\n", "utf-8"),
    ],
)
def test_delimiter_and_encoding_are_those_of_the_file(
    text: str, encoding: str, tmp_path: Path
) -> None:
    one = read_descriptors(written(tmp_path, text, "own.txt", encoding), NOTE)
    assert one.texts == {"64640": "words, and “more”"}


def test_a_column_that_cannot_be_told_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, "Code,Short Text,Long Text,Ours\n64640,a,b,c\n")
    with pytest.raises(InputError, match="'Short Text', 'Long Text'") as stop:
        read_descriptors(path, NOTE)
    assert "record 1" in stop.value.where
    assert "--text-column" in stop.value.cure
    assert read_descriptors(path, NOTE, text_column="long text").texts == {"64640": "b"}
    assert read_descriptors(path, NOTE, text_column="Ours").texts == {"64640": "c"}


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("64640,secret words\n99213,secret words\n", {}, "no heading with a column of codes"),
        ("Code,Text\n64640,secret words\n", {"text_column": "Label"}, "'Label'"),
        ("Code,Text\nabc,secret words\n", {}, "no record below the heading"),
        ('Code,Text\n64640,"secret words\n', {}, "never closed"),
        ("<html><body>secret words</body></html>", {}, "web page"),
        ("", {}, "empty"),
    ],
)
def test_a_fault_names_file_and_cure_and_no_text(
    text: str, options: dict[str, str], says: str, tmp_path: Path
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(FileError, match=says) as stop:
        read_descriptors(path, NOTE, **options)
    assert path.name in stop.value.where
    assert stop.value.cure
    assert "secret" not in str(stop.value)


def test_a_licence_has_to_be_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="licence"):
        read_descriptors(written(tmp_path, "Code,Text\n64640,words\n"), " \n")


def test_mounted_beside_releases_and_unmounted(tmp_path: Path) -> None:
    root = tmp_path / "store"
    assert mounted(root) == ()
    first = read_descriptors(written(tmp_path, "Code,Text\n64640,words\n"), NOTE)
    keep(first, root)
    assert mounted(root) == (first,)
    assert [path.parent.name for path in root.rglob("*") if path.is_file()] == ["descriptors"]
    (found,) = descriptors_of("64640", root)
    assert (found.text, found.licence) == ("words", NOTE)
    assert descriptors_of("99213", root) == ()

    again = read_descriptors(written(tmp_path, "Code,Text\n64640,better\n"), NOTE)
    other = read_descriptors(written(tmp_path, "Code,Text\n64640,others\n", "two.csv"), "another")
    keep(again, root)
    keep(other, root)
    texts = [(one.text, one.licence) for one in descriptors_of("64640", root)]
    assert texts == [("better", NOTE), ("others", "another")]

    with pytest.raises(InputError, match="mounted as 'three'") as stop:
        unmount("three", root)
    assert "own, two" in stop.value.cure
    unmount("own", root)
    assert [one.name for one in mounted(root)] == ["two"]


@pytest.mark.parametrize("damage", ["", "[]", '{"texts": {}}', "\udcff"])
def test_a_damaged_copy_is_told_and_can_go(damage: str, tmp_path: Path) -> None:
    keep(read_descriptors(written(tmp_path, "Code,Text\n64640,words\n"), NOTE), tmp_path)
    path = tmp_path / "descriptors" / "own.json"
    path.write_bytes(damage.encode("utf-8", "surrogateescape"))
    with pytest.raises(StoreError, match="cannot be read") as stop:
        descriptors_of("64640", tmp_path)
    assert "unmount own" in stop.value.cure
    unmount("own", tmp_path)
    assert mounted(tmp_path) == ()


def test_a_changed_copy_whose_count_is_wrong_is_refused(tmp_path: Path) -> None:
    keep(read_descriptors(written(tmp_path, "Code,Text\n64640,words\n"), NOTE), tmp_path)
    path = tmp_path / "descriptors" / "own.json"
    body = json.loads(path.read_bytes())
    path.write_text(json.dumps(body | {"texts": {"64640": "a", "99213": "b"}}), encoding="utf-8")
    with pytest.raises(StoreError, match="cannot be read"):
        mounted(tmp_path)


def test_no_text_is_printed_by_accident(tmp_path: Path) -> None:
    keep(read_descriptors(written(tmp_path, "Code,Text\n64640,words\n"), NOTE), tmp_path)
    told = f"{mounted(tmp_path)} {descriptors_of('64640', tmp_path)!r}"
    assert NOTE in told
    assert "words" not in told


def test_the_data_set_that_is_shipped_takes_none(tmp_path: Path) -> None:
    one = read_descriptors(written(tmp_path, "Code,Text\n64640,words\n"), NOTE)
    with pytest.raises(StoreError, match="never mounted"):
        keep(one, EMBEDDED)
    assert not (EMBEDDED / "descriptors").exists()


def test_a_full_disk_leaves_what_was_mounted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "Code,Text\n64640,words\n")
    keep(read_descriptors(path, NOTE), tmp_path)

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("payeratlas.store.disk.os.fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        keep(read_descriptors(written(tmp_path, "Code,Text\n64640,new\n"), NOTE), tmp_path)
    assert [p.name for p in (tmp_path / "descriptors").iterdir()] == ["own.json"]
    assert descriptors_of("64640", tmp_path)[0].text == "words"
