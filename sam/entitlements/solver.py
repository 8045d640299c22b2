"""Solve a program's goals in sequence with HiGHS, and say what is proven.

The relaxation comes first: where its vertex is whole, it is the proof, and every column with a reduced cost and every
row with a price is held where it is for the next goal (all optimal whole solutions lie on that face). Else packs,
minimum orders and hosts become whole, and only if the rest stays fractional every column does. A solution is rounded
and checked in whole numbers against every row; a goal counts as proven only if the rounded bound equals its value.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

import highspy
import numpy as np

from sam.entitlements.program import Coefficients, Program, whole_coefficients

_WHOLE = 1e-6
_NEARLY = 1e-5
_PRICE = 1e-7
SMALL = 5_000
"""Columns up to which branching goes without presolve: on some small programs HiGHS 1.15 never leaves it."""
NODE_LIMIT = 50_000
"""Branch-and-bound nodes a goal and component may take; a limit in nodes gives the same answer on every machine."""


@dataclass(frozen=True, slots=True)
class GoalResult:
    """One goal: its value, the bound that proves it, and the nodes it took (0: the relaxation was whole)."""

    name: str
    value: Fraction
    bound: Fraction
    nodes: int = 0

    @property
    def proven(self) -> bool:
        """True when bound and value agree."""
        return self.value == self.bound


@dataclass(frozen=True, slots=True)
class Solution:
    """Whole values by column, and the goals as reached."""

    values: tuple[int, ...]
    goals: tuple[GoalResult, ...]

    @property
    def proven(self) -> bool:
        """True when the goals that are money or units are proven (tie-breaks need no proof)."""
        return all(g.proven for g in self.goals if g.name != "order")


class SolverError(RuntimeError):
    """The solver returned no solution to a program that has one: a bug."""


def solve(program: Program, *, goals: Collection[str] = (), node_limit: int = NODE_LIMIT) -> Solution:
    """Solve the goals of a program in sequence.

    Args:
        program: Columns, rows and goals.
        goals: Only these goals, where not all are wanted.
        node_limit: Branch-and-bound nodes a goal may take.

    Raises:
        SolverError: No whole solution was found, or one that breaks a row.
    """
    if not program.keys:
        return Solution((), ())
    wanted = [(name, c) for name, c in program.goals if not goals or name in goals]
    return _Sequence(program, node_limit).run(wanted)


class _Sequence:
    def __init__(self, program: Program, node_limit: int) -> None:
        self.program = program
        self.count = len(program.keys)
        self.highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # the package has no types here
        for name, value in (
            ("output_flag", False), ("threads", 1), ("random_seed", 0), ("solver", "simplex"), ("mip_rel_gap", 0.0),
            ("mip_abs_gap", 0.5), ("mip_max_nodes", node_limit), ("mip_feasibility_tolerance", 1e-7),
        ):  # fmt: skip
            self.highs.setOptionValue(name, value)
        self.highs.passModel(_model(program))
        self.whole: set[int] = set()
        self.values: list[int] = []
        self.reached: list[tuple[dict[int, int], int]] = []

    def run(self, goals: Sequence[tuple[str, Coefficients]]) -> Solution:
        results = []
        for name, coefficients in goals:
            results.append(self._goal(name, *whole_coefficients(coefficients)))
        if not goals:
            self._goal("none", {}, Fraction(1))
        return Solution(tuple(self.values), tuple(results))

    def _goal(self, name: str, coefficients: dict[int, int], factor: Fraction) -> GoalResult:
        costs = np.zeros(self.count)
        for column, cost in coefficients.items():
            costs[column] = cost
        self.highs.changeColsCost(self.count, np.arange(self.count, dtype=np.int32), costs)
        nodes = 0
        bound = self._relax() if not self.whole else None
        if bound is None:
            bound, nodes = self._branch()
            self._hold_value(coefficients)
        else:
            self._hold_face()
        value = sum(c * self.values[n] for n, c in coefficients.items())
        self.reached.append((coefficients, value))
        low = min(value, ceil(bound - 1e-5 - 1e-10 * abs(bound)))
        return GoalResult(name, value * factor, low * factor, nodes)

    def _relax(self) -> float | None:
        """Solve the relaxation; return its value when the vertex is whole, else None."""
        self.highs.run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise SolverError(f"relaxation ended as {self.highs.getModelStatus()}")
        found = np.asarray(self.highs.getSolution().col_value)
        rounded = np.rint(found)
        if np.abs(found - rounded).max() > _WHOLE:
            return None
        values = [int(v) for v in rounded]
        if not self._holds(values):
            return None
        self.values = values
        return float(self.highs.getInfo().objective_function_value)

    def _branch(self) -> tuple[float, int]:
        stages = [sorted(self.program.stiff), list(range(self.count))] if not self.whole else [sorted(self.whole)]
        if self.whole and len(self.whole) < self.count:
            stages.append(list(range(self.count)))
        for columns in stages:
            if not columns:
                continue
            kinds = np.array([highspy.HighsVarType.kInteger] * len(columns))
            self.highs.changeColsIntegrality(len(columns), np.array(columns, dtype=np.int32), kinds)
            self.whole |= set(columns)
            if self.count <= SMALL:
                self.highs.setOptionValue("presolve", "off")
            self.highs.run()
            info: Any = self.highs.getInfo()
            found = np.asarray(self.highs.getSolution().col_value)
            if len(found) != self.count:
                raise SolverError(f"no whole solution: {self.highs.getModelStatus()}")
            values = [int(v) for v in np.rint(found)]
            if np.abs(found - np.rint(found)).max() <= _NEARLY and self._holds(values):
                self.values = values
                return float(info.mip_dual_bound), int(info.mip_node_count)
        raise SolverError("the whole solution breaks a row")

    def _hold_face(self) -> None:
        """Hold what has a price: columns at their bound, rows as equalities."""
        solution = self.highs.getSolution()
        priced = np.flatnonzero(np.abs(np.asarray(solution.col_dual)) > _PRICE).astype(np.int32)
        if len(priced):
            at = np.array([float(self.values[n]) for n in priced])
            self.highs.changeColsBounds(len(priced), priced, at, at)
        duals = np.asarray(solution.row_dual)
        for row in np.flatnonzero(np.abs(duals) > _PRICE):
            if row < len(self.program.rows):
                activity = float(sum(a * self.values[c] for c, a in self.program.rows[row][2]))
                self.highs.changeRowBounds(int(row), activity, activity)

    def _hold_value(self, coefficients: dict[int, int]) -> None:
        """Forbid a worse value of a goal that branching reached."""
        if coefficients:
            value = float(sum(c * self.values[n] for n, c in coefficients.items()))
            columns = sorted(coefficients)
            self.highs.addRow(
                -highspy.kHighsInf, value, len(columns), np.array(columns, dtype=np.int32),
                np.array([float(coefficients[c]) for c in columns]),
            )  # fmt: skip

    def _holds(self, values: list[int]) -> bool:
        """Check a rounded solution in whole numbers: bounds, every row, every goal reached before."""
        for value, upper in zip(values, self.program.upper, strict=True):
            if value < 0 or (upper is not None and value > upper):
                return False
        for low, high, terms in self.program.rows:
            activity = sum(a * values[c] for c, a in terms)
            if (low is not None and activity < low) or (high is not None and activity > high):
                return False
        return all(sum(c * values[n] for n, c in goal.items()) <= value for goal, value in self.reached)


def _model(program: Program) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_col_ = len(program.keys)
    model.num_row_ = len(program.rows)
    infinite = highspy.kHighsInf
    model.col_cost_ = np.zeros(model.num_col_)
    model.col_lower_ = np.zeros(model.num_col_)
    model.col_upper_ = np.array([infinite if u is None else float(u) for u in program.upper])
    model.row_lower_ = np.array([-infinite if low is None else float(low) for low, _, _ in program.rows])
    model.row_upper_ = np.array([infinite if high is None else float(high) for _, high, _ in program.rows])
    starts, index, value = [0], [], []
    for _, _, terms in program.rows:
        for column, coefficient in terms:
            index.append(column)
            value.append(float(coefficient))
        starts.append(len(index))
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = np.array(starts, dtype=np.int32)
    matrix.index_ = np.array(index, dtype=np.int32)
    matrix.value_ = np.array(value)
    return model
