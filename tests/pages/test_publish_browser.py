"""The HTML page in headless Chromium: two widths, two themes, with and without script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from poison import PAYLOADS, poisoned

from payeratlas.pages.page import Page
from payeratlas.publish import html

pytestmark = pytest.mark.browser

WIDTHS = {1280: 900, 390: 844, 320: 640}


@pytest.fixture(scope="module")
def address(page: Page, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the sample page lies."""
    file: Path = tmp_path_factory.mktemp("pages") / "64640.html"
    file.write_text(html.render(page), "utf-8")
    return file.as_uri()


@pytest.fixture
def visit(chromium: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Open the sample page (or another) in a context of its own; complaints are collected on it."""
    contexts = []

    def open_page(
        width: int = 1280, scheme: str = "light", script: bool = True, at: str = address
    ) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": WIDTHS[width]},
            color_scheme=scheme,
            java_script_enabled=script,
            has_touch=width < 500,
        )
        contexts.append(context)
        tab = context.new_page()
        tab.set_default_timeout(10_000)
        tab.complaints = []
        tab.requests = []
        tab.on("console", lambda message: tab.complaints.append(message.text))
        tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
        tab.on("dialog", lambda dialog: tab.complaints.append(dialog.message))
        tab.on("request", lambda request: tab.requests.append(request.url))
        tab.goto(at)
        return tab

    yield open_page
    for context in contexts:
        context.close()


def draw_a_frame(tab: Any) -> None:
    """Have the page laid out and painted, also where its script may not run."""
    tab.screenshot(clip={"x": 0, "y": 0, "width": 4, "height": 4})


def unfold(tab: Any) -> None:
    tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("opened", [False, True], ids=["folded", "unfolded"])
def test_the_page_never_scrolls_sideways(
    visit: Callable[..., Any], width: int, opened: bool
) -> None:
    tab = visit(width)
    if opened:
        unfold(tab)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.evaluate("scrollTo(200, 0)")
    assert tab.evaluate("scrollX") == 0
    beyond = tab.evaluate(
        """() => [...document.querySelectorAll('main *, header *, footer *')].filter(e => {
          const box = e.getBoundingClientRect();
          return box.width > 1 && box.right > innerWidth + 1 && !e.closest('.scroll, .hidden, svg');
        }).map(e => e.outerHTML.slice(0, 90))"""
    )
    assert beyond == []


def test_wide_tables_scroll_in_a_region_that_keys_can_reach(visit: Callable[..., Any]) -> None:
    tab = visit(390)
    unfold(tab)
    region = tab.locator(".scroll").filter(has_text="All payment localities")
    assert region.evaluate("e => e.scrollWidth > e.clientWidth")
    region.focus()
    tab.keyboard.press("ArrowRight")
    tab.wait_for_function("e => e.scrollLeft > 0", arg=region.element_handle())


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_focused_figure_shows_its_source_inside_the_window(
    visit: Callable[..., Any], width: int, script: bool
) -> None:
    tab = visit(width, script=script)
    for summary in tab.locator("summary").all():
        summary.click()
    tab.mouse.move(2, 2)
    facts = tab.locator(".fact[tabindex], .one")
    count = facts.count()
    assert count > 160
    rows = tab.locator(".one").count()
    assert rows > 100
    for index in [*range(0, count, 11), count - 1]:
        fact = facts.nth(index)
        fact.focus()
        draw_a_frame(tab)
        source = fact.locator(".src")
        assert source.is_visible()
        box = source.bounding_box()
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= WIDTHS[width]
        assert tab.locator(".src:visible").count() == 1
        seen = fact.bounding_box()
        assert seen["y"] >= 0
        assert seen["y"] + seen["height"] <= WIDTHS[width] + 1  # it scrolls by whole pixels


def test_tab_reaches_figures_and_escape_puts_the_source_away(visit: Callable[..., Any]) -> None:
    tab = visit()
    tab.locator("#theme").focus()
    for _ in range(2):
        tab.keyboard.press("Tab")
        assert tab.locator(".src:visible").count() == 1
    assert tab.evaluate("document.activeElement.value") == "117.09"
    tab.keyboard.press("Escape")
    assert tab.locator(".src:visible").count() == 0
    assert tab.evaluate("document.activeElement.value") == "117.09"
    tab.keyboard.press("Shift+Tab")
    assert tab.locator(".src:visible").count() == 1


def test_hover_shows_the_source_and_the_pointer_can_enter_it(visit: Callable[..., Any]) -> None:
    tab = visit()
    fact = tab.locator("#medicare data.fact").first
    fact.hover()
    source = fact.locator(".src")
    assert source.is_visible()
    source.hover()
    assert source.is_visible()
    tab.keyboard.press("Escape")
    assert not source.is_visible()
    tab.mouse.move(5, 5)
    fact.hover()
    assert source.is_visible()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_row_of_a_folded_table_shows_its_source_once(
    visit: Callable[..., Any], script: bool
) -> None:
    tab = visit(script=script)
    folded = tab.locator("details.fold").filter(has_text="All payment localities")
    folded.locator("summary").click()
    rows = folded.locator(".one")
    rows.nth(3).locator("data").last.hover()
    assert rows.nth(3).locator(".src").is_visible()
    assert tab.locator(".src:visible").count() == 1
    assert ".csv, record" in rows.nth(3).locator(".src").inner_text()
    rows.nth(5).focus()  # by a program: the pointer that rests elsewhere wins
    assert tab.locator(".src:visible").count() == 1
    tab.keyboard.press("Tab")
    assert rows.nth(6).evaluate("e => e === document.activeElement")
    assert rows.nth(6).locator(".src").is_visible()
    assert tab.locator(".src:visible").count() == 1
    if script:
        tab.keyboard.press("Escape")
        assert tab.locator(".src:visible").count() == 0


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_keys_win_over_a_resting_pointer(visit: Callable[..., Any], script: bool) -> None:
    tab = visit(script=script)
    facts = tab.locator(".summary .fact")
    facts.nth(0).hover()
    tab.keyboard.press("Tab")
    for _ in range(20):
        if facts.nth(1).evaluate("e => e === document.activeElement"):
            break
        tab.keyboard.press("Tab")
    assert facts.nth(1).locator(".src").is_visible()
    assert tab.locator(".src:visible").count() == 1


def test_a_moving_pointer_wins_over_the_focus(visit: Callable[..., Any]) -> None:
    tab = visit()
    facts = tab.locator(".summary .fact")
    tab.keyboard.press("Tab")
    facts.nth(0).focus()
    assert facts.nth(0).locator(".src").is_visible()
    facts.nth(1).hover()
    assert facts.nth(1).locator(".src").is_visible()
    assert tab.locator(".src:visible").count() == 1


def test_touch_shows_the_source(visit: Callable[..., Any]) -> None:
    tab = visit(390)
    fact = tab.locator(".tile data.fact").first
    fact.tap()
    assert fact.locator(".src").is_visible()
    tab.locator("h1").tap()
    assert tab.locator(".src:visible").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_requested_and_nothing_complains(
    visit: Callable[..., Any], address: str, width: int, scheme: str
) -> None:
    tab = visit(width, scheme)
    unfold(tab)
    tab.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert [url for url in tab.requests if not url.startswith("data:")] == [address]
    assert tab.complaints == []


def test_without_script_everything_is_there(visit: Callable[..., Any]) -> None:
    tab = visit(script=False)
    assert not tab.locator("#theme").is_visible()
    assert tab.locator("main").inner_text().count("$240.98") >= 3
    folded = tab.locator("details.fold").last
    folded.locator("summary").click()
    assert folded.locator("tbody tr").count() == 109
    assert folded.locator("tbody tr").last.is_visible()
    tab.locator(".contents a").nth(5).click()
    assert tab.evaluate("location.hash") == "#coding"
    assert tab.locator("#coding h2").is_visible()


def test_the_theme_can_be_changed_and_is_kept(visit: Callable[..., Any]) -> None:
    tab = visit()
    ground = "getComputedStyle(document.body).backgroundColor"
    light = tab.evaluate(ground)
    tab.locator("#theme").click()
    dark = tab.evaluate(ground)
    assert dark != light
    assert tab.locator("#theme").get_attribute("aria-label") == "Use the light theme"
    tab.reload()
    assert tab.evaluate(ground) == dark
    tab.locator("#theme").click()
    assert tab.evaluate(ground) == light


def test_opening_the_sources_shows_the_marks(visit: Callable[..., Any]) -> None:
    tab = visit()
    mark = tab.locator("#medicare thead .mark, #medicare tbody .mark").first
    assert not mark.is_visible()
    tab.locator("#medicare > .notes summary").click()
    assert mark.is_visible()
    assert tab.locator("#medicare > .notes li").first.is_visible()


def test_drawings_change_with_the_width(visit: Callable[..., Any]) -> None:
    assert visit(1280).locator(".chart .wide svg").first.is_visible()
    narrow = visit(390)
    assert not narrow.locator(".chart .wide svg").first.is_visible()
    drawing = narrow.locator(".chart .narrow svg").first
    assert drawing.is_visible()
    shrink = drawing.bounding_box()["width"] / float(drawing.get_attribute("width"))
    assert shrink >= 0.95  # text keeps the size it was drawn for


def test_targets_of_the_contents_are_large_enough(visit: Callable[..., Any]) -> None:
    for width in WIDTHS:
        for link in visit(width).locator(".contents a").all():
            box = link.bounding_box()
            assert box["height"] >= 24
            assert box["width"] >= 24


def test_paper_shows_marks_notes_and_folded_tables(visit: Callable[..., Any]) -> None:
    tab = visit()
    tab.emulate_media(media="print")
    assert tab.locator("#medicare .mark").first.is_visible()
    assert tab.locator("#medicare > .notes li").first.is_visible()
    assert tab.locator("details.fold tbody tr").last.is_visible()
    assert not tab.locator(".contents").is_visible()
    assert tab.locator(".src:visible").count() == 0


CONTRAST = """() => {
  const context = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (text) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = text;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3]));
  const ground = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      const colour = rgba(getComputedStyle(e).backgroundColor);
      layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
  };
  const light = (c) => {
    const [r, g, b] = c.map(v => {
      v /= 255;
      return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility()) continue;
    if (element.closest('script, title, desc')) continue;
    const style = getComputedStyle(element);
    const under = ground(element);
    const ink = over(rgba(element.closest('svg') ? style.fill : style.color), under);
    const [a, b] = [light(ink), light(under)].sort((x, y) => y - x);
    found.push([(a + 0.05) / (b + 0.05), node.data.trim().slice(0, 40), style.color]);
  }
  for (const mark of document.querySelectorAll('svg circle, svg path')) {
    if (!mark.checkVisibility() || mark.closest('pattern')) continue;
    const style = getComputedStyle(mark);
    const under = ground(mark);
    const paint = style.fill === 'none' ? style.stroke : style.fill;
    const [a, b] = [light(over(rgba(paint), under)), light(under)].sort((x, y) => y - x);
    found.push([(a + 0.05) / (b + 0.05), mark.tagName, paint]);
  }
  return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_text_and_mark_has_contrast(
    visit: Callable[..., Any], width: int, scheme: str
) -> None:
    tab = visit(width, scheme)
    unfold(tab)
    tab.locator("#medicare data.fact").first.focus()
    measured = tab.evaluate(CONTRAST)
    assert len(measured) > 1300
    assert [entry for entry in measured if entry[0] < 4.5] == []


def test_the_contrast_check_can_fail(visit: Callable[..., Any]) -> None:
    tab = visit()
    tab.evaluate("document.documentElement.style.setProperty('--muted', '#999999')")
    assert any(entry[0] < 4.5 for entry in tab.evaluate(CONTRAST))


def test_hostile_pages_run_nothing(page: Page, visit: Callable[..., Any], tmp_path: Path) -> None:
    for number, payload in enumerate(PAYLOADS):
        file = tmp_path / f"{number}.html"
        text = html.render(poisoned(page, payload))
        file.write_bytes(text.encode())
        tab = visit(at=file.as_uri())
        tab.mouse.move(300, 300)
        tab.locator(".fact").first.hover()
        assert tab.evaluate("window.hit === undefined")
        assert tab.complaints == []
        assert [url for url in tab.requests if not url.startswith("data:")] == [file.as_uri()]
        assert tab.locator("script").count() == 2
