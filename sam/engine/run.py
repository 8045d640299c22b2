"""The main job: read, match, rule. One function reads top-down as the data flows (docs/architecture.md)."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sam import __version__
from sam.catalog.load import load_catalog
from sam.engine.compare import changes_between
from sam.engine.demand import DemandBuilder, EvidenceFile
from sam.engine.estate import gather
from sam.engine.facts import facts_of
from sam.engine.faultlines import with_lines
from sam.engine.handback import HandBack, first_lines
from sam.engine.identify import is_table, merged_devices
from sam.engine.intake import Intake, Progress, silent, take_in
from sam.engine.licensing import Licensed, evidence_counts, license_estate, open_market
from sam.engine.manifest import manifest
from sam.engine.money import Exchange
from sam.engine.references import find_dangling
from sam.engine.relational import Relations
from sam.engine.renewals import find_renewals
from sam.engine.resolve import resolve
from sam.engine.solved import Solved
from sam.engine.summary import summarise, with_findings
from sam.engine.workspace import Workspace
from sam.entitlements.covers import Covering
from sam.entitlements.priority import PriorityOrder, PriorityResult
from sam.entitlements.termlib import TermLibrary, describe, load_terms
from sam.model import Device, Problem, Run, Severity
from sam.rules import load_policy, run_rules

RENEWAL_DAYS = 180
UNUSED_DAYS = 90
STALE_DAYS = 90


def check(
    workspace: Workspace,
    *,
    as_of: date | None = None,
    progress: Progress = silent,
    write: bool = True,
    names: bool = False,
) -> Run:
    """Read a workspace, license it at least cost, apply the rules.

    Args:
        workspace: Folder and settings.
        as_of: The day; else the workspace's own.
        progress: Told what is being done.
        write: Keep the run in the register, to compare the next one with.
        names: Show people by their ids and not by pseudonyms.

    Raises:
        ConfigError: Settings, policy, catalog or terms cannot be used.
        RegisterError: The register cannot be used.
    """
    started = datetime.now(UTC)
    with without_collector(), solve(workspace, as_of=as_of, progress=progress) as solved:
        run = _report(solved, progress, names=names)
        register = solved.intake.register
        previous = register.last_run()
        run = replace(run, previous=previous is not None, changes=changes_between(previous, run) if previous else ())
        if write:
            register.save_run(run, started_at=started)
        return run


@contextmanager
def without_collector() -> Iterator[None]:
    """Keep the garbage collector out of a run.

    A run builds a large graph of values that hold no circles, which the collector would walk again and again: a fifth
    of the time of a run of a million rows. Reference counts still free what is dropped.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def solve(workspace: Workspace, *, as_of: date | None = None, progress: Progress = silent) -> Solved:
    """Run every stage up to the positions."""
    day = as_of or workspace.as_of
    if day is None:
        raise ValueError("the day of a run is passed in: as_of, or as_of in trueup.toml")
    policy, policy_problems = load_policy(workspace.policy)
    loaded = load_catalog([workspace.root / "catalog"])
    library = load_terms([workspace.root / "terms"])
    intake = take_in(workspace, day, progress)
    progress("merging devices")
    merged = merged_devices(intake.versions, intake.records, intake.sidecars)
    resolved = resolve(gather(intake.records, merged), loaded)
    files = _evidence_files(intake)
    relations = Relations(intake.store.folder)
    progress("recognising titles")
    relations.load_evidence(
        [(f.source, f.rows, f.titles, f.default_device) for f in files if f.has_software], _spoken(intake)
    )
    covering = Covering(resolved.loaded.catalog)
    builder = DemandBuilder(relations, resolved.estate, resolved.loaded, covering)
    builder.recognise()
    stale = day - timedelta(days=policy.threshold("stale_days", STALE_DAYS))
    builder.place(files, merged, stale if policy.threshold("exclude_stale", 0) else None)
    progress("allocating at least cost")
    exchange = Exchange(workspace.currency, workspace.rates)
    market = open_market(resolved.estate, resolved.loaded.catalog, library, day, exchange, policy.horizon_months)
    paths = {f.source: f.path for f in files}
    licensed = license_estate(
        builder, market, resolved.estate, lambda demand: evidence_counts(demand, paths, resolved.estate.seats)
    )
    return Solved(
        workspace=workspace,
        as_of=day,
        intake=intake,
        merged=merged,
        estate=resolved.estate,
        loaded=resolved.loaded,
        library=library,
        policy=policy,
        relations=relations,
        licensed=licensed,
        files=files,
        problems=with_lines((
            *policy_problems, *intake.problems, *merged.problems, *resolved.estate.problems, *builder.demand.problems,
            *market.problems, *_observation_problems(intake),
            *find_dangling(resolved.estate, merged.aliases),
        ), intake),
    )  # fmt: skip


def _evidence_files(intake: Intake) -> tuple[EvidenceFile, ...]:
    files = []
    for number, version in enumerate(intake.versions):
        rows, titles = intake.store.paths(version.sha256) if version.has_software else (Path(), Path())
        files.append(
            EvidenceFile(
                number, version.path, version.sha256, rows, titles, version.default_device, version.has_software
            )
        )
    return tuple(files)


def _spoken(intake: Intake) -> list[tuple[int, int, str, str, str]]:
    """Return the operating systems told in the rows of device tables: evidence like any other."""
    numbers = {v.path: n for n, v in enumerate(intake.versions) if is_table(v)}
    return [
        (numbers[r.origin.path], r.origin.record, r.device_id, r.os, "operating-system")
        for r in intake.records
        if isinstance(r, Device) and r.os and r.origin.path in numbers
    ]


def _observation_problems(intake: Intake) -> list[Problem]:
    return [
        Problem(
            code="observed-later",
            severity=Severity.WARNING,
            where=version.path,
            message=f"observed on {version.observed_on}, after the as-of day: the oldest known state stands in for it",
            remedy="import an older export, or choose a later day",
        )
        for version in intake.versions
        if version.later
    ]


def _report(solved: Solved, progress: Progress, *, names: bool) -> Run:
    """Turn a solved run into what presenters show."""
    licensed, policy, day = solved.licensed, solved.policy, solved.as_of
    progress("comparing with the priority order")
    priority = priority_bill(licensed)
    progress("looking at renewals")
    days = policy.threshold("renewal_days", RENEWAL_DAYS)
    renewals = find_renewals(licensed, solved.estate.contracts, day, days)
    facts = facts_of(solved, renewals, UNUSED_DAYS, names=names)
    progress("applying rules")
    findings = run_rules(facts, policy)
    classes = {c.id: c for c in licensed.demand.classes}
    summary = summarise(solved, priority)
    return Run(
        as_of=day,
        version=__version__,
        workspace=solved.workspace.root.resolve().name,
        currency=solved.workspace.currency,
        inputs=manifest(solved.workspace, solved.intake, solved.loaded.files, solved.library.files),
        summary=with_findings(summary, findings),
        sources=solved.intake.accounts,
        positions=licensed.positions,
        totals=licensed.totals,
        lines=first_lines(HandBack(licensed), classes, names=names),
        remedy=licensed.remedy,
        findings=findings,
        renewals=renewals,
        problems=facts.problems,
        unknown_titles=facts.unknown_titles,
        rates=Exchange(solved.workspace.currency, solved.workspace.rates).shown(),
        terms=_terms(licensed, solved.library),
    )


def priority_bill(licensed: Licensed) -> PriorityResult:
    """Return the bill of the documented priority order on the same demand and the same pools."""
    demand = licensed.demand
    by_signature = {s: name for name, signatures in demand.signatures.items() for s in signatures}
    rows = demand.relations.fetch(
        "SELECT family, bundle_kind, signature FROM ("
        "SELECT family, bundle_kind, bundle, signature FROM bundles UNION ALL"
        " SELECT DISTINCT family, bundle_kind, bundle, CAST(bundle AS VARCHAR) FROM items WHERE bundle_kind = 'm')"
        " ORDER BY bundle_kind, bundle, family"
    )
    order = [by_signature[(family, kind, signature)] for family, kind, signature in rows]
    walk = PriorityOrder(licensed.builder, licensed.market.setting, licensed.market.default_metric)
    return walk.run({c.id: c for c in demand.classes}, order)


def _terms(licensed: Licensed, library: TermLibrary) -> Mapping[str, str]:
    used = {t.strip() for p in licensed.positions for t in (p.term or "").split(",") if t.strip()}
    return {term.id: describe(term) for term in sorted(library.terms, key=lambda t: t.id) if term.id in used}
