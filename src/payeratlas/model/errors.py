"""Errors for the person who reads them: what is wrong, where, and what to do about it."""

from __future__ import annotations


class AtlasError(Exception):
    """A refusal that names its place and its cure.

    ``what`` says what is wrong, ``where`` the file and place (empty where the place is the
    command itself), ``cure`` the next thing to try. Nothing was changed when it is raised.
    """

    def __init__(self, what: str, *, where: str = "", cure: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.cure = cure

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        cure = f" Try: {self.cure}" if self.cure else ""
        return f"{place}{self.what}{cure}"


class InputError(AtlasError):
    """A value the user gave (a code, modifier, date, locality, path) cannot be used."""


class FileError(AtlasError):
    """A publisher's file cannot be read as what it should be; the store is as it was."""


class StoreError(AtlasError):
    """The store on disk does not hold what its manifests say, or cannot take a release."""
