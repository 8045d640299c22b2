"""How findings write numbers, amounts and names: the same on every machine."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from sam.model import Origin, Position

_CENT: Final = Decimal("0.01")
_INITIALS: Final = frozenset({"auvu", "cal", "euvu", "fue", "mapc", "pvu", "rvu", "vpc", "xuvu"})
LONGEST_NAME: Final = 120
NAMES_SHOWN: Final = 5
PLACES_SHOWN: Final = 10


def amount(value: Decimal, currency: str) -> str:
    """Write an amount with thousands separators and its currency: `384,944.00 EUR`."""
    return f"{value.quantize(_CENT, rounding=ROUND_HALF_UP):,f} {currency}".rstrip()


def decimal_text(value: Decimal) -> str:
    """Write an amount as the numbers of a finding hold it: `384944.00`."""
    return f"{value.quantize(_CENT, rounding=ROUND_HALF_UP):f}"


def worth(value: Decimal, currency: str) -> str:
    """Tell what something is worth, in a half sentence; nothing is said of an amount that is not known."""
    return f", worth {amount(value, currency)}" if value else ""


def count(number: int, noun: str, nouns: str = "") -> str:
    """Write a number with its noun: `1 device`, `2,140 devices`."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def metric_words(metric: str) -> str:
    """Write a metric as people say it: `named user`, `PVU`, `user CAL`."""
    return " ".join(part.upper() if part in _INITIALS else part for part in metric.split("-"))


def noun_of(metric: str, number: int) -> str:
    """Name units of a metric: `core licenses`, `seat`."""
    noun = "seat" if metric == "seat" else f"{metric_words(metric)} license"
    return noun if number == 1 else noun + "s"


def licenses(number: int, metric: str) -> str:
    """Write units of a metric: `56 core licenses`, `1 seat`."""
    return f"{number:,} {noun_of(metric, number)}"


def between(low: int, high: int | None) -> str:
    """Write a range: `8`, `8 to 16`, `at least 8`."""
    if high is None:
        return f"at least {low:,}"
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def label(position: Position) -> str:
    """Name a position: product, edition, version, and where its units hold."""
    parts = (position.product_name or position.product, position.edition, position.version)
    scope = f" within {position.scope}" if position.scope else ""
    return " ".join(part for part in parts if part) + scope


def clipped(text: str, longest: int = LONGEST_NAME) -> str:
    """Make a name from the data fit into a sentence: on one line, and short."""
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def listed(names: Iterable[str], shown: int = NAMES_SHOWN) -> str:
    """Join names in order: `a, b and c`, or the first ones and how many more there are."""
    found = [clipped(name) for name in sorted(set(names))]
    if len(found) > shown:
        return f"{', '.join(found[:shown])} and {len(found) - shown:,} more"
    return " and ".join(part for part in (", ".join(found[:-1]), *found[-1:]) if part)


def places(origins: Iterable[Origin]) -> tuple[str, ...]:
    """Return the first places of some records, in order."""
    found = sorted({(o.path, o.sheet, o.record) for o in origins if o.path})
    return tuple(
        f"{path}{f'#{sheet}' if sheet else ''}{f'#{record}' if record else ''}"
        for path, sheet, record in found[:PLACES_SHOWN]
    )
