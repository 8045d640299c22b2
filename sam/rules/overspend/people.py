"""Who has left: what the rules about seats share."""

from datetime import date

from sam.model import Person, RunFacts


def leavers(facts: RunFacts) -> dict[str, Person]:
    """Return the people who have left by the day, by id; somebody who leaves later is still there."""
    return {p.user_id: p for p in facts.people if has_left(p, facts.as_of)}


def has_left(person: Person, as_of: date) -> bool:
    """True for a leaver whose last day is over or not known."""
    return person.status == "leaver" and (person.left_on is None or person.left_on < as_of)
