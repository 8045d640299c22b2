"""The page in a browser: what it does, what it asks for, how it fits and whether it can be read."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import reports
from tests.reports.fixture import RUN, hostile, large

pytestmark = pytest.mark.external

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDTHS = (1280, 1080, 1079, 768, 760, 759, 700, 375, 320)

CONTRAST = """() => {
  const parse = (c) => c.match(/[\\d.]+/g).map(Number);
  const lum = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const bad = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement, style = getComputedStyle(e);
    if (!walk.currentNode.data.trim() ||
      !e.getClientRects().length || e.closest("script, title, desc, option")) continue;
    const fore = parse(e.closest("svg") ? style.fill : style.color), back = ground(e);
    const [a, b] = [lum(fore), lum(back)].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) bad.push(e.tagName + ": " + walk.currentNode.data.trim().slice(0, 40));
  }
  return bad;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("needs Chromium on the PATH")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder: Path = tmp_path_factory.mktemp("pages")
    made = {}
    for name, run in (("rich", RUN), ("hostile", hostile()), ("large", large(1200))):
        (folder / f"{name}.html").write_bytes(reports.render(run, "html"))
        made[name] = (folder / f"{name}.html").as_uri()
    return made


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails its test on any word on the console, any error and any request but its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    seen: list[str] = []
    opened.on("console", lambda message: seen.append(f"console: {message.text}"))
    opened.on("pageerror", lambda error: seen.append(f"error: {error}"))
    opened.on("dialog", lambda dialog: seen.append(f"dialog: {dialog.message}"))
    opened.on("request", lambda request: None if request.is_navigation_request() else seen.append(request.url))
    yield opened
    context.close()
    assert seen == []


def _visible(page: Page) -> list[str]:
    return page.eval_on_selector_all(
        "#position-table > tbody", "all => all.filter(b => !b.hidden).map(b => b.querySelector('summary').textContent)"
    )


@pytest.mark.parametrize("name", ["rich", "hostile", "large"])
def test_a_page_makes_no_request_and_says_nothing_on_the_console(page: Page, files: dict[str, str], name: str) -> None:
    page.goto(files[name])
    page.wait_for_timeout(200)
    assert page.locator("#tools").is_visible()


def test_a_page_from_a_server_asks_for_nothing_else_not_even_an_icon(page: Page) -> None:
    body = reports.render(RUN, "html")
    page.route("**/*", lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8"))
    page.goto("http://report.example/report.html")
    page.wait_for_timeout(200)
    assert page.title().startswith("Meridian Freight")


def test_search_filters_rows_and_says_how_many(page: Page, files: dict[str, str]) -> None:
    page.goto(files["rich"])
    assert page.locator("#count").inner_text() == "7 positions"
    page.locator("#search").fill("server 2022")
    assert _visible(page) == ["SQL Server", "Windows Server"]
    assert page.locator("#count").inner_text() == "2 of 7 positions"
    page.locator("#search").fill("no such thing")
    assert page.locator("#none").is_visible()


def test_the_filter_keeps_short_surplus_and_uncertain_apart(page: Page, files: dict[str, str]) -> None:
    page.goto(files["rich"])
    page.locator("#state").select_option("short")
    assert _visible(page) == ["SQL Server", "Sketch & Cut <Pro>", "Java SE"]
    page.locator("#state").select_option("surplus")
    assert _visible(page) == ["Office Professional Plus", "CRM Cloud", "Windows Server"]
    page.locator("#state").select_option("unsure")
    assert _visible(page) == ["SQL Server", "Java SE"]


def test_sorting_orders_numbers_as_numbers_and_tells_which_column(page: Page, files: dict[str, str]) -> None:
    page.goto(files["rich"])
    head = page.locator("#position-table thead th").nth(4)
    assert head.get_attribute("aria-sort") == "none"
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    cells = page.locator("#position-table > tbody > tr:first-child > td:nth-child(5)").all_inner_texts()
    assert cells == ["1,480", "400", "320", "96", "25", "0", "0"]
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert page.locator("#position-table thead th[aria-sort=none]").count() == 10


def test_absent_values_sort_last_in_both_directions(page: Page, files: dict[str, str]) -> None:
    page.goto(files["rich"])
    button = page.locator("#position-table thead th").nth(2).locator("button")
    cells = page.locator("#position-table > tbody > tr:first-child > td:nth-child(3)")
    for _ in range(2):
        button.click()
        assert cells.all_inner_texts()[-2:] == ["–", "–"]


def test_other_tables_sort_too_and_keep_their_sum_at_the_end(page: Page, files: dict[str, str]) -> None:
    page.goto(files["rich"])
    page.locator("#remedy thead th").nth(2).locator("button").click()
    assert page.locator("#remedy tbody td:nth-child(3)").all_inner_texts() == ["2,140", "56", "5"]
    assert page.locator("#remedy tr").last.inner_text().startswith("In all")


def test_a_row_opens_its_drill_down_by_keyboard(page: Page, files: dict[str, str]) -> None:
    page.goto(files["rich"])
    first = page.locator("#position-table > tbody").first
    assert not first.locator(".drill").is_visible()
    first.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert first.locator(".drill").is_visible()
    assert first.locator(".drill").get_by_text("trueup explain position").is_visible()
    assert not page.locator("#position-table > tbody").nth(1).locator(".drill").is_visible()


def test_a_link_to_a_position_shows_and_opens_it_even_when_filtered_out(page: Page, files: dict[str, str]) -> None:
    page.goto(files["rich"])
    page.locator("#search").fill("visio")
    page.locator("#remedy").get_by_text("SQL Server enterprise 2022, core").click()
    assert page.locator("[id='p-sql-server-enterprise-2022-core'] .drill").is_visible()
    assert page.locator("#search").input_value() == ""


def test_open_all_and_close_all(page: Page, files: dict[str, str]) -> None:
    page.goto(files["rich"])
    page.locator("#open").click()
    assert page.locator(".drill").evaluate_all("all => all.every(e => e.offsetHeight > 0)")
    page.locator("#close").click()
    assert page.locator(".drill").evaluate_all("all => all.every(e => e.offsetHeight === 0)")


def test_without_javascript_rows_still_open_and_no_dead_control_is_shown(
    browser: Browser, files: dict[str, str]
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(files["rich"])
    assert not page.locator("#tools").is_visible()
    assert page.locator("thead button").count() == 0
    page.locator("#position-table summary").first.click()
    assert page.locator(".drill").first.is_visible()
    context.close()


@pytest.mark.parametrize("name", ["rich", "hostile"])
def test_nothing_runs_over_the_edge_at_any_width(page: Page, files: dict[str, str], name: str) -> None:
    page.goto(files[name])
    page.locator("#open").click()
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over == 0, width
        beyond = page.evaluate(
            """() => [...document.querySelectorAll('main td, main th, main p, main li')]
            .filter(e => e.offsetParent && !e.closest('.unseen') && e.getBoundingClientRect().right > innerWidth)
            .map(e => e.outerHTML.slice(0, 120))"""
        )
        assert beyond == [], width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_text_stands_out_from_its_ground(page: Page, files: dict[str, str], scheme: str, width: int) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(files["rich"])
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert page.evaluate(CONTRAST) == []


def test_every_stop_of_the_tab_key_shows_where_it_is(page: Page, files: dict[str, str]) -> None:
    page.goto(files["rich"])
    stops = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        tag, outline = page.evaluate(
            "[document.activeElement.tagName, getComputedStyle(document.activeElement).outlineStyle]"
        )
        assert outline != "none", tag
        stops.add(tag)
    assert {"A", "INPUT", "SELECT", "BUTTON", "SUMMARY"} <= stops


def test_print_is_dark_on_white_without_controls_and_makes_pages(page: Page, files: dict[str, str]) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(files["rich"])
    assert not page.locator("#tools").is_visible()
    assert not page.locator("nav").is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf().count(b"/Type /Page\n") >= 3


@pytest.mark.parametrize(("width", "shown"), [(1280, "wide"), (768, "medium"), (375, "narrow")])
def test_one_drawing_of_each_chart_is_shown_and_its_text_is_large_enough(
    page: Page, files: dict[str, str], width: int, shown: str
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(files["rich"])
    visible = page.locator("svg").evaluate_all(
        "all => all.filter(e => e.clientWidth).map(e => e.getAttribute('class'))"
    )
    assert visible == [shown, shown]
    heights = page.locator(f"svg.{shown} text").evaluate_all("all => all.map(e => e.getBoundingClientRect().height)")
    assert min(heights) >= 12


def test_many_positions_are_shown_in_parts_and_all_are_searched_and_printed(page: Page, files: dict[str, str]) -> None:
    shown = "[...document.querySelectorAll('#position-table > tbody')].filter(b => b.offsetHeight).length"
    page.goto(files["large"])
    assert page.locator("#count").inner_text() == "1,200 positions, the first 500 shown"
    assert page.evaluate(shown) == 500
    page.locator("#more").click()
    assert page.evaluate(shown) == 1000
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(shown) == 1200
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.locator("#position-table thead th").first.locator("button").click()
    page.locator("#position-table thead th").first.locator("button").click()
    first = page.locator("#position-table > tbody").first
    assert first.is_visible()
    assert "01199" in first.inner_text()
    page.locator("#search").fill("position-00042")
    assert page.locator("#count").inner_text() == "1 of 1,200 positions"
