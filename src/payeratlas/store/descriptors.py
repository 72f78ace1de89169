"""The user's mounted descriptor files: in a folder of their own, beside releases and tables.

No manifest names them and no edition counts them; reading a release never opens this folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from payeratlas.model.descriptors import Descriptor
from payeratlas.model.errors import InputError, StoreError
from payeratlas.model.provenance import Artifact, RowAccount
from payeratlas.store import disk
from payeratlas.store.store import EMBEDDED

FOLDER = "descriptors"


@dataclass(frozen=True, slots=True)
class Mounted:
    """One descriptor file as it was mounted: its columns, its licence, and where its rows went.

    ``name`` is what it is unmounted by. ``texts`` are the descriptors by code; they are left out of
    ``repr``.
    """

    name: str
    licence: str
    artifact: Artifact
    code_column: str
    text_column: str
    account: RowAccount
    texts: Mapping[str, str] = field(repr=False)


def mounted(root: Path) -> tuple[Mounted, ...]:
    """Every file mounted in the store at ``root``, by name; StoreError for a damaged one."""
    return tuple(_read(path) for path in sorted((root / FOLDER).glob("*.json")))


def descriptors_of(code: str, root: Path) -> tuple[Descriptor, ...]:
    """What the mounted files have for a code, by the files' names; nothing where none lists it."""
    return tuple(
        Descriptor(code, one.texts[code], one.licence) for one in mounted(root) if code in one.texts
    )


def keep(one: Mounted, root: Path) -> None:
    """Mount a file, in the place of one of the same name; whole or not at all.

    StoreError for the data set that is shipped, which never holds any, and where the disk refuses.
    """
    if root.resolve().is_relative_to(EMBEDDED):
        raise StoreError(
            "descriptors are never mounted in the data set that is shipped.",
            where=str(root),
            cure="name a store of your own with --store.",
        )
    folder = root / FOLDER
    final = folder / f"{one.name}.json"
    staged = folder / f".{one.name}.{os.getpid()}"
    try:
        disk.make_folders(folder)
        folder.chmod(0o700)
        try:
            disk.write_file(staged, _encoded(one))
            staged.chmod(0o600)
            disk.rename(staged, final)
        finally:
            disk.remove(staged)
        disk.sync_folder(folder)
    except OSError as error:
        raise StoreError(
            f"the disk refused: {error.strerror or error}.",
            where=str(error.filename or folder),
            cure="make room or mend the disk, then try again; what was mounted still is.",
        ) from error


def unmount(name: str, root: Path) -> None:
    """Remove a mounted file, a damaged one too; InputError where none has that name."""
    names = [path.stem for path in sorted((root / FOLDER).glob("*.json"))]
    if name not in names:
        raise InputError(
            f"no descriptor file is mounted as '{name}'.",
            cure=f"one of {', '.join(names)}" if names else "nothing is mounted.",
        )
    disk.remove(root / FOLDER / f"{name}.json")
    disk.sync_folder(root / FOLDER)


def _encoded(one: Mounted) -> bytes:
    account = one.account
    body = {
        "name": one.name,
        "licence": one.licence,
        "file": {
            "name": one.artifact.name,
            "sha256": one.artifact.sha256,
            "bytes": one.artifact.size,
        },
        "code_column": one.code_column,
        "text_column": one.text_column,
        "read": account.read,
        "rejected": dict(account.rejected),
        "merged": dict(account.merged),
        "texts": dict(one.texts),
    }
    return json.dumps(body, ensure_ascii=False, indent=0).encode()


def _read(path: Path) -> Mounted:
    try:
        body = json.loads(path.read_bytes())
        texts = {str(code): str(text) for code, text in body["texts"].items()}
        file = body["file"]
        return Mounted(
            name=path.stem,
            licence=str(body["licence"]),
            artifact=Artifact(file["name"], file["sha256"], file["bytes"]),
            code_column=str(body["code_column"]),
            text_column=str(body["text_column"]),
            account=RowAccount(
                body["read"],
                len(texts),
                tuple(body["rejected"].items()),
                tuple(body["merged"].items()),
            ),
            texts=texts,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(
            "this mounted descriptor file cannot be read.",
            where=str(path),
            cure=f"'payeratlas descriptors unmount {path.stem}', then mount your file again.",
        ) from error
