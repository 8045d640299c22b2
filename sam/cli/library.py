"""`catalog` and `terms`: the products and license rules known, and the titles that are not."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sam.cli.options import AsCsv, AsJson, day, workspace
from sam.cli.records import show_rows
from sam.cli.screen import note, plural, say, table
from sam.errors import UsageError

if TYPE_CHECKING:
    from sam.model import Recognition

catalog = typer.Typer(help="Look products up, and see which titles are not recognised.", no_args_is_help=True)
terms = typer.Typer(help="See how products are counted, and where that is written.", no_args_is_help=True)

SHOWN: Final = 50


def own_folders(context: typer.Context, name: str) -> list[Path]:
    """Return the workspace's own folder of that name: what it says wins over what comes with Trueup."""
    return [workspace(context).root / name]


@catalog.command()
def search(
    context: typer.Context, text: Annotated[str, typer.Argument(help="Part of a product's name, or a raw title.")]
) -> None:
    """Find products by name, and tell what a raw title is recognised as."""
    from sam.catalog.load import load_catalog
    from sam.catalog.recognize import recognize
    from sam.model import Title
    from sam.model.words import fold_name

    loaded = load_catalog(own_folders(context, "catalog"))
    words = fold_name(text).split()
    found = [
        product
        for _, product in sorted(loaded.catalog.products.items())
        if all(word in fold_name(f"{product.id} {product.publisher_name} {product.name}") for word in words)
    ]
    rows = [
        (p.id, p.name, p.publisher_name, p.license_class, ", ".join(e.id for e in p.editions)) for p in found[:SHOWN]
    ]
    if rows:
        table(("product", "name", "publisher", "class", "editions"), rows)
        say()
    (recognition,) = recognize(loaded, [Title(name=text)])
    say(f"As a raw title: {_recognised(recognition)}")
    note(plural(len(found), "product") + (f"; the first {SHOWN} shown" if len(found) > SHOWN else ""))


def _recognised(found: "Recognition") -> str:
    """Tell what a title turned out to be, and which rule decided."""
    if found.state == "unknown":
        return "not recognised"
    parts = (str(found.state), found.product, found.edition, found.version)
    rule = f" (rule {found.rule})" if found.rule else ""
    return " ".join(part for part in parts if part) + rule


@catalog.command()
def unrecognized(context: typer.Context, as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """List the titles that no rule recognises, those on most devices first."""
    from sam import engine

    settings = workspace(context)
    titles = engine.unrecognized(settings, as_of=day(None, settings))
    ranked = sorted(titles, key=lambda t: (-t.devices, -t.rows, t.name, t.publisher))
    rows = [{"name": t.name, "publisher": t.publisher, "devices": t.devices, "rows": t.rows} for t in ranked]
    show_rows(rows, as_json=as_json, as_csv=as_csv)
    note(plural(len(rows), "title") + " not recognised")


@terms.command("list")
def list_terms(context: typer.Context) -> None:
    """List the license terms: product, metric, the days they are in force."""
    from sam.entitlements.termlib import load_terms

    library = load_terms(own_folders(context, "terms"))
    rows = [
        (
            t.id,
            f"{t.publisher}/*" if t.product == "*" and t.publisher else t.product,
            t.metric,
            ", ".join(t.editions),
            _day(t.effective_from),
            _day(t.effective_to),
        )
        for t in sorted(library.terms, key=lambda t: t.id)
    ]
    table(("term", "product", "metric", "editions", "from", "to"), rows)
    note(plural(len(rows), "term"))


def _day(day: object) -> str:
    return "" if day is None else str(day)


@terms.command("show")
def show_term(
    context: typer.Context, ident: Annotated[str, typer.Argument(metavar="ID", help="The term's id.")]
) -> None:
    """Tell one term in words, with its source."""
    from sam.entitlements.termlib import describe, load_terms

    library = load_terms(own_folders(context, "terms"))
    found = next((term for term in library.terms if term.id == ident), None)
    if found is None:
        raise UsageError(f"no term {ident!r}", hint="`trueup terms list` lists them")
    say(describe(found))
