"""Bytes to records: delimited text, archives, spreadsheets. No meaning, no network."""
