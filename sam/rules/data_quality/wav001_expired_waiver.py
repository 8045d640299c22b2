"""WAV001: a waiver has ended."""

from collections.abc import Iterator

from sam.model import Policy, RunFacts, Severity, Waiver
from sam.rules.registry import Hit, rule
from sam.rules.wording import clipped


@rule("WAV001", severity=Severity.WARNING, family="data-quality")
def expired_waiver(facts: RunFacts, policy: Policy) -> Iterator[Hit]:
    """A waiver has ended and no longer holds.

    What it does:
        Reports waivers of the policy whose last day is over, unless another waiver for the same rule and subject still
        holds.

    Why it matters:
        The finding that was accepted for a time is open again. Somebody decided that it would be settled by that day.

    How to fix:
        Settle the finding and remove the waiver, or decide anew and give it a later day.

    Source:
        Trueup's own practice: docs/policy.md, waivers.
    """
    latest: dict[tuple[str, str], Waiver] = {}
    for waiver in sorted(policy.waivers, key=lambda w: (w.until, w.owner, w.reason, w.where)):
        latest[waiver.rule, waiver.subject] = waiver
    for (code, subject), waiver in sorted(latest.items()):
        if waiver.until >= facts.as_of:
            continue
        late = (facts.as_of - waiver.until).days
        yield Hit(
            subject=f"waiver:{code}:{subject}",
            message=f"The waiver of {code} for {clipped(subject)} ended on {waiver.until}"
            f" (owner {clipped(waiver.owner)}: {clipped(waiver.reason)}).",
            numbers={"days": late},
            remedy="Settle the finding and remove the waiver, or decide anew with a later day.",
            evidence=(waiver.where,) if waiver.where else (),
        )
