"""HCPCS Level II codes, figures and texts. See README.md beside this file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Release, Source
from payeratlas.sources import Found, Get, _anweb
from payeratlas.sources._cells import compact_day, shaped
from payeratlas.sources._files import HEAD, TableFile, candidates, layouts, opened, toml
from payeratlas.sources._releases import PUBLIC_DOMAIN, whole
from payeratlas.tables import hcpcs_code, hcpcs_text
from payeratlas.tables.reading import DROPPED, Batch, Bound, Reading, bind, read_batch

SOURCE = Source(
    id="hcpcs_level2",
    title="HCPCS Level II codes",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    index_url=_anweb.INDEX_URL,
    licence=PUBLIC_DOMAIN,
    tables=("hcpcs_code", "hcpcs_text"),
    cadence="quarterly",
)

LEAST_ROWS = 5_000  # codes: 6,440 in January 2019, 8,033 in July 2024

_CODE = shaped(r"[A-V][0-9]{4}", "a HCPCS Level II code")
_DAYS = ("asc_date", "mog_date", "added", "action_effective", "terminated")
_CONVERTED_FIGURES, _CONVERTED_TEXTS = "converted-indicators", "converted-texts"
_ADA = "text of the American Dental Association"

Sift = Callable[[Sequence[str]], str | None]


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: CMS's quarterly Level II file (csv, xlsx or the archive with it), or one or both
    of the converted csv files (figures, texts) of one quarter."""
    places = candidates(files, _anweb.MEMBER)
    plain = [(f, m) for f, m in places if not m or m.lower().endswith(".csv")]
    tables = [opened(f, m, layouts(__name__)) for f, m in (plain or places)]
    releases = [_anweb.release(SOURCE, __name__, table) for table in tables]
    _refuse_mixture(tables, releases)
    batches = tuple(batch for table in tables for batch in _batches(table))
    least = [(b, LEAST_ROWS * (2 if b.epoch.id == _CONVERTED_TEXTS else 1)) for b in batches]
    return Reading(whole(releases[0], tables, least), batches)


def discover(get: Get) -> list[Found]:
    """The quarterly HCPCS archives CMS offers, newest first."""
    return _anweb.archives(get)


def _refuse_mixture(tables: Sequence[TableFile], releases: Sequence[Release]) -> None:
    for table, release in zip(tables, releases, strict=True):
        if release != releases[0]:
            raise FileError(
                f"files of {releases[0].id} and {release.id} were given together.",
                where=table.where,
                cure="read each quarter by itself.",
            )
    epochs = [table.bound.epoch.id for table in tables]
    if len(tables) > 1 and sorted(epochs) != [_CONVERTED_FIGURES, _CONVERTED_TEXTS]:
        raise FileError(
            "the files hold the same codes twice: " + ", ".join(t.where for t in tables) + ".",
            cure="give CMS's own file alone, or each converted file once.",
        )


def _batches(table: TableFile) -> list[Batch]:
    if table.bound.epoch.id == _CONVERTED_TEXTS:
        return [_texts(table, table.bound, {}, _dental(table))]
    figures = table.batch(
        hcpcs_code.TABLE,
        clean={"code": _CODE, **dict.fromkeys(_DAYS, compact_day)},
        sift=_other_records(table, {_anweb.CODE}),
    )
    if "RECID" not in _anweb.headings(table):
        return [figures]
    return [figures, *(_text(table, entry) for entry in _text_layouts())]


def _text_layouts() -> list[dict[str, Any]]:
    return cast(list[dict[str, Any]], toml(__name__, "layouts.toml")["text"])


def _text(table: TableFile, entry: Mapping[str, Any]) -> Batch:
    """One kind of text of CMS's own file, bound by the headings that the layout names for it."""
    epoch = table.bound.epoch
    columns = {heading: entry["columns"].get(heading, DROPPED) for heading in epoch.columns}
    own = replace(epoch, id=f"{epoch.id}-{entry['kind']}", columns=columns)
    bound = bind([cells for _, cells in table.records[:HEAD]], [own], table.where)
    sift = _dental(table, _other_records(table, set(entry["records"])))
    return _texts(table, bound, {"kind": entry["kind"]}, sift)


def _texts(table: TableFile, bound: Bound, constants: Mapping[str, str], sift: Sift) -> Batch:
    return read_batch(
        table.data,
        bound,
        hcpcs_text.TABLE,
        table.file.artifact,
        member=table.member,
        constants=constants,
        clean={
            "code": _CODE,
            "kind": lambda text: shaped(r"long|short", "a kind of text")(text.lower()),
            "part": shaped(r"[0-9]{4}", "the number of a part"),
            "text": shaped(r"(?s).*\S.*", "a text"),
        },
        sift=sift,
    )


def _other_records(table: TableFile, kinds: set[str]) -> Sift:
    """What of CMS's own file is none of these kinds of records; a conversion has no kinds."""
    headings = _anweb.headings(table)
    kind = headings.index("RECID") if "RECID" in headings else None
    words = {
        _anweb.CODE_CONTINUED: "more of a code's text",
        _anweb.MODIFIER: "a modifier, not a code",
        _anweb.MODIFIER_CONTINUED: "more of a modifier's text",
    }

    def sift(cells: Sequence[str]) -> str | None:
        if kind is None or len(cells) <= kind or cells[kind] in kinds:
            return None
        return words.get(cells[kind])

    return sift


def _dental(table: TableFile, also: Sift | None = None) -> Sift:
    """Sets D codes aside, whose texts are not ours to keep, after what ``also`` sets aside."""
    code = table.bound.bindings["code"].position - 1

    def sift(cells: Sequence[str]) -> str | None:
        if reason := also(cells) if also else None:
            return reason
        return _ADA if len(cells) > code and cells[code].strip().startswith("D") else None

    return sift
