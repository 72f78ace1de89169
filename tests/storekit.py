"""Small readings for tests of the store: files of our own making, read as a source would."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from payeratlas.formats import SourceFile, records
from payeratlas.model.provenance import Release, Status
from payeratlas.model.time import Period
from payeratlas.store import Published, Store
from payeratlas.tables import ncci_mue, pfs_gpci
from payeratlas.tables.reading import Batch, Epoch, Reading, bind, read_batch

GPCI_EPOCH = Epoch(
    id="kit",
    heading_first="Contractor",
    columns={
        "Contractor": "mac",
        "State": "state",
        "Locality": "locality",
        "Name": "locality_name",
        "Work": "work_gpci",
        "PE": "pe_gpci",
        "MP": "mp_gpci",
        "Remark": "-",
    },
)
MUE_EPOCH = Epoch(
    id="kit-mue",
    heading_first="Code",
    columns={"Code": "hcpcs", "Units": "mue", "MAI": "mai", "Rationale": "rationale"},
)


def release(
    id: str,
    start: date,
    end: date | None,
    issued: date,
    *,
    source: str = "kit",
    status: Status = "final",
    complete: bool = True,
) -> Release:
    """A Release with the dates that matter."""
    period = Period(start, end)
    return Release(source, id, f"Release {id}", issued, "printed", period, status, complete)


JANUARY = release("r1", date(2024, 1, 1), date(2024, 4, 1), date(2023, 12, 20))


def csv_file(name: str, rows: Sequence[Sequence[str]]) -> SourceFile:
    """A CSV file in memory."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return SourceFile.of(name, text.getvalue().encode())


def gpci_rows(version: int, count: int = 3) -> list[list[str]]:
    """Data rows whose every index names the version, so that a mix of two would show."""
    index = f"{Decimal(1) + Decimal(version) / 1000:.3f}"
    return [
        [f"{10000 + n}", "OH", f"{n:02}", f"Place {n}", index, index, index, ""]
        for n in range(count)
    ]


def gpci(
    about: Release, version: int = 1, *, count: int = 3, rows: Sequence[Sequence[str]] | None = None
) -> tuple[Reading, list[SourceFile]]:
    """A release of pfs_gpci read from one file; its heading stands in record 2."""
    data = gpci_rows(version, count) if rows is None else rows
    file = csv_file(
        f"gpci-{about.id}.csv", [["A title"], [*GPCI_EPOCH.columns], *data, ["", "", "", ""] * 2]
    )
    found = list(records(file))
    bound = bind([cells for _, cells in found], [GPCI_EPOCH], file.artifact.name)
    batch = read_batch(found[bound.first_ordinal - 1 :], bound, pfs_gpci.TABLE, file.artifact)
    return Reading(about, (batch,)), [file]


def mue(
    about: Release, services: Sequence[str], version: int = 1
) -> tuple[Reading, list[SourceFile]]:
    """A release of ncci_mue, one file a service type; the service stands in no cell."""
    batches: list[Batch] = []
    files = []
    for place, service in enumerate(services):
        rows = [["Z0001", str(version), "3", "Clinical: Data"], ["Z0002", str(place), "2", ""]]
        file = csv_file(f"{service}-{about.id}.csv", [[*MUE_EPOCH.columns], *rows])
        found = list(records(file))
        bound = bind([cells for _, cells in found], [MUE_EPOCH], file.artifact.name)
        batches.append(
            read_batch(
                found[1:], bound, ncci_mue.TABLE, file.artifact, constants={"service": service}
            )
        )
        files.append(file)
    return Reading(about, tuple(batches)), files


def own_store(root: Path, embedded: Path | None = None) -> Store:
    """A user's store without the data set that is shipped."""
    return Store(root, embedded)


def publish_gpci(root: Path, about: Release = JANUARY, version: int = 1) -> Published:
    """Publish one version of a release in the store at ``root``."""
    store = own_store(root)
    published = store.publish(*gpci(about, version))
    store.close()
    return published


def versions(store: Store, published: Published) -> set[int]:
    """The versions that the rows of a release were made of: one, unless two were mixed."""
    rows = store.rows("pfs_gpci", published)
    indices = {row.decimal(c) for row in rows for c in ("work_gpci", "pe_gpci", "mp_gpci")}
    return {int((index - 1) * 1000) for index in indices}


def tree(root: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes, lock files left out."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }
