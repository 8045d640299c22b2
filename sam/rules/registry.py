"""What a rule is, and the decorator that makes one of a generator function."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from sam.model import Policy, RunFacts, Severity

FAMILIES: Final = ("compliance", "overspend", "renewal", "lifecycle", "data-quality")
"""In the order of findings of the same severity."""
SECTIONS: Final = ("What it does", "Why it matters", "How to fix", "Source")
"""What the docstring of every rule tells, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing a rule found, before policy and waivers."""

    subject: str
    """`position:<id>`, `contract:<id>`, `device:<id>` …; a rule names a subject once, and subjects of one kind only."""
    message: str
    numbers: Mapping[str, int | str] = field(default_factory=dict)
    """The numbers of the message; amounts as decimal strings, those of a saving as `amount`."""
    remedy: str = ""
    evidence: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    """Product ids by which a waiver may name the finding."""


Check = Callable[[RunFacts, Policy], Iterator[Hit]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: its page and its check."""

    code: str
    family: str
    severity: Severity
    """Without a policy that says otherwise."""
    title: str
    """What it reports, in a few words."""
    doc: str
    """What it does, why it matters, how to fix, source."""
    check: Check = field(repr=False)


def rule(code: str, *, severity: Severity, family: str) -> Callable[[Check], Rule]:
    """Make a rule of a generator function: the first line of its docstring is the title, the rest is its page.

    Args:
        code: Three letters and three digits; never given to another rule later.
        severity: Unless the policy sets another one.
        family: One of `FAMILIES`.
    """

    def make(check: Check) -> Rule:
        title, _, doc = inspect.cleandoc(check.__doc__ or "").partition("\n")
        return Rule(code=code, family=family, severity=severity, title=title.rstrip("."), doc=doc.strip(), check=check)

    return make
