"""Which version speaks for a day: what was observed, and what was known."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from sam.register import Register
from sam.register.selection import Candidate, choose
from tests.register.make import EVENING, MORNING, NOON, device_ids, put_device

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
PATH = "inventory/devices.csv"


def test_the_newest_observation_on_or_before_the_day_speaks(register: Register) -> None:
    for device_id, day in (("may", MAY), ("july", JULY), ("june", JUNE)):  # imported in another order than observed
        put_device(register, device_id, at=MORNING, observed_on=day)
    days = [MAY, date(2026, 5, 31), JUNE, date(2026, 6, 30), JULY, date(2030, 1, 1)]
    assert [device_ids(register, day) for day in days] == [["may"], ["may"], ["june"], ["june"], ["july"], ["july"]]
    assert not any(version.later or version.undated for day in days for version in register.select(day))


def test_before_every_observation_the_oldest_later_one_speaks_and_says_so(register: Register) -> None:
    for device_id, day in (("july", JULY), ("june", JUNE)):
        put_device(register, device_id, at=MORNING, observed_on=day)
    (version,) = register.select(MAY)
    assert (version.sha256, version.observed_on, version.later) == ("sha-june", JUNE, True)


def test_without_an_observation_day_the_newest_known_speaks_for_every_day(register: Register) -> None:
    put_device(register, "first", at=MORNING)
    put_device(register, "second", at=NOON)
    for day in (date(1990, 1, 1), date(2030, 1, 1)):
        (version,) = register.select(day)
        assert (version.sha256, version.undated, version.later) == ("sha-second", True, False)


def test_of_two_observations_of_one_day_the_later_known_speaks(register: Register) -> None:
    put_device(register, "wrong", at=MORNING, observed_on=JUNE)
    put_device(register, "corrected", at=NOON, observed_on=JUNE)
    assert device_ids(register, JUNE) == ["corrected"]
    assert device_ids(register, MAY) == ["corrected"]


def test_of_a_dated_and_an_undated_version_the_later_known_speaks(register: Register) -> None:
    put_device(register, "undated", at=MORNING)
    put_device(register, "june", at=NOON, observed_on=JUNE)
    assert device_ids(register, JULY) == ["june"]
    assert device_ids(register, MAY) == ["undated"]
    put_device(register, "undated again", at=EVENING)
    assert device_ids(register, JULY) == ["undated again"]


def test_an_answer_can_be_repeated_with_what_was_known_then(register: Register) -> None:
    put_device(register, "wrong", at=MORNING, observed_on=JUNE)
    put_device(register, "other", at=MORNING, path="inventory/other.csv")
    with register.begin_import(NOON) as transaction:
        transaction.retire_missing([PATH])
    put_device(register, "corrected", at=NOON, observed_on=JUNE)
    before_all = MORNING - timedelta(seconds=1)
    known = [device_ids(register, JULY, known_at=moment) for moment in (before_all, MORNING, NOON, EVENING)]
    assert known == [[], ["wrong", "other"], ["corrected"], ["corrected"]]
    assert device_ids(register, JULY) == ["corrected"]


def test_times_are_kept_in_utc(register: Register) -> None:
    here = datetime.fromisoformat("2026-06-30T01:30:00.123456+02:00")
    put_device(register, "D1", at=here)
    (version,) = register.select(JULY)
    assert (version.known_from, version.known_from.tzinfo) == (here, UTC)


_days = st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 6))
_versions = st.lists(st.tuples(st.sampled_from("ab"), _days), max_size=8)


@given(versions=_versions, as_of=st.dates(date(2026, 1, 1), date(2026, 1, 6)), seed=st.integers(0, 100))
def test_a_choice_is_beaten_by_no_other_version(
    versions: list[tuple[str, date | None]], as_of: date, seed: int
) -> None:
    candidates = [
        Candidate(number, path, day, MORNING, None if number % 2 else NOON)
        for number, (path, day) in enumerate(versions, 1)
    ]
    chosen = choose(candidates, as_of)
    live = {candidate.path for candidate in candidates if candidate.known_to is None}
    by_id = {candidate.id: candidate for candidate in candidates}
    assert [by_id[choice.id].path for choice in chosen] == sorted(live)
    for choice in chosen:
        winner = by_id[choice.id]
        rivals = [candidate for candidate in candidates if candidate.path == winner.path and candidate != winner]
        assert not any(_beats(rival, winner, rivals, as_of) for rival in rivals)
        assert choice.undated == (winner.observed_on is None)
        assert choice.later == (winner.observed_on is not None and winner.observed_on > as_of)
    Random(seed).shuffle(candidates)
    assert choose(candidates, as_of) == chosen


def _beats(rival: Candidate, winner: Candidate, rivals: list[Candidate], as_of: date) -> bool:
    """The rule told pair by pair: usable on the day, then the observation day, then what was known later."""
    if _usable(rival, as_of) != _usable(winner, as_of):
        return _usable(rival, as_of)
    if rival.observed_on is None:
        return rival.id > winner.id
    if winner.observed_on is None:
        outdated = any(
            _usable(other, as_of) and other.observed_on is not None and _order(other) > _order(rival)
            for other in rivals
        )
        return rival.id > winner.id and not outdated
    if rival.observed_on == winner.observed_on:
        return rival.id > winner.id
    return (rival.observed_on > winner.observed_on) == _usable(rival, as_of)


def _usable(candidate: Candidate, as_of: date) -> bool:
    return candidate.observed_on is None or candidate.observed_on <= as_of


def _order(candidate: Candidate) -> tuple[date, int]:
    assert candidate.observed_on is not None
    return candidate.observed_on, candidate.id
