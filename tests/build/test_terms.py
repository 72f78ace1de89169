"""Terms: known gates, the form behind them, and what is remembered of the user's acceptance."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from payeratlas.build import terms as terms_module
from payeratlas.build.guard import SiteError, url_of
from payeratlas.build.terms import (
    ACCEPTED,
    Acceptance,
    Memory,
    accepting,
    asks_for_consent,
    behind,
    gate_of,
    terms,
)
from payeratlas.build.web import Order
from payeratlas.model.errors import StoreError
from sitekit import HOST, licence_page

GATE = f"https://{HOST}/license/ama?file=/files/zip/26clabq3.zip"
GIVEN = Acceptance("ama", "2026-07-02", "asked at the terminal", f"https://{HOST}/license/ama")


def test_terms_are_named_and_linked_and_not_carried() -> None:
    assert set(terms()) == {"ama"}
    for each in terms().values():
        for words in (each.title, each.asked_by, each.asks):
            assert words.strip()
        assert len(each.asks) < 400, "the text of the terms is not ours to carry"
        for address in (each.url, *each.gates):
            assert str(url_of(address, {HOST})) == address
            assert gate_of(address) is each


@pytest.mark.parametrize(
    "url",
    [
        GATE,
        f"https://{HOST}/license/ama",
        f"https://{HOST}/license/ama/?file=/x.zip#y",
        f"https://{HOST}/License/AMA?file=/x.zip",
        f"https://{HOST}/apps/ama/license.asp?file=/files/zip/july-2026-opps-addendum-b.zip",
    ],
)
def test_a_page_that_asks_is_known_by_its_address(url: str) -> None:
    found = gate_of(url)
    assert found
    assert found.id == "ama"


@pytest.mark.parametrize("url", [f"https://{HOST}/files/zip/ama.zip", f"https://{HOST}/license/x"])
def test_another_page_is_none(url: str) -> None:
    assert gate_of(url) is None
    assert behind(url) == url


def test_the_file_behind_a_gate_has_its_own_name() -> None:
    assert behind(GATE) == f"https://{HOST}/files/zip/26clabq3.zip"
    bare = f"https://{HOST}/license/ama"
    assert behind(bare) == bare


def test_accepting_sends_the_form_of_the_page() -> None:
    order = accepting(licence_page("/files/zip/x.zip").encode(), GATE)
    assert (order.url, order.method) == (f"https://{HOST}/files/zip/x.zip", "POST")
    assert parse_qsl(order.body.decode()) == [("agree", "yes"), ("next", "Accept")]
    order = accepting(licence_page("/files/zip/x.zip?old=1", "get").encode(), GATE)
    assert order == Order(f"https://{HOST}/files/zip/x.zip?agree=yes&next=Accept")


def test_accepting_by_a_link() -> None:
    html = (
        b'<a href="/files/zip/x.zip?agree=no">No</a><a href="/x.zip?agree=yes&next=Accept">Yes</a>'
    )
    assert accepting(html, GATE) == Order(f"https://{HOST}/x.zip?agree=yes&next=Accept")


def test_only_the_accepting_button_is_pressed() -> None:
    html = (
        b'<form action="/other"><input type="hidden" name="q" value="yes"></form>'
        b'<form action="/x.zip" method="POST"><input type="hidden" name="agree" value="yes">'
        b'<input type="submit" name="next" value="Do not accept"><input name="mail" value="m">'
        b'<button name="next" value="Accept">Yes</button></form><input name="agree" value="yes">'
    )
    order = accepting(html, GATE)
    assert order.body == b"agree=yes&next=Accept"


@pytest.mark.parametrize(
    "html",
    [
        "<html><p>agree=yes</p></html>",
        '<form action="/x.zip"><input type="hidden" name="agree" value="no"></form>',
        '<form action="/x.zip"><input type="checkbox" name="agree" value="yes"></form>',
        "",
    ],
)
def test_a_page_without_such_a_form_is_not_guessed_at(html: str) -> None:
    assert not asks_for_consent(html.encode())
    with pytest.raises(SiteError, match="no form that this program understands"):
        accepting(html.encode(), GATE)


def test_an_acceptance_is_remembered_with_its_day(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "store")
    assert memory.all() == {}
    memory.remember(GIVEN)
    assert Memory(tmp_path / "store").all() == {"ama": GIVEN}
    assert [path.name for path in (tmp_path / "store").iterdir()] == [ACCEPTED]
    document = json.loads(memory.path.read_text("utf-8"))
    assert document == {
        "ama": {
            "day": "2026-07-02",
            "how": "asked at the terminal",
            "url": f"https://{HOST}/license/ama",
        }
    }


@pytest.mark.parametrize("text", ["", "[]", "{", '{"ama": {}}', '{"ama": {"day": "x", "more": 1}}'])
def test_a_damaged_record_is_no_acceptance(tmp_path: Path, text: str) -> None:
    memory = Memory(tmp_path)
    memory.path.write_text(text)
    with pytest.raises(StoreError, match="not the record of accepted terms"):
        memory.all()


def test_a_store_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, data: bytes) -> None:
        raise OSError(30, "Read-only file system", str(path))

    monkeypatch.setattr(terms_module, "write_file", refuse)
    with pytest.raises(StoreError, match="Read-only file system"):
        Memory(tmp_path).remember(GIVEN)
    assert Memory(tmp_path).all() == {}
