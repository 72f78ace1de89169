"""The lock file of one release: which files made it, which partitions hold it, row by row account.

A manifest is a JSON file ``releases/<source>/<release>.json``. A store holds what its manifests
name and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from payeratlas.model.errors import StoreError
from payeratlas.model.provenance import Artifact, Release, RowAccount
from payeratlas.model.time import Period
from payeratlas.tables.contract import Binding

FORMAT = 1
COMMA = ","  # the delimiter that a manifest leaves unsaid
Wanted = str | tuple[str, ...]


def wanted(value: Wanted) -> tuple[str, ...]:
    """A condition's accepted texts: one, or any of several."""
    return (value,) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Part:
    """One partition: the rows of one table read from one file, in source order.

    ``path`` is relative to the store's root and ``sha256`` that of the Parquet file; ``rows`` and
    ``bytes`` count it. ``artifact`` and ``member`` name the publisher's file, ``epoch`` its layout,
    ``encoding`` and ``delimiter`` how to open it again, ``numbers`` whether it prints all decimals.
    ``constants`` are columns that stand in no cell; ``bindings`` say where the others stand;
    ``lost`` says of columns that this file has not, though the publisher prints them, why not.
    """

    table: str
    path: str
    sha256: str
    bytes: int
    rows: int
    artifact: Artifact
    member: str
    constants: Mapping[str, str]
    bindings: Mapping[str, Binding]
    numbers: Literal["fixed", "shortest"]
    epoch: str
    encoding: str
    account: RowAccount
    delimiter: str = COMMA
    lost: Mapping[str, str] = field(default_factory=dict)

    def holds(self, table: str, constants: Mapping[str, Wanted]) -> bool:
        """Whether these are rows of the table under the given constants."""
        return self.table == table and all(
            self.constants.get(name) in wanted(value) for name, value in constants.items()
        )


@dataclass(frozen=True, slots=True)
class Published:
    """A release as it stands in a store.

    ``digest`` is the sha256 of its manifest: two stores with the same digest hold the same rows
    from the same files. ``software`` names the program that wrote it; ``root`` is the store.
    """

    release: Release
    parts: tuple[Part, ...]
    licence: str
    software: str
    digest: str
    root: Path = field(compare=False, repr=False)

    def holds(self, table: str, /, **constants: Wanted) -> bool:
        """Whether the release has rows of the table (under the given constants)."""
        return any(part.holds(table, constants) for part in self.parts)

    def parts_of(self, table: str, constants: Mapping[str, Wanted]) -> tuple[Part, ...]:
        """The partitions of a table under the given constants, by constants and file name."""
        return tuple(part for part in self.parts if part.holds(table, constants))


def manifest_path(source: str, release: str) -> str:
    """Where a release's manifest stands, relative to the store's root."""
    return f"releases/{source}/{release}.json"


def blob_path(sha256: str) -> str:
    """Where a publisher's file is kept, relative to the store's root."""
    return f"blobs/sha256/{sha256[:2]}/{sha256}"


def encode(release: Release, parts: tuple[Part, ...], licence: str, software: str) -> bytes:
    """The manifest's bytes: sorted keys, one fixed layout, so equal content is equal bytes."""
    artifacts = {part.artifact.sha256: part.artifact for part in parts}
    document = {
        "format": FORMAT,
        "software": software,
        "licence": licence,
        "release": {
            "source": release.source,
            "id": release.id,
            "title": release.title,
            "issued": release.issued.isoformat(),
            "issued_basis": release.issued_basis,
            "covers": {
                "start": release.covers.start.isoformat(),
                "end": release.covers.end.isoformat() if release.covers.end else None,
                "observed": release.covers.observed,
            },
            "status": release.status,
            "complete": release.complete,
            "note": release.note,
        },
        "artifacts": {
            sha256: {"name": a.name, "size": a.size, "url": a.url, "retrieved": a.retrieved}
            for sha256, a in artifacts.items()
        },
        "parts": [_encode_part(part) for part in parts],
    }
    return (json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()


def _encode_part(part: Part) -> dict[str, Any]:
    return {
        "table": part.table,
        "path": part.path,
        "sha256": part.sha256,
        "bytes": part.bytes,
        "rows": part.rows,
        "artifact": part.artifact.sha256,
        "member": part.member,
        "constants": dict(part.constants),
        "bindings": {c: f"{b.position} {b.heading}" for c, b in part.bindings.items()},
        "numbers": part.numbers,
        "epoch": part.epoch,
        "encoding": part.encoding,
        **({} if part.delimiter == COMMA else {"delimiter": part.delimiter}),
        **({"lost": dict(part.lost)} if part.lost else {}),
        "account": {
            "read": part.account.read,
            "kept": part.account.kept,
            "rejected": dict(part.account.rejected),
            "merged": dict(part.account.merged),
        },
    }


def decode(data: bytes, root: Path, where: str) -> Published:
    """A Published from a manifest's bytes; StoreError where they are not a manifest."""
    try:
        document = json.loads(data)
        if document["format"] != FORMAT:
            raise StoreError(
                f"the manifest is of format {document['format']}, this software reads {FORMAT}.",
                where=where,
                cure="use the software version that wrote it, or add the release again.",
            )
        artifacts = {
            sha256: Artifact(a["name"], sha256, a["size"], a["url"], a["retrieved"])
            for sha256, a in document["artifacts"].items()
        }
        return Published(
            release=_decode_release(document["release"]),
            parts=tuple(_decode_part(part, artifacts) for part in document["parts"]),
            licence=document["licence"],
            software=document["software"],
            digest=hashlib.sha256(data).hexdigest(),
            root=root,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(
            f"the manifest cannot be read ({type(error).__name__}: {error}).",
            where=where,
            cure="delete this file and add the release again with 'payeratlas sources add'.",
        ) from error


def _decode_release(found: dict[str, Any]) -> Release:
    covers = found["covers"]
    end = date.fromisoformat(covers["end"]) if covers["end"] else None
    return Release(
        source=found["source"],
        id=found["id"],
        title=found["title"],
        issued=date.fromisoformat(found["issued"]),
        issued_basis=found["issued_basis"],
        covers=Period(date.fromisoformat(covers["start"]), end, covers["observed"]),
        status=found["status"],
        complete=found["complete"],
        note=found["note"],
    )


def _decode_part(found: dict[str, Any], artifacts: Mapping[str, Artifact]) -> Part:
    account = found["account"]
    return Part(
        table=found["table"],
        path=found["path"],
        sha256=found["sha256"],
        bytes=found["bytes"],
        rows=found["rows"],
        artifact=artifacts[found["artifact"]],
        member=found["member"],
        constants=found["constants"],
        bindings={column: _decode_binding(text) for column, text in found["bindings"].items()},
        numbers=found["numbers"],
        epoch=found["epoch"],
        encoding=found["encoding"],
        account=RowAccount(
            account["read"],
            account["kept"],
            tuple(account["rejected"].items()),
            tuple(account["merged"].items()),
        ),
        delimiter=found.get("delimiter", COMMA),
        lost=found.get("lost", {}),
    )


def _decode_binding(text: str) -> Binding:
    position, _, heading = text.partition(" ")
    return Binding(int(position), heading)


def same_content(one: bytes, other: bytes) -> bool:
    """Whether two manifests say the same, whichever software wrote them."""
    return _without_software(one) == _without_software(other)


def _without_software(data: bytes) -> dict[str, Any]:
    return {key: value for key, value in json.loads(data).items() if key != "software"}
