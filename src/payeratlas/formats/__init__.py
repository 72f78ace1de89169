"""Bytes to records: delimited text, archives, spreadsheets. No meaning, no network."""

from payeratlas.formats.source_file import SourceFile
from payeratlas.formats.streamed import Streamed
from payeratlas.formats.table_file import ENCODINGS, XLSX, kind, members, records, unpacked

__all__ = ["ENCODINGS", "XLSX", "SourceFile", "Streamed", "kind", "members", "records", "unpacked"]
