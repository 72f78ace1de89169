"""Publishing: once, twice, over an older one, over a damaged one, and over somebody's shoulder."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from payeratlas.model.errors import StoreError
from payeratlas.store import Store
from payeratlas.store.disk import sha256_of
from payeratlas.tables.reading import Reading
from storekit import JANUARY, gpci, mue, own_store, publish_gpci, release, tree, versions

MARCH = release("r1a", date(2024, 3, 9), date(2024, 4, 1), date(2024, 3, 7), status="correction")


def test_what_is_published_stands_in_the_store(tmp_path: Path) -> None:
    reading, files = gpci(JANUARY)
    published = own_store(tmp_path).publish(reading, files, licence="ours")
    found = own_store(tmp_path).releases()
    assert found == (published,)
    (part,) = published.parts
    assert published.release == JANUARY
    assert published.licence == "ours"
    assert published.software.startswith("payeratlas ")
    assert published.digest == sha256_of((tmp_path / "releases/kit/r1.json").read_bytes())
    assert part.path == f"tables/pfs_gpci/source=kit/release=r1/{part.sha256[:12]}.parquet"
    assert sha256_of((tmp_path / part.path).read_bytes()) == part.sha256
    assert part.bytes == (tmp_path / part.path).stat().st_size
    assert part.artifact == files[0].artifact
    blob = tmp_path / "blobs" / "sha256" / part.artifact.sha256[:2] / part.artifact.sha256
    assert blob.read_bytes() == files[0].data


def test_the_manifest_accounts_for_every_record(tmp_path: Path) -> None:
    publish_gpci(tmp_path)
    document = json.loads((tmp_path / "releases/kit/r1.json").read_text("utf-8"))
    (part,) = document["parts"]
    assert part["account"] == {
        "read": 4,
        "kept": 3,
        "rejected": {"blank record": 1},
        "merged": {},
    }
    (published,) = own_store(tmp_path).releases()
    account = published.parts[0].account
    gone = sum(n for _, n in (*account.rejected, *account.merged))
    assert account.read == account.kept + gone == published.parts[0].rows + 1
    assert part["bindings"]["work_gpci"] == "5 Work"


def test_equal_content_again_changes_nothing(tmp_path: Path) -> None:
    first = publish_gpci(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert publish_gpci(tmp_path) == first
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()} == before


def test_equal_content_by_other_software_changes_nothing(tmp_path: Path) -> None:
    publish_gpci(tmp_path)
    manifest = tmp_path / "releases/kit/r1.json"
    older = manifest.read_bytes().replace(b'"payeratlas 0', b'"payeratlas 0.0.0-old-0')
    assert older != manifest.read_bytes()
    manifest.write_bytes(older)
    publish_gpci(tmp_path)
    assert manifest.read_bytes() == older


def test_two_stores_of_the_same_files_are_equal_to_the_byte(tmp_path: Path) -> None:
    for name in ("one", "two"):
        publish_gpci(tmp_path / name)
        publish_gpci(tmp_path / name, MARCH, 2)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_the_order_of_files_does_not_matter(tmp_path: Path) -> None:
    reading, files = mue(JANUARY, ["practitioner", "hospital", "dme"])
    turned = Reading(JANUARY, reading.batches[::-1])
    own_store(tmp_path / "one").publish(reading, files)
    own_store(tmp_path / "two").publish(turned, files[::-1])
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_other_content_replaces_it(tmp_path: Path) -> None:
    publish_gpci(tmp_path, version=1)
    store = own_store(tmp_path)
    edition = store.edition
    published = store.publish(*gpci(JANUARY, 2))
    assert store.releases() == (published,)
    assert versions(store, published) == {2}
    assert store.edition != edition


def test_the_edition_changes_exactly_with_the_content(tmp_path: Path) -> None:
    editions: dict[int, str] = {}
    for version in (1, 2, 1, 1, 2):
        publish_gpci(tmp_path, version=version)
        edition = own_store(tmp_path).edition
        assert editions.setdefault(version, edition) == edition
    assert editions[1] != editions[2]
    publish_gpci(tmp_path, MARCH, 2)
    assert own_store(tmp_path).edition not in editions.values()


def test_a_reader_keeps_what_it_opened_until_it_closes(tmp_path: Path) -> None:
    publish_gpci(tmp_path, version=1)
    reader = own_store(tmp_path)
    (old,) = reader.releases()
    for version in (2, 3, 4):
        publish_gpci(tmp_path, version=version)
        now = own_store(tmp_path)
        assert versions(now, now.releases()[0]) == {version}
        now.close()
    assert versions(reader, old) == {1}
    assert (tmp_path / old.parts[0].path).exists()
    reader.close()
    publish_gpci(tmp_path, version=4)
    assert not (tmp_path / old.parts[0].path).exists()


def test_what_no_manifest_names_is_invisible_and_swept(tmp_path: Path) -> None:
    publish_gpci(tmp_path, version=1)
    whole = tree(tmp_path)
    for name in (
        "staging/0",
        "blobs/sha256/ab/abcd",
        "tables/pfs_gpci/source=x/release=y/z.parquet",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"left behind")
    store = own_store(tmp_path)
    assert len(store.history("pfs_gpci")) == 3
    store.close()
    publish_gpci(tmp_path, version=1)
    assert tree(tmp_path) == whole


def test_a_release_can_be_withdrawn(tmp_path: Path) -> None:
    publish_gpci(tmp_path)
    alone = tree(tmp_path)
    publish_gpci(tmp_path, MARCH, 2)
    store = own_store(tmp_path)
    store.withdraw("kit", "r1a")
    assert [p.release.id for p in store.releases()] == ["r1"]
    assert tree(tmp_path) == alone
    with pytest.raises(StoreError, match="not on hand"):
        store.withdraw("kit", "r1a")


def test_publishing_again_mends_a_damaged_partition_and_blob(tmp_path: Path) -> None:
    published = publish_gpci(tmp_path)
    whole = tree(tmp_path)
    for path in whole:
        if not path.endswith(".json"):
            (tmp_path / path).write_bytes(b"\0" + whole[path][1:])
    with pytest.raises(StoreError, match="not what its manifest pinned") as refused:
        own_store(tmp_path).rows("pfs_gpci", published)
    assert refused.value.where.endswith(published.parts[0].path)
    assert "sources add" in refused.value.cure
    publish_gpci(tmp_path)
    assert tree(tmp_path) == whole


def test_the_users_release_lies_over_the_embedded_one(tmp_path: Path) -> None:
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    publish_gpci(shipped, version=1)
    publish_gpci(shipped, MARCH, 5)
    embedded_only = own_store(own, shipped)
    assert [versions(embedded_only, p) for p in embedded_only.releases()] == [{1}, {5}]
    store = own_store(own, shipped)
    store.publish(*gpci(JANUARY, 2))
    assert [versions(store, p) for p in store.releases()] == [{2}, {5}]
    assert store.edition != embedded_only.edition
    with pytest.raises(StoreError, match="embedded"):
        store.withdraw("kit", "r1a")
    store.withdraw("kit", "r1")
    assert [versions(store, p) for p in store.releases()] == [{1}, {5}]
    assert store.edition == embedded_only.edition


def test_adding_what_is_embedded_does_not_change_the_edition(tmp_path: Path) -> None:
    publish_gpci(tmp_path / "shipped")
    store = own_store(tmp_path / "own", tmp_path / "shipped")
    edition = store.edition
    store.publish(*gpci(JANUARY))
    assert store.releases()[0].root == (tmp_path / "own").resolve()
    assert store.edition == edition


def test_an_embedded_data_set_needs_no_blobs_and_is_never_written(tmp_path: Path) -> None:
    shipped = tmp_path / "shipped"
    builder = own_store(shipped)
    builder.publish(*gpci(JANUARY), keep_bytes=False)
    builder.seal()
    assert {path.name for path in shipped.iterdir()} == {"releases", "tables"}
    before = tree(shipped)
    store = own_store(tmp_path / "own", shipped)
    store.publish(*gpci(JANUARY, 2))
    assert len(store.history("pfs_gpci")) == 3
    assert tree(shipped) == before
    assert {path.name for path in shipped.iterdir()} == {"releases", "tables"}


def test_opening_makes_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYERATLAS_STORE", str(tmp_path / "named"))
    store = Store.open(embedded=False)
    assert store.root == (tmp_path / "named").resolve()
    assert store.releases() == ()
    assert not (tmp_path / "named").exists()


def test_the_default_folder_is_the_platforms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PAYERATLAS_STORE", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Store.open(embedded=False).root.is_relative_to(tmp_path.resolve())


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 1}', '{"format": 99}', "\xff"])
def test_a_damaged_manifest_is_named_with_its_cure(tmp_path: Path, text: str) -> None:
    publish_gpci(tmp_path)
    manifest = tmp_path / "releases/kit/r1.json"
    manifest.write_bytes(text.encode("latin-1"))
    with pytest.raises(StoreError) as refused:
        own_store(tmp_path)
    assert refused.value.where == str(manifest)
    assert refused.value.cure


def test_a_manifest_under_another_name_is_refused(tmp_path: Path) -> None:
    publish_gpci(tmp_path)
    manifest = tmp_path / "releases/kit/r1.json"
    manifest.rename(manifest.with_name("r2.json"))
    with pytest.raises(StoreError, match="of release r1 of kit"):
        own_store(tmp_path)
