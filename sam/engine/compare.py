"""What changed between a run and the one before it: inputs and positions."""

from sam.model import Position, Run
from sam.register import StoredRun

SHOWN = 20


def changes_between(previous: StoredRun, run: Run) -> tuple[str, ...]:
    """Return the changes as lines, inputs first; empty when nothing changed."""
    changes = _inputs(previous, run)
    before = {p.id: p for p in previous.positions}
    after = {p.id: p for p in run.positions}
    moved = [_moved(before.get(i), after.get(i)) for i in sorted(set(before) | set(after))]
    lines = [m for m in moved if m]
    if len(lines) > SHOWN:
        lines = [*lines[:SHOWN], f"and {len(lines) - SHOWN} more positions"]
    if previous.as_of != run.as_of:
        changes.insert(0, f"as of {previous.as_of} → {run.as_of}")
    return (*changes, *lines)


def _inputs(previous: StoredRun, run: Run) -> list[str]:
    lines = []
    for name in sorted(set(previous.inputs) | set(run.inputs)):
        old, new = previous.inputs.get(name), run.inputs.get(name)
        if old != new:
            lines.append(f"{name}: {'new' if old is None else 'gone' if new is None else 'changed'}")
    if len(lines) > SHOWN:
        lines = [*lines[:SHOWN], f"and {len(lines) - SHOWN} more inputs"]
    return lines


def _moved(old: Position | None, new: Position | None) -> str:
    shown = new or old
    if shown is None:
        return ""
    name = " ".join(p for p in (shown.product_name, shown.edition, shown.version, f"({shown.metric})") if p)
    if old is None or new is None:
        return f"{name}: {'new position' if old is None else 'position gone'}"
    parts = [
        f"{word} {a} → {b}"
        for word, a, b in (
            ("entitled", old.entitled, new.entitled),
            ("demand", old.solved, new.solved),
            ("shortfall", old.shortfall, new.shortfall),
            ("surplus", old.surplus, new.surplus),
        )
        if a != b
    ]
    return f"{name}: {', '.join(parts)}" if parts else ""
