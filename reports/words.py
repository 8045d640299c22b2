"""The closed lists of the model in words that a reader outside the field understands."""

from collections.abc import Iterable, Mapping
from typing import Final

BUCKETS: Final[Mapping[str, str]] = {
    "counted": "counted as an installation",
    "same-installation": "another record of an installation already counted",
    "older-version-beside": "older or lower beside a later or higher one on the same device",
    "same-user-license": "covered by the license its user already has",
    "suite-component": "part of a suite installed on the same device",
    "component": "a component that needs no license of its own",
    "patch": "a patch or update",
    "driver": "a driver",
    "free-edition": "a free edition",
    "trial": "a trial within its days",
    "retired-device": "on a retired or disposed device",
    "not-deployed-device": "on a device not yet in use",
    "environment": "free in this environment, such as development or test",
    "guest-of-licensed-host": "licensed through its host",
    "host-only-os": "a host system that only runs virtual machines",
    "media": "an installation medium, not an installation",
    "unplaced": "without a device identity",
    "unknown-device": "on a device nobody knows",
    "stale-device": "on a device not seen for long, left out by policy",
    "unrecognised": "a title no rule recognises",
}
"""Why an evidence row counts or does not, in the order in which the chain is told."""

HOW: Final[Mapping[str, str]] = {
    "own": "its own license",
    "suite": "a suite",
    "downgrade": "a later version",
    "edition-above": "a higher edition",
    "other": "another right",
    "short": "nothing: short",
}
"""How a subject is covered."""

COVERED: Final[Mapping[str, str]] = {
    "covered_own": "own",
    "covered_suite": "suite",
    "covered_downgrade": "later version",
    "covered_edition_above": "higher edition",
    "covered_other": "other right",
}
"""Fields of a position that add up to `covered`."""

STATUSES: Final[Mapping[str, str]] = {
    "optimal": "least cost, proven",
    "gap": "near least cost; the gap is not closed",
    "unknown": "a fact is missing",
    "ineligible": "nothing owned or on sale may cover it",
    "disputed": "a disputed reading, shown apart",
}
"""What a status says."""

FAMILIES: Final[Mapping[str, str]] = {
    "compliance": "Compliance",
    "overspend": "Overspend",
    "renewal": "Renewals",
    "lifecycle": "Lifecycle",
    "data-quality": "Data quality",
}
"""Families of findings, in the order shown."""

ROWS: Final[Mapping[str, str]] = {
    "licensable": "need a license",
    "free": "free to use",
    "component": "components",
    "patch": "patches",
    "driver": "drivers",
    "unknown": "not recognised",
}
"""Recognition states of evidence rows."""


def in_order(found: Iterable[str], closed: Mapping[str, str]) -> tuple[str, ...]:
    """Return the words found in the order of their closed list, words outside it last."""
    order = list(closed)
    return tuple(sorted(found, key=lambda word: (order.index(word) if word in closed else len(order), word)))


def spaced(word: str) -> str:
    """Write a code word as text: `named-user` → `named user`."""
    return word.replace("-", " ").replace("_", " ")
