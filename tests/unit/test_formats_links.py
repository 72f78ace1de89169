"""The links of a page."""

from __future__ import annotations

from payeratlas.formats.links import links


def test_links_come_in_order_with_their_text_folded() -> None:
    page = b"""<nav><a href="/home">Home</a></nav>
    <table><tr><td><a class="x" href=" /files/zip/rvu26c.zip ">RVU26C
      <span>(ZIP)</span> &amp; notes</a></td></tr></table>
    <a name="here">no address</a><a href="x.zip"><b>X</b>"""
    assert links(page) == [
        ("/home", "Home"),
        ("/files/zip/rvu26c.zip", "RVU26C (ZIP) & notes"),
        ("x.zip", "X"),
    ]


def test_a_link_left_open_ends_where_the_next_begins() -> None:
    assert links(b'<a href="a">one<a href="b">two</a>') == [("a", "one"), ("b", "two")]


def test_bytes_that_are_no_text_do_not_stop_it() -> None:
    assert links(b"\xff<a href='a'>\x92</a>") == [("a", "\ufffd")]
