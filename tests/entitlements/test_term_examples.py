"""Every worked example of the packaged terms, through the function that `check` calls."""

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest

from sam.engine import check, load_workspace
from sam.entitlements.termlib import TermExample, load_terms
from sam.model import Interval, Position, Run

EXAMPLES = load_terms().examples


def write_tables(folder: Path, example: TermExample) -> None:
    """Write an example's tables as CSV, as a user would."""
    for name, rows in example.tables.items():
        columns = sorted({column for row in rows for column in row})
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)


@dataclass(frozen=True)
class Line:
    """A position or total, by the words an example uses."""

    position: Position

    def fits(self, expected: dict[str, object]) -> bool:
        """True when the line is the one an example speaks of."""
        keys = ("product", "edition", "version", "metric", "scope")
        return all(getattr(self.position, k) == expected[k] for k in keys if k in expected)


def find(run: Run, expected: dict[str, object]) -> Position:
    """Return the one position, else the one total, that an example speaks of."""
    for lines in (run.positions, run.totals):
        found = [p for p in lines if Line(p).fits(expected) and (p.solved or p.entitled or p.expired)]
        if len(found) == 1:
            return found[0]
    shown = [(p.product, p.edition, p.version, p.metric, p.solved, p.entitled) for p in run.positions]
    raise AssertionError(f"no single line for {expected} in {shown}")


@pytest.mark.parametrize("example", EXAMPLES, ids=[e.id for e in EXAMPLES])
def test_worked_example_gives_its_published_or_hand_calculated_answer(example: TermExample, tmp_path: Path) -> None:
    write_tables(tmp_path, example)

    run = check(load_workspace(tmp_path), as_of=example.as_of, write=False)

    for wanted in example.expect:
        position = find(run, dict(wanted))
        for name, number in wanted.items():
            if name in ("product", "edition", "version", "metric", "scope"):
                continue
            given = position.demand if name == "demand" and isinstance(number, Interval) else getattr(position, name)
            assert given == number, f"{name} of {position.product} {position.edition}: {example.where}"
