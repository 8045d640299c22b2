"""Which version of each source speaks for a day: pure, over what the register holds."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """The times of one version; a higher id was known later."""

    id: int
    path: str
    observed_on: date | None
    known_from: datetime
    known_to: datetime | None


@dataclass(frozen=True, slots=True)
class Choice:
    """The version chosen for its source, with what has to be said about it."""

    id: int
    later: bool = False
    undated: bool = False


def choose(candidates: Iterable[Candidate], as_of: date, known_at: datetime | None = None) -> list[Choice]:
    """Choose one version for every source that is not retired.

    Args:
        candidates: Every version of every source.
        as_of: The day to speak for.
        known_at: Leave out what was not known yet at that time; None: all that is known.

    Returns:
        Per source the newest version observed on or before the day, else the oldest later one, ordered by path.
        A version without `observed_on` counts as observed on the day; against a dated one, the later known wins.
    """
    sources: defaultdict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        if known_at is None or candidate.known_from <= known_at:
            sources[candidate.path].append(candidate)
    return [
        _choose_one(versions, as_of)
        for _, versions in sorted(sources.items())
        if any(_is_open(version, known_at) for version in versions)
    ]


def _is_open(version: Candidate, known_at: datetime | None) -> bool:
    return version.known_to is None or (known_at is not None and known_at < version.known_to)


def _choose_one(versions: list[Candidate], as_of: date) -> Choice:
    undated = [version.id for version in versions if version.observed_on is None]
    dated = [(version.observed_on, version.id) for version in versions if version.observed_on is not None]
    earlier = [pair for pair in dated if pair[0] <= as_of]
    newest = max(earlier)[1] if earlier else 0
    if undated and max(undated) > newest:
        return Choice(max(undated), undated=True)
    if earlier:
        return Choice(newest)
    first_day = min(dated)[0]
    return Choice(max(version_id for day, version_id in dated if day == first_day), later=True)
