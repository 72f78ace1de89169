"""Tables in the files of a release: found, opened, their headings recognised."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.resources import files as resources

from payeratlas.formats import XLSX, SourceFile, Streamed, kind, members, records, unpacked
from payeratlas.formats.table_file import place
from payeratlas.model.errors import FileError
from payeratlas.tables.contract import Table
from payeratlas.tables.reading import (
    Batch,
    Bound,
    Clean,
    Epoch,
    HeadingError,
    LayoutError,
    Sift,
    bind,
    epochs_from,
    read_batch,
)

HEAD = 60  # records in which a heading must stand

Records = Sequence[tuple[int, list[str]]]


def toml(package: str, name: str) -> dict[str, object]:
    """A data file that stands beside a source's code."""
    return tomllib.loads(resources(package).joinpath(name).read_text(encoding="utf-8"))


def layouts(package: str) -> list[Epoch]:
    """The layout epochs of a source."""
    return epochs_from(toml(package, "layouts.toml"))


@dataclass(frozen=True, slots=True)
class TableFile:
    """One table found among the files of a release: its records, with its heading recognised.

    The records of a text file are not held but read again each time.
    """

    file: SourceFile
    member: str
    records: Records
    bound: Bound

    @property
    def name(self) -> str:
        """The file's own name, without the folders of an archive."""
        return base_name(self.member or self.file.artifact.name)

    @property
    def where(self) -> str:
        """How errors name it."""
        return place(self.file, self.member)

    @property
    def preamble(self) -> str:
        """Everything printed above the data, white space folded."""
        return folded_cells(self.records[: self.bound.first_ordinal - 1])

    @property
    def data(self) -> Records:
        """The records below the heading."""
        return self.records[self.bound.first_ordinal - 1 :]

    def batch(
        self,
        contract: Table,
        *,
        constants: Mapping[str, str] | None = None,
        clean: Mapping[str, Clean] | None = None,
        sift: Sift | None = None,
        carry: Collection[str] = (),
        merge: str = "",
    ) -> Batch:
        """Its data as rows of a contract; see :func:`payeratlas.tables.reading.read_batch`."""
        return read_batch(
            self.data,
            self.bound,
            contract,
            self.file.artifact,
            member=self.member,
            constants=constants,
            clean=clean,
            sift=sift,
            carry=carry,
            merge=merge,
        )


def base_name(name: str) -> str:
    """A member's name without its folders."""
    return name.replace("\\", "/").rsplit("/", 1)[-1]


def folded_cells(found: Records) -> str:
    """All texts of some records, joined by blanks."""
    return " ".join(" ".join(c.split()) for _, cells in found for c in cells if c.strip())


def opened(file: SourceFile, member: str, epochs: Sequence[Epoch]) -> TableFile:
    """Read one file (or member) and recognise its heading.

    Text is tried in each encoding and delimiter the epochs declare. FileError where none fits: of
    the attempt that came furthest, the first of several. A text that goes wrong below its heading
    is refused when its data are read.
    """
    where = place(file, member)
    workbook = kind(unpacked(file, member), where) == "workbook"
    fitting = [e for e in epochs if (e.encoding == XLSX) == workbook]
    if not fitting:
        form = "an xlsx workbook" if workbook else "not an xlsx workbook"
        raise FileError(
            f"the file is {form}, and no layout of this source is.",
            where=where,
            cure="use the csv file of the same release." if workbook else "use the xlsx file.",
        )
    refusals: list[FileError] = []
    for text in dict.fromkeys((e.encoding, e.delimiter) for e in fitting):
        try:
            found = _found(file, member, *text)
            head = found[:HEAD]
            same = [e for e in fitting if (e.encoding, e.delimiter) == text]
            return TableFile(file, member, found, bind([c for _, c in head], same, where))
        except FileError as error:
            refusals.append(error)
    raise max(refusals, key=lambda e: isinstance(e, HeadingError) + isinstance(e, LayoutError))


def _found(file: SourceFile, member: str, encoding: str, delimiter: str) -> Records:
    read = partial(records, file, member, encoding, delimiter)
    return list(read()) if encoding == XLSX else Streamed(read)


def candidates(files: Sequence[SourceFile], pattern: str) -> list[tuple[SourceFile, str]]:
    """Where a source's tables stand: each plain file given, each member whose name fits.

    ``pattern`` is a regular expression for the whole base name of a member, case ignored. An
    archive without such a member is refused: it is another source's.
    """
    if not files:
        raise FileError("no file was given.", cure="name at least one file of the release.")
    fits = re.compile(pattern, re.IGNORECASE)
    found: list[tuple[SourceFile, str]] = []
    for file in files:
        names = members(file)
        if names == ("",):
            found.append((file, ""))
            continue
        fitting = [name for name in names if fits.fullmatch(base_name(name))]
        if not fitting:
            shown = ", ".join(base_name(name) for name in names[:8])
            raise FileError(
                f"the archive holds no file of this source; it holds {shown or 'nothing'}.",
                where=file.artifact.name,
                cure="check that this is the release's own archive.",
            )
        found += [(file, name) for name in fitting]
    return found


def only(tables: Sequence[TableFile], what: str) -> TableFile:
    """The one table of a release that has one; FileError where there are more."""
    if len(tables) > 1:
        raise FileError(
            f"{len(tables)} files of {what} were given, and a release has one: "
            + ", ".join(t.where for t in tables),
            cure="read them one by one.",
        )
    return tables[0]


def one_table(
    files: Sequence[SourceFile], pattern: str, epochs: Sequence[Epoch], what: str
) -> TableFile:
    """The one table that the files of a release hold, opened; FileError where there are more."""
    return only([opened(f, m, epochs) for f, m in candidates(files, pattern)], what)
