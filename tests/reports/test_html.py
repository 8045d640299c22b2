"""The page as text: escaped, self-contained, complete, and of a size that a browser can hold."""

import base64
import hashlib
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from lxml import html as parser

import reports
from reports import charts, figures, overview, view
from sam.model import Interval, Run
from tests.reports.fixture import AS_OF, JAVA, OFFICE, RENEWALS, RUN, SQL_ENTERPRISE, empty, hostile, large

RUNS = pytest.mark.parametrize("run", [RUN, empty(), hostile()], ids=["rich", "empty", "hostile"])


def _page(run: Run) -> parser.HtmlElement:
    return parser.document_fromstring(reports.render(run, "html").decode("utf-8"))


def _text(element: parser.HtmlElement) -> str:
    return re.sub(r"\s+", " ", " ".join(element.itertext())).strip()


@RUNS
def test_nothing_is_asked_for_from_anywhere(run: Run) -> None:
    page = _page(run)
    assert {element.tag for element in page.iter() if isinstance(element.tag, str)}.isdisjoint(
        {"img", "iframe", "object", "embed", "form", "base", "audio", "video", "source", "picture", "image", "use"}
    )
    links = [value for element in page.iter() for name, value in element.items() if name in {"href", "src", "action"}]
    assert all(value.startswith("#") or value == "data:," for value in links), links
    style = page.xpath("string(//style)")
    assert "url(" not in style
    assert "@import" not in style


@RUNS
def test_the_policy_names_the_one_style_sheet_and_the_one_script_by_hash(run: Run) -> None:
    page = _page(run)
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    for tag in ("script", "style"):
        (element,) = page.xpath(f"//{tag}")
        digest = hashlib.sha256(element.text.encode("utf-8")).digest()
        assert directives[f"{tag}-src"] == f"'sha256-{base64.b64encode(digest).decode()}'"


@RUNS
def test_no_element_carries_code_or_style(run: Run) -> None:
    page = _page(run)
    names = {name.lower() for element in page.iter() for name in element.keys()}  # noqa: SIM118
    assert not [name for name in names if name.startswith("on") or name in {"style", "srcdoc"}]


@RUNS
def test_ids_are_unique_and_links_inside_the_page_lead_somewhere(run: Run) -> None:
    page = _page(run)
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert set(page.xpath("//a/@href")) <= {f"#{name}" for name in ids}
    assert set(" ".join(page.xpath("//@aria-labelledby")).split()) <= set(ids)


def test_hostile_titles_are_shown_as_text() -> None:
    page = _page(hostile())
    shown = page.xpath("//table[@id='position-table']//th/details/summary")
    assert any(_text(name).startswith("<script>fetch(") for name in shown)
    data = reports.render(hostile(), "html").decode("utf-8")
    assert "\x00" not in data
    assert "\x1b" not in data


def test_text_that_turns_the_direction_cannot_pose_as_another() -> None:
    page = _page(hostile())
    assert not page.xpath("//text()[contains(., '\u202e')] | //@*[contains(., '\u202e')]")
    assert page.xpath("//bdi[contains(., 'invoice[U+202E]fdp.exe')]")


def test_a_right_to_left_name_keeps_its_direction_to_itself() -> None:
    arabic = "\u200fبرنامج المحاسبة 2"
    page = _page(replace(RUN, positions=(replace(SQL_ENTERPRISE, product_name=arabic),)))
    places = page.xpath(f"//body//text()[contains(., '{arabic[1:]}')]")
    assert places
    for place in places:
        tag = place.getparent().tag
        assert tag in {"bdi", "text", "desc"}
        assert tag == "bdi" or "\u200f" not in place


def test_an_endless_title_is_cut_in_text_and_attribute() -> None:
    page = _page(hostile())
    assert max(len(value) for value in page.xpath("//@title")) == 300
    assert max(len(_text(name)) for name in page.xpath("//summary")) == 120
    assert len(reports.render(hostile(), "html")) < len(reports.render(RUN, "html"))


def test_every_section_has_its_content() -> None:
    page = _page(RUN)
    section = {s.get("id"): _text(s) for s in page.xpath("//section")}
    assert list(section) == [
        "overview", "positions", "remedy", "overspend", "renewals", "findings", "data", "method", "inputs",
    ]  # fmt: skip
    assert "284,663.10" in section["overview"]
    assert "56,457 .45 EUR" in section["overview"]
    assert "SQL Server enterprise 2022: shortfall 40 → 56" in section["overview"]
    assert "28 of 2" in section["remedy"]
    assert "2,140 of 1 no price" in section["remedy"]
    assert "61 seats of CRM Cloud" in section["overspend"]
    assert "61 fewer" in section["renewals"]
    assert "Waived by license office until 2026-12-31" in section["findings"]
    assert "line 77 device_id is blank" in section["data"]
    assert "email 211" in section["data"]
    assert "Lagerplan Client" in section["data"]
    assert "not legal advice" in section["method"]
    assert "USD 0.92 (2026-06-30)" in section["method"]
    assert "5c1a" * 16 in section["inputs"]


def test_a_drill_down_shows_the_chain_from_rows_to_shortfall() -> None:
    page = _page(RUN)
    (body,) = page.xpath(f"//tbody[@id='p-{SQL_ENTERPRISE.id}']")
    said = _text(body.xpath(".//tr[@class='drill']")[0])
    assert "Rows of evidence 244" in said
    assert "same-installation −37" in said
    assert "counted as an installation counted 14" in said
    assert "covered by own license −80" in said
    assert "Exposure in EUR 384,944.00" in said
    assert "inventory/software-hq.csv: 46 rows" in said
    assert "ENT-2021-004, ENT-2023-117" in said
    assert "needs a core license" in said
    assert "device vm-sql-07 20 nothing: short" in said
    assert said.endswith("trueup explain position sql-server-enterprise-2022-core")


def test_the_buckets_shown_add_up_to_the_rows() -> None:
    for row in view.rows(RUN):
        assert row.drill is not None
        assert sum(count for _, _, count in row.drill.chain) == row.drill.raw


def test_a_command_for_an_id_with_blanks_can_be_pasted() -> None:
    assert view.explain("position", "a b'c") == "trueup explain position 'a b'\"'\"'c'"


def test_positions_begin_with_the_largest_exposure() -> None:
    assert [row.position.product_name for row in view.rows(RUN)] == [
        "SQL Server", "Sketch & Cut <Pro>", "Java SE", "Office Professional Plus", "CRM Cloud", "Windows Server",
        "Visio",
    ]  # fmt: skip


@pytest.mark.parametrize(("count", "drilled"), [(500, 500), (501, 334), (3000, 600), (10_000, 250)])
def test_drill_downs_are_fewer_the_more_positions_there_are(count: int, drilled: int) -> None:
    rows = view.rows(replace(large(count), lines=()))
    assert sum(1 for row in rows if row.drill) == drilled
    without = [row for row in rows if row.drill is None]
    assert count <= view.DRILL_ALL or any(row.state == "met" for row in without)


@pytest.mark.parametrize("count", [500, 3000, 10_000])
def test_the_page_stays_under_five_megabytes(count: int) -> None:
    data = reports.render(large(count), "html")
    assert len(data) < 5_000_000
    assert data.count(b'<tr><th scope="row">') >= count
    assert (b"trueup explain position ID" in data) == (count > view.DRILL_ALL)


def test_three_sentences_say_the_run() -> None:
    first, second, third = overview.sentences(RUN)
    assert first == "On 30 June 2026, 3 of 7 positions are short of licenses."
    assert second == (
        "Ending every shortfall costs at least EUR 284,663.10; at the price of what is installed the shortfall stands "
        "at EUR 385,743.00, and 2,140 more units have no known price."
    )
    assert third == "Overspend comes to EUR 286,932.00; these numbers cover 97.3% of evidence rows and 98.6% of spend."


def test_an_empty_run_says_so_and_claims_no_coverage() -> None:
    first, second, third = overview.sentences(empty())
    assert "nothing to compare" in first
    assert second == "Nothing has to be bought."
    assert "was not measured" in third
    known = next(figure for figure in overview.figures(empty()) if figure.id == "not-known")
    assert known.value == "not measured"


def test_a_run_without_shortfall_does_not_speak_of_cost() -> None:
    run = replace(RUN, positions=(OFFICE,), remedy=())
    assert overview.sentences(run)[:2] == ("On 30 June 2026 none of 1 position is short.", "Nothing has to be bought.")


def test_charts_have_a_text_alternative_and_no_color_alone() -> None:
    page = _page(RUN)
    drawings = page.xpath("//svg")
    assert len(drawings) == 6
    for drawing in drawings:
        assert drawing.xpath("./title/text()")
        assert drawing.xpath("./desc/text()")
    words = page.xpath("string(//svg[1]/desc)")
    assert "SQL Server: exposure 384.9 k, surplus 0" in words
    assert "Office Professional Plus: exposure 0, surplus 155.2 k" in words
    assert page.xpath("//svg//rect[@class='surplus']/@fill")[0].startswith("url(#hatch-")


def test_bars_are_in_proportion() -> None:
    twice = replace(OFFICE, id="twice", product="b", product_name="b", surplus=OFFICE.surplus * 2)
    found = charts.amounts((OFFICE, twice))
    for chart in charts.bars(found):
        lengths = sorted(bar.width for bar in chart.bars if bar.kind == "surplus")
        assert lengths[1] == pytest.approx(2 * lengths[0], abs=0.2)
        assert all(bar.x + bar.width < chart.width for bar in chart.bars)


def test_a_product_without_a_price_is_not_drawn_as_nothing_owed() -> None:
    assert charts.amounts((JAVA,)) == ()
    assert "no price" in _text(_page(replace(RUN, positions=(JAVA,))).xpath("//table[@id='position-table']")[0])


def test_the_timeline_marks_notice_end_and_what_lies_beyond() -> None:
    wide = charts.timelines(sorted(RENEWALS, key=lambda r: r.ends_on or date.max), AS_OF)[0]
    by_name = {track.label.text.split()[0]: track for track in wide.tracks}
    assert "OLD-9" not in by_name
    crm, late, long = by_name["C-2024-018"], by_name["M-112"], by_name["LONG-1"]
    assert crm.notice is not None
    assert wide.start < crm.notice < crm.end < wide.width
    assert late.passed
    assert late.notice == wide.start
    assert long.beyond
    assert long.end == max(track.end for track in wide.tracks)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("1234567.5"), "1,234,567.50"),
        (Decimal("0.0042"), "0.0042"),
        (Decimal("0"), "0.00"),
        (Decimal("1E+3"), "1,000.00"),
        (Decimal("2.675"), "2.68"),
        (None, "–"),
    ],
)
def test_money(value: Decimal | None, shown: str) -> None:
    assert figures.money(value) == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        ("0.9731", "97.3%"),
        ("1", "100%"),
        ("0", "0%"),
        ("0.99999", "over 99.9%"),
        ("0.00001", "under 0.1%"),
        ("0.5", "50%"),
    ],
)
def test_shares_never_round_to_all_or_nothing(share: str, shown: str) -> None:
    assert figures.percent(Decimal(share)) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(Interval(1200, 1200), "1,200"), (Interval(4, 20), "4 to 20"), (Interval(16, None), "16 or more")],
)
def test_demand_is_a_number_or_a_range(value: Interval, shown: str) -> None:
    assert figures.span(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [("950", "950"), ("9999", "9,999"), ("12400", "12.4 k"), ("3100000", "3.10 M"), ("2E9", "2.00 bn")],
)
def test_brief_amounts(value: str, shown: str) -> None:
    assert figures.brief(Decimal(value)) == shown
