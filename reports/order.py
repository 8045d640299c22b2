"""One order for everything that is shown, so that the same run gives the same bytes however it was put together."""

from dataclasses import replace

from sam.model import AllocationLine, Finding, Position, Problem, RemedyLine, Renewal, Run

_LAST = "9999-12-31"


def ordered(run: Run) -> Run:
    """Return the run with every list in its canonical order; each order ends in a key that is unique in the run."""
    return replace(
        run,
        inputs=dict(sorted(run.inputs.items())),
        sources=tuple(sorted(run.sources, key=lambda s: (s.file, s.sha256, s.format))),
        positions=tuple(sorted(run.positions, key=position_key)),
        totals=tuple(sorted(run.totals, key=position_key)),
        lines=tuple(sorted(run.lines, key=_line_key)),
        remedy=tuple(sorted(run.remedy, key=_remedy_key)),
        findings=tuple(sorted(run.findings, key=finding_key)),
        renewals=tuple(sorted(run.renewals, key=_renewal_key)),
        problems=tuple(sorted(run.problems, key=_problem_key)),
        unknown_titles=tuple(sorted(run.unknown_titles, key=lambda t: (-t.rows, -t.devices, t.publisher, t.name))),
        rates=dict(sorted(run.rates.items())),
        terms=dict(sorted(run.terms.items())),
    )


def position_key(position: Position) -> tuple[str, ...]:
    """Order positions by their own key: publisher, product, edition, version, metric, scope."""
    p = position
    return (p.publisher, p.product, p.edition or "", p.version or "", p.metric, p.scope or "", p.id)


def finding_key(finding: Finding) -> tuple[int, str, str, str]:
    """Order findings by gravity, then rule and subject."""
    return (finding.severity.rank, finding.rule, finding.subject, finding.id)


def _line_key(line: AllocationLine) -> tuple[str, bool, str, str, str, tuple[tuple[str, int], ...]]:
    covered = tuple(sorted(line.covered_by.items()))
    return (line.position, line.how != "short", line.subject_kind, line.subject, line.how, covered)


def _remedy_key(line: RemedyLine) -> tuple[str, ...]:
    return (
        line.publisher, line.product, line.edition or "", line.version or "", line.metric, line.per,
        line.price_source, *line.covers,
    )  # fmt: skip


def _renewal_key(renewal: Renewal) -> tuple[str, str]:
    return (renewal.ends_on.isoformat() if renewal.ends_on else _LAST, renewal.contract_id)


def _problem_key(problem: Problem) -> tuple[int, str, str, str]:
    return (problem.severity.rank, problem.where, problem.code, problem.message)
