"""The run as one HTML file for managers and auditors: no request to anywhere, readable without JavaScript.

Everything from the data goes through jinja2's escaping. The style sheet and the script are inlined and named by their
hashes in the content security policy, so nothing else in the page can run, whatever a title contains.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from reports import charts, figures, overview, view, words
from reports.order import ordered
from sam.model import Position, Run

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

NAME: Final = 120
"""Characters shown of a name from the data; the title attribute holds more."""
MESSAGE: Final = 600
"""Characters shown of a message."""
TITLE: Final = 300
"""Characters in a title attribute."""


def render(run: Run) -> bytes:
    """Return the page as UTF-8."""
    run = ordered(run)
    rows = view.rows(run)
    style, script = _asset("report.css"), _asset("report.js")
    page = _environment().get_template("report.html.j2")
    text = page.render(
        run=run,
        style=style,
        script=script,
        policy=policy(style, script),
        words=words,
        by_id={row.position.id: row.position for row in rows},
        rows=rows,
        remedy=view.remedy(run),
        overspend=view.overspend(run),
        finding_lists=view.findings(run),
        waived=view.waived(run),
        limits=view.LIMITS,
        **_first_page(run),
    )
    return text.encode("utf-8", errors="replace")


def policy(style: str, script: str) -> str:
    """Return the content security policy: this style sheet and this script by hash, and nothing else."""
    return (
        f"default-src 'none'; style-src {_source(style)}; script-src {_source(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _first_page(run: Run) -> dict[str, Any]:
    found = charts.amounts(run.positions)
    return {
        "sentences": overview.sentences(run),
        "figures": overview.figures(run),
        "saving": overview.saving(run),
        "first_orders": sum((line.first_order for line in run.remedy if line.first_order is not None), Decimal(0)),
        "bars": charts.bars(found) if found else (),
        "bars_text": charts.describe(found, run.currency),
        "bars_left": max(0, len(found) - charts.BARS),
        "timelines": charts.timelines(run.renewals, run.as_of),
        "timeline_text": charts.describe_timeline(run.renewals, run.as_of),
    }


def _asset(name: str) -> str:
    return files("reports").joinpath("templates", name).read_text(encoding="utf-8")


def _source(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_finalize,
    )
    environment.filters.update(_FILTERS)
    return environment


def _finalize(value: object) -> object:
    # plain text only: markup has been through here already
    return figures.clean(value) if type(value) is str else value


def name(text: str, limit: int = NAME) -> "Markup":
    """Show text from the data: escaped, held in its own reading direction, cut, the rest in the title attribute."""
    from markupsafe import Markup

    text = figures.clean(text)
    if len(text) <= limit:
        # ASCII has no direction of its own to hold
        return Markup("{}").format(text) if text.isascii() else Markup("<bdi>{}</bdi>").format(text)
    return Markup('<bdi title="{}">{}</bdi>').format(
        figures.clip(figures.undirected(text), TITLE), figures.clip(text, limit)
    )


def message(text: str) -> "Markup":
    """Show a sentence that may quote the data."""
    return name(text, MESSAGE)


def position_name(position: Position) -> "Markup":
    """Name a position in a sentence: product, edition, version, metric."""
    parts = (position.product_name or position.product, position.edition, position.version)
    return name(" ".join(part for part in parts if part) + f", {words.spaced(position.metric)}")


def numbers(values: Mapping[str, int | str]) -> tuple[tuple[str, str], ...]:
    """Return the numbers of a finding for show: label, figure."""
    return tuple((words.spaced(key), _figure(values[key])) for key in sorted(values))


def _figure(value: int | str) -> str:
    if isinstance(value, int):
        return figures.number(value)
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return value
    return figures.money(amount) if amount.is_finite() else value


_FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "anchor": view.anchor,
    "brief": figures.brief,
    "cents": figures.cents,
    "explain": view.explain,
    "long_day": figures.long_day,
    "message": message,
    "money": figures.money,
    "name": name,
    "number": figures.number,
    "numbers": numbers,
    "plural": figures.plural,
    "position_name": position_name,
    "share": figures.percent,
    "spaced": words.spaced,
    "span": figures.span,
    "undirected": figures.undirected,
}
