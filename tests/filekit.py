"""Files for tests: archives and workbooks built in memory, and cells put back as printed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

from payeratlas.formats import SourceFile
from payeratlas.tables.contract import canonical
from payeratlas.tables.reading import Batch

_EARLY = (2024, 1, 1, 0, 0, 0)


def a_file(name: str, data: bytes | str) -> SourceFile:
    """A file in memory; text is encoded as UTF-8."""
    return SourceFile.of(name, data.encode("utf-8") if isinstance(data, str) else data)


def zipped(members: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of some members, always the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, _EARLY)
            info.compress_type = method
            archive.writestr(info, data)
    return out.getvalue()


_CONTENT = "http://schemas.openxmlformats.org/package/2006/content-types"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def workbook(*sheets: Sequence[Sequence[object]]) -> bytes:
    """A minimal xlsx workbook: texts as inline strings, numbers as numbers, None as no cell."""
    return zipped(workbook_parts(*(sheet_xml(rows) for rows in sheets)))


def workbook_parts(*sheets: str) -> dict[str, bytes | str]:
    """The members of a minimal xlsx workbook around the XML of its sheets."""
    numbers = range(1, len(sheets) + 1)
    names = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{_CONTENT}"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}">'
        f"<sheets>{names}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{links}</Relationships>',
        **{f"xl/worksheets/sheet{n}.xml": xml for n, xml in zip(numbers, sheets, strict=True)},
    }


def sheet_xml(rows: Sequence[Sequence[object]]) -> str:
    """The XML of one sheet, cells named from A1."""
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = "".join(_cell(f"{chr(65 + i)}{number}", v) for i, v in enumerate(row))
        lines.append(f'<row r="{number}">{cells}</row>')
    return f'<worksheet xmlns="{_SHEET}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def _cell(place: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    text = escape(str(value))
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def printed_cells(batch: Batch) -> Iterator[tuple[int, int, str]]:
    """(ordinal, position, text as printed) of every cell a batch was read from, put back together
    from its values alone: the canonical text, unless ``printed`` keeps another."""
    scales = {column.name: column.scale for column in batch.table.columns}
    for row, ordinal in enumerate(batch.ordinals):
        kept = json.loads(batch.printed[row] or "{}")
        for name, binding in batch.bindings.items():
            text = canonical(batch.columns[name][row], batch.epoch.numbers, scales[name])
            yield ordinal, binding.position, kept.get(name, text)
