"""Scopes of entitlements: `country:DE;org:Corp/EMEA`, and who is inside one (docs/counting.md, "What covers what")."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sam.model import OrgUnit, Problem, Severity

KEYS = ("country", "org")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a unit may be used: every key given must hold; without keys, everywhere."""

    country: str = ""
    """Upper case, for example `DE`."""
    orgs: tuple[str, ...] = ()
    """Paths of org units from the root joined by `/`, or ids of single units; a subject must be below each."""

    @property
    def text(self) -> str:
        """The scope as positions show it, keys in a fixed order."""
        country = [f"country:{self.country}"] if self.country else []
        return ";".join([*country, *(f"org:{org}" for org in self.orgs)])


@dataclass(frozen=True, slots=True)
class OrgTree:
    """Every org unit with its path from the root, itself last."""

    paths: Mapping[str, tuple[str, ...]]
    problems: tuple[Problem, ...] = ()


def parse_scope(text: str, *, where: str = "") -> Scope | Problem:
    """Read a scope cell.

    Args:
        text: `key:value` pairs separated by `;`; keys are `country` and `org`.
        where: Place of the cell, for the problem.

    Returns:
        The scope, or a problem `bad-scope` when any part cannot be read: a scope is never widened by a typing error.
    """
    countries: set[str] = set()
    orgs: set[str] = set()
    for part in text.split(";"):
        if not part.strip():
            continue
        key, colon, value = (piece.strip() for piece in part.partition(":"))
        key = key.casefold()
        if key not in KEYS or not colon or not value:
            return _bad(text, f"'{part.strip()}' is not country:… or org:…", where)
        if key == "country":
            countries.add(value.upper())
        else:
            orgs.add("/".join(step.strip() for step in value.split("/") if step.strip()))
    if len(countries) > 1:
        return _bad(text, f"nobody is in {' and '.join(sorted(countries))} at once", where)
    return Scope("".join(countries), tuple(sorted(orgs - {""})))


def _bad(text: str, reason: str, where: str) -> Problem:
    return Problem(
        code="bad-scope",
        severity=Severity.ERROR,
        where=where or "scope",
        message=f"scope '{text}' cannot be read: {reason}; its units cover nobody",
        remedy="write country:DE, org:Corp/EMEA, or both separated by ;",
    )


def in_scope(scope: Scope, country: str, org_path: Sequence[str]) -> bool:
    """Return whether a subject is inside a scope.

    Args:
        scope: Result of `parse_scope`.
        country: The subject's country, "" when unknown: then it is outside a scope that names one.
        org_path: The subject's org unit with all units above it, root first; empty when unknown.
    """
    if scope.country and scope.country != country.strip().upper():
        return False
    path = [unit.casefold() for unit in org_path]
    return all(_under(org.casefold(), path) for org in scope.orgs)


def _under(org: str, path: list[str]) -> bool:
    steps = org.split("/")
    return org in path or path[: len(steps)] == steps


def org_paths(org_units: Sequence[OrgUnit]) -> OrgTree:
    """Return the path of every unit from its root, itself last.

    A unit whose parent is not listed hangs below that parent's name. A loop is cut above its first unit in
    alphabetical order, which becomes a root, and told as a problem.
    """
    rows = {unit.org_unit: unit for unit in reversed(org_units)}
    parents = {name: unit.parent for name, unit in rows.items()}
    problems = []
    for name in sorted(parents):
        loop = _loop(name, parents)
        if loop:
            problems.append(_loop_problem(rows[name], loop))
            parents[name] = ""
    return OrgTree({name: tuple(reversed(_chain(name, parents))) for name in sorted(parents)}, tuple(problems))


def _chain(name: str, parents: Mapping[str, str]) -> list[str]:
    """Return a unit and those above it; ends at a root, or where it meets a unit again."""
    chain = [name]
    seen = {name}
    above = parents.get(name, "")
    while above and above not in seen:
        chain.append(above)
        seen.add(above)
        above = parents.get(above, "")
    return chain


def _loop(name: str, parents: Mapping[str, str]) -> list[str]:
    """Return the units from `name` upwards when they come back to `name`, else nothing."""
    chain = _chain(name, parents)
    return chain if parents.get(chain[-1], "") == name else []


def _loop_problem(unit: OrgUnit, loop: list[str]) -> Problem:
    return Problem(
        code="org-unit-loop",
        severity=Severity.WARNING,
        where=f"{unit.origin.path}#{unit.origin.record}",
        message=f"org units above each other: {' > '.join([*loop, loop[0]])}; '{unit.org_unit}' is taken as a root",
        remedy="correct the parent of one of them",
        origin=unit.origin,
    )
