"""The named whole numbers of the policy: what each means, and its value where the policy is silent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sam.model import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A number that an organisation may set."""

    default: int
    meaning: str
    highest: int = 100_000


THRESHOLDS: Final[Mapping[str, Threshold]] = {
    "unused_days": Threshold(
        default=90, meaning="days without use after which an installation or a seat is called unused"
    ),
    "unused_units": Threshold(default=1, meaning="fewest unused installations or seats of a product that are reported"),
    "surplus_units": Threshold(default=1, meaning="fewest free units of a position that are reported"),
    "stale_days": Threshold(default=90, meaning="days after which a device that nobody has seen is called stale"),
    "exclude_stale": Threshold(
        default=0, meaning="1 leaves the software of stale devices out of the count, 0 counts it", highest=1
    ),
    "notice_warning_days": Threshold(default=60, meaning="days ahead of a notice date at which it is reported"),
    "renewal_days": Threshold(
        default=180, meaning="days ahead of a contract's end at which its quantity is computed and its owner asked for"
    ),
    "unknown_title_devices": Threshold(
        default=5, meaning="fewest devices that hold an unrecognised title before it is reported"
    ),
}


def threshold(policy: Policy, name: str) -> int:
    """Return a threshold of the policy, or its default.

    Raises:
        KeyError: There is no threshold of that name.
    """
    return policy.threshold(name, THRESHOLDS[name].default)
