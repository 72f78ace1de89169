"""What a site remembers of itself, so that a second run builds only what changed.

``site.json``, at its root, tells of every page which day it is for, its edition and a digest of
all it was made of. The questions each page asked of the store stand in
``.payeratlas/questions.json.gz`` (many pages ask alike, so each list is kept once). While a run is
under way, finished pages are noted in ``.payeratlas/journal.jsonl``: a run that is stopped goes on
from there.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from payeratlas.build.publish import replace, unwritable
from payeratlas.build.site_pages import Built

FORMAT = 1
MANIFEST = "site.json"
_FOLDER = ".payeratlas"
_QUESTIONS = "questions.json.gz"
_JOURNAL = "journal.jsonl"


@dataclass(frozen=True, slots=True)
class Made:
    """What a run says of the site as a whole.

    ``edition`` is that of the whole store; ``software`` digests what else makes a page; ``search``
    digests what the search was made from.
    """

    edition: str
    version: str
    software: str
    formats: tuple[str, ...]
    base_url: str
    search: str


class State:
    """The memory of the site in a folder.

    ``pages`` are those that stand in it. Of them ``settled`` were all seen to by one run, over a
    store of that ``edition``; the others were built since, by a run that was stopped.
    """

    def __init__(self, root: Path) -> None:
        """Read what is remembered; what cannot be read is forgotten, and built anew."""
        self._root = root
        self.search = ""
        self.edition = ""
        self.settled: set[str] = set()
        self.pages: dict[str, Built] = {}
        with suppress(OSError, ValueError, KeyError, TypeError, EOFError):
            self._load()
        with suppress(OSError, ValueError, KeyError, TypeError):
            self._load_journal()

    def note(self, pages: Iterable[Built]) -> None:
        """Write down pages that were finished just now. InputError where the disk refuses."""
        path = self._root / _FOLDER / _JOURNAL
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as journal:
                for page in pages:
                    journal.write(_line({**_told(page), "questions": page.questions}) + "\n")
        except OSError as error:
            raise unwritable(path, error) from error

    def settle(self, pages: Mapping[str, Built], made: Made) -> None:
        """Write down the whole site in place of what was remembered before."""
        recipes = {text: n for n, text in enumerate(sorted({p.questions for p in pages.values()}))}
        lines = [f"{_line(code)}:{_line(_told(pages[code]))}" for code in sorted(pages)]
        head = {
            "format": FORMAT,
            "edition": made.edition,
            "version": made.version,
            "software": made.software,
            "formats": list(made.formats),
            "base_url": made.base_url,
            "search": made.search,
        }
        inside = ",\n".join(lines)
        manifest = f'{_line(head)[:-1]},\n"pages":{{\n{inside}\n}}}}\n'
        questions = {
            "recipes": list(recipes),
            "pages": {code: recipes[pages[code].questions] for code in sorted(pages)},
        }
        folder = self._root / _FOLDER
        try:
            folder.mkdir(parents=True, exist_ok=True)
            replace(folder / _QUESTIONS, gzip.compress(_line(questions).encode(), 6, mtime=0))
            replace(self._root / MANIFEST, manifest.encode())
            (folder / _JOURNAL).unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(self._root, error) from error

    def _load(self) -> None:
        manifest = json.loads((self._root / MANIFEST).read_bytes())
        packed = (self._root / _FOLDER / _QUESTIONS).read_bytes()
        questions = json.loads(gzip.decompress(packed))
        if manifest["format"] != FORMAT:
            return
        recipes = questions["recipes"]
        self.pages = {
            code: _page(told | {"questions": recipes[questions["pages"][code]]})
            for code, told in manifest["pages"].items()
        }
        self.search = manifest["search"]
        self.edition, self.settled = manifest["edition"], set(self.pages)

    def _load_journal(self) -> None:
        text = (self._root / _FOLDER / _JOURNAL).read_text("utf-8")
        for line in text.split("\n")[:-1]:  # the last may have been cut short
            page = _page(json.loads(line))
            self.pages[page.code] = page
            self.settled.discard(page.code)


def _told(page: Built) -> dict[str, Any]:
    linked = {"linked": list(page.linked)} if page.linked else {}
    return {
        "code": page.code,
        "as_of": page.as_of,
        "edition": page.edition,
        "title": page.title,
        "key": page.key,
        **linked,
    }


def _page(told: Mapping[str, Any]) -> Built:
    return Built(
        code=str(told["code"]),
        as_of=str(told["as_of"]),
        edition=str(told["edition"]),
        title=str(told["title"]),
        key=str(told["key"]),
        questions=str(told["questions"]),
        linked=tuple(map(str, told.get("linked", ()))),
    )


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
