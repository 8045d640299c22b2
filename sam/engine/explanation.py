"""Explain one number of a run, down to the lines of the files it rests on."""

import difflib
from collections.abc import Callable, Collection, Iterator
from datetime import date
from typing import Final

from sam.engine.explain_desk import Desk
from sam.engine.explain_device import explain_device
from sam.engine.explain_finding import explain_finding, find
from sam.engine.explain_position import explain_positions
from sam.engine.run import solve
from sam.engine.workspace import Workspace
from sam.errors import UsageError
from sam.model import Position

_NEAR = 5


def explain(
    workspace: Workspace, kind: str, ident: str, *, as_of: date | None = None, names: bool = False
) -> list[str]:
    """Explain a device, product, position or finding.

    Args:
        workspace: Folder and settings.
        kind: `device`, `product`, `position` or `finding`.
        ident: Its id; for a product also its name.
        as_of: The day; else the workspace's own.
        names: Show people by their ids and not by pseudonyms.

    Returns:
        Lines of plain text. Places are `file:line` below the workspace (row of the sheet for a workbook), or
        `file#record` where the bytes that were read are gone.

    Raises:
        UsageError: Nothing of that kind goes by that id; the hint names what comes near.
        ConfigError: Settings, policy, catalog or terms cannot be used.
    """
    telling = _KINDS.get(kind)
    if telling is None:
        raise UsageError(f"'{kind}' cannot be explained", hint=f"one of: {', '.join(_KINDS)}")
    with solve(workspace, as_of=as_of) as solved:
        desk = Desk(solved, names)
        return desk.finish(telling(desk, ident.strip()))


def unknown(kind: str, ident: str, known: Collection[str]) -> UsageError:
    """Return the error of an id that nothing goes by, with what comes near."""
    folded = {name.casefold(): name for name in sorted(known, reverse=True)}
    near = difflib.get_close_matches(ident.casefold(), sorted(folded), n=_NEAR, cutoff=0.5)
    hint = f"did you mean {', '.join(folded[each] for each in near)}?" if near else ""
    return UsageError(f"no {kind} '{ident}' on this day", hint=hint or "reports and `trueup list` show what there is")


def _device(desk: Desk, ident: str) -> Iterator[str]:
    merged = desk.solved.merged
    numbers = desk.device_numbers
    told = [ident, merged.aliases.get(ident, ""), *(to for (_, own), to in merged.mapping.items() if own == ident)]
    found = next((numbers[name] for name in told if name in numbers), None)
    if found is None:
        same = [d.device_id for d in desk.devices if d.hostname.casefold() == ident.casefold()]
        raise unknown("device", ident, same or numbers)
    return explain_device(desk, found)


def _position(desk: Desk, ident: str) -> Iterator[str]:
    found = desk.positions.get(ident)
    if found is not None:
        return explain_positions(desk, [found])
    totals = {t.id: t for t in desk.solved.licensed.totals}
    total = totals.get(ident)
    if total is None:
        raise unknown("position", ident, {**desk.positions, **totals})
    key = (total.product, total.edition, total.metric)
    parts = [p for p in desk.solved.licensed.positions if (p.product, p.edition, p.metric) == key]
    return _total(desk, total, parts)


def _total(desk: Desk, total: Position, parts: list[Position]) -> Iterator[str]:
    yield f"Total {total.id} over versions and scopes: {', '.join(p.id for p in parts)}"
    yield f"Demand: {total.solved}, entitled: {total.entitled}, covered: {total.covered}, shortfall: {total.shortfall}"
    yield ""
    yield from explain_positions(desk, parts)


def _product(desk: Desk, ident: str) -> Iterator[str]:
    positions = desk.solved.licensed.positions
    resolved = desk.solved.loaded.resolve(ident)
    wanted = {ident.casefold(), resolved.casefold()}
    found = [p for p in positions if {p.product.casefold(), p.product_name.casefold()} & wanted]
    if not found:
        raise unknown("product", ident, {each for p in positions for each in (p.product, p.product_name)})
    return explain_positions(desk, found)


def _finding(desk: Desk, ident: str) -> Iterator[str]:
    findings = {f.id: f for f in find(desk)}
    if ident not in findings:
        raise unknown("finding", ident, findings)
    return explain_finding(desk, findings[ident])


_KINDS: Final[dict[str, Callable[[Desk, str], Iterator[str]]]] = {
    "device": _device, "product": _product, "position": _position, "finding": _finding,
}  # fmt: skip
