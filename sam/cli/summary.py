"""What `check` says at its end: the numbers, where they come from, and what to type next."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Final

from sam.cli.options import command, short
from sam.cli.screen import heading, money, percent, plural, say
from sam.model import Finding, Position, Run

COSTLIEST: Final = 3
CHANGES_SHOWN: Final = 10
REJECTS_TOLD: Final = "rows-rejected"
"""The problem that counts the rejected rows of one file."""
AMOUNT_KEYS: Final = ("saving", "amount", "cost", "value")
"""Where an overspend finding keeps its money, first found."""


def show(run: Run, folder: Path, written: Sequence[Path] = ()) -> None:
    """Write the summary of a run."""
    if is_empty(run):
        for line in what_to_add(folder):
            say(line)
        _section("Problems in the data", _problems(run))
        return
    heading(f"{run.workspace or folder.name}, as of {run.as_of.isoformat()}")
    for line in _numbers(run):
        say(line)
    _section("Costliest positions", _costliest(run, folder))
    _section("Largest savings", _savings(run, folder))
    _section("Renewals", _renewals(run, folder))
    _section("Not known", _unknown(run, folder))
    _section("Problems in the data", _problems(run))
    _section("Since the previous run", changes(run))
    _section("Reports", (short(path) for path in written))


def is_empty(run: Run) -> bool:
    """True when not one record was read."""
    return not any(source.rows for source in run.sources)


def what_to_add(folder: Path) -> Iterator[str]:
    """Tell how an empty workspace becomes useful."""
    yield f"There is nothing to check in {folder} yet. Add, as CSV or XLSX:"
    yield "  inventory/devices.csv          what machines there are"
    yield "  inventory/software.csv         what is installed on them (or put tags and agents' files beside it)"
    yield "  entitlements/entitlements.csv  what was bought"
    yield "  contracts/prices.csv           what it costs (optional)"
    yield "Tables with the right headers:"
    yield f"  trueup init {command(folder).removeprefix('trueup').removeprefix(' -w').strip() or '.'}"
    yield "Something to look at first:"
    yield "  trueup demo"


def _section(title: str, lines: Iterator[str]) -> None:
    shown = list(lines)
    if shown:
        say()
        heading(title)
    for line in shown:
        say(f"  {line}")


def _numbers(run: Run) -> Iterator[str]:
    s = run.summary
    yield (
        f"{plural(s.devices, 'device')}, {plural(s.people, 'person', 'people')}, {plural(s.products, 'product')};"
        f" {plural(s.installations, 'installation')} to license;"
        f" {plural(s.entitlements, 'purchase line')}, {plural(s.contracts, 'contract')}"
    )
    yield f"True-up cost  {_amount(s.true_up_cost, s.true_up_unpriced_units, run.currency)}"
    if s.status != "optimal":
        yield "              not proven to be the least: see the status of the positions"
    if s.priority_order_cost > s.true_up_cost and s.priority_order_unpriced_units >= s.true_up_unpriced_units:
        less = money(s.priority_order_cost - s.true_up_cost, run.currency)
        yield f"              {less} less than licenses assigned in the usual priority order"
    yield f"Exposure      {_amount(s.exposure, s.exposure_unpriced_units, run.currency)}"
    yield f"Overspend     {money(s.overspend, run.currency)}"
    counts = ((s.findings.get("error", 0), "error"), (s.findings.get("warning", 0), "warning"))
    yield f"Findings      {', '.join(plural(n, word) for n, word in counts)}, {s.findings.get('info', 0):,} info"


def _amount(amount: Decimal, unpriced: int, currency: str) -> str:
    units = f" and {plural(unpriced, 'unit')} without a known price" if unpriced else ""
    return money(amount, currency) + units


def _costliest(run: Run, folder: Path) -> Iterator[str]:
    short = [p for p in run.positions if p.shortfall > 0]
    for position in sorted(short, key=_cost_order)[:COSTLIEST]:
        yield f"{label(position)}: short of {position.shortfall:,}, {money(position.exposure, run.currency)}"
        yield f"  {command(folder, 'explain', 'position', position.id)}"


def _cost_order(position: Position) -> tuple[Decimal, int, str]:
    """Dearest first; what has no price after what has one, the largest shortfall first."""
    return (-(position.exposure or Decimal(0)), -position.shortfall, position.id)


def label(position: Position) -> str:
    """Name a position as a person would: product, edition, version and metric."""
    parts = (position.product_name or position.product, position.edition, position.version)
    return f"{' '.join(part for part in parts if part)} ({position.metric})"


def _savings(run: Run, folder: Path) -> Iterator[str]:
    found = [(saving(f), f) for f in run.findings if f.family == "overspend" and f.waived_by is None]
    priced = [(amount, f) for amount, f in found if amount]
    for amount, finding in sorted(priced, key=lambda each: (-each[0], each[1].id))[:COSTLIEST]:
        shown = money(amount, run.currency)
        yield finding.message if shown in finding.message else f"{shown}: {finding.message}"
        yield f"  {command(folder, 'explain', 'finding', finding.id)}"


def _renewals(run: Run, folder: Path) -> Iterator[str]:
    """Tell what has a date by which somebody must act, the gravest first."""
    found = [f for f in run.findings if f.family == "renewal" and f.waived_by is None]
    for finding in sorted(found, key=lambda f: (f.severity.rank, f.rule, f.id))[:COSTLIEST]:
        yield finding.message
        yield f"  {command(folder, 'explain', 'finding', finding.id)}"


def saving(finding: Finding) -> Decimal:
    """Return the money an overspend finding speaks of; 0 where it names none."""
    named = next((finding.numbers[key] for key in AMOUNT_KEYS if key in finding.numbers), 0)
    return Decimal(named)


def _unknown(run: Run, folder: Path) -> Iterator[str]:
    unknown = {key: 1 - Decimal(known) for key, known in run.summary.coverage.items() if Decimal(known) < 1}
    titles = [f"{percent(unknown[key])} of {what}" for key, what in _TITLES.items() if key in unknown]
    if titles:
        yield f"{' and '.join(titles)}: nobody knows yet what product that is"
        yield f"  {command(folder, 'catalog', 'unrecognized')}"
    if "spend" in unknown:
        yield f"{percent(unknown['spend'])} of the spend: on products that could not be matched"
        yield f"  {command(folder, 'list', 'entitlements')}"


_TITLES: Final = {"rows": "the software rows", "titles": "the distinct titles"}


def _problems(run: Run) -> Iterator[str]:
    rejected = sum(source.rejected_count for source in run.sources)
    if rejected:
        yield f"{plural(rejected, 'record')} rejected; the report lists each with its line and reason"
    places = (f"{source.file}:{reject.line}: {reject.reason}" for source in run.sources for reject in source.rejected)
    yield from (f"  {place}" for place in islice(places, COSTLIEST))
    # the first rejects stand there already, each with its own place
    others = [problem for problem in run.problems if problem.code != REJECTS_TOLD]
    for problem in sorted(others, key=lambda p: (p.severity.rank, p.where, p.code))[:COSTLIEST]:
        yield str(problem)
    more = len(others) - COSTLIEST
    if more > 0:
        yield f"and {plural(more, 'more problem')} in the report"


def changes(run: Run) -> Iterator[str]:
    """Tell what differs from the previous run, and what does not."""
    if not run.previous:
        return
    same = sum(source.unchanged for source in run.sources)
    yield f"{same:,} of {plural(len(run.sources), 'file')} unchanged"
    if not run.changes:
        yield "no position, purchase or finding changed"
    yield from run.changes[:CHANGES_SHOWN]
    if len(run.changes) > CHANGES_SHOWN:
        yield f"and {len(run.changes) - CHANGES_SHOWN:,} more in the report"
