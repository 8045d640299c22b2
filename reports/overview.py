"""The first page: what the run says in three sentences, and its key figures."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from reports.figures import cents, long_day, number, percent, plural
from sam.model import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One key figure: label, value with its unit, one line that says what it means."""

    id: str
    label: str
    value: str
    unit: str = ""
    note: str = ""


def share(run: Run, name: str) -> Decimal | None:
    """Return one of the coverage shares, None where the run did not measure it."""
    try:
        return Decimal(run.summary.coverage[name])
    except (KeyError, InvalidOperation):
        return None


def saving(run: Run) -> Decimal:
    """Return what the least-cost assignment saves against the priority order, in the workspace currency."""
    return run.summary.priority_order_cost - run.summary.true_up_cost


def sentences(run: Run) -> tuple[str, ...]:
    """Say the run in three sentences: what is short, what that costs, what is overpaid and how much is known."""
    return (_short(run), _cost(run), _paid(run))


def figures(run: Run) -> tuple[Figure, ...]:
    """Return the key figures in reading order."""
    total, unit = run.summary, run.currency
    return (
        Figure(
            id="true-up", label="True-up cost", value=cents(total.true_up_cost), unit=unit,
            note=_unpriced("least cost of ending every shortfall", total.true_up_unpriced_units),
        ),
        Figure(
            id="exposure", label="Exposure", value=cents(total.exposure), unit=unit,
            note=_unpriced("shortfall at the price of what is installed", total.exposure_unpriced_units),
        ),
        Figure(
            id="overspend", label="Overspend", value=cents(total.overspend), unit=unit,
            note="paid for what is not used or not needed",
        ),
        Figure(
            id="saving", label="Saving", value=cents(saving(run)), unit=unit,
            note=f"against the usual priority order, which would cost {cents(total.priority_order_cost)}",
        ),
        Figure(id="not-known", label="Not known", value=_missing(share(run, "rows")), note=_missing_note(run)),
    )  # fmt: skip


def _short(run: Run) -> str:
    short = sum(1 for p in run.positions if p.shortfall)
    day = long_day(run.as_of)
    if not run.positions:
        return f"On {day} there is nothing to compare: no licensable product was recognised, owned or measured."
    total = plural(len(run.positions), "position")
    if not short:
        return f"On {day} none of {total} is short."
    return f"On {day}, {number(short)} of {total} {'is' if short == 1 else 'are'} short of licenses."


def _cost(run: Run) -> str:
    total = run.summary
    if not any(p.shortfall for p in run.positions):
        return "Nothing has to be bought."
    text = (
        f"Ending every shortfall costs at least {run.currency} {cents(total.true_up_cost)}; "
        f"at the price of what is installed the shortfall stands at {run.currency} {cents(total.exposure)}"
    )
    units = max(total.true_up_unpriced_units, total.exposure_unpriced_units)
    return text + (f", and {plural(units, 'more unit')} have no known price." if units else ".")


def _paid(run: Run) -> str:
    amount = run.summary.overspend
    paid = f"Overspend comes to {run.currency} {cents(amount)}" if amount else "No overspend was found"
    rows, spend = share(run, "rows"), share(run, "spend")
    known = [f"{percent(rows)} of evidence rows"] if rows is not None else []
    known += [f"{percent(spend)} of spend"] if spend is not None else []
    if not known:
        return f"{paid}; how much of the estate these numbers cover was not measured."
    return f"{paid}; these numbers cover {' and '.join(known)}."


def _unpriced(note: str, units: int) -> str:
    return f"{note}, and {plural(units, 'unit')} without a known price" if units else note


def _missing(known: Decimal | None) -> str:
    return "not measured" if known is None else percent(1 - known)


def _missing_note(run: Run) -> str:
    titles, spend = share(run, "titles"), share(run, "spend")
    others = [f"{percent(1 - titles)} of titles"] if titles is not None else []
    others += [f"{percent(1 - spend)} of spend"] if spend is not None else []
    return "of evidence rows" + (f"; {', '.join(others)}" if others else "")
