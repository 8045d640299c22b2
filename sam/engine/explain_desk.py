"""What every explanation works with: the solved run, whose license is whose, and places that become lines at the end.

A place is put into a text as a token; `Desk.finish` finds the lines of all of them, file by file, in one pass each.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from sam.engine.handback import Dealt, HandBack, pseudonym
from sam.engine.solved import Solved
from sam.entitlements.classes import DemandClass, Item
from sam.entitlements.graph import Node, class_node
from sam.entitlements.ledger import Key, demand_keys
from sam.entitlements.licenses import License
from sam.entitlements.options import Block
from sam.entitlements.positions import money
from sam.model import Device, Origin, Position, Record
from sam.model.results import AllocationLine
from sam.readers.places import SectionLines, locate, section_lines
from sam.register import SourceVersion

_TOKEN = re.compile("\0(\\d+)\0")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f]+")

_Wanted = tuple[str, str, str, int, str]
"""File (sha256), path as shown, sheet, record, section."""


def plain(text: str) -> str:
    """Return foreign text fit for one line."""
    return _UNSEEN.sub(" ", text)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How one installation on one device is licensed."""

    demand: DemandClass
    bucket: str
    """Of the installation's first row: `counted`, or what the bundling makes of it."""
    bundle: tuple[Dealt, ...]
    """Every block of its bundle: the option taken."""
    mine: tuple[Dealt, ...]
    """The blocks that hold the installation."""
    items: tuple[Item, ...]
    """The installation as an item of its bundle."""
    ways: int | None = None
    """Options there were; None where there are too many to list."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Units of one license that cover (or are to be bought for) a block of a class."""

    place: Node
    block: Block
    license: License
    item: Item
    """Carries the demand."""
    units: int


@dataclass
class Desk:
    """A solved run being explained."""

    solved: Solved
    names: bool = False
    _wanted: list[_Wanted] = field(default_factory=list)
    _numbers: dict[_Wanted, int] = field(default_factory=dict)

    # places ------------------------------------------------------------------------------------------------------

    def at(self, origin: Origin, section: str = "") -> str:
        """Return a token for the line of a record; `section` names the part of an agent's file that says it."""
        return self._token((origin.file, origin.path, origin.sheet, origin.record, section))

    def at_row(self, source: int, record: int, *, sheet: str = "") -> str:
        """Return a token for the line of an evidence row."""
        file = self.solved.files[source]
        return self._token((file.sha256, file.path, sheet, record, ""))

    def at_text(self, place: str, *kinds: type[Record]) -> str:
        """Return a token for `path#record`, the text itself where it is no such place, or more than one.

        Args:
            place: As findings and prices name their rows.
            kinds: What the row may be, where that is known: sheets of one workbook number their rows alike.
        """
        path, _, number = place.rpartition("#")
        version = self.versions.get(path)
        if version is None or not number.isdigit():
            return plain(place)
        at = (path, int(number))
        rows = (r for r in self.solved.intake.records if (r.origin.path, r.origin.record) == at)
        sheets = {r.origin.sheet for r in rows if not kinds or isinstance(r, kinds)} or {""}
        return self._token((version.sha256, path, sheets.pop(), int(number), "")) if len(sheets) == 1 else plain(place)

    def _token(self, wanted: _Wanted) -> str:
        number = self._numbers.setdefault(wanted, len(self._wanted))
        if number == len(self._wanted):
            self._wanted.append(wanted)
        return f"\0{number}\0"

    def finish(self, lines: Iterable[str]) -> list[str]:
        """Return the lines with every token replaced by `file:line`."""
        listed = list(lines)
        used = {int(n) for line in listed for n in _TOKEN.findall(line)}
        shown = self._places([self._wanted[n] for n in sorted(used)])
        return [_TOKEN.sub(lambda m: shown[self._wanted[int(m[1])]], line).rstrip() for line in listed]

    def _places(self, wanted: Iterable[_Wanted]) -> dict[_Wanted, str]:
        by_file: dict[tuple[str, str, str], list[_Wanted]] = {}
        for each in wanted:
            by_file.setdefault(each[:3], []).append(each)
        return {each: text for key, group in by_file.items() for each, text in self._in_file(key, group)}

    def _in_file(self, key: tuple[str, str, str], group: list[_Wanted]) -> Iterator[tuple[_Wanted, str]]:
        sha256, path, sheet = key
        shown = f"{path}#{sheet}" if sheet else path
        copy, form = self._file(sha256, path), self.formats.get(sha256, "")
        lines = locate(copy, form, [each[3] for each in group], sheet) if copy else {}
        sections: SectionLines = section_lines(copy, form) if copy and any(each[4] for each in group) else {}
        for each in group:
            inside = sections.get(each[4])
            line = inside[0][0] if inside else lines.get(each[3])
            yield each, f"{shown}:{line}" if line else f"{shown}#{each[3]}"

    def _file(self, sha256: str, path: str) -> Path | None:
        """Return the bytes that were read: the kept copy, else the file itself where it is still the same."""
        if not sha256:
            return None
        copy = self.solved.intake.store.copy_path(sha256)
        if copy.is_file():
            return copy
        own = self.solved.workspace.root / path
        if not own.is_file():
            return None
        with own.open("rb") as file:
            return own if hashlib.file_digest(file, "sha256").hexdigest() == sha256 else None

    @cached_property
    def versions(self) -> dict[str, SourceVersion]:
        """The versions that speak for the day, by path."""
        return {v.path: v for v in self.solved.intake.versions}

    @cached_property
    def formats(self) -> dict[str, str]:
        """Format by file."""
        return {v.sha256: v.format for v in self.solved.intake.versions}

    # names -------------------------------------------------------------------------------------------------------

    def person(self, user_id: str) -> str:
        """Return a person's id, or their pseudonym."""
        return plain(user_id) if self.names else pseudonym(user_id)

    def scope(self, text: str) -> str:
        """Return a pool's scope, persons it is set apart for under their pseudonyms."""
        parts = (part.partition(":") for part in text.split(";"))
        return plain(";".join(f"user:{self.person(v)}" if k == "user" else f"{k}{colon}{v}" for k, colon, v in parts))

    def pool(self, license: License) -> str:
        """Return the id of a pool, its scope as `scope` shows it."""
        return plain(license.id.replace(license.scope, self.scope(license.scope)) if license.scope else license.id)

    def label(self, product: str, edition: str | None = "", version: str | None = "") -> str:
        """Return product, edition and version as people write them."""
        found = self.solved.loaded.catalog.products.get(product)
        known = found.edition(edition or "") if found else None
        words = (found.name if found else product, (known.name if known else "") or edition, version)
        return plain(" ".join(w for w in words if w))

    def amount(self, value: Decimal | Fraction) -> str:
        """Return an amount in the workspace currency, rounded to cents."""
        rounded = money(value) if isinstance(value, Fraction) else value
        return f"{rounded} {self.solved.workspace.currency}"

    # numbers -----------------------------------------------------------------------------------------------------

    @cached_property
    def hand(self) -> HandBack:
        """Who has which license."""
        return HandBack(self.solved.licensed)

    @property
    def devices(self) -> list[Device]:
        """Devices by their number in the stages."""
        return self.solved.licensed.demand.devices

    @cached_property
    def device_numbers(self) -> dict[str, int]:
        """Device id → number."""
        return {d.device_id: n for n, d in enumerate(self.devices)}

    @cached_property
    def classes(self) -> dict[str, DemandClass]:
        """Demand classes by id."""
        return {c.id: c for c in self.solved.licensed.demand.classes}

    @cached_property
    def by_signature(self) -> dict[tuple[int, str, str], str]:
        """Family, bundle kind and signature → class id."""
        signatures = self.solved.licensed.demand.signatures
        return {each: name for name, alike in signatures.items() for each in alike}

    @cached_property
    def standing(self) -> dict[Key, list[Flow]]:
        """Flows by the key of the position they stand at; their units add up to its demand."""
        covering, graph = self.solved.licensed.builder.covering, self.hand.graph
        found: dict[Key, list[Flow]] = {}
        for (place, target), units in self.solved.licensed.allocation.flows.items():
            block, license = graph.nodes[place]["block"], graph.nodes[target]["license"]
            for key, item in demand_keys(covering, block, license):
                found.setdefault(key, []).append(Flow(place, block, license, item, units))
        return found

    @cached_property
    def positions(self) -> dict[str, Position]:
        """Positions by id."""
        return {p.id: p for p in self.solved.licensed.positions}

    def coverage(self, device: int, kind: int) -> Coverage | None:
        """Return how an installation is licensed; None for one that needs nothing by itself."""
        rows = self.solved.relations.fetch(
            "SELECT i.family, i.bundle_kind, i.bundle, i.bucket, b.signature FROM items i LEFT JOIN bundles b"
            " ON b.family = i.family AND b.bundle_kind = i.bundle_kind AND b.bundle = i.bundle"
            " WHERE i.dev = $1 AND i.pev = $2",
            [device, kind],
        )
        if not rows:
            return None
        family, bundle_kind, bundle, bucket, signature = rows[0]
        name = self.by_signature.get((family, bundle_kind, str(bundle) if bundle_kind == "m" else signature))
        if name is None:
            return None
        demand = self.classes[name]
        whole = tuple(self._bundle(demand, bundle_kind, bundle))
        slot = whole[0].members.index(device) if bundle_kind in "um" and whole else 0
        wanted = self.solved.licensed.demand.kinds[kind]
        listed = [*demand.items, *(i for i, _ in demand.instances)]
        items = tuple(i for i in listed if i.slot == slot and (i.product, i.edition, i.version) == wanted)
        mine = tuple(d for d in whole if set(items) & set(d.block.items)) if bucket != "host-only-os" else ()
        return Coverage(demand, bucket, whole, mine, items, self._ways(demand))

    def _ways(self, demand: DemandClass) -> int | None:
        node = class_node(demand.id)
        ways = list(self.hand.graph.successors(node)) if node in self.hand.graph else []
        return None if any(way[0] != "option" for way in ways) else len(ways)

    def _bundle(self, demand: DemandClass, kind: str, bundle: int) -> Iterator[Dealt]:
        """Yield the blocks of one bundle; bundles come one after the other, so that nothing behind it is dealt."""
        begun = False
        for dealt in self.hand.deal(demand):
            own = kind == "m" or (dealt.users if kind == "u" else dealt.members) == (bundle,)
            if own:
                begun = True
                yield dealt
            elif begun:
                return

    def lines(self, dealt: Dealt) -> Iterator[AllocationLine]:
        """Yield the allocation lines of a dealt block."""
        return self.hand.lines(dealt, names=self.names)

    def facts(self, demand: DemandClass, block: Block) -> Device | None:
        """Return the facts that count for a block's subject, None where that is a person."""
        return demand.slots[block.subject].device if block.subject >= 0 else None
