"""The raw rows behind installations: what each became, in which bucket, by which rule, on which line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sam.engine.explain_desk import Coverage, Desk, plain
from sam.engine.handback import Dealt
from sam.entitlements.graph import leading_items
from sam.model import Device, Recognition, Title

COUNTED: Final = "counted"
SHARED: Final = "same-user-license"
_DECIDED: Final = (COUNTED, "suite-component", "older-version-beside")
"""Buckets of rows whose title left it open."""
_ROWS: Final = """
SELECT e.source, e.record, e.title < 0, COALESCE(m.dev, -1), e.user_id, t.code, r.pev, r.bucket
FROM evidence AS e
INNER JOIN titles AS t ON t.source = e.source AND t.title = e.title
INNER JOIN recognised AS r ON r.code = t.code
LEFT JOIN device_map AS m ON m.source = e.source AND m.device = e.device
"""
_MOST: Final = 5_000
"""Rows looked at for one device."""


@dataclass(frozen=True, slots=True)
class Row:
    """One evidence row and what it became."""

    source: int
    record: int
    sheet: str
    device: int
    """Number of the device, -1 where none is known."""
    user: str
    title: Title
    recognition: Recognition
    kind: int
    """Number of the product, edition and version, -1 for none."""
    bucket: str
    why: str = ""

    @property
    def number(self) -> int:
        """Its place among all rows, as the stages order them."""
        return self.source * (1 << 32) + self.record


def rows_of(desk: Desk, devices: Sequence[int], kind: int | None = None) -> list[Row]:
    """Return the rows of some devices in order of file and record; with `kind`, of that installation only."""
    fetched = desk.solved.relations.fetch(
        f"{_ROWS} WHERE list_contains($1::INTEGER[], COALESCE(m.dev, -1)) AND ($2 IS NULL OR r.pev = $2)"
        f" ORDER BY e.source, e.record, e.title LIMIT {_MOST}",
        [list(devices), kind],
    )
    buckets = _Buckets(desk, {(row[3], row[6]) for row in fetched if row[6] >= 0})
    return [_row(desk, row, buckets) for row in fetched]


def _row(desk: Desk, fetched: tuple[int, int, bool, int, str, int, int, str], buckets: "_Buckets") -> Row:
    source, record, spoken, device, user, code, kind, of_title = fetched
    _, title, recognition = desk.solved.licensed.demand.titles[code]
    sheet = _sheet_of_device(desk, source, record) if spoken else ""
    bucket, why = buckets.of(device, kind, of_title, source * (1 << 32) + record)
    return Row(source, record, sheet, device, user, title, recognition, kind, bucket, why)


def _sheet_of_device(desk: Desk, source: int, record: int) -> str:
    path = desk.solved.files[source].path
    return next(
        (
            r.origin.sheet
            for r in desk.solved.intake.records
            if isinstance(r, Device) and (r.origin.path, r.origin.record) == (path, record)
        ),
        "",
    )


class _Buckets:
    """The final bucket of each row of some installations, and why."""

    def __init__(self, desk: Desk, installations: set[tuple[int, int]]) -> None:
        self.desk = desk
        self.settled: dict[tuple[int, int], dict[str, int]] = {}
        self._known: dict[tuple[int, int], tuple[str, str]] = {}
        devices = sorted({device for device, _ in installations})
        rows = desk.solved.relations.fetch(
            "SELECT dev, pev, bucket, first_row FROM settled WHERE list_contains($1::INTEGER[], dev)", [devices]
        )
        self._counted: dict[int, list[int]] = {}
        for device, kind, bucket, first in rows:
            self.settled.setdefault((device, kind), {})[bucket] = first
            if bucket == COUNTED:
                self._counted.setdefault(device, []).append(kind)

    def of(self, device: int, kind: int, of_title: str, number: int) -> tuple[str, str]:
        """Return the bucket of a row and the reason."""
        if kind < 0:
            return of_title, ""
        found = self.settled[(device, kind)]
        bucket = of_title if of_title in found else next((b for b in _DECIDED if b in found), min(found))
        if bucket != COUNTED:
            return bucket, self._why(device, kind, bucket)
        if number != found[COUNTED]:
            first = found[COUNTED]
            return "same-installation", f"as {self.desk.at_row(first >> 32, first & 0xFFFFFFFF)}"
        if (device, kind) not in self._known:
            self._known[(device, kind)] = self._licensed_as(device, kind)
        return self._known[(device, kind)]

    def _why(self, device: int, kind: int, bucket: str) -> str:
        desk = self.desk
        if bucket in ("retired-device", "not-deployed-device"):
            return f"the device is {desk.devices[device].lifecycle}"
        if bucket == "stale-device":
            return f"last seen on {desk.devices[device].last_seen}"
        if bucket == "suite-component":
            rows = desk.solved.relations.fetch("SELECT suite FROM suite_pairs WHERE component = $1", [kind])
            suites = [k for k in self._counted.get(device, ()) if (k,) in rows]
            return f"part of {_named(desk, suites)}"
        if bucket == "older-version-beside":
            product = desk.solved.licensed.demand.kinds[kind][0]
            beside = [k for k in self._counted.get(device, ()) if desk.solved.licensed.demand.kinds[k][0] == product]
            return f"beside {_named(desk, beside)}"
        if bucket == "unplaced":
            return "the file names no device"
        return f"environment {desk.devices[device].environment}" if device >= 0 and bucket == "environment" else ""

    def _licensed_as(self, device: int, kind: int) -> tuple[str, str]:
        found = self.desk.coverage(device, kind)
        if found is None:
            return COUNTED, ""
        if found.bucket == "guest-of-licensed-host":
            return found.bucket, f"counted through host {plain(self.desk.devices[device].host_id)}"
        if found.bucket == "host-only-os":
            return found.bucket, "the machine only hosts and manages"
        leading = _shared_with(self.desk, found)
        return (SHARED, f"one license with {leading}") if leading else (found.bucket, "")


def _shared_with(desk: Desk, found: Coverage) -> str:
    """Return the installation whose license covers this one too, "" where it has its own."""
    covering = desk.solved.licensed.builder.covering
    for dealt in found.mine:
        if dealt.block.grant:
            continue
        leading = leading_items(covering, dealt.block.items)
        mine = [i for i in found.items if i in dealt.block.items and i not in leading]
        if mine:
            item = next(i for i in leading if i.product == mine[0].product)
            return f"{desk.label(item.product, item.edition, item.version)} {_where(desk, dealt, item.slot)}".strip()
    return ""


def _where(desk: Desk, dealt: Dealt, slot: int) -> str:
    return f"on {plain(desk.devices[dealt.members[slot]].device_id)}" if 0 <= slot < len(dealt.members) else ""


def _named(desk: Desk, kinds: Iterable[int]) -> str:
    return " and ".join(desk.label(*desk.solved.licensed.demand.kinds[k]) for k in kinds) or "another installation"


def tell(desk: Desk, row: Row) -> str:
    """Return a row as one line: place, raw title, what it became, by which rule."""
    title, found = row.title, row.recognition
    raw = [f"version {title.version}" if title.version else "", f"edition {title.edition}" if title.edition else ""]
    said = ", ".join(t for t in (*raw, title.publisher, f"user {desk.person(row.user)}" if row.user else "") if t)
    rule = f"{found.state} by {found.rule}" if found.rule else str(found.state)
    matched = f' on "{plain(found.matched)}"' if found.matched else ""
    why = f" ({row.why})" if row.why else ""
    place = desk.at_row(row.source, row.record, sheet=row.sheet)
    return f'{place}  "{plain(title.name)}"{f" ({plain(said)})" if said else ""}: {rule}{matched} → {row.bucket}{why}'
