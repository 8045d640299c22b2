"""Which findings somebody has accepted, until when and why."""

from collections.abc import Sequence
from datetime import date

from sam.model import Waiver
from sam.rules.registry import Hit


def waived_by(hit: Hit, waivers: Sequence[Waiver], day: date) -> str | None:
    """Return owner, last day and reason of the waiver that holds for a hit: the one that holds longest.

    Args:
        hit: What a rule found.
        waivers: Those of its rule.
        day: A waiver holds on its last day.
    """
    holding = [w for w in waivers if day <= w.until and covers(w.subject, hit)]
    if not holding:
        return None
    waiver = max(holding, key=lambda w: (w.until, w.owner, w.reason))
    return f"{waiver.owner} until {waiver.until}: {waiver.reason}"


def covers(pattern: str, hit: Hit) -> bool:
    """True when a waiver's subject names the hit: by its subject or a product, `*` standing for any text."""
    return any(_matches(pattern.casefold(), name.casefold()) for name in (hit.subject, *hit.products))


def _matches(pattern: str, text: str) -> bool:
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == text
    if not text.startswith(first) or not text[len(first) :].endswith(rest[-1]):
        return False
    at, end = len(first), len(text) - len(rest[-1])
    for part in rest[:-1]:
        at = text.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True
