"""Decide which records are one machine: ordered rules, and what keeps records apart.

Every rule looks only at records that share its key, so the work grows with the number of records, not of pairs.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, NamedTuple

from sam.inventory.keys import Keys

SHARED: Final = 50
"""A key that so many different machines carry identifies none."""


class Verdict(Enum):
    """What a rule says about two records that share its key."""

    JOIN = "join"
    SKIP = "skip"
    CLONE = "clone"


class Party(NamedTuple):
    """One record, or several already joined, as the rules see it."""

    keys: Keys = Keys()
    source_keys: tuple[tuple[str, str], ...] = ()
    """Tool and the tool's own key; never of a table."""
    table_ids: tuple[tuple[str, str], ...] = ()
    """Table and the device_id it gives."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A way to tell that two records are one machine."""

    name: str
    keys: Callable[[Party], Iterable[Hashable]]
    verdict: Callable[[Keys, Keys], Verdict]
    certain: bool = False
    """True where nothing can keep the records apart."""


@dataclass(frozen=True, slots=True)
class Parting:
    """Two parties that share a key and were kept apart."""

    left: int
    right: int
    rule: str
    reason: str
    """`clone`, `table` or `shared`."""


@dataclass(slots=True)
class Clusters:
    """Disjoint sets of parties, and why each was joined."""

    parent: list[int]
    signs: list[tuple[tuple[str, str, str], ...]]
    """Host name, serial number and UUID of every member, each combination once."""
    tables: list[tuple[tuple[str, str], ...]]
    rules: dict[int, set[str]] = field(default_factory=dict)
    partings: set[Parting] = field(default_factory=set)

    @classmethod
    def of(cls, parties: Sequence[Party]) -> "Clusters":
        """Start with every party on its own."""
        return cls(
            parent=list(range(len(parties))), signs=[((p.keys.name, p.keys.serial, p.keys.uuid),) for p in parties],
            tables=[p.table_ids for p in parties],
        )  # fmt: skip

    def find(self, party: int) -> int:
        """Return the representative of a party's set: its first member."""
        while self.parent[party] != party:
            self.parent[party] = self.parent[self.parent[party]]
            party = self.parent[party]
        return party

    def join(self, left: int, right: int, rule: str) -> None:
        """Make one set of two."""
        first, second = sorted((self.find(left), self.find(right)))
        self.rules.setdefault(first, set()).add(rule)
        if first == second:
            return
        self.parent[second] = first
        self.rules[first] |= self.rules.pop(second, set())
        self.signs[first] = tuple(dict.fromkeys(self.signs[first] + self.signs[second]))
        self.tables[first] += self.tables[second]

    def obstacle(self, left: int, right: int) -> str:
        """Return what keeps two sets apart: `clone`, `table` or ""."""
        first, second = self.find(left), self.find(right)
        pairs = [(x, y) for x in self.signs[first] for y in self.signs[second]]
        if any(apart(x, y) for x, y in pairs) and not any(alike(x, y) for x, y in pairs):
            return "clone"
        clash = any(t == u and i != j for t, i in self.tables[first] for u, j in self.tables[second])
        return "table" if clash else ""


def differ(left: str, right: str) -> bool:
    """True when both are known and not the same."""
    return bool(left) and bool(right) and left != right


def apart(left: tuple[str, str, str], right: tuple[str, str, str]) -> bool:
    """True when host name and hardware both differ: (name, serial, uuid) of two machines."""
    return differ(left[0], right[0]) and (differ(left[1], right[1]) or differ(left[2], right[2]))


def alike(left: tuple[str, str, str], right: tuple[str, str, str]) -> bool:
    """True when two such signs agree in the serial number and one thing more: plainly one machine."""
    more = (left[0] and left[0] == right[0]) or (left[2] and left[2] == right[2])
    return bool(left[1] and left[1] == right[1] and more)


def _join(_left: Keys, _right: Keys) -> Verdict:
    return Verdict.JOIN


def _by_uuid(left: Keys, right: Keys) -> Verdict:
    """A UUID alone joins, unless the names differ and no network card is shared either: a copied virtual machine."""
    unproven = not (left.serial and right.serial)
    foreign = left.macs and right.macs and not left.macs & right.macs
    return Verdict.CLONE if differ(left.name, right.name) and unproven and foreign else Verdict.JOIN


def _by_name(left: Keys, right: Keys) -> Verdict:
    if left.serial and left.serial == right.serial:
        return Verdict.JOIN
    same_card = bool(left.macs & right.macs)
    conflict = differ(left.serial, right.serial) or differ(left.uuid, right.uuid)
    return Verdict.JOIN if same_card and not conflict else Verdict.SKIP


def _by_serial_and_name(left: Keys, right: Keys) -> Verdict:
    conflict = differ(left.maker, right.maker) or differ(left.domain, right.domain)
    return Verdict.SKIP if conflict else Verdict.JOIN


def _pair(*values: str) -> tuple[tuple[str, ...], ...]:
    return (values,) if all(values) else ()


RULES: Final = (
    Rule("same device_id", lambda p: [i for _, i in p.table_ids] + [k for _, k in p.source_keys], _join, certain=True),
    Rule("same key of the same tool", lambda p: p.source_keys, _join),
    Rule("uuid and serial", lambda p: _pair(p.keys.uuid, p.keys.serial), _join),
    Rule("serial and manufacturer", lambda p: _pair(p.keys.serial, p.keys.maker), _join),
    Rule("uuid", lambda p: _pair(p.keys.uuid), _by_uuid),
    Rule("host name and serial", lambda p: _pair(p.keys.name, p.keys.serial), _by_serial_and_name),
    Rule("host name and domain", lambda p: _pair(p.keys.name, p.keys.domain), _by_name),
)  # fmt: skip


def match(parties: Sequence[Party], told: Sequence[Sequence[int]] = ()) -> Clusters:
    """Join parties, those told to be one first, then rule by rule; the strongest rule first.

    Args:
        parties: In a fixed order; the first of a set represents it.
        told: Sets of parties that a `device_links` row names as one.
    """
    clusters = Clusters.of(parties)
    for group in told:
        for other in group[1:]:
            clusters.join(group[0], other, "device_links")
    for rule in RULES:
        for bucket in _buckets(rule, parties):
            _work_through(rule, bucket, parties, clusters)
    return clusters


def _buckets(rule: Rule, parties: Sequence[Party]) -> Iterator[list[int]]:
    buckets: dict[Hashable, list[int]] = {}
    for number, party in enumerate(parties):
        for key in rule.keys(party):
            buckets.setdefault(key, []).append(number)
    if rule.certain:
        told = {identifier for party in parties for _, identifier in party.table_ids}
        return (bucket for key, bucket in buckets.items() if len(bucket) > 1 and key in told)
    return (bucket for bucket in buckets.values() if len(bucket) > 1)


def _work_through(rule: Rule, bucket: list[int], parties: Sequence[Party], clusters: Clusters) -> None:
    seen: list[int] = []
    partings: set[Parting] = set()
    for party in bucket:
        if rule.certain:
            clusters.join(bucket[0], party, rule.name)
            continue
        others = [s for s in seen if clusters.find(s) != clusters.find(party)]
        joined = len(others) < len(seen)
        for other in sorted(others, key=lambda s: (-_agreements(parties[s].keys, parties[party].keys), s)):
            joined = _try(rule, (other, party), parties, clusters, partings) or joined
        if not joined or rule.verdict is not _join:
            seen.append(party)
        if len(seen) > SHARED:
            partings = {Parting(bucket[0], party, rule.name, "shared")}
            break
    clusters.partings |= partings


def _try(
    rule: Rule, pair: tuple[int, int], parties: Sequence[Party], clusters: Clusters, partings: set[Parting]
) -> bool:
    """Join a pair if the rule and both sets allow it; note what kept it apart."""
    other, party = pair
    verdict = rule.verdict(parties[other].keys, parties[party].keys)
    if verdict is Verdict.SKIP or clusters.find(other) == clusters.find(party):
        return False
    obstacle = "clone" if verdict is Verdict.CLONE else clusters.obstacle(other, party)
    if obstacle:
        partings.add(Parting(other, party, rule.name, obstacle))
        return False
    clusters.join(other, party, rule.name)
    return True


def _agreements(left: Keys, right: Keys) -> int:
    pairs = ((left.uuid, right.uuid), (left.serial, right.serial), (left.name, right.name), (left.domain, right.domain))
    return sum(1 for a, b in pairs if a and a == b) + (1 if left.macs & right.macs else 0)
