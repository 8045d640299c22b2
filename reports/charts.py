"""Geometry of the two charts; the templates draw it. Sizes are in pixels of a drawing that is never scaled up much.

Each chart is drawn for three widths, and the style sheet shows the one that fits, so that its text stays readable.
Bars differ by filling (solid, hatched) and by place, not by color alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from reports.figures import brief, clip, plural, undirected
from reports.view import surplus_value
from sam.model import Position, Renewal

WIDTHS: Final = (("wide", 1100), ("medium", 680), ("narrow", 335))
BARS: Final = 10
"""Products drawn; the table holds all."""
CONTRACTS: Final = 30
"""Contracts drawn; the table holds all."""
MONTHS: Final = 36
"""Months the timeline looks ahead at most."""

_STACKED_BELOW: Final = 500
_DECEMBER: Final = 12
_CHARACTER: Final = 7.4
"""Width of a character at the charts' text size, rounded up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Exposure and value of surplus of one product, in the workspace currency."""

    name: str
    exposure: Decimal
    surplus: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar with its value beside it."""

    kind: str
    x: float
    y: float
    width: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A line of text in a chart."""

    x: float
    y: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """Bars by product at one width."""

    size: str
    width: int
    height: int
    thickness: int
    heads: tuple[Label, ...]
    labels: tuple[Label, ...]
    bars: tuple[Bar, ...]
    base: tuple[float, ...]
    """Where the zero lines stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One contract on the timeline."""

    label: Label
    note: Label
    y: float
    end: float
    beyond: bool
    """True when the contract ends after the last day drawn."""
    notice: float | None
    passed: bool
    """True when the day of notice is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Contracts by end at one width."""

    size: str
    width: int
    height: int
    start: float
    ticks: tuple[Label, ...]
    tracks: tuple[Track, ...]


def amounts(positions: Iterable[Position]) -> tuple[Amounts, ...]:
    """Return exposure and surplus by product, largest first; products without either or without a price left out."""
    exposure: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    surplus: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for p in positions:
        key = (p.product, p.product_name)
        exposure[key] += p.exposure or Decimal(0)
        surplus[key] += surplus_value(p) or Decimal(0)
    found = [Amounts(name=key[1] or key[0], exposure=exposure[key], surplus=surplus[key]) for key in sorted(exposure)]
    return tuple(sorted((a for a in found if a.exposure or a.surplus), key=lambda a: -max(a.exposure, a.surplus)))


def bars(found: Sequence[Amounts]) -> tuple[BarChart, ...]:
    """Lay out the largest products at every width."""
    return tuple(_bars(found[:BARS], size, width) for size, width in WIDTHS)


def describe(found: Sequence[Amounts], currency: str) -> str:
    """Say the bar chart in words."""
    said = [
        f"{undirected(clip(a.name, 60))}: exposure {brief(a.exposure)}, surplus {brief(a.surplus)}"
        for a in found[:BARS]
    ]
    rest = f" {plural(len(found) - BARS, 'smaller product')} not drawn." if len(found) > BARS else ""
    return f"Amounts in {currency}. " + "; ".join(said) + "." + rest


def timelines(renewals: Sequence[Renewal], as_of: date) -> tuple[Timeline, ...]:
    """Lay out the contracts that end soonest on or after the day, at every width."""
    shown = drawn(renewals, as_of)
    return tuple(_timeline(shown, as_of, size, width) for size, width in WIDTHS) if shown else ()


def drawn(renewals: Sequence[Renewal], as_of: date) -> tuple[Renewal, ...]:
    """Return the contracts that the timeline draws, soonest first."""
    return tuple(r for r in renewals if r.ends_on is not None and r.ends_on >= as_of)[:CONTRACTS]


def describe_timeline(renewals: Sequence[Renewal], as_of: date) -> str:
    """Say the timeline in words."""
    said = []
    for r in drawn(renewals, as_of):
        notice = f", notice by {r.notice_by}" if r.notice_by else ""
        said.append(f"{undirected(clip(r.contract_id, 40))} ends {r.ends_on}{notice}")
    return "; ".join(said) + "."


def _bars(found: Sequence[Amounts], size: str, width: int) -> BarChart:
    top = max((max(a.exposure, a.surplus) for a in found), default=Decimal(1)) or Decimal(1)
    stacked = width < _STACKED_BELOW
    return _stacked(found, top, size, width) if stacked else _panels(found, top, size, width)


def _panels(found: Sequence[Amounts], top: Decimal, size: str, width: int) -> BarChart:
    step, names = 30, round(width * 0.27)
    room = (width - names) / 2
    full, left, right = room - 90, names, names + room
    labels, drawn_bars = [], []
    for n, a in enumerate(found):
        y = 34 + n * step
        labels.append(Label(x=0, y=y + 12, text=_fit(a.name, names - 14)))
        drawn_bars += [
            _bar("exposure", a.exposure, left, y, top, full),
            _bar("surplus", a.surplus, right, y, top, full),
        ]
    return BarChart(
        size=size, width=width, height=34 + len(found) * step, thickness=16,
        heads=(Label(x=left, y=14, text="Exposure"), Label(x=right, y=14, text="Value of surplus")),
        labels=tuple(labels), bars=tuple(drawn_bars), base=(left, right),
    )  # fmt: skip


def _stacked(found: Sequence[Amounts], top: Decimal, size: str, width: int) -> BarChart:
    full = width - 72
    labels, drawn_bars, y = [], [], 0.0
    for a in found:
        labels.append(Label(x=0, y=y + 14, text=_fit(a.name, width)))
        y += 22
        for kind, value in (("exposure", a.exposure), ("surplus", a.surplus)):
            if value:
                drawn_bars.append(_bar(kind, value, 0, y, top, full))
                y += 18
        y += 10
    return BarChart(
        size=size, width=width, height=round(y), thickness=14, heads=(), labels=tuple(labels),
        bars=tuple(drawn_bars), base=(),
    )  # fmt: skip


def _bar(kind: str, value: Decimal, x: float, y: float, top: Decimal, full: float) -> Bar:
    length = max(round(float(value / top) * full, 1), 1.0) if value else 0.0
    return Bar(kind=kind, x=x, y=y, width=length, text=brief(value) if value else "–")


def _fit(text: str, width: float) -> str:
    return clip(undirected(text), max(8, int(width / _CHARACTER)))


@dataclass(frozen=True, slots=True)
class _Scale:
    """Days to pixels, from the as-of day to the last day drawn."""

    start: date
    last: date
    left: float
    right: float

    def place(self, day: date) -> float:
        """Return where a day stands; days outside stand at the edge."""
        days = max((self.last - self.start).days, 30)
        share = min(max((day - self.start).days / days, 0.0), 1.0)
        return round(self.left + share * (self.right - self.left), 1)


def _timeline(renewals: Sequence[Renewal], as_of: date, size: str, width: int) -> Timeline:
    stacked = width < _STACKED_BELOW
    names = 0 if stacked else max(round(width * 0.34), 270)
    step, first = (66, 34) if stacked else (46, 34)
    last = min(max(r.ends_on for r in renewals if r.ends_on), as_of + timedelta(days=MONTHS * 61 // 2))
    scale = _Scale(as_of, last, names + 7.0, width - 8.0)
    return Timeline(
        size=size, width=width, height=first + len(renewals) * step, start=scale.left,
        ticks=tuple(_ticks(scale, room=70)),
        tracks=tuple(
            _track(renewal, scale, y=first + n * step, drop=46 if stacked else 16, room=width if stacked else names)
            for n, renewal in enumerate(renewals)
        ),
    )  # fmt: skip


def _track(renewal: Renewal, scale: _Scale, *, y: float, drop: float, room: float) -> Track:
    end, notice = renewal.ends_on or scale.last, renewal.notice_by
    passed = notice is not None and notice < scale.start
    said = f"ends {end}" if notice is None else f"notice {'was ' if passed else ''}by {notice}, ends {end}"
    name = f"{renewal.contract_id} {renewal.title or renewal.vendor}".strip()
    return Track(
        label=Label(x=0, y=y + 14, text=_fit(name, room - 10)),
        note=Label(x=0, y=y + 31, text=said),
        y=y + drop,
        end=scale.place(end),
        beyond=end > scale.last,
        notice=scale.place(notice) if notice else None,
        passed=passed,
    )


def _ticks(scale: _Scale, *, room: float) -> Iterator[Label]:
    yield Label(x=scale.left, y=12, text=scale.start.isoformat())
    every = next((m for m in (3, 6) if _month(scale) * m >= room), 12)
    year, month = scale.start.year, scale.start.month
    while True:
        year, month = (year, month + 1) if month < _DECEMBER else (year + 1, 1)
        day = date(year, month, 1)
        if day > scale.last:
            return
        x = scale.place(day)
        if month % every == 1 and scale.left + room + 20 <= x <= scale.right - 24:
            yield Label(x=x, y=12, text=f"{day:%Y-%m}", anchor="middle")


def _month(scale: _Scale) -> float:
    return (scale.right - scale.left) / max((scale.last - scale.start).days, 30) * 30
